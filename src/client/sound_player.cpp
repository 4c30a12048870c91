#include "client/sound_player.h"

#include "io/clock.h"

#include <fmt/format.h>

#include <utility>

namespace sumac::client {
namespace {

/// Everything is converted to it: what sound servers mix in anyway.
constexpr audio::Format device_format{SoundView::channels, SoundView::rate_hz};
/// Often enough for the playhead's smoothing, seldom enough to cost nothing.
constexpr Duration ask_interval{50'000};
constexpr Duration trace_interval{100'000};

double milliseconds(Duration duration) {
    return static_cast<double>(duration.count()) / 1000;
}

} // namespace

SoundPlayer::SoundPlayer(Parts parts)
    : parts_(std::move(parts)), player_(device_format), timer_(parts_.net), output_(parts_.net) {
    parts_.statistics.sound_device(parts_.device == SoundDevice::none ? "none" : "null");
}

void SoundPlayer::started(std::uint32_t mm_time, LocalTime now) {
    parts_.streams->playback_started(mm_time, now);
}

void SoundPlayer::arrived(std::uint32_t mm_time, LocalTime now) {
    parts_.statistics.sound_packet();
    parts_.streams->playback_packet(mm_time, now);
}

void SoundPlayer::play(audio::SoundQueue::Packet packet, LocalTime now) {
    if (closed_) return;
    player_.push(std::move(packet));
    if (awake_) return;
    awake_ = true;
    times_dry_.reset();
    taken_at_ = now;
    wake_at(now);
}

void SoundPlayer::stopped(LocalTime now) {
    player_.ended();
    parts_.streams->playback_stopped(now);
}

void SoundPlayer::reset(LocalTime now) {
    player_.reset();
    parts_.streams->playback_stopped(now);
}

void SoundPlayer::close() {
    closed_ = true;
    timer_.cancel();
    output_.close();
}

void SoundPlayer::step() {
    const LocalTime now = io::now();
    const auto advise = [&](Duration buffered) {
        const auto advice = parts_.streams->regulate_audio(buffered, now);
        speed_ = advice.speed;
        return audio::Player::Advice{advice.silence, advice.discard, advice.speed};
    };
    const auto show = [&](const audio::Player::Block& block) {
        if (parts_.sink == nullptr) return;
        parts_.sink->on_sound({block.samples, block.heard, block.stamp.mm_time});
    };
    player_.step(now, advise, show);
    tell_what_is_heard(now);
    look_after_device(now);
    awake_ = player_.active();
    if (awake_) {
        used_at_ = now;
        wake_at(now + audio::Player::period);
    } else if (system_ != System::closed) {
        wake_at(used_at_ + linger);
    }
}

void SoundPlayer::tell_what_is_heard(LocalTime now) {
    parts_.statistics.sound(underruns(), player_.counts().discarded);
    const auto heard = player_.heard(now);
    if (!heard) return;
    parts_.streams->heard({heard->stamp.mm_time, heard->stamp.beyond, now, heard->buffered}, now);
    parts_.statistics.sound_buffered(heard->buffered);
    if (now - traced_at_ < trace_interval) return;
    traced_at_ = now;
    trace_heard(*heard, now);
}

std::uint64_t SoundPlayer::underruns() const {
    return parts_.streams->audio_status().underruns + player_.counts().ring_underruns;
}

void SoundPlayer::trace_heard(const audio::Player::HeardSound& heard, LocalTime now) {
    if (parts_.trace == nullptr) return;
    TraceEvent event;
    event.kind = TraceEvent::Kind::clock_observed;
    event.at = now;
    event.mm_time = heard.stamp.mm_time;
    event.detail = fmt::format("source=playback buffered_ms={:.1f} queued_ms={:.1f} "
                               "target_ms={:.1f} speed={:.5f} underruns={}",
                               milliseconds(heard.buffered),
                               milliseconds(player_.queued()),
                               milliseconds(parts_.streams->audio_status().target),
                               speed_,
                               underruns());
    parts_.trace->on_trace(event);
}

void SoundPlayer::look_after_device(LocalTime now) {
    if (parts_.device != SoundDevice::system) return;
    if (!player_.active() && system_ != System::closed && now - used_at_ >= linger) {
        close_device(now);
    } else if (player_.active() && system_ == System::closed && now >= retry_at_) {
        open_device();
    } else if (system_ == System::open && !asked_ && now - asked_at_ >= ask_interval) {
        asked_at_ = now;
        ask_device();
    }
}

void SoundPlayer::open_device() {
    system_ = System::opening;
    const std::shared_ptr<audio::Ring> ring = warming_up_ = player_.make_ring();
    output_.open([ring] { return audio::SystemOutput::open(ring, device_format); },
                 [ring, weak = weak_from_this()](const std::optional<Failure>& failure) {
                     if (const auto self = weak.lock()) self->opened(ring, failure);
                 });
}

void SoundPlayer::opened(const std::shared_ptr<audio::Ring>& ring,
                         const std::optional<Failure>& failure) {
    if (closed_ || ring != warming_up_) return; // closed meanwhile
    const LocalTime now = io::now();
    if (failure) {
        system_ = System::closed;
        warming_up_.reset();
        retry_at_ = now + retry_interval;
        if (!std::exchange(complained_, true))
            parts_.log(LogLevel::warn, "playback[0]: no sound is heard: " + failure->line());
        return;
    }
    system_ = System::open;
    complained_ = false;
    asked_ = false;
    opened_at_ = now;
    ask_device();
}

void SoundPlayer::ask_device() {
    asked_ = true;
    output_.ask(
        [](const audio::SystemOutput& device) {
            DeviceState state;
            state.position = device.position();
            state.at = io::now();
            state.times_dry = device.times_dry();
            state.largest_request = device.largest_request();
            state.failed = device.failed();
            state.backend = device.backend();
            return state;
        },
        [weak = weak_from_this()](const DeviceState& state) {
            if (const auto self = weak.lock()) self->device_told(state);
        });
}

void SoundPlayer::device_told(const DeviceState& state) {
    asked_ = false;
    if (closed_ || system_ != System::open) return;
    const LocalTime now = io::now();
    if (state.failed) return device_failed("it is gone", now);
    if (warming_up_) return look_whether_it_plays(state, now);
    if (player_.ring()->frames_read() != std::exchange(taken_, player_.ring()->frames_read()))
        taken_at_ = now;
    if (player_.active() && now - taken_at_ > patience)
        return device_failed("it stands still", now);
    player_.device_takes(audio::duration_of(state.largest_request, device_format.rate_hz));
    if (state.position) player_.device_heard(state.position->frame, state.at);
    if (times_dry_ && *times_dry_ != state.times_dry) player_.device_ran_dry();
    times_dry_ = player_.active() ? std::optional{state.times_dry} : std::nullopt;
}

/// PulseAudio may take a first block and then nothing for two seconds: until the device takes sound
/// again and again, the null device goes on.
void SoundPlayer::look_whether_it_plays(const DeviceState& state, LocalTime now) {
    if (state.largest_request > 0) {
        times_dry_.reset();
        taken_at_ = now;
        player_.device_takes(audio::duration_of(state.largest_request, device_format.rate_hz));
        player_.device_plays(std::exchange(warming_up_, nullptr), Duration{0}, now);
        parts_.statistics.sound_device(state.backend);
    } else if (now - opened_at_ > retry_interval) {
        device_failed("it takes no sound", now);
    }
}

void SoundPlayer::device_failed(std::string_view why, LocalTime now) {
    parts_.statistics.sound_device_lost();
    parts_.log(LogLevel::warn,
               fmt::format("playback[0]: the system's sound device failed: {}; trying again", why));
    complained_ = true;
    retry_at_ = now + retry_interval;
    close_device(now);
}

void SoundPlayer::close_device(LocalTime now) {
    output_.close();
    system_ = System::closed;
    asked_ = false;
    if (!std::exchange(warming_up_, nullptr)) player_.device_gone(now);
    parts_.statistics.sound_device("null");
}

void SoundPlayer::wake_at(LocalTime at) {
    timer_.expires_at(at);
    timer_.async_wait([weak = weak_from_this()](const asio::error_code& error) {
        const auto self = weak.lock();
        if (!error && self && !self->closed_) self->step();
    });
}

} // namespace sumac::client
