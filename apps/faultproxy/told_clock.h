/// What the server would say if it told its clock now. Pure.
///
/// Model: MULTI_MEDIA_TIME is the server's mm-time less a latency that the server chooses. Both run
/// at the speed of our clock (drift is some hundred ppm, and a stamp is never old). So the estimate
/// is the last value that the server told (INIT, MULTI_MEDIA_TIME), plus the local time since then.
/// Where it told none (a destination of a seamless migration with sound), it is the stamp of the
/// latest frame or sound, plus the local time since then, less the 400 ms with which servers begin.
#pragma once

#include "scenario.h"

#include <optional>

namespace sumac::faultproxy {

class ToldClock {
public:
    /// A stamp as the server sent it. A frame's 0 means that it has none.
    void observe(Stamp stamp, std::uint32_t mm_time, LocalTime now);
    /// Nothing before the first stamp.
    std::optional<std::uint32_t> told_now(LocalTime now) const;
    /// Whether sound came within the last second.
    bool sound_plays(LocalTime now) const;

private:
    struct Observation {
        std::uint32_t mm_time = 0;
        LocalTime at;
    };
    std::optional<Observation> told_;    ///< by INIT or MULTI_MEDIA_TIME
    std::optional<Observation> stamped_; ///< on a frame or on sound
    std::optional<LocalTime> last_sound_;
};

} // namespace sumac::faultproxy
