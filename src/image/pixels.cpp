#include "image/pixels.h"

#include <algorithm>
#include <new>

namespace sumac::image {

namespace {

std::size_t bits_per_pixel(PixelFormat format) {
    switch (format) {
    case PixelFormat::bgrx32:
    case PixelFormat::bgra32:
        return 32;
    case PixelFormat::rgb555:
    case PixelFormat::rgb565:
        return 16;
    case PixelFormat::alpha8:
        return 8;
    case PixelFormat::mask1:
        return 1;
    }
    return 32;
}

} // namespace

std::size_t row_bytes(PixelFormat format, std::int32_t width) {
    return (static_cast<std::size_t>(width) * bits_per_pixel(format) + 7) / 8;
}

namespace {

Result<Done> check(Size size, std::size_t stride_bytes) {
    if (size.width <= 0 || size.height <= 0) return Error{ErrorCode::invalid, "empty picture"};
    if (stride_bytes > max_pixels_bytes / static_cast<std::size_t>(size.height))
        return Error{ErrorCode::limit, "picture larger than 256 MiB"};
    return Done{};
}

} // namespace

Result<Pixels> Pixels::allocate(PixelFormat format, Size size) {
    const std::size_t stride_bytes = (row_bytes(format, size.width) + 3) / 4 * 4;
    if (const auto good = check(size, stride_bytes); !good) return good.error();
    BufferMemory data = allocate_buffer(stride_bytes * static_cast<std::size_t>(size.height));
    if (!data) throw std::bad_alloc{};
    const FreeBuffer free = data.get_deleter();
    return Pixels{format, size, stride_bytes, Data{data.release(), Release{nullptr, free}}};
}

Result<Pixels> Pixels::over(std::shared_ptr<std::byte> memory, PixelFormat format, Size size) {
    const std::size_t stride_bytes = row_bytes(format, size.width);
    if (const auto good = check(size, stride_bytes); !good) return good.error();
    std::byte* const data = memory.get();
    return Pixels{format, size, stride_bytes, Data{data, Release{std::move(memory)}}};
}

void turn_over(Pixels& pixels) {
    const std::size_t used_bytes = row_bytes(pixels.format(), pixels.size().width);
    const std::int32_t height = pixels.size().height;
    for (std::int32_t y = 0; y < height / 2; ++y)
        std::swap_ranges(pixels.row(y), pixels.row(y) + used_bytes, pixels.row(height - 1 - y));
}

} // namespace sumac::image
