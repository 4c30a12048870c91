#include "canvas/scaling.h"

#include "canvas/convert.h"

#include <pixman.h>

#include <memory>
#include <utility>

namespace sumac::canvas {

namespace {

/// Keeps pixman's 16.16 transforms far from their end.
constexpr double max_bilinear_scale = 4096;

struct PixmanUnref {
    void operator()(pixman_image_t* image) const { pixman_image_unref(image); }
};
using PixmanImage = std::unique_ptr<pixman_image_t, PixmanUnref>;

/// 32-bit pixels count as four components, so that X and A pass as they are.
pixman_format_code_t pixman_format(SurfaceFormat format) {
    switch (format) {
    case SurfaceFormat::a1:
    case SurfaceFormat::a8:
        return PIXMAN_a8;
    case SurfaceFormat::x555:
        return PIXMAN_x1r5g5b5;
    case SurfaceFormat::rgb565:
        return PIXMAN_r5g6b5;
    case SurfaceFormat::xrgb32:
    case SurfaceFormat::argb32:
        return PIXMAN_a8r8g8b8;
    }
    return PIXMAN_a8r8g8b8;
}

PixmanImage as_pixman(Surface& surface) {
    return PixmanImage{
        pixman_image_create_bits_no_clear(pixman_format(surface.format()),
                                          surface.size().width,
                                          surface.size().height,
                                          reinterpret_cast<std::uint32_t*>(surface.at(0, 0)),
                                          static_cast<int>(surface.view().stride_bytes))};
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

/// The part of [first, last) whose samples lie inside the image; they are in one piece.
std::pair<std::int32_t, std::int32_t>
inside(const Axis& axis, std::int32_t first, std::int32_t last) {
    while (first < last && !axis.source(first))
        ++first;
    while (first < last && !axis.source(last - 1))
        --last;
    return {first, last};
}

void set_scale(pixman_image_t* image, const Axes& axes, Point first) {
    const auto offset = [](const Axis& axis, std::int32_t at) {
        return static_cast<double>(axis.from) + static_cast<double>(at - axis.to) * axis.scale();
    };
    pixman_transform_t transform;
    pixman_transform_init_identity(&transform);
    transform.matrix[0][0] = pixman_double_to_fixed(axes.x.scale());
    transform.matrix[1][1] = pixman_double_to_fixed(axes.y.scale());
    transform.matrix[0][2] = pixman_double_to_fixed(offset(axes.x, first.x));
    transform.matrix[1][2] = pixman_double_to_fixed(offset(axes.y, first.y));
    pixman_image_set_transform(image, &transform);
    pixman_image_set_filter(image, PIXMAN_FILTER_BILINEAR, nullptr, 0);
    // The image's edge does not fade into what lies outside of it.
    pixman_image_set_repeat(image, PIXMAN_REPEAT_PAD);
}

} // namespace

bool suits_bilinear(SurfaceFormat format, const Axes& axes) {
    return format != SurfaceFormat::a1 && axes.x.scale() <= max_bilinear_scale &&
           axes.y.scale() <= max_bilinear_scale;
}

Result<image::Pixels> scale_bilinear(SurfaceFormat format,
                                     const image::PixelView& image,
                                     const Axes& axes,
                                     const Rect& extents) {
    Result<Surface> scaled = Surface::create(
        format,
        {static_cast<std::int32_t>(extents.width()), static_cast<std::int32_t>(extents.height())});
    if (!scaled) return scaled.error();
    const auto [left, right] = inside(axes.x, extents.left, extents.right);
    const auto [top, bottom] = inside(axes.y, extents.top, extents.bottom);
    if (left == right || top == bottom) return std::move(*scaled).take_pixels();

    Result<Surface> source = converted(format, image);
    if (!source) return source.error();
    const PixmanImage from = as_pixman(*source);
    const PixmanImage to = as_pixman(*scaled);
    if (from == nullptr || to == nullptr) return Error{ErrorCode::system, "pixman image"};
    set_scale(from.get(), axes, {left, top});
    pixman_image_composite32(PIXMAN_OP_SRC,
                             from.get(),
                             nullptr,
                             to.get(),
                             0,
                             0,
                             0,
                             0,
                             left - extents.left,
                             top - extents.top,
                             right - left,
                             bottom - top);
    return std::move(*scaled).take_pixels();
}

} // namespace sumac::canvas
