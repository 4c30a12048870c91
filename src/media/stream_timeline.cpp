#include "media/stream_timeline.h"

#include <algorithm>

namespace sumac::media {
namespace {

/// Nine of ten frames are there in time; the tenth is shown a little late. Waiting for it too would
/// cost all of them.
constexpr double jitter_share = 0.9;
/// The least transit of an epoch is let up by 1000 ppm, twice what two bad quartz clocks differ by.
constexpr std::int64_t let_up_divisor = 1000;

/// Server time as local time with unknown offset: only differences of these mean anything.
Duration since_zero(ServerTime stamp) {
    return stamp.time_since_epoch();
}

} // namespace

StreamTimeline::Arrival StreamTimeline::arrive(std::uint32_t mm_time, LocalTime now) {
    Arrival arrival;
    if (mm_time == 0) {
        arrival.position = in_order(now - transit_.least());
        return arrival;
    }
    const Duration arrival_gap = now - last_arrival_;
    last_arrival_ = now;
    if (!stamp_) {
        const ServerTime first = unwrap(mm_time, ServerTime{});
        transit_.restart(Duration{0}, now);
        arrival.epoch = epoch_expected_ ? EpochCause::server_changed : EpochCause::first_stamp;
        begin_epoch(first, now);
        return finish(arrival, mm_time);
    }

    const ServerTime stamp = unwrap(mm_time, *stamp_);
    const Duration early =
        transit_.least() - (now.time_since_epoch() - since_zero(stamp) - reference_);
    if (epoch_expected_) {
        arrival.epoch = EpochCause::server_changed;
    } else if (stamp < *stamp_) {
        arrival.epoch = EpochCause::stamp_backwards;
    } else if (early > epoch_threshold) {
        arrival.epoch = EpochCause::stamp_ahead;
    }
    if (arrival.epoch) {
        begin_epoch(stamp, now);
        return finish(arrival, mm_time);
    }

    stamp_ = stamp;
    if (early > early_tolerance) {
        reference_ -= early;
        epoch_least_ += early; // the same arrivals, seen from the new reference
        late_ = {};
    }
    const Duration transit = now.time_since_epoch() - since_zero(stamp) - reference_;
    arrival.behind = std::max(transit - transit_.least(), Duration{0});
    transit_.add(transit, now);
    if (settles_late(arrival.behind, now, arrival_gap)) settle_late(arrival, now);
    epoch_least_ += (now - epoch_least_at_) / let_up_divisor;
    epoch_least_at_ = now;
    epoch_least_ = std::min(epoch_least_, transit);
    arrival.lateness = transit - epoch_least_;
    return finish(arrival, mm_time);
}

StreamTimeline::Arrival StreamTimeline::finish(Arrival arrival, std::uint32_t mm_time) {
    const LocalTime position{since_zero(*stamp_) + reference_};
    newest_ = Mark{mm_time, position};
    arrival.position = in_order(position);
    return arrival;
}

/// Anchors the stamp so that this frame counts as undelayed.
void StreamTimeline::begin_epoch(ServerTime stamp, LocalTime now) {
    stamp_ = stamp;
    reference_ = now.time_since_epoch() - transit_.least() - since_zero(stamp);
    epoch_least_ = transit_.least();
    epoch_least_at_ = now;
    late_ = {};
    epoch_expected_ = false;
    ++epochs_;
}

bool StreamTimeline::settles_late(Duration behind, LocalTime now, Duration arrival_gap) {
    if (behind <= shift_lateness) {
        late_ = {};
        return false;
    }
    const bool in_line =
        late_.frames > 0 &&
        std::max(late_.most, behind) - std::min(late_.least, behind) <= shift_spread;
    if (!in_line) {
        // A gap as long as the lateness hides a jump; without one, delay has crept up.
        late_ = {.frames = 1,
                 .began = now,
                 .least = behind,
                 .most = behind,
                 .after_gap = arrival_gap >= behind};
        return false;
    }
    ++late_.frames;
    late_.least = std::min(late_.least, behind);
    late_.most = std::max(late_.most, behind);
    return late_.frames >= shift_frames && now - late_.began >= shift_time;
}

void StreamTimeline::settle_late(Arrival& arrival, LocalTime now) {
    const Duration least = transit_.least() + late_.least;
    arrival.behind -= late_.least;
    transit_.restart(least, now);
    if (late_.after_gap) {
        arrival.epoch = EpochCause::steady_lateness;
        epoch_least_ = least;
        ++epochs_;
    }
    late_ = {};
}

LocalTime StreamTimeline::in_order(LocalTime position) {
    last_position_ = last_position_ ? std::max(*last_position_, position) : position;
    return *last_position_;
}

void StreamTimeline::decoded(LocalTime position, LocalTime now) {
    const Duration until_ready = now - position;
    if (until_ready - transit_.least() > max_jitter) return;
    until_ready_.add(until_ready);
    mostly_ready_ = until_ready_.quantile(jitter_share);
}

Duration StreamTimeline::jitter() const {
    if (!mostly_ready_) return Duration{0};
    return std::clamp(*mostly_ready_ - transit_.least(), Duration{0}, max_jitter);
}

} // namespace sumac::media
