// DRAW_TEXT: a background, and over it a brush through a mask of glyphs.
#include "canvas/glyphs.h"
#include "canvas/pixman_image.h"
#include "canvas/target.h"

#include <algorithm>
#include <utility>

namespace sumac::canvas {

namespace {

/// What the fore brush is to pixman, and which of its pixels falls on the first of the text's area.
struct Ink {
    std::optional<Layer> tile;
    PixmanImage solid;
    Point place;

    pixman_image_t* get() const { return tile ? tile->get() : solid.get(); }
};

/// 8 bits per colour, or 5 on a surface of 16 bits (of 565, too, as in libspice-server's canvas).
PixmanImage solid_ink(std::uint32_t color, SurfaceFormat format) {
    const unsigned bits = bytes_per_pixel(format) == 2 ? 5 : 8;
    const std::uint32_t highest = (1U << bits) - 1;
    const auto part = [&](unsigned index) {
        return static_cast<std::uint16_t>((color >> index * bits & highest) * 0xFFFF / highest);
    };
    const pixman_color_t ink{part(2), part(1), part(0), 0xFFFF};
    return PixmanImage{pixman_image_create_solid_fill(&ink)};
}

std::int32_t wrap(std::int64_t value, std::int32_t size) {
    const std::int64_t rest = value % size;
    return static_cast<std::int32_t>(rest < 0 ? rest + size : rest);
}

/// A pattern begins at the corner of all the glyphs, not at that of the surface: libspice-server's
/// canvas has it so.
Result<Ink> ink_of(const wire::Brush& brush,
                   const std::optional<Operand>& tile,
                   SurfaceFormat format,
                   const GlyphBounds& bounds,
                   const Rect& area) {
    Ink ink;
    if (const auto* solid = std::get_if<wire::SolidBrush>(&brush)) {
        ink.solid = solid_ink(solid->color, format);
        if (ink.solid == nullptr) return pixman_failed();
        return ink;
    }
    Result<Layer> layer =
        tile->is_surface ? Layer::borrowed(tile->view) : Layer::in_format_of(format, tile->view);
    if (!layer) return layer.error();
    pixman_image_set_repeat(layer->get(), PIXMAN_REPEAT_NORMAL);
    ink.tile = *std::move(layer);
    const Point pos = std::get<wire::PatternBrush>(brush).pos;
    ink.place = {wrap(area.left - bounds.left - pos.x, tile->view.size.width),
                 wrap(area.top - bounds.top - pos.y, tile->view.size.height)};
    return ink;
}

/// The glyphs' part of what may be drawn.
Rect visible_part(const GlyphBounds& bounds, const Rect& extents) {
    const auto clamp = [](std::int64_t value, std::int32_t low, std::int32_t high) {
        return static_cast<std::int32_t>(std::clamp<std::int64_t>(value, low, high));
    };
    if (extents.empty()) return {};
    return {clamp(bounds.left, extents.left, extents.right),
            clamp(bounds.top, extents.top, extents.bottom),
            clamp(bounds.right, extents.left, extents.right),
            clamp(bounds.bottom, extents.top, extents.bottom)};
}

Result<Done>
paint_glyphs(Target& target, const wire::DrawText& message, const std::optional<Operand>& tile) {
    const GlyphBounds bounds = bounds_of(message.string);
    const Rect area = visible_part(bounds, target.region.extents());
    if (area.empty() || std::holds_alternative<std::monostate>(message.fore_brush)) return Done{};
    Surface& surface = target.surface;
    const Result<Ink> ink = ink_of(message.fore_brush, tile, surface.format(), bounds, area);
    if (!ink) return ink.error();
    const Result<Surface> coverage = coverage_of(message.string, area);
    if (!coverage) return coverage.error();
    const Result<Layer> mask = Layer::borrowed(coverage->view());
    if (!mask) return mask.error();
    const Placed source{ink->get(), ink->place};
    const Result<Done> drawn =
        draw_clipped(surface, as_pixman(surface), target.region, [&](pixman_image_t* onto) {
            composite(PIXMAN_OP_OVER, source, {mask->get(), {}}, onto, area);
        });
    if (drawn) clear_x(surface, visible_part(bounds, surface.bounds()));
    return drawn;
}

} // namespace

Result<Drawn> Canvas::execute(const wire::DrawText& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> fore = operands.brush(message.fore_brush);
    const std::optional<Operand> back = operands.brush(message.back_brush);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    Result<Target> target = aim(find(message.base.surface), message.base);
    if (!target) return target.error();
    if (!message.back_area.empty()) {
        // libspice-server's canvas draws nothing then.
        if (message.fore_mode != SPICE_ROPD_OP_PUT)
            return Error{ErrorCode::invalid, "text with a background that is not put"};
        Result<Target> behind = aim(find(message.base.surface), message.base);
        if (!behind) return behind.error();
        behind->region.intersect_with(message.back_area);
        const auto rows = brush_rows(
            message.back_brush, back, target->surface.format(), behind->region.extents());
        behind->paint(*rows, Rop::copy);
    }
    const Result<Done> painted = paint_glyphs(*target, message, fore);
    if (!painted) return painted.error();
    return Drawn{note_damage(message.base.surface, target->region)};
}

} // namespace sumac::canvas
