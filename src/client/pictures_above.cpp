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

std::vector<canvas::Damage> PicturesAbove::bring_down(canvas::Canvas& canvas) {
    std::vector<canvas::Damage> damage;
    for (const ShowPicture& show : std::exchange(pictures_, {})) {
        auto changed = draw(canvas, show);
        const bool planes = std::holds_alternative<PlanarView>(show.picture->content);
        if (changed && planes) damage.push_back(*std::move(changed));
    }
    return damage;
}

std::optional<PictureView> whole_screen(const ShowPicture& show, Size surface) {
    const auto* pixels = std::get_if<PictureView>(&show.picture->content);
    const Rect screen{0, 0, surface.width, surface.height};
    const bool whole = pixels != nullptr && show.surface == SurfaceId{0} &&
                       pixels->size == surface && show.dest == screen &&
                       show.clip.everything_visible && show.order == canvas::RowOrder::top_down;
    return whole ? std::optional{*pixels} : std::nullopt;
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
