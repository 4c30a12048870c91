/// The built-in clip: a drifting, photo-like background, a ball, colour bars, a clock, the frame's
/// number in digits; a click at each whole second and a flash of the picture with it. Pure.
#pragma once

#include "clip.h"

namespace sumac::host {

class SyntheticPictures final : public PictureSource {
public:
    SyntheticPictures(Size size, int fps);
    void render(FrameNumber number, Picture& picture) override;

private:
    void draw_background(Picture& picture, FrameNumber number) const;
    void draw_ball(Picture& picture, FrameNumber number) const;
    void draw_bars(Picture& picture, FrameNumber number) const;
    void draw_clock(Picture& picture, FrameNumber number) const;

    int fps_;
    Picture background_; ///< wraps around horizontally
};

/// Silence with 10 ms of 1 kHz at the start of each second.
class ClickSound final : public SoundSource {
public:
    void fill(std::int64_t first, std::span<std::int16_t> samples) override;
};

/// Length of a click in sample pairs.
constexpr std::int64_t click_samples = sound_rate_hz / 100;

} // namespace sumac::host
