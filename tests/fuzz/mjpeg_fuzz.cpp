// The path from a STREAM_DATA's bytes to a picture. Each input is one frame, decoded to pixels and
// to planes.
#include "base/check.h"
#include "video/colour.h"
#include "video/mjpeg.h"

#include <cstdint>
#include <vector>

using namespace sumac;

namespace {

video::PicturePtr decode(Bytes frame, video::PictureForm form) {
    video::MjpegDecoder decoder{video::DecoderParts{video::PictureMemory::make(), nullptr, form}};
    const auto picture = decoder.decode(frame, {1024, 1024});
    return picture ? *picture : nullptr;
}

std::size_t bytes_in_pixels(Size size) {
    return static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height) * 4;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Bytes frame = std::as_bytes(std::span{data, size});
    if (const auto pixels = decode(frame, video::PictureForm::pixels))
        CHECK(pixels->size_bytes == bytes_in_pixels(pixels->size()));
    const auto planar = decode(frame, video::PictureForm::planes);
    if (!planar) return 0;
    if (const auto* view = std::get_if<PlanarView>(&planar->content)) {
        std::vector<std::byte> pixels(bytes_in_pixels(view->size));
        video::to_bgrx(*view, pixels.data(), std::ptrdiff_t{view->size.width} * 4);
    }
    return 0;
}
