/// One video stream's decoder. A codec adapter: compressed frames in, pictures out. It does not
/// know what time it is and decides nothing.
///
/// An instance is used by one thread at a time (its stream's strand).
#pragma once

#include "base/reader.h"
#include "video/hardware.h"
#include "video/picture.h"
#include "video/picture_memory.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sumac::video {

class Decoder {
public:
    virtual ~Decoder() = default;
    /// Decodes one whole compressed frame (the data of one STREAM_DATA). A picture that is wider or
    /// higher than `limit`, what the server declared, is refused before anything is allocated. An
    /// error costs this frame; later frames may be given all the same. Errors: unsupported: no
    /// frame of such a stream can be shown; system: none of this codec, on this machine.
    virtual Result<PicturePtr> decode(Bytes frame, Size limit) = 0;
    /// What comes next belongs to another stream: nothing is predicted from what came before.
    virtual void restart() = 0;
    /// What made the last picture, for people: "libjpeg-turbo"; empty before the first.
    virtual std::string made_by() const = 0;
};

/// What pictures are made of.
enum class PictureForm {
    pixels, ///< B, G, R, X
    planes, ///< planes where the codec has them in a PlanarFormat, pixels where not
};

/// What the decoders of a session share.
struct DecoderParts {
    std::shared_ptr<PictureMemory> memory = PictureMemory::make();
    std::shared_ptr<Hardware> hardware; ///< null: software only
    PictureForm form = PictureForm::pixels;
};

/// A decoder for `codec` (SPICE_VIDEO_CODEC_TYPE_*); unsupported if we have none.
Result<std::unique_ptr<Decoder>> make_decoder(std::uint8_t codec, const DecoderParts& parts);

/// The codecs that make_decoder has. All but MJPEG need a libavcodec that has them, too; where one
/// does not, the frames cannot be decoded, and the server goes on without a stream.
std::vector<std::uint8_t> decodable_codecs();

/// "mjpeg", "vp8", "h264", "vp9", "h265" or "unknown".
std::string_view codec_name(std::uint8_t codec);

/// Whether each frame of `codec` stands alone, so that one which is never shown need not be
/// decoded.
bool frames_are_independent(std::uint8_t codec);

} // namespace sumac::video
