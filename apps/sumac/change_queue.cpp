#include "change_queue.h"

#include <utility>

namespace sumac::tool {

namespace {

std::size_t bytes_of(const Change& change) {
    std::size_t held = 0;
    if (const auto* picture = std::get_if<PictureChanged>(&change))
        held = picture->patch.pixels.size();
    if (const auto* sound = std::get_if<SoundHeard>(&change))
        held = sound->samples.size() * sizeof(std::int16_t);
    return ChangeQueue::change_bytes + held;
}

} // namespace

bool ChangeQueue::push(Change change) {
    const std::size_t bytes = bytes_of(change);
    std::unique_lock lock{mutex_};
    has_room_.wait(lock, [&] {
        return closed_ || changes_.empty() ||
               (bytes <= capacity_bytes_ && bytes_ <= capacity_bytes_ - bytes);
    });
    if (closed_) return false;
    changes_.push_back({std::move(change), bytes});
    bytes_ += bytes;
    has_change_.notify_one();
    return true;
}

bool ChangeQueue::offer(SoundHeard sound) {
    Change change = std::move(sound);
    const std::size_t bytes = bytes_of(change);
    const std::lock_guard lock{mutex_};
    if (closed_ || bytes_ + bytes > capacity_bytes_ + sound_reserve_bytes) return false;
    changes_.push_back({std::move(change), bytes});
    bytes_ += bytes;
    has_change_.notify_one();
    return true;
}

std::optional<Change> ChangeQueue::pop() {
    std::unique_lock lock{mutex_};
    has_change_.wait_for(lock, patience_, [&] { return closed_ || !changes_.empty(); });
    if (changes_.empty()) return closed_ ? std::nullopt : std::optional<Change>{Quiet{}};
    Waiting first = std::move(changes_.front());
    changes_.pop_front();
    bytes_ -= first.bytes;
    has_room_.notify_one();
    return std::move(first.change);
}

void ChangeQueue::close() {
    const std::lock_guard lock{mutex_};
    closed_ = true;
    has_room_.notify_all();
    has_change_.notify_all();
}

Patch ChangeQueue::take_spare() {
    const std::lock_guard lock{mutex_};
    if (spares_.empty()) return {};
    Patch patch = std::move(spares_.back());
    spares_.pop_back();
    return patch;
}

void ChangeQueue::give_spare(Patch patch) {
    const std::lock_guard lock{mutex_};
    if (spares_.size() < max_spares) spares_.push_back(std::move(patch));
}

ChangeQueue::Fill ChangeQueue::fill() const {
    const std::lock_guard lock{mutex_};
    return {changes_.size(), bytes_};
}

} // namespace sumac::tool
