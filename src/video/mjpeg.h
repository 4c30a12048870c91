/// MJPEG: each frame is a JPEG file of its own, except that only the first of a stream carries
/// Huffman tables; for the others libjpeg-turbo falls back to the standard tables (JPEG Annex K),
/// which the server uses.
#pragma once

#include "video/decoder.h"
#include "video/jpeg_file.h"

namespace sumac::video {

class MjpegDecoder final : public Decoder {
public:
    explicit MjpegDecoder(const DecoderParts& parts);

    Result<PicturePtr> decode(Bytes frame, Size limit) override;
    void restart() override { file_.forget_tables(); }
    std::string made_by() const override { return "libjpeg-turbo"; }

private:
    Result<PicturePtr> decode_pixels(Size size);
    Result<PicturePtr> decode_planes(const JpegFile::Header& header);

    std::shared_ptr<PictureMemory> memory_;
    PictureForm form_;
    JpegFile file_;
};

} // namespace sumac::video
