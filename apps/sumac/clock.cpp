#include "clock.h"

namespace sumac::tool {

LocalTime monotonic_now() {
    // libstdc++'s steady_clock is CLOCK_MONOTONIC.
    const auto since_boot = std::chrono::steady_clock::now().time_since_epoch();
    return LocalTime{std::chrono::duration_cast<Duration>(since_boot)};
}

} // namespace sumac::tool
