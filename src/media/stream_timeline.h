/// StreamTimeline: one stream's own mapping of stamps to our time, from its frames alone.
///
/// Each frame gets a *position*: a point on a local axis on which the stream moves at its own
/// cadence, through all jumps of its stamps. position + (least transit) is when an undelayed frame
/// would be here.
///
/// Model and assumptions:
///  - Within an epoch, stamps advance with the server's clock; transit delays arrivals.
///  - A delay never makes a stamp come early and never makes stamps go back. Either of these starts
///    a new epoch, anchored so that its first frame counts as undelayed. If it was delayed, later
///    ones come early and move the anchor; that changes nothing that is seen, because a frame
///    that comes early is shown the usual delay after its arrival.
///  - All frames late by the same after a gap, at their usual cadence, is a jump back hidden by the
///    gap: a stall would have been followed by a burst.
///  - Stamps can lie: whatever they are, a frame's position is never more than `early_tolerance`
///    later than an undelayed frame's, and never before its predecessor's.
#pragma once

#include "media/transit.h"
#include "media/types.h"

#include <optional>

namespace sumac::media {

class StreamTimeline {
public:
    struct Arrival {
        LocalTime position;
        Duration behind{0};   ///< beyond the recent least transit; >= 0
        Duration lateness{0}; ///< beyond the least transit of the epoch: what congestion added
        std::optional<EpochCause> epoch; ///< set if an epoch starts with this frame
    };
    /// A frame arrives. `now` does not decrease. `mm_time` 0: placed by arrival, teaches nothing.
    Arrival arrive(std::uint32_t mm_time, LocalTime now);

    /// The frame at that position is decoded: what varies in decoding is jitter too.
    void decoded(LocalTime position, LocalTime now);

    /// The next stamp is another server's.
    void expect_epoch() { epoch_expected_ = true; }

    /// arrival - position of an undelayed frame.
    Duration least_transit() const { return transit_.least(); }
    /// How long to wait beyond it so that most frames are there and decoded. At most `max_jitter`.
    Duration jitter() const;
    /// The newest stamp and its position, for comparison with the clock; empty before the first.
    struct Mark {
        std::uint32_t mm_time = 0;
        LocalTime position;
    };
    const std::optional<Mark>& newest() const { return newest_; }
    std::uint64_t epochs() const { return epochs_; }

    /// Earlier than any so far by less than this is better luck in transit, by more a new anchor.
    /// A frame that is not anchored waits longer by it: far less than an interval at 60 frames/s.
    static constexpr Duration early_tolerance{5'000};
    /// Earlier by more than this is told as a new epoch: slow starts explain less.
    static constexpr Duration epoch_threshold{250'000};
    /// Later by more than this is a stall, not jitter: waiting for it would be worse than the gap.
    static constexpr Duration max_jitter{200'000};
    /// Steady lateness: at least so late, for so long, in so many frames, within so little of each
    /// other.
    static constexpr Duration shift_lateness{100'000};
    static constexpr Duration shift_time{400'000};
    static constexpr unsigned shift_frames = 5;
    static constexpr Duration shift_spread{100'000};

private:
    struct LateRun {
        unsigned frames = 0;
        LocalTime began{};
        Duration least{0};
        Duration most{0};
        bool after_gap = false;
    };
    void begin_epoch(ServerTime stamp, LocalTime now);
    bool settles_late(Duration behind, LocalTime now, Duration arrival_gap);
    void settle_late(Arrival& arrival, LocalTime now);
    Arrival finish(Arrival arrival, std::uint32_t mm_time);
    LocalTime in_order(LocalTime position);

    Transit transit_;
    /// Not counted from the least transit, so that it stays right when that is found to be another.
    Spread until_ready_;
    std::optional<Duration> mostly_ready_; ///< the share of it that jitter() is about
    std::optional<ServerTime> stamp_;      // newest, unwrapped near the one before
    Duration reference_{0};                // position = stamp + reference, in this epoch
    Duration epoch_least_{0};              // least transit since the epoch began, let up slowly
    LocalTime epoch_least_at_{};
    LateRun late_;
    std::optional<LocalTime> last_position_;
    LocalTime last_arrival_{};
    std::optional<Mark> newest_;
    std::uint64_t epochs_ = 0;
    bool epoch_expected_ = false;
};

} // namespace sumac::media
