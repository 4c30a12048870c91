#include "synthetic_clip.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace sumac::host {

namespace {

constexpr double tau = 2 * std::numbers::pi;

/// Smooth shades with fine grain, so that the server's test for gradual (photo-like) images sees
/// what it sees in camera pictures.
Picture draw_scene(Size size) {
    Picture scene(size);
    std::uint32_t grain = 12345;
    for (int y = 0; y < size.height; ++y) {
        const double v = static_cast<double>(y) / size.height;
        const auto row = scene.row(y);
        for (int x = 0; x < size.width; ++x) {
            const double u = tau * x / size.width; // whole periods: the seam does not show
            const double wave = std::sin(2 * u + 5 * v) + 0.6 * std::sin(3 * u - 9 * v) +
                                0.3 * std::sin(7 * u + 17 * v);
            grain = grain * 1664525u + 1013904223u;
            const int noise = static_cast<int>(grain >> 29) - 4;
            const auto shade = [&](double base, double gain) {
                return std::clamp(static_cast<int>(base + gain * wave) + noise, 0, 255);
            };
            row[static_cast<std::size_t>(x)] =
                rgb(shade(90 + 60 * v, 30), shade(110 - 20 * v, 26), shade(150 - 70 * v, 34));
        }
    }
    return scene;
}

/// Goes to and fro between 0 and `limit`, one step a count.
int bounce(std::uint64_t count, int limit) {
    const auto period = static_cast<std::uint64_t>(2 * std::max(limit, 1));
    const auto phase = static_cast<int>(count % period);
    return phase < limit ? phase : static_cast<int>(period) - phase;
}

void draw_line(Picture& picture, double x, double y, double angle, double length, int pen) {
    for (double along = 0; along < length; along += 0.5)
        picture.fill({static_cast<int>(x + along * std::sin(angle)) - pen / 2,
                      static_cast<int>(y - along * std::cos(angle)) - pen / 2,
                      pen,
                      pen},
                     rgb(20, 20, 30));
}

void draw_disc(Picture& picture, int centre_x, int centre_y, int radius, Pixel rim, Pixel middle) {
    const auto [width, height] = picture.size();
    for (int y = std::max(0, centre_y - radius); y < std::min(height, centre_y + radius); ++y)
        for (int x = std::max(0, centre_x - radius); x < std::min(width, centre_x + radius); ++x) {
            const int away = (x - centre_x) * (x - centre_x) + (y - centre_y) * (y - centre_y);
            if (away >= radius * radius) continue;
            picture.row(y)[static_cast<std::size_t>(x)] =
                mix(middle, rim, 256 * away / (radius * radius));
        }
}

} // namespace

SyntheticPictures::SyntheticPictures(Size size, int fps)
    : fps_(fps), background_(draw_scene(size)) {}

void SyntheticPictures::render(FrameNumber number, Picture& picture) {
    draw_background(picture, number);
    draw_bars(picture, number);
    draw_clock(picture, number);
    draw_ball(picture, number);
    const auto [width, height] = picture.size();
    draw_digits(picture, number, width - width / 20, height / 2, height / 10);
    if (is_flash(number, fps_))
        picture.fill({width * 3 / 8, height * 3 / 8, width / 4, height / 4}, white);
}

void SyntheticPictures::draw_background(Picture& picture, FrameNumber number) const {
    const auto [width, height] = picture.size();
    const auto shift =
        static_cast<std::ptrdiff_t>(std::uint64_t{number} * 2 % static_cast<unsigned>(width));
    for (int y = 0; y < height; ++y) {
        const auto from = background_.row(y);
        std::rotate_copy(from.begin(), from.begin() + shift, from.end(), picture.row(y).begin());
    }
}

void SyntheticPictures::draw_bars(Picture& picture, FrameNumber number) const {
    constexpr std::array<Pixel, 6> colours{rgb(220, 60, 50),
                                           rgb(235, 170, 50),
                                           rgb(80, 170, 80),
                                           rgb(60, 150, 190),
                                           rgb(80, 80, 180),
                                           rgb(170, 70, 160)};
    const auto [width, height] = picture.size();
    const int bar = std::max(4, width / 80);
    const int left = bounce(std::uint64_t{number} * 4, width - bar * 6);
    for (int i = 0; i < 6; ++i)
        picture.fill({left + i * bar, height * 3 / 5, bar, height / 8},
                     colours[static_cast<std::size_t>(i)]);
}

void SyntheticPictures::draw_clock(Picture& picture, FrameNumber number) const {
    const auto [width, height] = picture.size();
    const int radius = height / 8;
    const int x = width / 8;
    const int y = height / 2;
    draw_disc(picture, x, y, radius, rgb(190, 190, 200), rgb(245, 245, 240));
    const double second = static_cast<double>(number) / fps_;
    draw_line(picture, x, y, tau * second, radius * 0.9, std::max(1, radius / 20));
    draw_line(picture, x, y, tau * second / 60, radius * 0.6, std::max(2, radius / 10));
}

void SyntheticPictures::draw_ball(Picture& picture, FrameNumber number) const {
    const auto [width, height] = picture.size();
    const int radius = height / 12;
    const std::uint64_t step = std::uint64_t{number} * 5;
    draw_disc(picture,
              radius + bounce(step, width - 2 * radius),
              radius + bounce(step, height - 2 * radius),
              radius,
              rgb(150, 40, 20),
              rgb(255, 200, 120));
}

void ClickSound::fill(std::int64_t first, std::span<std::int16_t> samples) {
    for (std::size_t i = 0; i + 1 < samples.size(); i += 2) {
        const std::int64_t in_second = (first + static_cast<std::int64_t>(i / 2)) % sound_rate_hz;
        std::int16_t value = 0;
        if (in_second < click_samples) {
            const double phase = static_cast<double>(in_second) * 1000 / sound_rate_hz;
            value = static_cast<std::int16_t>(16000 * std::sin(tau * phase));
        }
        samples[i] = value;
        samples[i + 1] = value;
    }
}

} // namespace sumac::host
