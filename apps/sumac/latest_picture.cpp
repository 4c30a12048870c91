#include "latest_picture.h"

namespace sumac::tool {

void LatestPicture::on_display_created(std::uint32_t display, Size size) {
    const std::lock_guard lock{mutex_};
    displays_.insert(display);
    if (display != display_) return;
    picture_.emplace(size);
    changed_ = now_();
}

// Most often another one follows at once (a change of resolution); the last picture stays.
void LatestPicture::on_display_destroyed(std::uint32_t display) {
    if (display != display_) return;
    const std::lock_guard lock{mutex_};
    changed_ = now_();
}

void LatestPicture::on_update(const DisplayUpdate& update) {
    if (update.display != display_) return;
    const std::lock_guard lock{mutex_};
    picture_->apply(update);
    changed_ = now_();
}

std::optional<LocalTime> LatestPicture::unchanged_since() const {
    const std::lock_guard lock{mutex_};
    if (!picture_) return std::nullopt;
    return changed_;
}

std::optional<Picture> LatestPicture::picture() const {
    const std::lock_guard lock{mutex_};
    return picture_;
}

std::set<std::uint32_t> LatestPicture::displays() const {
    const std::lock_guard lock{mutex_};
    return displays_;
}

} // namespace sumac::tool
