#include "video/mjpeg.h"

#include "video/colour.h"

namespace sumac::video {
namespace {

Error no_memory() {
    return {ErrorCode::limit, "mjpeg: no memory left for pictures"};
}
Error damaged() {
    return {ErrorCode::invalid, "mjpeg: damaged frame"};
}

} // namespace

MjpegDecoder::MjpegDecoder(const DecoderParts& parts) : memory_(parts.memory), form_(parts.form) {}

Result<PicturePtr> MjpegDecoder::decode(Bytes frame, Size limit) {
    const auto header = file_.begin(frame);
    if (!header) return Error{ErrorCode::invalid, "mjpeg: not a JPEG header"};
    const Size size = header->size;
    if (size.width > limit.width || size.height > limit.height)
        return Error{ErrorCode::limit, "mjpeg: picture is larger than its stream"};
    if (form_ == PictureForm::planes && header->planes) return decode_planes(*header);
    return decode_pixels(size);
}

Result<PicturePtr> MjpegDecoder::decode_pixels(Size size) {
    const std::ptrdiff_t stride = std::ptrdiff_t{size.width} * 4;
    const auto size_bytes = static_cast<std::size_t>(stride * size.height);
    const auto memory = memory_->take(size_bytes);
    if (!memory) return no_memory();
    if (!file_.read_pixels(memory.get(), stride)) return damaged();
    return PicturePtr{std::make_shared<Picture>(
        Picture{PictureView{memory.get(), size, stride}, memory, size_bytes})};
}

Result<PicturePtr> MjpegDecoder::decode_planes(const JpegFile::Header& header) {
    const PlaneLayout layout = JpegFile::layout(header);
    const auto memory = memory_->take(layout.size_bytes);
    if (!memory) return no_memory();
    if (!file_.read_planes(memory.get(), layout)) return damaged();
    // JFIF knows one matrix and one range.
    const PlanarView view{*header.planes,
                          ColourMatrix::bt601,
                          ColourRange::full,
                          header.size,
                          planes_in(memory.get(), layout)};
    return PicturePtr{std::make_shared<Picture>(Picture{view, memory, layout.size_bytes})};
}

} // namespace sumac::video
