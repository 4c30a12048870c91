#include "audio/player.h"

#include <algorithm>
#include <utility>

namespace sumac::audio {
namespace {

/// Far more than the most that `ahead` can ask for.
constexpr Duration ring_length{1'000'000};
/// The most that a device may take at once and still be served; cubeb's own limit is 2 s.
constexpr Duration max_device_takes{400'000};

} // namespace

Player::Player(Format device) : device_(device), ring_(make_ring()), playhead_(device.rate_hz) {}

std::shared_ptr<Ring> Player::make_ring() const {
    return std::make_shared<Ring>(device_.channels, frames_in(ring_length, device_.rate_hz));
}

void Player::push(SoundQueue::Packet packet) {
    ended_ = false;
    if (!std::exchange(active_, true)) resumed_ = false;
    counts_.discarded += queue_.push(std::move(packet));
}

void Player::reset() {
    queue_.clear();
    converter_.reset();
    gain_.reset();
    ended_ = true;
}

void Player::device_plays(std::shared_ptr<Ring> ring, Duration latency, LocalTime now) {
    const auto before = std::exchange(ring_, std::move(ring));
    if (null_) move_rest_to(*before);
    null_.reset();
    device_latency_ = latency;
    filled_ = false; // not for what this device takes at once
    playhead_.restart(ring_->frames_read(), now + latency);
}

/// The null device was the reader of the ring before: what it has not taken, the device plays.
void Player::move_rest_to(const Ring& before) {
    const std::uint64_t first = before.frames_read();
    converted_.resize(before.level() * device_.channels);
    before.peek(converted_);
    ring_->write(converted_);
    std::erase_if(stretches_, [&](const Stretch& stretch) { return stretch.end <= first; });
    for (Stretch& stretch : stretches_) {
        const std::uint64_t gone = first - std::min(stretch.begin, first);
        if (stretch.stamp)
            stretch.stamp = moved(*stretch.stamp, duration_of(gone, device_.rate_hz));
        stretch.begin += gone;
        stretch.begin -= first;
        stretch.end -= first;
    }
}

void Player::device_takes(Duration at_once) {
    device_takes_ = std::min(at_once, max_device_takes);
}

void Player::device_heard(std::uint64_t frame, LocalTime at) {
    if (null_) return;
    playhead_.observe(frame, at);
    device_latency_ = playhead_.heard_at(ring_->frames_read()) - at;
}

/// The step that came too late has made the ring longer already.
void Player::device_ran_dry() {
    if (!null_ && sounding_) ++counts_.ring_underruns;
}

void Player::device_gone(LocalTime now) {
    ran_dry();
    ring_ = make_ring(); // the device may still read the one before
    stretches_.clear();
    device_takes_ = Duration{0};
    null_ = NullDevice{now};
    playhead_.restart(0, now);
}

void Player::step(LocalTime now, const Advise& advise, const OnBlock& on_block) {
    if (!active_) return;
    if (!std::exchange(resumed_, true)) resume(now);
    run_null_device(now);
    judge_ahead(now);
    converter_made_ = false;
    const std::uint64_t wanted = frames_in(ahead(), device_.rate_hz);
    while (ring_->level() < wanted) {
        // Packets may lie in the socket, behind this very step: while the ring lasts, they may
        // come.
        const bool lasts = ring_->level() >= frames_in(low + device_takes_, device_.rate_hz);
        if (queue_.empty() && lasts) break;
        const Advice advice = advise(queue_.level());
        counts_.discarded += queue_.discard(advice.discard);
        if (advice.silence || queue_.empty()) {
            write_silence();
            continue;
        }
        sounded_at_ = now;
        // A server that changes the format with each frame must not keep us busy: the next step
        // makes the next converter.
        if (converter_made_ && !has_converter(queue_.front(period).format)) {
            write_silence();
            break;
        }
        write_sound(advice.speed, on_block);
    }
    filled_ = ring_->level() >= wanted;
    forget_heard(now);
    rest_when_done(now);
}

/// After a rest: nobody has looked after the ring.
void Player::resume(LocalTime now) {
    sounded_at_ = now;
    if (null_) {
        ring_->skip(ring_->level());
        null_ = NullDevice{now};
    }
    playhead_.restart(ring_->frames_read(), null_ ? now : now + device_latency_);
}

void Player::run_null_device(LocalTime now) {
    if (!null_) return;
    const std::uint64_t due = frames_in(now - null_->origin, device_.rate_hz) - null_->taken;
    const std::size_t taken = ring_->skip(due);
    null_->taken += taken;
    if (taken == due) return;
    ran_dry();
    null_ = NullDevice{now};
    playhead_.restart(ring_->frames_read(), now);
}

void Player::ran_dry() {
    if (!sounding_) return;
    ++counts_.ring_underruns;
    lengthen();
    sounding_ = false; // one pause is one underrun
}

void Player::lengthen() {
    ahead_ = std::min(ahead_ + period, max_ahead);
    lengthened_ = true;
}

/// By what this step finds.
void Player::judge_ahead(LocalTime now) {
    if (sounding_ && filled_ && ring_->level() < frames_in(narrow, device_.rate_hz)) lengthen();
    if (std::exchange(lengthened_, false)) calm_since_ = now;
    if (now - calm_since_ < calm) return;
    ahead_ = std::max(ahead_ - period, first_ahead);
    calm_since_ = now;
}

void Player::write_sound(double speed, const OnBlock& on_block) {
    const auto longest = std::chrono::duration_cast<Duration>(period * speed);
    const SoundQueue::Piece piece = queue_.front(longest);
    if (!has_converter(piece.format) && !make_converter(piece.format)) {
        counts_.discarded += queue_.discard(period);
        return;
    }
    piece_.assign(piece.samples.begin(), piece.samples.end());
    gain_.apply(piece_, piece.format.channels);
    const Stamp stamp = moved(piece.stamp, -converter_->delay());
    converted_.clear();
    static_cast<void>(converter_->convert(piece_, speed, converted_)); // else a gap
    queue_.pop(piece);
    write_converted(stamp, &on_block);
}

bool Player::has_converter(Format from) const {
    return converter_ && converter_->from() == from;
}

/// False: no memory.
bool Player::make_converter(Format from) {
    converter_made_ = true;
    auto made = Converter::make(from, device_);
    converter_ = made ? *std::move(made) : nullptr;
    return converter_ != nullptr;
}

void Player::write_converted(std::optional<Stamp> stamp, const OnBlock* on_block) {
    const LocalTime heard = playhead_.heard_at(ring_->frames_written());
    const std::size_t frames = ring_->write(converted_);
    note(frames, stamp);
    sounding_ = stamp.has_value();
    if (on_block != nullptr && *on_block && frames > 0) {
        const auto written = std::span{converted_}.first(frames * device_.channels);
        (*on_block)({written, device_, *stamp, heard});
    }
}

void Player::write_silence() {
    converted_.clear();
    if (ended_ && converter_) {
        static_cast<void>(converter_->flush(converted_)); // a third of a millisecond
        converter_.reset();
    }
    converted_.resize(frames_in(period, device_.rate_hz) * device_.channels);
    write_converted({}, nullptr);
}

void Player::note(std::uint64_t frames, std::optional<Stamp> stamp) {
    const std::uint64_t end = ring_->frames_written();
    if (!stamp && !stretches_.empty() && !stretches_.back().stamp) {
        stretches_.back().end = end;
    } else if (frames > 0) {
        stretches_.push_back({end, end - frames, stamp});
    }
}

void Player::forget_heard(LocalTime now) {
    const std::uint64_t frame = playhead_.frame_at(now);
    while (!stretches_.empty() && stretches_.front().end <= frame)
        stretches_.pop_front();
}

void Player::rest_when_done(LocalTime now) {
    const bool heard = std::ranges::none_of(
        stretches_, [](const Stretch& stretch) { return stretch.stamp.has_value(); });
    if (queue_.empty() && heard && (ended_ || now - sounded_at_ > patience)) active_ = false;
}

std::optional<Player::HeardSound> Player::heard(LocalTime now) const {
    const std::uint64_t frame = playhead_.frame_at(now);
    for (const Stretch& stretch : stretches_) {
        if (frame >= stretch.end) continue;
        if (frame < stretch.begin || !stretch.stamp) return {};
        const std::uint64_t waiting = ring_->frames_written() - frame;
        return HeardSound{
            moved(*stretch.stamp, duration_of(frame - stretch.begin, device_.rate_hz)),
            queue_.level() + duration_of(waiting, device_.rate_hz)};
    }
    return {};
}

} // namespace sumac::audio
