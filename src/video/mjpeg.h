/// MJPEG: each frame is a JPEG file of its own, except that only the first of a stream carries
/// Huffman tables; for the others TurboJPEG falls back to the standard tables (JPEG Annex K), which
/// the server uses.
#pragma once

#include "video/decoder.h"

namespace sumac::video {

class MjpegDecoder final : public Decoder {
public:
    MjpegDecoder();
    ~MjpegDecoder() override;
    MjpegDecoder(const MjpegDecoder&) = delete;
    MjpegDecoder& operator=(const MjpegDecoder&) = delete;

    Result<PicturePtr> decode(Bytes frame, Size limit) override;

private:
    void* handle_; // tjhandle
};

} // namespace sumac::video
