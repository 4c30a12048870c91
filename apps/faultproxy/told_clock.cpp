#include "told_clock.h"

namespace sumac::faultproxy {

namespace {

/// reds.cpp of spice-server: the latency of MULTI_MEDIA_TIME at the start and without sound.
constexpr std::uint32_t first_latency_ms = 400;
/// Packets of sound come every 10 ms; a second without one is a pause.
constexpr Duration sound_memory = std::chrono::seconds{1};

} // namespace

void ToldClock::observe(Stamp stamp, std::uint32_t mm_time, LocalTime now) {
    const bool frame = stamp == Stamp::stream_data || stamp == Stamp::stream_data_sized;
    const bool told = stamp == Stamp::init || stamp == Stamp::multi_media_time;
    if (stamp == Stamp::playback_data) last_sound_ = now;
    if (frame && mm_time == 0) return;
    (told ? told_ : stamped_) = Observation{mm_time, now};
}

std::optional<std::uint32_t> ToldClock::told_now(LocalTime now) const {
    const auto& known = told_ ? told_ : stamped_;
    if (!known) return std::nullopt;
    const auto since = std::chrono::round<std::chrono::milliseconds>(now - known->at);
    const std::uint32_t latency = told_ ? 0 : first_latency_ms;
    return known->mm_time + static_cast<std::uint32_t>(since.count()) - latency;
}

bool ToldClock::sound_plays(LocalTime now) const {
    return last_sound_ && now - *last_sound_ < sound_memory;
}

} // namespace sumac::faultproxy
