// The drawing operations of Canvas that raster operations make, one function for each kind of
// message.
#include "canvas/target.h"

namespace sumac::canvas {

namespace {

/// The key of DRAW_TRANSPARENT comes as 0xRRGGBB.
std::uint32_t native_key(SurfaceFormat format, std::uint32_t true_color) {
    const auto narrow = [&](unsigned shift, unsigned bits) {
        return (true_color >> shift & 0xFF) >> (8 - bits);
    };
    switch (format) {
    case SurfaceFormat::a1:
    case SurfaceFormat::a8:
        return 0;
    case SurfaceFormat::x555:
        return narrow(16, 5) << 10 | narrow(8, 5) << 5 | narrow(0, 5);
    case SurfaceFormat::rgb565:
        return narrow(16, 5) << 11 | narrow(8, 6) << 5 | narrow(0, 5);
    case SurfaceFormat::xrgb32:
    case SurfaceFormat::argb32:
        return true_color;
    }
    return true_color;
}

/// Whether the image becomes the surface, pixel for pixel.
bool copies_whole(const wire::DrawCopy& message, const Surface& surface) {
    const wire::ImageDescriptor& image = message.image.descriptor;
    const Rect all = surface.bounds();
    return message.base.box == all && message.src_area == all &&
           std::int64_t{image.width} == all.width() && std::int64_t{image.height} == all.height() &&
           message.base.clip.everything_visible && !message.mask.image &&
           parse_rop(message.rop, image_on_surface) == Rop::copy;
}

} // namespace

/// A whole screen, as a server sends it before it has noticed a video: neither memory for the image
/// nor a copy of it. What of a damaged one came is there, as all before it was to be gone: the
/// surface is damaged even then. None: it has to be drawn like any other.
std::optional<Result<Drawn>> Canvas::decode_whole(const wire::DrawCopy& message) {
    Surface* const surface = find(message.base.surface);
    if (ahead_ != nullptr || surface == nullptr || !copies_whole(message, *surface))
        return std::nullopt;
    const auto decoded = image::decode_into(message.image, surface->pixels());
    if (!decoded) return std::nullopt;
    Result<Region> all = Region::clipped(surface->bounds(), surface->bounds(), {});
    if (!all) return Result<Drawn>{all.error()};
    Damage damage = note_damage(message.base.surface, *all);
    if (!*decoded) return Result<Drawn>{decoded->error()};
    return Result<Drawn>{std::move(damage)};
}

Result<Drawn> Canvas::execute(const wire::DrawFill& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> tile = operands.brush(message.brush);
    const std::optional<Operand> mask = operands.mask(message.mask);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    Result<Target> target = aim(find(message.base.surface), message.base, message.mask, mask);
    if (!target) return target.error();
    const auto rows =
        brush_rows(message.brush, tile, target->surface.format(), target->region.extents());
    target->paint(*rows, parse_rop(message.rop, brush_on_surface));
    return Drawn{note_damage(message.base.surface, target->region)};
}

Result<Drawn> Canvas::execute(const wire::DrawCopy& message) {
    if (auto drawn = decode_whole(message)) return *std::move(drawn);
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> image = operands.image(message.image);
    const std::optional<Operand> mask = operands.mask(message.mask);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    const Rop rop = parse_rop(message.rop, image_on_surface);
    Result<Target> target = aim(find(message.base.surface), message.base, message.mask, mask);
    if (!target) return target.error();
    const auto rows = image_rows(target->surface.format(),
                                 image->view,
                                 {.src_area = message.src_area,
                                  .box = message.base.box,
                                  .filter = filter_of(message.scale_mode),
                                  .fill_alpha = rop == Rop::copy},
                                 target->region);
    if (!rows) return rows.error();
    target->paint(**rows, rop);
    return Drawn{note_damage(message.base.surface, target->region)};
}

Result<Drawn> Canvas::execute(const wire::DrawOpaque& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> image = operands.image(message.image);
    const std::optional<Operand> tile = operands.brush(message.brush);
    const std::optional<Operand> mask = operands.mask(message.mask);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    Surface* surface = find(message.base.surface);
    Result<Target> under = aim(surface, message.base, message.mask, mask);
    Result<Target> target = aim(surface, message.base, message.mask, mask);
    if (!under) return under.error();
    if (!target) return target.error();
    const auto image_source = image_rows(surface->format(),
                                         image->view,
                                         {.src_area = message.src_area,
                                          .box = message.base.box,
                                          .filter = filter_of(message.scale_mode),
                                          .fill_alpha = true},
                                         under->region);
    if (!image_source) return image_source.error();
    under->paint(**image_source, Rop::copy);
    // Where the image does not reach, the brush meets what was there before.
    const auto brush_source =
        brush_rows(message.brush, tile, surface->format(), target->region.extents());
    target->paint(*brush_source, parse_rop(message.rop, brush_on_image));
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

Result<Drawn> Canvas::execute(const wire::DrawRop3& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> image = operands.image(message.image);
    const std::optional<Operand> tile = operands.brush(message.brush);
    const std::optional<Operand> mask = operands.mask(message.mask);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    Result<Target> target = aim(find(message.base.surface), message.base, message.mask, mask);
    if (!target) return target.error();
    const SurfaceFormat format = target->surface.format();
    const auto image_source = image_rows(format,
                                         image->view,
                                         {.src_area = message.src_area,
                                          .box = message.base.box,
                                          .filter = filter_of(message.scale_mode),
                                          .placing = Placing::in_destination},
                                         target->region);
    if (!image_source) return image_source.error();
    const auto brush_source = brush_rows(message.brush, tile, format, target->region.extents());
    paint_rop3(target->surface,
               target->region,
               **image_source,
               *brush_source,
               message.rop3,
               target->mask());
    return Drawn{note_damage(message.base.surface, target->region)};
}

Result<Drawn> Canvas::execute(const wire::DrawTransparent& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> image = operands.image(message.image);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    Result<Target> target = aim(find(message.base.surface), message.base);
    if (!target) return target.error();
    const SurfaceFormat format = target->surface.format();
    const auto rows = image_rows(format,
                                 image->view,
                                 {.src_area = message.src_area, .box = message.base.box},
                                 target->region);
    if (!rows) return rows.error();
    paint_keyed(target->surface, target->region, **rows, native_key(format, message.true_color));
    return Drawn{note_damage(message.base.surface, target->region)};
}

Result<Drawn> Canvas::execute(const wire::CopyBits& message) {
    Result<Target> target = aim(find(message.base.surface), message.base);
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
    if (surface == nullptr) return no_such_surface;
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
        image_rows(surface->format(), view, {.src_area = view.bounds(), .box = dest}, *region);
    if (!rows) return rows.error();
    paint(*surface, *region, **rows, Rop::copy, nullptr);
    return note_damage(surface_id, *region);
}

} // namespace sumac::canvas
