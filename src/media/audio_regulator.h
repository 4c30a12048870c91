/// AudioRegulator: how much sound is kept in front of the device, and how.
///
/// The target is the jitter of the packets plus what one wake-up of the device takes, or more if
/// the server wishes it or video needs longer than sound. Deviation from it is corrected by playing
/// up to 0.5 % faster or slower, which nobody hears and no click betrays; this also follows the
/// drift between the server's clock and the sound card's. Only what can not be corrected so is cut:
/// an empty buffer plays silence until it is filled again, a flood (the end of a stall) is thrown
/// away down to the target. A target that falls is followed as slowly as that speed can, so a flood
/// is always a level that rose.
#pragma once

#include "media/transit.h"

#include <cstdint>
#include <optional>

namespace sumac::media {

class AudioRegulator {
public:
    /// A packet arrived.
    void packet(std::uint32_t mm_time, LocalTime now);
    /// The stamps start anew: PLAYBACK_START.
    void started();
    /// What is buffered is played to its end, without waiting for more.
    void stopped();
    /// PLAYBACK_LATENCY: at least so much, until sound stops.
    void wish(Duration latency);
    /// With so much buffered, sound would be heard as late as its picture is ready.
    void video_needs(Duration buffered);

    struct Advice {
        bool silence = false; ///< play silence now, take nothing
        Duration discard{0};  ///< throw away so much of the oldest first
        double speed = 1.0;   ///< then take so many times what the device asks for; 0.995 to 1.005
    };
    /// Asked for each block that the device wants. `buffered`: decoded and not yet given to it.
    Advice regulate(Duration buffered, LocalTime now);

    /// What is wanted; a target that falls is `target_in_force` until that has come down to it.
    Duration target() const;
    Duration target_in_force() const { return in_force_; }
    /// The mean of what `regulate` was told.
    Duration level() const { return level_; }
    /// How much later than an undelayed one the newest packet came.
    Duration lateness() const { return lateness_; }
    std::uint64_t underruns() const { return underruns_; }

    static constexpr double max_correction = 0.005;
    /// Covers one wake-up of the device (10 ms with cubeb's default) and our own.
    static constexpr Duration headroom{20'000};
    static constexpr Duration max_target{1'000'000};
    /// More than this above the target is a flood.
    static constexpr Duration flood{150'000};

private:
    bool filled(Duration buffered, LocalTime now);
    Duration follow_target(LocalTime now);

    Transit transit_;
    // What grows is seen at once, what shrinks is believed after a while only.
    Spread newest_{64};   ///< 0.64 s of packets of 10 ms
    Spread recent_{1024}; ///< 10 s
    Duration jitter_{0};
    bool stalled_ = false; ///< since a packet that was too late
    std::optional<ServerTime> stamp_;
    Duration lateness_{0};
    Duration wish_{0};
    Duration video_needs_{0};
    Duration level_{0};
    LocalTime level_at_{};
    Duration in_force_{0}; ///< the target, but for how slowly it falls
    LocalTime in_force_at_{};
    bool filling_ = true; ///< silence until the target is reached
    std::optional<LocalTime> filling_since_;
    bool ended_ = false;
    std::uint64_t underruns_ = 0;
};

} // namespace sumac::media
