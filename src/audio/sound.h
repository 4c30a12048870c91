/// The words of the sound path: samples, their format, and the server's stamp of one of them.
#pragma once

#include <sumac/time.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sumac::audio {

/// Interleaved, 16 bits each. A *frame* here is one sample of every channel.
using Samples = std::vector<std::int16_t>;

struct Format {
    std::uint32_t channels = 2;
    std::uint32_t rate_hz = 48000;
    bool operator==(const Format&) const = default;
};

/// What can be converted for a device: the channel counts that have an agreed order of
/// loudspeakers, and the rates of anything that calls itself sound.
constexpr bool is_playable(Format format) {
    return format.channels >= 1 && format.channels <= 8 && format.rate_hz >= 8000 &&
           format.rate_hz <= 192'000;
}

constexpr Duration duration_of(std::uint64_t frames, std::uint32_t rate_hz) {
    return Duration{static_cast<Duration::rep>(frames * 1'000'000 / rate_hz)};
}

/// Whole frames within `duration`, which must not be negative.
constexpr std::uint64_t frames_in(Duration duration, std::uint32_t rate_hz) {
    return static_cast<std::uint64_t>(duration.count()) * rate_hz / 1'000'000;
}

/// A point of the server's sound: `beyond` after the stamp `mm_time`.
struct Stamp {
    std::uint32_t mm_time = 0;
    Duration beyond{0}; ///< 0 to below 1 ms
    bool operator==(const Stamp&) const = default;
};

/// The point that lies `by` later (earlier where negative); wraps as the server's clock does.
constexpr Stamp moved(Stamp stamp, Duration by) {
    const Duration beyond = stamp.beyond + by;
    const auto whole = std::chrono::floor<std::chrono::milliseconds>(beyond);
    return {stamp.mm_time + static_cast<std::uint32_t>(whole.count()), beyond - whole};
}

} // namespace sumac::audio
