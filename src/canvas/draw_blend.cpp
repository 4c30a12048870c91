// DRAW_ALPHA_BLEND and DRAW_COMPOSITE: pixman's arithmetic, called as libspice-server's canvas
// calls it, so that every rounding is the same.
#include "canvas/pixman_image.h"
#include "canvas/target.h"

#include <cstdlib>
#include <utility>

namespace sumac::canvas {

namespace {

/// pixman's coordinates are 16.16; what lies further out is not of a server that clips its boxes.
constexpr std::int64_t max_distance = 32767;

/// Of an area from the place where a box begins, and on from there. None: too far.
std::optional<Point> place_in(const Rect& box, const Rect& area, Point start) {
    const std::int64_t x = std::int64_t{area.left} - box.left + start.x;
    const std::int64_t y = std::int64_t{area.top} - box.top + start.y;
    if (std::abs(x) > max_distance || std::abs(y) > max_distance) return std::nullopt;
    return Point{static_cast<std::int32_t>(x), static_cast<std::int32_t>(y)};
}

PixmanImage constant_alpha(std::uint8_t alpha) {
    pixman_color_t color{};
    color.alpha = static_cast<std::uint16_t>(alpha * 0x101);
    return PixmanImage{pixman_image_create_solid_fill(&color)};
}

bool fits_pixman(const Rect& area) {
    return std::abs(std::int64_t{area.left}) <= max_distance &&
           std::abs(std::int64_t{area.top}) <= max_distance && area.width() <= max_distance &&
           area.height() <= max_distance && !area.empty();
}

/// Scales the source for DRAW_ALPHA_BLEND, if it is, and returns the place in it of the first pixel
/// of `area`. None: no pixel of it is there.
Result<std::optional<Point>>
place_source(pixman_image_t* source, const wire::DrawAlphaBlend& message, const Rect& area) {
    const Rect& from = message.src_area;
    const Rect& box = message.base.box;
    if (from.width() == box.width() && from.height() == box.height())
        return place_in(box, area, {from.left, from.top});
    if (!fits_pixman(from)) return Error{ErrorCode::invalid, "image area is empty or too large"};
    const auto fixed = [](std::int64_t value) { return static_cast<pixman_fixed_t>(value); };
    pixman_transform_t transform;
    pixman_transform_init_identity(&transform);
    transform.matrix[0][0] = fixed((from.width() << 16) / box.width());
    transform.matrix[1][1] = fixed((from.height() << 16) / box.height());
    transform.matrix[0][2] = pixman_int_to_fixed(from.left);
    transform.matrix[1][2] = pixman_int_to_fixed(from.top);
    pixman_image_set_transform(source, &transform);
    pixman_image_set_filter(source, PIXMAN_FILTER_NEAREST, nullptr, 0);
    return place_in(box, area, {});
}

Result<Layer> blend_source(const wire::DrawAlphaBlend& message, const Operand& image) {
    const bool has_alpha =
        image.is_surface && (message.flags & SPICE_ALPHA_FLAGS_SRC_SURFACE_HAS_ALPHA) != 0;
    return has_alpha ? Layer::with_alpha(image.view) : Layer::borrowed(image.view);
}

/// pixman's numbers of operators have gaps, which it does not check for.
bool is_operator(std::uint32_t number) {
    return number <= PIXMAN_OP_SATURATE ||
           (number >= PIXMAN_OP_DISJOINT_CLEAR && number <= PIXMAN_OP_DISJOINT_XOR) ||
           (number >= PIXMAN_OP_CONJOINT_CLEAR && number <= PIXMAN_OP_CONJOINT_XOR) ||
           (number >= PIXMAN_OP_MULTIPLY && number <= PIXMAN_OP_HSL_LUMINOSITY);
}

/// DRAW_COMPOSITE's flags, taken apart.
struct CompositeFlags {
    explicit CompositeFlags(std::uint32_t flags)
        : operation(flags & 0xFF),
          src_filter(flags >> 8 & 7),
          mask_filter(flags >> 11 & 7),
          src_repeat(flags >> 14 & 3),
          mask_repeat(flags >> 16 & 3),
          component_alpha((flags & SPICE_COMPOSITE_COMPONENT_ALPHA) != 0),
          source_opaque((flags & SPICE_COMPOSITE_SOURCE_OPAQUE) != 0) {}

    /// Filters beyond these (convolutions) need parameters that the message does not have.
    bool valid() const {
        return is_operator(operation) && src_filter <= PIXMAN_FILTER_BILINEAR &&
               mask_filter <= PIXMAN_FILTER_BILINEAR;
    }

    std::uint32_t operation;
    std::uint32_t src_filter;
    std::uint32_t mask_filter;
    std::uint32_t src_repeat;
    std::uint32_t mask_repeat;
    bool component_alpha;
    bool source_opaque;
    // DEST_OPAQUE and MASK_OPAQUE change nothing in libspice-server's canvas.
};

void sample(pixman_image_t* image,
            const std::optional<wire::Transform>& transform,
            std::uint32_t filter,
            std::uint32_t repeat) {
    if (transform) {
        const auto& t = *transform;
        pixman_transform_t matrix{{{t[0], t[1], t[2]}, {t[3], t[4], t[5]}, {0, 0, pixman_fixed_1}}};
        pixman_image_set_transform(image, &matrix);
    }
    pixman_image_set_filter(image, static_cast<pixman_filter_t>(filter), nullptr, 0);
    pixman_image_set_repeat(image, static_cast<pixman_repeat_t>(repeat));
}

/// A surface counts as it is. An image is first made like the destination, even if it is a mask:
/// one of coverage alone is black, and opaque, on a destination of colours.
Result<Layer> composite_layer(SurfaceFormat format, const Operand& operand) {
    return operand.is_surface ? Layer::borrowed(operand.view)
                              : Layer::in_format_of(format, operand.view);
}

} // namespace

Result<Drawn> Canvas::execute(const wire::DrawAlphaBlend& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> image = operands.image(message.image);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    Result<Target> target = aim(find(message.base.surface), message.base);
    if (!target) return target.error();
    if (message.alpha == 0 || target->region.empty()) return Drawn{Damage{}};
    const Result<Layer> source = blend_source(message, *image);
    if (!source) return source.error();
    const Rect area = target->region.extents();
    const Result<std::optional<Point>> from = place_source(source->get(), message, area);
    if (!from) return from.error();
    if (!*from) return Drawn{Damage{}};

    const PixmanImage mask = message.alpha == 0xFF ? nullptr : constant_alpha(message.alpha);
    if (message.alpha != 0xFF && mask == nullptr) return pixman_failed();
    Surface& surface = target->surface;
    const bool keeps_alpha = (message.flags & SPICE_ALPHA_FLAGS_DEST_HAS_ALPHA) != 0;
    const Result<Done> drawn = draw_clipped(
        surface,
        keeps_alpha ? as_pixman_with_alpha(surface) : as_pixman(surface),
        target->region,
        [&](pixman_image_t* onto) {
            composite(PIXMAN_OP_OVER, {source->get(), **from}, {mask.get(), {}}, onto, area);
        });
    if (!drawn) return drawn.error();
    if (!keeps_alpha) clear_x(surface, message.base.box);
    return Drawn{note_damage(message.base.surface, target->region)};
}

Result<Drawn> Canvas::execute(const wire::DrawComposite& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> src_image = operands.image(message.src);
    // COMPOSITE's mask is an image with alpha, not a 1-bit mask.
    std::optional<Operand> mask_image;
    if (message.mask) mask_image = operands.image(*message.mask);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    const CompositeFlags flags{message.flags};
    if (!flags.valid()) return Error{ErrorCode::invalid, "unknown operator or filter"};
    Result<Target> target = aim(find(message.base.surface), message.base);
    if (!target) return target.error();
    Surface& surface = target->surface;
    const Rect area = target->region.extents();
    const auto src_place = place_in(message.base.box, area, message.src_origin);
    const auto mask_place = place_in(message.base.box, area, message.mask_origin);
    if (area.empty()) return Drawn{Damage{}};
    if (!src_place || !mask_place) return Error{ErrorCode::invalid, "box begins too far away"};

    const bool opaque = src_image->is_surface && flags.source_opaque;
    const Result<Layer> src =
        opaque ? Layer::opaque(src_image->view) : composite_layer(surface.format(), *src_image);
    if (!src) return src.error();
    sample(src->get(), message.src_transform, flags.src_filter, flags.src_repeat);
    std::optional<Layer> mask;
    if (mask_image) {
        Result<Layer> layer = composite_layer(surface.format(), *mask_image);
        if (!layer) return layer.error();
        mask = *std::move(layer);
        sample(mask->get(), message.mask_transform, flags.mask_filter, flags.mask_repeat);
        pixman_image_set_component_alpha(mask->get(), flags.component_alpha ? 1 : 0);
    }
    const Result<Done> drawn =
        draw_clipped(surface, as_pixman(surface), target->region, [&](pixman_image_t* onto) {
            composite(static_cast<pixman_op_t>(flags.operation),
                      {src->get(), *src_place},
                      {mask ? mask->get() : nullptr, *mask_place},
                      onto,
                      area);
        });
    if (!drawn) return drawn.error();
    return Drawn{note_damage(message.base.surface, target->region)};
}

} // namespace sumac::canvas
