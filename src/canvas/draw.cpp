// The drawing operations of Canvas, one function for each kind of message.
#include "canvas/operands.h"
#include "canvas/paint.h"

#include <spice/enums.h>

namespace sumac::canvas {

namespace {

Error no_such_surface() {
    return {ErrorCode::invalid, "no such surface"};
}
Error no_operation() {
    return {ErrorCode::invalid, "raster operation names no operation"};
}

constexpr RopInputs image_on_surface{SPICE_ROPD_INVERS_SRC, SPICE_ROPD_INVERS_DEST};
constexpr RopInputs brush_on_surface{SPICE_ROPD_INVERS_BRUSH, SPICE_ROPD_INVERS_DEST};
/// In DRAW_OPAQUE the brush meets the image, which has been copied to the destination before.
constexpr RopInputs brush_on_image{SPICE_ROPD_INVERS_BRUSH, SPICE_ROPD_INVERS_SRC};

Scaling scaling_of(std::uint8_t scale_mode) {
    return scale_mode == SPICE_IMAGE_SCALE_MODE_NEAREST ? Scaling::nearest : Scaling::bilinear;
}

/// Where one message may draw: box, surface, clip and what the mask covers.
struct Target {
    Surface& surface;
    Region region;
    std::optional<Stencil> stencil;

    void paint(RowSource& source, Rop rop) {
        canvas::paint(surface, region, source, rop, stencil ? &*stencil : nullptr);
    }
};

Result<Target> aim(Surface* surface,
                   const wire::DrawBase& base,
                   const wire::Mask& mask,
                   const std::optional<Operand>& mask_image) {
    if (surface == nullptr) return no_such_surface();
    Result<Region> region = Region::clipped(base.box, surface->bounds(), base.clip);
    if (!region) return region.error();
    Target target{*surface, *std::move(region), std::nullopt};
    if (!mask_image) return target;
    const bool inverted = (mask.flags & SPICE_MASK_FLAGS_INVERS) != 0;
    target.stencil.emplace(
        mask_image->view, mask.pos, Point{base.box.left, base.box.top}, inverted);
    target.region.intersect_with(target.stencil->coverage());
    return target;
}

/// The brush's pixels; without a brush the value is 0.
std::unique_ptr<RowSource> brush_rows(const wire::Brush& brush,
                                      const std::optional<Operand>& tile,
                                      SurfaceFormat format,
                                      const Rect& extents) {
    if (const auto* pattern = std::get_if<wire::PatternBrush>(&brush))
        return tile_rows(format, tile->view, pattern->pos, extents);
    const auto* solid = std::get_if<wire::SolidBrush>(&brush);
    return solid_rows(format, solid != nullptr ? solid->color : 0, extents);
}

} // namespace

Result<Drawn> Canvas::execute(const wire::DrawFill& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> tile = operands.brush(message.brush);
    const std::optional<Operand> mask = operands.mask(message.mask);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    const std::optional<Rop> rop = parse_rop(message.rop, brush_on_surface);
    if (!rop) return no_operation();
    Result<Target> target = aim(find(message.base.surface), message.base, message.mask, mask);
    if (!target) return target.error();
    const auto rows =
        brush_rows(message.brush, tile, target->surface.format(), target->region.extents());
    target->paint(*rows, *rop);
    return Drawn{note_damage(message.base.surface, target->region)};
}

Result<Drawn> Canvas::execute(const wire::DrawCopy& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> image = operands.image(message.image);
    const std::optional<Operand> mask = operands.mask(message.mask);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    const std::optional<Rop> rop = parse_rop(message.rop, image_on_surface);
    if (!rop) return no_operation();
    Result<Target> target = aim(find(message.base.surface), message.base, message.mask, mask);
    if (!target) return target.error();
    const auto rows = image_rows(target->surface.format(),
                                 image->view,
                                 message.src_area,
                                 message.base.box,
                                 scaling_of(message.scale_mode),
                                 target->region);
    if (!rows) return rows.error();
    target->paint(**rows, *rop);
    return Drawn{note_damage(message.base.surface, target->region)};
}

Result<Drawn> Canvas::execute(const wire::DrawOpaque& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> image = operands.image(message.image);
    const std::optional<Operand> tile = operands.brush(message.brush);
    const std::optional<Operand> mask = operands.mask(message.mask);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    const std::optional<Rop> rop = parse_rop(message.rop, brush_on_image);
    if (!rop) return no_operation();
    Result<Target> target = aim(find(message.base.surface), message.base, message.mask, mask);
    if (!target) return target.error();
    const auto image_source = image_rows(target->surface.format(),
                                         image->view,
                                         message.src_area,
                                         message.base.box,
                                         scaling_of(message.scale_mode),
                                         target->region);
    if (!image_source) return image_source.error();
    target->paint(**image_source, Rop::copy);
    const auto brush_source =
        brush_rows(message.brush, tile, target->surface.format(), target->region.extents());
    target->paint(*brush_source, *rop);
    return Drawn{note_damage(message.base.surface, target->region)};
}

Result<Drawn> Canvas::execute(const wire::DrawBlackness& message) {
    return fill_constant(message.base, message.mask, Rop::black);
}

Result<Drawn> Canvas::execute(const wire::DrawWhiteness& message) {
    return fill_constant(message.base, message.mask, Rop::white);
}

Result<Drawn> Canvas::execute(const wire::DrawInvers& message) {
    return fill_constant(message.base, message.mask, Rop::invert);
}

Result<Drawn> Canvas::fill_constant(const wire::DrawBase& base, const wire::Mask& mask, Rop rop) {
    Operands operands{*this, base.surface};
    const std::optional<Operand> mask_image = operands.mask(mask);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    Result<Target> target = aim(find(base.surface), base, mask, mask_image);
    if (!target) return target.error();
    const auto rows = solid_rows(target->surface.format(), 0, target->region.extents());
    target->paint(*rows, rop);
    return Drawn{note_damage(base.surface, target->region)};
}

Result<Drawn> Canvas::execute(const wire::CopyBits& message) {
    Result<Target> target = aim(find(message.base.surface), message.base, {}, std::nullopt);
    if (!target) return target.error();
    const std::int64_t dx = std::int64_t{message.src_pos.x} - message.base.box.left;
    const std::int64_t dy = std::int64_t{message.src_pos.y} - message.base.box.top;
    target->region.intersect_with(translated(target->surface.bounds(), -dx, -dy));
    // What is left has its source inside the surface, so the distance fits.
    if (!target->region.empty())
        copy_within(target->surface,
                    target->region,
                    static_cast<std::int32_t>(dx),
                    static_cast<std::int32_t>(dy));
    return Drawn{note_damage(message.base.surface, target->region)};
}

Result<Damage> Canvas::draw_picture(SurfaceId surface_id,
                                    const PictureView& picture,
                                    const Rect& dest,
                                    const wire::Clip& clip,
                                    RowOrder order) {
    Surface* surface = find(surface_id);
    if (surface == nullptr) return no_such_surface();
    if (picture.size.width <= 0 || picture.size.height <= 0)
        return Error{ErrorCode::invalid, "empty picture"};
    image::PixelView view{
        image::PixelFormat::bgrx32, picture.size, picture.data, picture.stride_bytes};
    if (order == RowOrder::bottom_up) {
        view.data = view.row(picture.size.height - 1);
        view.stride_bytes = -view.stride_bytes;
    }
    Result<Region> region = Region::clipped(dest, surface->bounds(), clip);
    if (!region) return region.error();
    const auto rows =
        image_rows(surface->format(), view, view.bounds(), dest, Scaling::nearest, *region);
    if (!rows) return rows.error();
    paint(*surface, *region, **rows, Rop::copy, nullptr);
    return note_damage(surface_id, *region);
}

// Operations that are not drawn. Their images still have to enter the caches.

Result<Drawn> Canvas::execute(const wire::DrawRop3& message) {
    Operands operands{*this, message.base.surface};
    operands.image(message.image);
    operands.brush(message.brush);
    operands.mask(message.mask);
    return operands.not_drawn("rop3");
}

Result<Drawn> Canvas::execute(const wire::DrawStroke& message) {
    Operands operands{*this, message.base.surface};
    operands.brush(message.brush);
    return operands.not_drawn("stroke");
}

Result<Drawn> Canvas::execute(const wire::DrawText& message) {
    Operands operands{*this, message.base.surface};
    operands.brush(message.fore_brush);
    operands.brush(message.back_brush);
    return operands.not_drawn("text");
}

Result<Drawn> Canvas::execute(const wire::DrawTransparent& message) {
    Operands operands{*this, message.base.surface};
    operands.image(message.image);
    return operands.not_drawn("transparent");
}

Result<Drawn> Canvas::execute(const wire::DrawAlphaBlend& message) {
    Operands operands{*this, message.base.surface};
    operands.image(message.image);
    return operands.not_drawn("alpha blend");
}

Result<Drawn> Canvas::execute(const wire::DrawComposite& message) {
    Operands operands{*this, message.base.surface};
    operands.image(message.src);
    // COMPOSITE's mask is an image with alpha, not a 1-bit mask.
    if (message.mask) operands.image(*message.mask);
    return operands.not_drawn("composite");
}

} // namespace sumac::canvas
