/// The transit of stamped things: the least of it, and how much it varies.
///
/// Model: transit = a constant that we cannot know (clocks differ) + the least delay of the path +
/// what this one was delayed beyond that. The recent minimum stands for the first two; the spread
/// above it is jitter. Drift moves the minimum slowly, so it is one over a window.
#pragma once

#include <sumac/time.h>

#include <cstddef>
#include <vector>

namespace sumac::media {

class Transit {
public:
    /// Forgets everything; the least is then this.
    void restart(Duration transit, LocalTime now);
    /// One arrival. `now` does not decrease.
    void add(Duration transit, LocalTime now);
    /// The least of the last 2 to 4 s in which anything arrived: silence ages nothing.
    Duration least() const { return least_; }

private:
    /// Long enough for a least delayed one among jittered ones, short enough for 500 ppm (2 ms).
    static constexpr Duration window{2'000'000};
    Duration least_{0};
    Duration newest_{0};   // least of the window that began at `began_`
    Duration previous_{0}; // least of the window before
    LocalTime began_{};
};

/// The delay that all but a few stay within.
class Spread {
public:
    /// Of so many recent values; 64 are 2 s of video at 30 frames/s.
    explicit Spread(std::size_t capacity = 64) : recent_(capacity) {}

    void add(Duration delay);
    /// The given share (0..1) of recent values lies at or below this; 0 while nothing is known.
    Duration quantile(double share) const;

private:
    std::vector<Duration> recent_;
    std::size_t count_ = 0;
};

} // namespace sumac::media
