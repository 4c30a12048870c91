/// The one place where the command reads a clock.
#pragma once

#include <sumac/time.h>

namespace sumac::tool {

/// CLOCK_MONOTONIC, the clock that the library stamps its events with, but in virtual time.
LocalTime monotonic_now();

/// What a part gets that must ask for the time itself; a test passes its own.
using NowFunction = LocalTime (*)();

/// Seconds as a person reads and types them.
inline double in_seconds(Duration duration) {
    return std::chrono::duration<double>{duration}.count();
}

} // namespace sumac::tool
