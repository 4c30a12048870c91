/// One video stream's decoder. A codec adapter: compressed frames in, pictures out. It does not
/// know what time it is and decides nothing.
///
/// An instance is used by one thread at a time (its stream's strand).
#pragma once

#include "base/reader.h"
#include "video/picture.h"

#include <cstdint>
#include <memory>
#include <string_view>

namespace sumac::video {

class Decoder {
public:
    virtual ~Decoder() = default;
    /// Decodes one whole compressed frame (the data of one STREAM_DATA). A picture that is wider or
    /// higher than `limit`, what the server declared, is refused before anything is allocated. An
    /// error costs this frame; later frames may be given all the same.
    virtual Result<PicturePtr> decode(Bytes frame, Size limit) = 0;
};

/// A decoder for `codec` (SPICE_VIDEO_CODEC_TYPE_*); unsupported if we have none.
Result<std::unique_ptr<Decoder>> make_decoder(std::uint8_t codec);

/// "mjpeg", "vp8", "h264", "vp9", "h265" or "unknown".
std::string_view codec_name(std::uint8_t codec);

/// Whether each frame of `codec` stands alone, so that one which is never shown need not be
/// decoded.
bool frames_are_independent(std::uint8_t codec);

} // namespace sumac::video
