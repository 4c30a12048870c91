/// The two clocks of a session, as types that do not mix.
#pragma once

#include <chrono>
#include <cstdint>

namespace sumac {

/// The server's multi-media time. It has no now(): only the server can tell its time. On the wire
/// it is 32 bits of milliseconds (`mm_time`); unwrapped it is 64 bits, and only `unwrap` compares
/// wrapped values.
struct ServerClock {
    using duration = std::chrono::milliseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<ServerClock>;
    static constexpr bool is_steady = false;
};
using ServerTime = ServerClock::time_point;

/// Our own steady time (CLOCK_MONOTONIC) in microseconds. It has no now() either: time is passed
/// in, and only src/io asks the system for it.
struct LocalClock {
    using duration = std::chrono::microseconds;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::time_point<LocalClock>;
    static constexpr bool is_steady = true;
};
using LocalTime = LocalClock::time_point;
using Duration = LocalClock::duration;

/// The server time whose low 32 bits are `mm_time` and that lies nearest to `near` (at most 2^31 ms
/// away). The one place where wrapped values are compared.
constexpr ServerTime unwrap(std::uint32_t mm_time, ServerTime near) {
    const auto low = static_cast<std::uint32_t>(near.time_since_epoch().count());
    return near + std::chrono::milliseconds{static_cast<std::int32_t>(mm_time - low)};
}

/// Back to the 32 bits of the wire.
constexpr std::uint32_t wrap(ServerTime time) {
    return static_cast<std::uint32_t>(time.time_since_epoch().count());
}

} // namespace sumac
