/// Timers for moments of LocalTime, also of a virtual one. Deadlines of the network, which is real,
/// are asio::steady_timer's.
#pragma once

#include "io/clock.h"

#include <asio/basic_waitable_timer.hpp>

namespace sumac::io {

struct Clock : LocalClock {
    static time_point now() { return io::now(); }
};

/// To wait does not help while time stands still.
struct WaitTraits {
    static Duration to_wait_duration(Duration left) {
        const bool in_vain = left > Duration{0} && time_stands_still();
        return in_vain ? Duration::max() : left;
    }
};

using Timer = asio::basic_waitable_timer<Clock, WaitTraits>;

} // namespace sumac::io
