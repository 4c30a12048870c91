#include "player.h"

#include <pthread.h>

#include <algorithm>
#include <chrono>
#include <utility>

namespace sumac::host {

Player::Player(std::unique_ptr<PictureSource> source, FramePool& pool, int fps, CellsShown cells)
    : source_(std::move(source)),
      pool_(pool),
      fps_(fps),
      cells_(cells),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
    pthread_setname_np(thread_.native_handle(), "player");
}

Player::~Player() = default;

void Player::run(const std::stop_token& stop) {
    while (auto frame = pool_.take(stop)) {
        const auto number = next_number(stop);
        if (!number) {
            pool_.give_back(std::move(frame));
            return;
        }
        render(*frame, *number);
        const std::lock_guard lock(mutex_);
        const bool still_wanted = *number == next_;
        if (still_wanted) ++next_;
        if (still_wanted)
            ready_.push_back(std::move(frame));
        else
            pool_.give_back(std::move(frame));
        changed_.notify_all();
    }
}

std::optional<FrameNumber> Player::next_number(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, stop, [&] { return ready_.size() < ahead; });
    if (stop.stop_requested()) return std::nullopt;
    return next_;
}

void Player::render(Frame& frame, FrameNumber number) {
    frame.number = number;
    source_->render(number, frame.picture);
    if (cells_ == CellsShown::yes)
        draw_cells(frame.picture, {.number = number, .flash = is_flash(number, fps_)});
}

void Player::seek(FrameNumber number) {
    const std::lock_guard lock(mutex_);
    for (auto& frame : ready_)
        pool_.give_back(std::move(frame));
    ready_.clear();
    next_ = number;
    changed_.notify_all();
}

void Player::wait_until_ready(FrameNumber number) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(1), [&] {
        return !ready_.empty() && ready_.back()->number >= number;
    });
}

std::unique_ptr<Frame> Player::take(FrameNumber number) {
    const std::lock_guard lock(mutex_);
    while (!ready_.empty() && ready_.front()->number < number) {
        pool_.give_back(std::move(ready_.front()));
        ready_.pop_front();
    }
    next_ = std::max(next_, number + 1);
    std::unique_ptr<Frame> frame;
    if (!ready_.empty() && ready_.front()->number == number) {
        frame = std::move(ready_.front());
        ready_.pop_front();
    }
    changed_.notify_all();
    return frame;
}

} // namespace sumac::host
