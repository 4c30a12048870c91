#include "image/glz_window.h"

#include "base/check.h"

#include <algorithm>
#include <iterator>

namespace sumac::image {

namespace {

std::size_t cost_bytes(const GlzImage& image) {
    return glz_window_image_bytes + image.encoded->size_bytes();
}

} // namespace

/// Of the first image that does not come before `id`.
GlzWindow::Images::const_iterator GlzWindow::place_of(GlzImageId id) const {
    if (images_.empty() || images_.back().id < id) return images_.end();
    // Where no number is missing, as in a session with one display, the number says it.
    const std::uint64_t likely = id.value - images_.front().id.value;
    if (likely < images_.size() && images_[likely].id == id)
        return images_.begin() + static_cast<std::ptrdiff_t>(likely);
    return std::ranges::lower_bound(images_, id, {}, &GlzImage::id);
}

const GlzImage* GlzWindow::find(GlzImageId id) const {
    const auto found = place_of(id);
    return found != images_.end() && found->id == id ? &*found : nullptr;
}

bool GlzWindow::arrived(GlzImageId id) const {
    const auto after = stretches_.upper_bound(id);
    return after != stretches_.begin() && std::prev(after)->second.last >= id;
}

Result<Done> GlzWindow::insert(GlzImage image) {
    const GlzImageId id = image.id;
    CHECK(!arrived(id));
    waiting_.erase(id);
    GlzImageId first = id;
    Stretch stretch{id, image.reach};
    auto after = stretches_.upper_bound(id);
    if (after != stretches_.begin()) {
        const auto before = std::prev(after);
        if (before->second.last.value + 1 == id.value) {
            first = before->first;
            stretches_.erase(before);
        }
    }
    if (after != stretches_.end() && after->first.value == id.value + 1) {
        stretch = after->second;
        stretches_.erase(after);
    }
    if (stretches_.size() >= max_glz_stretches)
        return Error{ErrorCode::limit, "too many gaps in the numbers of GLZ images"};
    stretches_.emplace(first, stretch);

    if (image.encoded) {
        const std::size_t cost = cost_bytes(image);
        if (cost > limit_bytes_ - std::min(size_bytes_, limit_bytes_))
            return Error{ErrorCode::limit, "the server fills the GLZ window beyond its size"};
        size_bytes_ += cost;
        images_.insert(place_of(id), std::move(image));
    }
    drop_behind(first, stretch.last, stretch.reach);
    return Done{};
}

void GlzWindow::note_waiting(GlzImageId id, GlzImageId missing) {
    if (waiting_.size() >= max_glz_waiting) waiting_.clear(); // they were given up, not decoded
    waiting_.insert_or_assign(id, missing);
}

std::optional<GlzImageId> GlzWindow::missing_for(GlzImageId id) const {
    const auto found = waiting_.find(id);
    if (found == waiting_.end() || arrived(found->second)) return std::nullopt;
    return found->second;
}

void GlzWindow::clear() {
    images_.clear();
    waiting_.clear();
    stretches_.clear();
    size_bytes_ = 0;
}

/// In the stretch from `first` to `last`.
void GlzWindow::drop_behind(GlzImageId first, GlzImageId last, std::uint32_t reach) {
    if (last.value - first.value <= reach) return;
    const GlzImageId oldest_needed{last.value - reach};
    const auto begin = place_of(first);
    auto end = begin;
    for (; end != images_.end() && end->id < oldest_needed; ++end)
        size_bytes_ -= cost_bytes(*end);
    images_.erase(begin, end);
}

} // namespace sumac::image
