/// The host's clock: CLOCK_MONOTONIC, the one that libspice-server stamps with.
#pragma once

#include <chrono>
#include <cstdint>

namespace sumac::host {

using Clock = std::chrono::steady_clock; // CLOCK_MONOTONIC on Linux

inline std::int64_t to_us(Clock::time_point time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
}
inline std::int64_t now_us() {
    return to_us(Clock::now());
}

/// A SPICE server's mm-time of that moment: milliseconds, cut to 32 bits.
constexpr std::uint32_t mm_time_at(std::int64_t t_us) {
    return static_cast<std::uint32_t>(t_us / 1000);
}

} // namespace sumac::host
