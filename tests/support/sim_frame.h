/// What a SimWorld is made of: streams as they are asked for, frames and what became of them.
#pragma once

#include "media/types.h"

#include <chrono>
#include <cstdint>
#include <optional>

namespace sumac::test {

using namespace std::chrono_literals;

/// Small and fast; good enough for schedules.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() { // splitmix64
        std::uint64_t z = (state_ += 0x9e37'79b9'7f4a'7c15U);
        z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9U;
        z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebU;
        return z ^ (z >> 31);
    }
    /// 0 <= result <= most; 0 for a negative `most`.
    Duration up_to(Duration most) {
        if (most <= Duration{0}) return Duration{0};
        return Duration{
            static_cast<std::int64_t>(next() % (static_cast<std::uint64_t>(most.count()) + 1))};
    }

private:
    std::uint64_t state_;
};

struct SimStreamOptions {
    int fps = 30;
    Duration jitter{0};     ///< transit is 1 ms + up to this
    Duration decode{2'000}; ///< one frame at a time
    Duration decode_jitter{0};
    bool independent = true; ///< as in MJPEG: what is skipped need not be decoded
    enum class Stamps { honest, zero, repeated, hostile } stamps = Stamps::honest;
};

struct SimFrame {
    std::size_t stream = 0;
    FrameId id;
    std::uint32_t mm_time = 0;
    std::int64_t clock = 0; ///< which clock stamped it: the sum of the jumps so far
    LocalTime captured;
    LocalTime arrived;
    std::optional<LocalTime> decoded;
    std::optional<LocalTime> presented;
    std::optional<LocalTime> due;
    std::optional<media::SkipReason> skipped;
};

} // namespace sumac::test
