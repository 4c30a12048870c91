#include "sound.h"

#include <span>
#include <utility>

namespace sumac::host {

namespace {

constexpr std::int64_t unheard_packet = sound_rate_hz / 100; // 10 ms, as the server's packets
constexpr std::int64_t beep_pairs = sound_rate_hz * 67 / 1000;

std::int64_t pairs_in(Clock::duration time) {
    return std::chrono::duration_cast<std::chrono::microseconds>(time).count() * sound_rate_hz /
           1'000'000;
}

} // namespace

Sound::Sound(std::unique_ptr<SoundSource> source) : source_(std::move(source)) {
    interface_.base.type = SPICE_INTERFACE_PLAYBACK;
    interface_.base.description = "sumac-host sound";
    interface_.base.major_version = SPICE_INTERFACE_PLAYBACK_MAJOR;
    interface_.base.minor_version = SPICE_INTERFACE_PLAYBACK_MINOR;
    instance_.base.sif = &interface_.base;
}

bool Sound::plug_into(SpiceServer& server) {
    if (spice_server_add_interface(&server, &instance_.base) != 0) return false;
    spice_server_set_playback_rate(&instance_, sound_rate_hz);
    return true;
}

void Sound::start(SoundMode mode, Clock::time_point clip_start, Clock::time_point now) {
    if (is_playing()) return;
    mode_ = mode;
    clip_start_ = clip_start;
    if (mode == SoundMode::on) open(pairs_in(now - clip_start));
}

void Sound::stop() {
    clip_start_.reset();
    close();
}

void Sound::open(std::int64_t first) {
    next_ = first;
    open_ = true;
    spice_server_playback_start(&instance_);
}

void Sound::close() {
    if (!open_) return;
    open_ = false;
    spice_server_playback_stop(&instance_);
}

void Sound::follow_beeps(std::int64_t due) {
    const std::int64_t in_second = due % sound_rate_hz;
    const bool beeps = in_second < beep_pairs;
    if (beeps && !open_) open(due - in_second);
    if (!beeps) close();
}

void Sound::step(Clock::time_point now, const std::function<void(Click)>& on_click) {
    if (!is_playing()) return;
    const std::int64_t due = pairs_in(now - *clip_start_);
    if (mode_ == SoundMode::beep) follow_beeps(due);
    if (!open_) return;
    // The server has room for three packets; after a hiccup the rest is lost, as on a sound card.
    if (due - next_ > sound_rate_hz / 10) next_ = due - unheard_packet;
    while (next_ <= due) {
        const std::int64_t first = next_;
        const std::int64_t stamped_us = now_us();
        next_ += put_packet();
        const std::int64_t second = (next_ - 1) / sound_rate_hz;
        if (second * sound_rate_hz >= first) on_click({.second = second, .t_us = stamped_us});
    }
}

std::int64_t Sound::put_packet() {
    std::uint32_t* samples = nullptr; // one pair of 16-bit samples each
    std::uint32_t count = 0;
    spice_server_playback_get_buffer(&instance_, &samples, &count);
    if (samples == nullptr) return unheard_packet;
    source_->fill(next_,
                  {reinterpret_cast<std::int16_t*>(samples),
                   static_cast<std::size_t>(count) * sound_channels});
    spice_server_playback_put_samples(&instance_, samples);
    return count;
}

} // namespace sumac::host
