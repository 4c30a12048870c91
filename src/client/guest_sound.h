/// What becomes of the sound that a playback channel brings. Net thread only.
#pragma once

#include "audio/gain.h"
#include "audio/sound_queue.h"
#include <sumac/time.h>

#include <cstdint>

namespace sumac::client {

class GuestSound {
public:
    virtual ~GuestSound() = default;
    virtual void started(std::uint32_t mm_time, LocalTime now) = 0;
    /// One packet came, whatever it holds.
    virtual void arrived(std::uint32_t mm_time, LocalTime now) = 0;
    /// Its sound.
    virtual void play(audio::SoundQueue::Packet packet, LocalTime now) = 0;
    virtual void stopped(LocalTime now) = 0;
    /// Silence at once.
    virtual void reset(LocalTime now) = 0;
    /// PLAYBACK_LATENCY
    virtual void wish(std::uint32_t latency_ms) = 0;
    virtual audio::Gain& gain() = 0;
};

} // namespace sumac::client
