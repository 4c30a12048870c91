#include "media/slew.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace sumac::media {
namespace {

Duration scaled(Duration duration, double factor) {
    return Duration{std::llround(static_cast<double>(duration.count()) * factor)};
}

} // namespace

void Slew::jump(Duration value, LocalTime now) {
    value_ = goal_ = value;
    rate_ = min_rate;
    since_ = now;
}

void Slew::aim(Duration goal, LocalTime now) {
    value_ = at(now);
    since_ = now;
    if (value_ == goal_) rate_ = min_rate;
    goal_ = goal;
    const auto distance = std::chrono::duration<double>(std::chrono::abs(goal_ - value_));
    const double wanted = distance / std::chrono::duration<double>(travel);
    rate_ = std::clamp(wanted, rate_, max_rate);
}

Duration Slew::at(LocalTime now) const {
    const Duration distance = goal_ - value_;
    const Duration moved = scaled(now - since_, rate_);
    if (std::chrono::abs(distance) <= moved) return goal_;
    return distance > Duration{0} ? value_ + moved : value_ - moved;
}

LocalTime Slew::crossing(LocalTime position, LocalTime now) const {
    const Duration value = at(now);
    const Duration wait = position + value - now;
    if (wait <= Duration{0}) return now;
    const Duration distance = goal_ - value;
    const Duration arrival = scaled(std::chrono::abs(distance), 1 / rate_);
    const double closing = distance > Duration{0} ? 1 - rate_ : 1 + rate_;
    const Duration moving = scaled(wait, 1 / closing);
    // One more than the rounding can take away, so that it has crossed then.
    constexpr Duration rounding{2};
    if (moving <= arrival) return now + moving + rounding;
    return std::max(position + goal_, now) + rounding;
}

} // namespace sumac::media
