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

const GlzImage* GlzWindow::find(GlzImageId id) const {
    const auto found = images_.find(id);
    return found == images_.end() ? nullptr : &found->second;
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
        images_.emplace(id, std::move(image));
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
    auto image = images_.lower_bound(first);
    while (image != images_.end() && image->first < oldest_needed) {
        size_bytes_ -= cost_bytes(image->second);
        image = images_.erase(image);
    }
}

} // namespace sumac::image
