#include "pacer.h"

#include <pthread.h>

#include <chrono>
#include <utility>

namespace sumac::host {

namespace {

constexpr std::int64_t ns_per_second = 1'000'000'000;

} // namespace

Clock::duration Pacer::offset_of(FrameNumber number, int fps) {
    return std::chrono::nanoseconds(std::int64_t{number} * ns_per_second / fps);
}

FrameNumber Pacer::frame_at(Clock::duration offset, int fps) {
    // Microseconds, rounded up: the offset of frame n, rounded down to nanoseconds, gives n again.
    const auto us = std::chrono::ceil<std::chrono::microseconds>(offset).count();
    return static_cast<FrameNumber>(us * fps / 1'000'000);
}

Pacer::Pacer(int fps, Actions actions)
    : fps_(fps),
      actions_(std::move(actions)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {
    pthread_setname_np(thread_.native_handle(), "pacer");
}

Pacer::~Pacer() = default;

void Pacer::start(Clock::time_point clip_start, FrameNumber first) {
    const std::lock_guard lock(mutex_);
    run_ = Run{.clip_start = clip_start, .next = first};
    changed_.notify_all();
}

std::optional<FrameNumber> Pacer::stop() {
    const std::lock_guard lock(mutex_);
    const auto ended = std::exchange(run_, std::nullopt);
    changed_.notify_all();
    return ended ? std::optional(ended->next) : std::nullopt;
}

void Pacer::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
        if (!run_) {
            changed_.wait(lock, stop, [&] { return run_.has_value(); });
        } else if (Clock::now() < next_due()) {
            const auto due = next_due();
            changed_.wait_until(lock, stop, due, [&] { return !run_ || next_due() != due; });
        } else {
            draw_next();
        }
    }
}

Clock::time_point Pacer::next_due() const {
    return run_->clip_start + offset_of(run_->next, fps_);
}

void Pacer::draw_next() {
    const FrameNumber current = frame_at(Clock::now() - run_->clip_start, fps_);
    if (current > run_->next) {
        actions_.skip(run_->next, current - run_->next);
        run_->next = current;
    }
    actions_.draw(run_->next++);
}

} // namespace sumac::host
