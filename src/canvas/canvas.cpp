#include "canvas/canvas.h"

#include "canvas/region.h"

#include <spice/enums.h>

namespace sumac::canvas {

namespace {

constexpr SurfaceId primary_id{0};

bool is_16_bit(const Surface& surface) {
    return bytes_per_pixel(surface.format()) == 2;
}

/// A message that changed no pixels.
Result<Drawn> nothing_changed() {
    return Drawn{Damage{}};
}

Result<Size> surface_size_of(std::uint32_t width, std::uint32_t height) {
    if (width > wire::max_image_side || height > wire::max_image_side)
        return Error{ErrorCode::limit, "surface side above 32767"};
    return Size{static_cast<std::int32_t>(width), static_cast<std::int32_t>(height)};
}

/// What a new surface will take, and its shadow with it. At most 8 * 32767 * 32767.
std::size_t needed_bytes(SurfaceId id, SurfaceFormat format, Size size) {
    const std::size_t shadow = id == primary_id && bytes_per_pixel(format) == 2 ? 4 : 0;
    return (bytes_per_pixel(format) + shadow) * static_cast<std::size_t>(size.width) *
           static_cast<std::size_t>(size.height);
}

} // namespace

Result<Drawn> Canvas::draw(const wire::DisplayMessage& message, const image::DecodedAhead* ahead) {
    ahead_ = ahead;
    return std::visit(
        [this]<class Message>(const Message& m) {
            if constexpr (requires { execute(m); }) return execute(m);
            return nothing_changed();
        },
        message);
}

std::optional<PictureView> Canvas::primary() {
    const Surface* surface = find(primary_id);
    if (surface == nullptr) return std::nullopt;
    if (shadow_) return shadow_->refresh(*surface);
    if (bytes_per_pixel(surface->format()) != 4) return std::nullopt;
    const image::PixelView view = surface->view();
    return PictureView{view.data, view.size, view.stride_bytes};
}

std::optional<Size> Canvas::surface_size(SurfaceId id) const {
    const auto found = surfaces_.find(id);
    if (found == surfaces_.end()) return std::nullopt;
    return found->second.size();
}

void Canvas::give_up_primary() {
    if (const auto found = surfaces_.find(primary_id); found != surfaces_.end())
        found->second.give_up();
}

bool Canvas::replace_primary(image::Pixels&& pixels) {
    const auto found = surfaces_.find(primary_id);
    if (found == surfaces_.end() || !found->second.replace(std::move(pixels))) return false;
    if (shadow_) shadow_->mark_dirty({found->second.bounds()});
    return true;
}

void Canvas::restart(image::ImageCache& images) {
    std::erase_if(surfaces_, [](const auto& entry) { return entry.first != primary_id; });
    surfaces_bytes_ = 0;
    for (const auto& [id, surface] : surfaces_)
        surfaces_bytes_ += needed_bytes(id, surface.format(), surface.size());
    palettes_.invalidate_all();
    images_ = &images;
    primary_was_left_ = true;
}

bool Canvas::keeps_primary(const wire::SurfaceCreate& message) const {
    const auto primary = surfaces_.find(primary_id);
    return primary_was_left_ && message.id == primary_id && primary != surfaces_.end() &&
           surface_format(message.format) == primary->second.format() &&
           message.width == static_cast<std::uint32_t>(primary->second.size().width) &&
           message.height == static_cast<std::uint32_t>(primary->second.size().height);
}

Result<Drawn> Canvas::execute(const wire::SurfaceCreate& message) {
    if (keeps_primary(message)) {
        primary_was_left_ = false;
        return nothing_changed();
    }
    const std::optional<SurfaceFormat> format = surface_format(message.format);
    if (!format) return Error{ErrorCode::invalid, "unknown surface format"};
    const Result<Size> size = surface_size_of(message.width, message.height);
    if (!size) return size.error();
    return create(message.id, *format, *size);
}

Result<Drawn> Canvas::execute(const wire::SurfaceDestroy& message) {
    if (find(message.id) == nullptr) return Error{ErrorCode::invalid, "no such surface"};
    destroy(message.id);
    return nothing_changed();
}

Result<Drawn> Canvas::execute(const wire::DisplayMode& message) {
    if (message.bits != 16 && message.bits != 32)
        return Error{ErrorCode::invalid, "display mode is neither 16 nor 32 bits deep"};
    const Result<Size> size = surface_size_of(message.width, message.height);
    if (!size) return size.error();
    surfaces_.clear();
    surfaces_bytes_ = 0;
    shadow_.reset();
    palettes_.invalidate_all();
    return create(
        primary_id, message.bits == 16 ? SurfaceFormat::x555 : SurfaceFormat::xrgb32, *size);
}

Result<Drawn> Canvas::execute(const wire::DisplayReset&) {
    palettes_.invalidate_all();
    Surface* surface = find(primary_id);
    if (surface == nullptr) return nothing_changed();
    surface->clear();
    Result<Region> all = Region::clipped(surface->bounds(), surface->bounds(), {});
    if (!all) return all.error();
    return Drawn{note_damage(primary_id, *all)};
}

Result<Drawn> Canvas::execute(const wire::InvalList& message) {
    for (const ImageId id : message.pixmaps)
        images_->invalidate(id);
    return nothing_changed();
}

Result<Drawn> Canvas::execute(const wire::InvalAllPixmaps&) {
    images_->invalidate_all();
    return nothing_changed();
}

Result<Drawn> Canvas::execute(const wire::InvalPalette& message) {
    palettes_.invalidate(message.id);
    return nothing_changed();
}

Result<Drawn> Canvas::execute(const wire::InvalAllPalettes&) {
    palettes_.invalidate_all();
    return nothing_changed();
}

Result<Drawn> Canvas::create(SurfaceId id, SurfaceFormat format, Size size) {
    if (id == primary_id) primary_was_left_ = false;
    destroy(id);
    if (surfaces_.size() >= max_surfaces) return Error{ErrorCode::limit, "too many surfaces"};
    if (needed_bytes(id, format, size) > max_surfaces_bytes - surfaces_bytes_)
        return Error{ErrorCode::limit, "surfaces take more than 512 MiB"};

    Result<Surface> surface = Surface::create(format, size);
    if (!surface) return surface.error();
    if (id == primary_id && is_16_bit(*surface)) {
        Result<Shadow> shadow = Shadow::create(*surface);
        if (!shadow) return shadow.error();
        shadow_.emplace(*std::move(shadow));
    }
    surfaces_bytes_ += needed_bytes(id, format, size);
    surfaces_.emplace(id, *std::move(surface));
    return nothing_changed();
}

void Canvas::destroy(SurfaceId id) {
    const auto found = surfaces_.find(id);
    if (found == surfaces_.end()) return;
    surfaces_bytes_ -= needed_bytes(id, found->second.format(), found->second.size());
    surfaces_.erase(found);
    if (id == primary_id) shadow_.reset();
}

Surface* Canvas::find(SurfaceId id) {
    const auto found = surfaces_.find(id);
    if (found == surfaces_.end()) return nullptr;
    found->second.restore();
    return &found->second;
}

Damage Canvas::note_damage(SurfaceId id, const Region& region) {
    Damage damage{id, {}};
    if (region.empty()) return damage;
    damage.rects =
        region.count() > max_dirty_rects ? std::vector{region.extents()} : region.rects();
    if (id == primary_id && shadow_) shadow_->mark_dirty(damage.rects);
    return damage;
}

} // namespace sumac::canvas
