#include "audio/device_plan.h"

namespace sumac::audio {

DevicePlan::Act DevicePlan::next(LocalTime now) {
    const bool unwanted = state_ == State::open && has_ != wanted_;
    if (unwanted || state_ == State::broken) {
        state_ = State::closed;
        has_.reset();
        return Act::close;
    }
    if (state_ != State::closed || !wanted_ || (retry_at_ && now < *retry_at_)) return Act::nothing;
    state_ = State::opening;
    has_ = wanted_;
    return Act::open;
}

void DevicePlan::opened(bool well, LocalTime now) {
    if (state_ != State::opening) return;
    state_ = well ? State::open : State::closed;
    retry_at_.reset();
    if (well) return;
    has_.reset();
    retry_at_ = now + retry_interval;
}

void DevicePlan::failed(LocalTime now) {
    if (state_ != State::open) return;
    state_ = State::broken;
    retry_at_ = now + retry_interval;
}

} // namespace sumac::audio
