/// What a clip is: pictures and sound as functions of the clip's own time.
#pragma once

#include "picture.h"

#include <cstdint>
#include <span>

namespace sumac::host {

constexpr int sound_rate_hz = 48000;
constexpr int sound_channels = 2;

/// Frame `number` stands at `number / fps` seconds of the clip.
using FrameNumber = std::uint32_t;

/// Gives the pictures of a clip. Used by one thread at a time; numbers mostly rise by one, but
/// may jump (a clip that goes on from another host).
class PictureSource {
public:
    virtual ~PictureSource() = default;
    virtual void render(FrameNumber number, Picture& picture) = 0;
};

/// Gives the sound of a clip as interleaved stereo at `sound_rate_hz`. Used by one thread.
class SoundSource {
public:
    virtual ~SoundSource() = default;
    /// Fills `samples` (pairs) from sample pair `first` of the clip on.
    virtual void fill(std::int64_t first, std::span<std::int16_t> samples) = 0;
};

/// True for the frames in the first 100 ms of each second of the clip, and at least one a second.
constexpr bool is_flash(FrameNumber number, int fps) {
    const int in_second = static_cast<int>(number % static_cast<FrameNumber>(fps));
    return in_second * 10 < fps;
}

} // namespace sumac::host
