#include "canvas/target.h"

namespace sumac::canvas {

Result<Target> aim(Surface* surface,
                   const wire::DrawBase& base,
                   const wire::Mask& mask,
                   const std::optional<Operand>& mask_image) {
    if (surface == nullptr) return no_such_surface;
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

std::unique_ptr<RowSource> brush_rows(const wire::Brush& brush,
                                      const std::optional<Operand>& tile,
                                      SurfaceFormat format,
                                      const Rect& extents) {
    if (const auto* pattern = std::get_if<wire::PatternBrush>(&brush))
        return tile_rows(format, tile->view, pattern->pos, extents);
    const auto* solid = std::get_if<wire::SolidBrush>(&brush);
    return solid_rows(format, solid != nullptr ? solid->color : 0, extents);
}

Filter filter_of(std::uint8_t scale_mode) {
    return scale_mode == SPICE_IMAGE_SCALE_MODE_NEAREST ? Filter::nearest : Filter::bilinear;
}

} // namespace sumac::canvas
