#include "audio/playhead.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace sumac::audio {

void Playhead::observe(std::uint64_t frame, LocalTime at) {
    const Duration error = at - heard_at(frame);
    if (std::chrono::abs(error) > step_threshold) {
        restart(frame, at);
        return;
    }
    ++observed_;
    const double share = std::max(weight, 1.0 / observed_);
    at_ = heard_at(frame) + Duration{std::llround(static_cast<double>(error.count()) * share)};
    frame_ = frame;
}

std::uint64_t Playhead::frame_at(LocalTime at) const {
    if (at >= at_) return frame_ + frames_in(at - at_, rate_hz_);
    const std::uint64_t before = frames_in(at_ - at, rate_hz_);
    return frame_ > before ? frame_ - before : 0;
}

} // namespace sumac::audio
