#include "canvas/pixman_image.h"

#include "base/check.h"
#include "canvas/convert.h"

#include <utility>

namespace sumac::canvas {

namespace {

using image::PixelFormat;

pixman_format_code_t pixman_format(PixelFormat format) {
    switch (format) {
    case PixelFormat::bgrx32:
        return PIXMAN_x8r8g8b8;
    case PixelFormat::bgra32:
        return PIXMAN_a8r8g8b8;
    case PixelFormat::rgb555:
        return PIXMAN_x1r5g5b5;
    case PixelFormat::rgb565:
        return PIXMAN_r5g6b5;
    case PixelFormat::alpha8:
        return PIXMAN_a8;
    case PixelFormat::mask1:
        break;
    }
    CHECK(format != PixelFormat::mask1);
    return PIXMAN_a8;
}

bool is_32_bit(PixelFormat format) {
    return format == PixelFormat::bgrx32 || format == PixelFormat::bgra32;
}

PixmanImage create(pixman_format_code_t format, const image::PixelView& view) {
    // pixman has no images that it only reads; of a source it does.
    auto* data = reinterpret_cast<std::uint32_t*>(const_cast<std::byte*>(view.data));
    return PixmanImage{pixman_image_create_bits_no_clear(
        format, view.size.width, view.size.height, data, static_cast<int>(view.stride_bytes))};
}

/// A copy of the image in the format of a surface.
Result<Surface> converted(SurfaceFormat format, const image::PixelView& image) {
    Result<Surface> copy = Surface::create(format, image.size);
    if (!copy) return copy;
    for (std::int32_t y = 0; y < image.size.height; ++y)
        convert_row(format,
                    copy->at(0, y),
                    image.format,
                    image.row(y),
                    static_cast<std::size_t>(image.size.width));
    return copy;
}

} // namespace

Error pixman_failed() {
    return {ErrorCode::system, "pixman image"};
}

PixmanImage as_pixman(Surface& surface) {
    const image::PixelView view = surface.view();
    return create(pixman_format(view.format), view);
}

PixmanImage as_pixman_with_alpha(Surface& surface) {
    const image::PixelView view = surface.view();
    return create(is_32_bit(view.format) ? PIXMAN_a8r8g8b8 : pixman_format(view.format), view);
}

Result<Layer> Layer::create(const image::PixelView& view, pixman_format_code_t format) {
    PixmanImage image = canvas::create(format, view);
    if (image == nullptr) return pixman_failed();
    return Layer{std::move(image), std::nullopt};
}

Result<Layer> Layer::borrowed(const image::PixelView& view) {
    return create(view, pixman_format(view.format));
}

Result<Layer> Layer::with_alpha(const image::PixelView& view) {
    return create(view, is_32_bit(view.format) ? PIXMAN_a8r8g8b8 : pixman_format(view.format));
}

Result<Layer> Layer::opaque(const image::PixelView& view) {
    return create(view, is_32_bit(view.format) ? PIXMAN_x8r8g8b8 : pixman_format(view.format));
}

Result<Layer> Layer::in_format_of(SurfaceFormat format, const image::PixelView& view) {
    if (same_layout(format, view.format)) return borrowed(view);
    const bool colours = format == SurfaceFormat::argb32;
    Result<Surface> own = converted(colours ? SurfaceFormat::xrgb32 : format, view);
    if (!own) return own.error();
    PixmanImage image = as_pixman(*own);
    if (image == nullptr) return pixman_failed();
    return Layer{std::move(image), *std::move(own)};
}

void restore_bits(Surface& surface, const Region& region) {
    for (const Rect& rect : region.rects()) {
        for (std::int32_t y = rect.top; y < rect.bottom; ++y) {
            std::byte* row = surface.at(0, y);
            for (std::int32_t x = rect.left; x < rect.right; ++x)
                row[x] = row[x] < std::byte{0x80} ? std::byte{0x00} : std::byte{0xFF};
        }
    }
}

void clear_x(Surface& surface, const Rect& area) {
    const Rect inside = intersect(area, surface.bounds());
    if (surface.format() != SurfaceFormat::xrgb32 || inside.empty()) return;
    if (surface.at(inside.left, inside.top)[3] != std::byte{0xFF}) return;
    for (std::int32_t y = inside.top; y < inside.bottom; ++y)
        for (std::int32_t x = inside.left; x < inside.right; ++x)
            surface.at(x, y)[3] = std::byte{0};
}

void composite(pixman_op_t operation,
               const Placed& source,
               const Placed& mask,
               pixman_image_t* onto,
               const Rect& area) {
    pixman_image_composite32(operation,
                             source.image,
                             mask.image,
                             onto,
                             source.place.x,
                             source.place.y,
                             mask.place.x,
                             mask.place.y,
                             area.left,
                             area.top,
                             static_cast<std::int32_t>(area.width()),
                             static_cast<std::int32_t>(area.height()));
}

} // namespace sumac::canvas
