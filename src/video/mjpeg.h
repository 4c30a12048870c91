/// MJPEG: each frame is a JPEG file of its own, except that only the first of a stream carries
/// Huffman tables; for the others TurboJPEG falls back to the standard tables (JPEG Annex K), which
/// the server uses.
#pragma once

#include "video/decoder.h"

#include <optional>

namespace sumac::video {

class MjpegDecoder final : public Decoder {
public:
    explicit MjpegDecoder(const DecoderParts& parts);
    ~MjpegDecoder() override;
    MjpegDecoder(const MjpegDecoder&) = delete;
    MjpegDecoder& operator=(const MjpegDecoder&) = delete;

    Result<PicturePtr> decode(Bytes frame, Size limit) override;
    void restart() override {} // each frame stands alone
    std::string made_by() const override { return "libjpeg-turbo"; }

private:
    struct Header;
    Result<Header> read_header(Bytes frame);
    Result<PicturePtr> decode_pixels(Bytes frame, Size size);
    Result<PicturePtr> decode_planes(Bytes frame, Size size, PlanarFormat format);
    bool damaged(int status);

    std::shared_ptr<PictureMemory> memory_;
    PictureForm form_;
    void* handle_; // tjhandle
};

} // namespace sumac::video
