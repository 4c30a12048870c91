#include "media/media_clock.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace sumac::media {
namespace {

using std::chrono::abs;

/// Stamps of playback packets are made when they are sent: ahead by more is a jump.
constexpr Duration playback_variation{250'000};
/// Main's clock lags by a latency of 400 ms or more that the server changes at will; changes by
/// more than this are rare, and a jump that is smaller matters to nobody.
constexpr Duration main_variation{1'500'000};
/// Within this, two sources speak of the same clock.
constexpr Duration same_epoch{1'500'000};

/// Too short a stretch says nothing: 1 ms of jitter over 20 s is 50 ppm.
constexpr Duration drift_baseline{20'000'000};
constexpr Duration drift_bucket{5'000'000};
/// No two clocks differ by more; a slope beyond it is an unnoticed jump.
constexpr double drift_plausible_ppm = 1000;

Duration since_zero(ServerTime stamp) {
    return stamp.time_since_epoch();
}

ServerTime server_time(LocalTime local, Duration offset) {
    return ServerTime{std::chrono::floor<ServerClock::duration>(local.time_since_epoch() - offset)};
}

} // namespace

std::optional<EpochCause> MediaClock::main(std::uint32_t mm_time, LocalTime now) {
    const auto cause = say(main_, mm_time, now, main_variation);
    if (cause || !epoch_expected_) return cause;
    // The new server's word, even if its clock happens to agree with the old one's.
    return begin_epoch(*main_);
}

std::optional<EpochCause> MediaClock::playback(std::uint32_t mm_time, LocalTime now) {
    last_packet_ = now;
    frame(mm_time, now);
    return say(playback_, mm_time, now, playback_variation);
}

std::optional<EpochCause> MediaClock::say(std::optional<Mapping>& source,
                                          std::uint32_t mm_time,
                                          LocalTime now,
                                          Duration variation) {
    if (!source) {
        source = map(mm_time, now);
        if (epoch_ && same(*epoch_, mm_time, now)) return {};
        return begin_epoch(*source);
    }
    const ServerTime stamp = unwrap(mm_time, server_time(now, source->transit.least()));
    const Duration transit = now.time_since_epoch() - since_zero(stamp);
    const bool ahead = source->transit.least() - transit > variation;
    const bool back = source->newest - stamp > variation;
    if (!ahead && !back) {
        source->newest = std::max(source->newest, stamp);
        source->transit.add(transit, now);
        return {};
    }
    source = map(mm_time, now);
    if (same(*epoch_, mm_time, now)) return {}; // another source has told it before
    return begin_epoch(*source);
}

MediaClock::Mapping MediaClock::map(std::uint32_t mm_time, LocalTime now) {
    Mapping mapping{.newest = unwrap(mm_time, ServerTime{})};
    mapping.transit.restart(now.time_since_epoch() - since_zero(mapping.newest), now);
    return mapping;
}

bool MediaClock::same(const Mapping& mapping, std::uint32_t mm_time, LocalTime now) {
    const ServerTime expected = server_time(now, mapping.transit.least());
    return abs(unwrap(mm_time, expected) - expected) <= same_epoch;
}

EpochCause MediaClock::begin_epoch(const Mapping& mapping) {
    epoch_ = mapping;
    const bool first = epochs_++ == 0;
    const bool expected = std::exchange(epoch_expected_, false);
    if (expected) return EpochCause::server_changed;
    return first ? EpochCause::first_stamp : EpochCause::clock_jump;
}

void MediaClock::playback_started() {
    sound_restarts_ = true;
}

void MediaClock::heard(const Heard& heard, LocalTime now) {
    const Duration since_last = now - last_heard_;
    last_heard_ = now;
    buffered_ = std::clamp(heard.buffered, Duration{0}, max_buffered);

    const bool fresh = !sound_ || std::exchange(sound_restarts_, false) || since_last > sound_gap;
    if (fresh) {
        step_sound(heard);
        return;
    }
    const ServerTime expected = server_time(heard.at, sound_->offset);
    const ServerTime stamp = unwrap(heard.mm_time, expected);
    const Duration offset = heard.at.time_since_epoch() - since_zero(stamp) -
                            std::clamp(heard.beyond, Duration{0}, max_buffered);
    const Duration error = offset - sound_->offset;
    if (abs(error) > step_threshold) {
        const bool confirmed = candidate_ && abs(*candidate_ - offset) <= step_threshold;
        candidate_ = offset;
        if (confirmed) step_sound(heard);
        return;
    }
    candidate_.reset();
    // The mean of the first few, then a low-pass.
    ++sound_->observations;
    const double weight = std::max(1.0 / sound_->observations,
                                   std::chrono::duration<double>(since_last) /
                                       std::chrono::duration<double>(smoothing));
    const double moved = std::min(weight, 1.0) * static_cast<double>(error.count());
    sound_->offset += Duration{std::llround(moved)};
}

void MediaClock::step_sound(const Heard& heard) {
    const ServerTime stamp = unwrap(heard.mm_time, ServerTime{});
    const Duration beyond = std::clamp(heard.beyond, Duration{0}, max_buffered);
    sound_ = Sound{.offset = heard.at.time_since_epoch() - since_zero(stamp) - beyond};
    candidate_.reset();
}

std::optional<LocalTime> MediaClock::due(std::uint32_t mm_time, LocalTime now) const {
    if (!sound_ || now - last_heard_ > sound_hold) return {};
    const ServerTime stamp = unwrap(mm_time, server_time(now, sound_->offset));
    return LocalTime{since_zero(stamp) + sound_->offset};
}

ClockSource MediaClock::source(LocalTime now) const {
    if (last_packet_ && now - *last_packet_ <= sound_hold) return ClockSource::playback;
    if (main_) return ClockSource::main;
    return playback_ ? ClockSource::playback : ClockSource::none;
}

void MediaClock::frame(std::uint32_t mm_time, LocalTime now) {
    if (mm_time == 0) return;
    if (!stamps_) {
        restart_drift(mm_time, now);
        return;
    }
    const ServerTime stamp = unwrap(mm_time, server_time(now, stamps_->transit.least()));
    const Duration transit = now.time_since_epoch() - since_zero(stamp);
    // Ahead is another clock. Behind may be a stall, or another clock.
    if (stamps_->transit.least() - transit > playback_variation ||
        transit - stamps_->transit.least() > max_buffered) {
        restart_drift(mm_time, now);
        return;
    }
    stamps_->transit.add(transit, now);
    if (now - bucket_began_ > drift_bucket) {
        if (!first_) first_ = bucket_;
        last_ = bucket_;
        bucket_ = {now, transit};
        bucket_began_ = now;
    }
    if (transit < bucket_.least) bucket_ = {now, transit};
}

void MediaClock::restart_drift(std::uint32_t mm_time, LocalTime now) {
    stamps_ = map(mm_time, now);
    first_.reset();
    last_.reset();
    bucket_ = {now, stamps_->transit.least()};
    bucket_began_ = now;
}

std::optional<double> MediaClock::drift_ppm() const {
    if (!first_ || !last_ || last_->at - first_->at < drift_baseline) return {};
    const auto risen = static_cast<double>((last_->least - first_->least).count());
    const double ppm = -1e6 * risen / static_cast<double>((last_->at - first_->at).count());
    if (std::abs(ppm) > drift_plausible_ppm) return {};
    return ppm;
}

} // namespace sumac::media
