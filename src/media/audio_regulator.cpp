#include "media/audio_regulator.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace sumac::media {
namespace {

/// All but one packet in fifty; the headroom covers most of the rest.
constexpr double jitter_share = 0.98;
/// Later than this is a stall, which no buffer should be sized for.
constexpr Duration max_jitter{300'000};
/// The level goes up and down by a packet all the time; what counts is its mean.
constexpr Duration level_smoothing{500'000};
/// A deviation is corrected within about this time, as far as max_correction allows.
constexpr Duration correction_time{2'000'000};

double seconds(Duration duration) {
    return std::chrono::duration<double>(duration).count();
}

} // namespace

void AudioRegulator::packet(std::uint32_t mm_time, LocalTime now) {
    ended_ = false;
    const ServerTime stamp = unwrap(mm_time, stamp_.value_or(ServerTime{}));
    const Duration transit = now.time_since_epoch() - stamp.time_since_epoch();
    const bool anew = !stamp_ || stamp < *stamp_;
    stamp_ = stamp;
    if (anew) transit_.restart(transit, now);
    transit_.add(transit, now);
    lateness_ = transit - transit_.least();
    // What a stall held up comes in one go, each packet less late than the one before: none is
    // jitter, down to the last.
    stalled_ = lateness_ > max_jitter || (stalled_ && lateness_ > headroom);
    if (stalled_) return;
    newest_.add(lateness_);
    recent_.add(lateness_);
    jitter_ = std::max(newest_.quantile(jitter_share), recent_.quantile(jitter_share));
}

void AudioRegulator::started() {
    stamp_.reset();
    ended_ = false;
}

void AudioRegulator::stopped() {
    ended_ = true;
    wish_ = Duration{0};
}

void AudioRegulator::wish(Duration latency) {
    wish_ = latency;
}

void AudioRegulator::video_needs(Duration buffered) {
    video_needs_ = buffered;
}

Duration AudioRegulator::target() const {
    const Duration needed = jitter_ + headroom;
    return std::min(std::max({needed, wish_, video_needs_}), max_target);
}

/// A target that falls at once would make a flood of what was right before.
Duration AudioRegulator::follow_target(LocalTime now) {
    const Duration fallen{
        std::llround(static_cast<double>((now - in_force_at_).count()) * max_correction)};
    in_force_at_ = now;
    in_force_ = filling_ ? target() : std::max(target(), in_force_ - fallen);
    return in_force_;
}

AudioRegulator::Advice AudioRegulator::regulate(Duration buffered, LocalTime now) {
    const Duration target = follow_target(now);
    if (filling_) {
        if (!filled(buffered, now)) return {.silence = true};
        filling_ = false;
        level_ = std::min(buffered, target);
        level_at_ = now;
    }
    if (buffered <= Duration{0}) {
        if (!ended_) ++underruns_;
        filling_ = true;
        filling_since_.reset();
        return {.silence = true};
    }
    Advice advice;
    if (buffered > target + flood) {
        advice.discard = buffered - target;
        buffered = target;
        level_ = buffered;
    }
    const double weight = std::min(seconds(now - level_at_) / seconds(level_smoothing), 1.0);
    level_ += Duration{std::llround(static_cast<double>((buffered - level_).count()) * weight)};
    level_at_ = now;
    const double wanted = seconds(level_ - target) / seconds(correction_time);
    advice.speed = 1 + std::clamp(wanted, -max_correction, max_correction);
    return advice;
}

bool AudioRegulator::filled(Duration buffered, LocalTime now) {
    if (buffered <= Duration{0}) return false;
    if (!filling_since_) filling_since_ = now;
    // By time as well: a sound shorter than the target must be heard, too.
    return ended_ || buffered >= target() || now - *filling_since_ >= target();
}

} // namespace sumac::media
