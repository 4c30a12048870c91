#include "canvas/scaling.h"

#include "canvas/pixman_image.h"

#include <cmath>
#include <limits>
#include <utility>

namespace sumac::canvas {

namespace {

/// Keeps pixman's 16.16 transforms far from their end.
constexpr std::int64_t max_bilinear_step = std::int64_t{4096} << 16;

Axis axis_in_source(std::int64_t from,
                    std::int64_t from_size,
                    std::int64_t to,
                    std::int64_t to_size) {
    return {(from_size << 16) / to_size, from << 16, to, 0};
}

Axis axis_in_destination(std::int64_t from,
                         std::int64_t from_size,
                         std::int64_t to,
                         std::int64_t to_size) {
    const double scale = static_cast<double>(from_size) / static_cast<double>(to_size);
    const auto step = static_cast<std::int64_t>(scale * 65536.0);
    const auto first =
        static_cast<std::int64_t>(std::floor(static_cast<double>(from) / scale + 0.5));
    return {step, step * first, to, 0};
}

bool fits_fixed(std::int64_t place) {
    return place >= std::numeric_limits<pixman_fixed_t>::min() &&
           place <= std::numeric_limits<pixman_fixed_t>::max();
}

bool suits(const Axis& axis, std::int32_t first, std::int32_t last) {
    return axis.step <= max_bilinear_step && fits_fixed(axis.place(first)) &&
           fits_fixed(axis.place(last));
}

} // namespace

Axes scaling_axes(const Rect& area, const Rect& box, Size image_size, Placing placing) {
    const auto axis = placing == Placing::in_source ? axis_in_source : axis_in_destination;
    Axes axes{axis(area.left, area.width(), box.left, box.width()),
              axis(area.top, area.height(), box.top, box.height())};
    axes.x.limit = image_size.width;
    axes.y.limit = image_size.height;
    return axes;
}

bool suits_bilinear(SurfaceFormat format, const Axes& axes, const Rect& extents) {
    return format != SurfaceFormat::a1 && suits(axes.x, extents.left, extents.right) &&
           suits(axes.y, extents.top, extents.bottom);
}

Result<image::Pixels> scale_bilinear(SurfaceFormat format,
                                     const image::PixelView& image,
                                     const Axes& axes,
                                     const Rect& extents) {
    const Size size{static_cast<std::int32_t>(extents.width()),
                    static_cast<std::int32_t>(extents.height())};
    Result<Surface> scaled = Surface::create(format, size);
    if (!scaled) return scaled.error();
    const Result<Layer> source = Layer::in_format_of(format, image);
    if (!source) return source.error();
    const PixmanImage to = as_pixman(*scaled);
    if (to == nullptr) return pixman_failed();

    pixman_transform_t transform;
    pixman_transform_init_identity(&transform);
    transform.matrix[0][0] = static_cast<pixman_fixed_t>(axes.x.step);
    transform.matrix[1][1] = static_cast<pixman_fixed_t>(axes.y.step);
    transform.matrix[0][2] = static_cast<pixman_fixed_t>(axes.x.place(extents.left));
    transform.matrix[1][2] = static_cast<pixman_fixed_t>(axes.y.place(extents.top));
    pixman_image_set_transform(source->get(), &transform);
    pixman_image_set_filter(source->get(), PIXMAN_FILTER_GOOD, nullptr, 0);
    pixman_image_set_repeat(source->get(), PIXMAN_REPEAT_NONE);
    pixman_image_composite32(
        PIXMAN_OP_SRC, source->get(), nullptr, to.get(), 0, 0, 0, 0, 0, 0, size.width, size.height);
    return std::move(*scaled).take_pixels();
}

} // namespace sumac::canvas
