#include "canvas/surface.h"

#include "canvas/convert.h"

#include <spice/enums.h>

#include <cstring>

namespace sumac::canvas {

namespace {

image::PixelFormat storage_of(SurfaceFormat format) {
    switch (format) {
    case SurfaceFormat::a1:
    case SurfaceFormat::a8:
        return image::PixelFormat::alpha8;
    case SurfaceFormat::x555:
        return image::PixelFormat::rgb555;
    case SurfaceFormat::rgb565:
        return image::PixelFormat::rgb565;
    case SurfaceFormat::xrgb32:
        return image::PixelFormat::bgrx32;
    case SurfaceFormat::argb32:
        return image::PixelFormat::bgra32;
    }
    return image::PixelFormat::bgrx32;
}

} // namespace

std::optional<SurfaceFormat> surface_format(std::uint32_t spice_format) {
    switch (spice_format) {
    case SPICE_SURFACE_FMT_1_A:
        return SurfaceFormat::a1;
    case SPICE_SURFACE_FMT_8_A:
        return SurfaceFormat::a8;
    case SPICE_SURFACE_FMT_16_555:
        return SurfaceFormat::x555;
    case SPICE_SURFACE_FMT_16_565:
        return SurfaceFormat::rgb565;
    case SPICE_SURFACE_FMT_32_xRGB:
        return SurfaceFormat::xrgb32;
    case SPICE_SURFACE_FMT_32_ARGB:
        return SurfaceFormat::argb32;
    default:
        return std::nullopt;
    }
}

std::size_t bytes_per_pixel(SurfaceFormat format) {
    switch (format) {
    case SurfaceFormat::a1:
    case SurfaceFormat::a8:
        return 1;
    case SurfaceFormat::x555:
    case SurfaceFormat::rgb565:
        return 2;
    case SurfaceFormat::xrgb32:
    case SurfaceFormat::argb32:
        return 4;
    }
    return 4;
}

Result<Surface> Surface::create(SurfaceFormat format, Size size) {
    Result<image::Pixels> pixels = image::Pixels::allocate(storage_of(format), size);
    if (!pixels) return pixels.error();
    Surface surface{format, *std::move(pixels)};
    surface.clear();
    return surface;
}

void Surface::clear() {
    std::memset(pixels_->row(0), 0, pixels_->size_bytes());
}

void Surface::restore() {
    if (pixels_) return;
    pixels_ = *image::Pixels::allocate(storage_of(format_), size_); // as it was created
    clear();
}

bool Surface::replace(image::Pixels&& pixels) {
    if (pixels.format() != storage_of(format_) || pixels.size() != size_) return false;
    pixels_ = std::move(pixels);
    return true;
}

Result<Shadow> Shadow::create(const Surface& surface) {
    Result<Surface> copy = Surface::create(SurfaceFormat::xrgb32, surface.size());
    if (!copy) return copy.error();
    Shadow shadow{*std::move(copy)};
    shadow.mark_dirty({surface.bounds()});
    return shadow;
}

void Shadow::mark_dirty(const std::vector<Rect>& rects) {
    for (const Rect& rect : rects) {
        if (dirty_.size() >= max_dirty_rects) {
            for (const Rect& other : dirty_)
                dirty_.front() = hull(dirty_.front(), other);
            dirty_.resize(1);
        }
        dirty_.push_back(rect);
    }
}

PictureView Shadow::refresh(const Surface& surface) {
    const image::PixelView from = surface.view();
    for (const Rect& rect : dirty_) {
        const auto skip = static_cast<std::size_t>(rect.left) * bytes_per_pixel(surface.format());
        for (std::int32_t y = rect.top; y < rect.bottom; ++y)
            convert_row(SurfaceFormat::xrgb32,
                        copy_.at(rect.left, y),
                        from.format,
                        from.row(y) + skip,
                        static_cast<std::size_t>(rect.width()));
    }
    dirty_.clear();
    const image::PixelView copy = copy_.view();
    return {copy.data, copy.size, copy.stride_bytes};
}

} // namespace sumac::canvas
