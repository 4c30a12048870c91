/// A duration that moves to its goal at a bounded rate, so that nothing that depends on it jumps.
#pragma once

#include <sumac/time.h>

namespace sumac::media {

class Slew {
public:
    /// A new value at once.
    void jump(Duration value, LocalTime now);
    /// Moves up to `now` at the rate of the old goal, then aims at the new one. `now` does not
    /// decrease.
    void aim(Duration goal, LocalTime now);

    /// At `now`, which must not be before the last `aim` or `jump`.
    Duration at(LocalTime now) const;
    Duration goal() const { return goal_; }

    /// The first time t, not before `now`, at which `position + at(t) <= t`.
    LocalTime crossing(LocalTime position, LocalTime now) const;

    /// Playing a third slower or a third faster is the most: 30 frames/s become 20 or 40, so that
    /// no interval doubles.
    static constexpr double max_rate = 1.0 / 3;
    /// Far below what is seen; so slow only for corrections of a few ms.
    static constexpr double min_rate = 0.01;
    /// A change takes this long (longer only above 200 ms, where max_rate binds): within the second
    /// that recovery may take, with room for noticing.
    static constexpr Duration travel{600'000};

private:
    Duration value_{0};
    Duration goal_{0};
    double rate_ = min_rate;
    LocalTime since_{};
};

} // namespace sumac::media
