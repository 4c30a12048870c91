#include "client/pictures_above.h"

#include "video/colour.h"

#include <algorithm>
#include <utility>

namespace sumac::client {
namespace {

/// Streams that are shown as planes at a time; with more, memory counts for more than conversion.
constexpr std::size_t max_pictures = 4;

bool hides(const ShowPicture& above, const ShowPicture& below) {
    return below.dest == above.dest && below.clip == above.clip;
}

/// The same pixels without a copy; none if somebody else still has them.
std::optional<image::Pixels> own_pixels(const video::PicturePtr& picture, const PictureView& view) {
    if (picture.use_count() > 1 || picture->memory.use_count() > 1 ||
        view.data != picture->memory.get() ||
        view.stride_bytes != std::ptrdiff_t{4} * view.size.width)
        return std::nullopt;
    auto pixels = image::Pixels::over(std::static_pointer_cast<std::byte>(picture->memory),
                                      image::PixelFormat::bgrx32,
                                      view.size);
    return pixels ? std::optional{*std::move(pixels)} : std::nullopt;
}

std::optional<image::Pixels> converted(const PlanarView& planes) {
    auto pixels = image::Pixels::allocate(image::PixelFormat::bgrx32, planes.size);
    if (!pixels) return std::nullopt;
    video::to_bgrx(planes, pixels->row(0), static_cast<std::ptrdiff_t>(pixels->stride_bytes()));
    return *std::move(pixels);
}

/// False: it has to be drawn.
bool becomes_primary(canvas::Canvas& canvas, const ShowPicture& show) {
    const auto size = canvas.surface_size(show.surface);
    if (!size || !is_whole_screen(show, *size)) return false;
    const auto* planes = std::get_if<PlanarView>(&show.picture->content);
    auto pixels = planes != nullptr
                      ? converted(*planes)
                      : own_pixels(show.picture, std::get<PictureView>(show.picture->content));
    return pixels && canvas.replace_primary(*std::move(pixels));
}

} // namespace

Result<canvas::Damage> PicturesAbove::draw(canvas::Canvas& canvas, const ShowPicture& show) {
    std::vector<std::byte> converted;
    PictureView pixels;
    if (const auto* planes = std::get_if<PlanarView>(&show.picture->content)) {
        pixels.size = planes->size;
        pixels.stride_bytes = std::ptrdiff_t{planes->size.width} * 4;
        converted.resize(static_cast<std::size_t>(pixels.stride_bytes * planes->size.height));
        pixels.data = converted.data();
        video::to_bgrx(*planes, converted.data(), pixels.stride_bytes);
    } else {
        pixels = std::get<PictureView>(show.picture->content);
    }
    return canvas.draw_picture(show.surface, pixels, show.dest, show.clip, show.order);
}

bool PicturesAbove::has_room_for(const ShowPicture& show) const {
    return pictures_.size() < max_pictures ||
           std::any_of(pictures_.begin(), pictures_.end(), [&](const ShowPicture& below) {
               return hides(show, below);
           });
}

void PicturesAbove::put(const ShowPicture& show) {
    std::erase_if(pictures_, [&](const ShowPicture& below) { return hides(show, below); });
    pictures_.push_back(show);
}

void PicturesAbove::put_on_all(const ShowPicture& show, canvas::Canvas& canvas) {
    pictures_ = {show};
    canvas.give_up_primary();
}

std::vector<canvas::Damage> PicturesAbove::bring_down(canvas::Canvas& canvas) {
    std::vector<canvas::Damage> damage;
    for (const ShowPicture& show : std::exchange(pictures_, {})) {
        const bool planes = std::holds_alternative<PlanarView>(show.picture->content);
        Result<canvas::Damage> changed = canvas::Damage{show.surface, {show.dest}};
        if (!becomes_primary(canvas, show)) changed = draw(canvas, show);
        if (changed && planes) damage.push_back(*std::move(changed));
    }
    return damage;
}

bool is_whole_screen(const ShowPicture& show, Size surface) {
    const Rect screen{0, 0, surface.width, surface.height};
    return show.surface == SurfaceId{0} && show.picture->size() == surface && show.dest == screen &&
           show.clip.everything_visible && show.order == canvas::RowOrder::top_down;
}

std::vector<Rect> seen_of(const ShowPicture& show, Size surface) {
    const Rect whole = intersect(show.dest, {0, 0, surface.width, surface.height});
    std::vector<Rect> seen;
    if (whole.empty()) return seen;
    if (show.clip.everything_visible) return {whole};
    for (const Rect& rect : show.clip.rects) {
        const Rect part = intersect(whole, rect);
        if (!part.empty()) seen.push_back(part);
    }
    return seen;
}

PlanarView upright(PlanarView planes, canvas::RowOrder order) {
    if (order == canvas::RowOrder::top_down) return planes;
    for (std::size_t i = 0; i < planes.planes.size(); ++i) {
        Plane& plane = planes.planes[i];
        plane.data += plane.stride_bytes * (planes.plane_size(i).height - 1);
        plane.stride_bytes = -plane.stride_bytes;
    }
    return planes;
}

} // namespace sumac::client
