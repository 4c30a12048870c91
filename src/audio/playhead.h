/// Playhead: which frame of the ring is heard when.
///
/// Model: a device plays frames at its nominal rate, off by some hundred ppm that the observations
/// correct. What it tells of its position scatters by some milliseconds, so it is smoothed; a
/// larger difference (another device, a gap) is a step.
#pragma once

#include "audio/sound.h"

namespace sumac::audio {

class Playhead {
public:
    explicit Playhead(std::uint32_t rate_hz) : rate_hz_(rate_hz) {}

    /// From here on: the frame is heard at that time, exactly.
    void restart(std::uint64_t frame, LocalTime at) {
        frame_ = frame;
        at_ = at;
        observed_ = 0;
    }
    /// The device says that this frame was heard at that time.
    void observe(std::uint64_t frame, LocalTime at);

    LocalTime heard_at(std::uint64_t frame) const {
        if (frame < frame_) return at_ - duration_of(frame_ - frame, rate_hz_);
        return at_ + duration_of(frame - frame_, rate_hz_);
    }
    /// The frame that is heard at that time; 0 also stands for all before it.
    std::uint64_t frame_at(LocalTime at) const;

    static constexpr Duration step_threshold{25'000};
    /// The share of an observation that is believed, after the first few.
    static constexpr double weight = 0.1;

private:
    std::uint32_t rate_hz_;
    std::uint64_t frame_ = 0;
    LocalTime at_{};
    unsigned observed_ = 0;
};

} // namespace sumac::audio
