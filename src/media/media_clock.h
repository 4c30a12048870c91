/// MediaClock: the session's clock, one per session.
///
/// Two things are kept apart:
///  - What is *heard*: the stamp of the sample that leaves the loudspeaker. It is the only clock
///    that video has to follow, because sound cannot wait. `due` answers from it, for as long as
///    sound plays and `sound_hold` longer.
///  - What servers *say* (INIT, MULTI_MEDIA_TIME, playback stamps): it tells epochs and drift. It
///    carries a latency that the server has chosen and any delay on its way, so it orders nothing.
#pragma once

#include "media/transit.h"
#include "media/types.h"

#include <array>
#include <optional>

namespace sumac::media {

/// The sound with stamp `mm_time` + `beyond` leaves the loudspeaker at `at`.
struct Heard {
    std::uint32_t mm_time = 0;
    Duration beyond{0};   ///< below 1 ms where the stamp is exact; at most a packet
    LocalTime at;         ///< may lie a device latency after now
    Duration buffered{0}; ///< received and not yet heard, the device's own buffer included
};

class MediaClock {
public:
    // Observations. The result is set if a new epoch of the session starts with it. `now` does not
    // decrease.
    std::optional<EpochCause> main(std::uint32_t mm_time, LocalTime now);
    std::optional<EpochCause> playback(std::uint32_t mm_time, LocalTime now);
    /// A frame's stamp: it tells drift, but starts no epoch here (StreamTimeline sees to it).
    void frame(std::uint32_t mm_time, LocalTime now);
    /// PLAYBACK_START: what is heard from now on is measured anew.
    void playback_started();
    void heard(const Heard& heard, LocalTime now);
    void expect_epoch() { epoch_expected_ = true; }

    /// When the sound of that stamp is heard, whether past or to come; empty without sound. Stamps
    /// count as at most 2^31 ms away from now.
    std::optional<LocalTime> due(std::uint32_t mm_time, LocalTime now) const;
    /// Something was heard just now.
    bool sounding(LocalTime now) const { return sound_ && now - last_heard_ <= sound_gap; }
    /// What `Heard` said of the buffer last, at most `max_buffered`.
    Duration buffered() const { return buffered_; }

    ClockSource source(LocalTime now) const;
    std::uint64_t epochs() const { return epochs_; }
    /// Parts per million by which the server's clock gains on ours; empty for the first 20 s of a
    /// clock.
    std::optional<double> drift_ppm() const;

    /// Sound that stops for less than this (a beep each second) does not move the picture.
    static constexpr Duration sound_hold{3'000'000};
    /// After a pause in what is heard, it is measured anew.
    static constexpr Duration sound_gap{500'000};
    /// The server never asks for more latency than 5 s (its encoders cap their wish there).
    static constexpr Duration max_buffered{5'000'000};
    /// Measurements of device latency scatter by less; a larger difference, told twice, is a step.
    static constexpr Duration step_threshold{25'000};
    /// Time constant of the smoothing. At 500 ppm the clock lags by 0.25 ms.
    static constexpr Duration smoothing{500'000};

private:
    /// One clock of one server as one source tells it. Transit: our time - the stamp.
    struct Mapping {
        ServerTime newest;
        Transit transit = {};
    };
    static Mapping map(std::uint32_t mm_time, LocalTime now);
    static bool same(const Mapping& mapping, std::uint32_t mm_time, LocalTime now);
    std::optional<EpochCause>
    say(std::optional<Mapping>& source, std::uint32_t mm_time, LocalTime now, Duration variation);
    EpochCause begin_epoch(const Mapping& mapping);
    void step_sound(const Heard& heard);
    void restart_drift(std::uint32_t mm_time, LocalTime now);

    std::optional<Mapping> main_;
    std::optional<Mapping> playback_;
    std::optional<Mapping> epoch_; ///< what the newest epoch began with
    std::uint64_t epochs_ = 0;
    bool epoch_expected_ = false;
    std::optional<LocalTime> last_packet_;

    struct Sound {
        Duration offset{0}; ///< when it is heard - its stamp
        int observations = 1;
    };
    std::optional<Sound> sound_;
    std::optional<Duration> candidate_; ///< the offset that one observation has asked to step to
    bool sound_restarts_ = false;
    LocalTime last_heard_{};
    Duration buffered_{0};

    struct Envelope {
        LocalTime at;
        Duration least{0};
    };
    std::optional<Mapping> stamps_; ///< of all frames and packets, for drift
    std::optional<Envelope> first_;
    std::optional<Envelope> last_;
    Envelope bucket_;
    LocalTime bucket_began_{};
};

} // namespace sumac::media
