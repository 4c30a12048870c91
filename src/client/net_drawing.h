/// How much drawing the net thread may do by itself. All sessions of a runtime share that thread:
/// waking a worker costs more than most drawing of a desktop, but sockets, sound and frames come
/// first. Net thread only.
#pragma once

#include <sumac/time.h>

#include <algorithm>
#include <optional>

namespace sumac::client {

class NetDrawing {
public:
    /// In one go, by guess: well below what anybody notices.
    static constexpr std::chrono::microseconds longest{1000};
    /// Of the time that passes, this part at most.
    static constexpr int share = 5;

    /// Whether to draw what will take so long, by guess.
    bool may_take(Duration cost, LocalTime now) {
        if (last_) left_ = std::min<Duration>(left_ + (now - *last_) / share, 2 * longest);
        last_ = now;
        return cost <= longest && cost <= left_;
    }
    /// How long it took. Where time stands still (stop_time) that is nothing, and nobody waits.
    void took(Duration time) { left_ -= time; }

private:
    Duration left_ = longest;
    std::optional<LocalTime> last_;
};

} // namespace sumac::client
