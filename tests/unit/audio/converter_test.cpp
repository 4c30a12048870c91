#include "audio/converter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <numbers>

namespace sumac::audio {
namespace {

using namespace std::chrono_literals;

Samples tone(double hz, std::uint32_t rate_hz, std::size_t frames) {
    Samples samples(frames);
    for (std::size_t i = 0; i < frames; ++i)
        samples[i] = static_cast<std::int16_t>(
            10000 * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz));
    return samples;
}

int rising_zeros(const Samples& samples) {
    int count = 0;
    for (std::size_t i = 1; i < samples.size(); ++i)
        count += samples[i - 1] < 0 && samples[i] >= 0 ? 1 : 0;
    return count;
}

Samples convert(Format from, Format to, const Samples& samples, double speed) {
    auto converter = Converter::make(from, to);
    Samples out;
    const std::size_t piece = from.rate_hz / 100 * from.channels;
    for (std::size_t at = 0; at < samples.size(); at += piece) {
        const std::span part = std::span{samples}.subspan(at, std::min(piece, samples.size() - at));
        EXPECT_TRUE((*converter)->convert(part, speed, out));
    }
    EXPECT_TRUE((*converter)->flush(out));
    return out;
}

TEST(Converter, KeepsLengthAndPitchAcrossRates) {
    for (const std::uint32_t rate : {8000U, 44100U, 48000U, 192'000U}) {
        const Samples out = convert({1, rate}, {1, 48000}, tone(440, rate, rate), 1);
        EXPECT_NEAR(static_cast<double>(out.size()), 48000, 100) << rate;
        EXPECT_NEAR(rising_zeros(out), 440, 2) << rate;
    }
}

TEST(Converter, FasterIsShorterByExactlyAsMuch) {
    const Samples in = tone(440, 48000, 480'000);
    EXPECT_NEAR(static_cast<double>(convert({1, 48000}, {1, 48000}, in, 1.005).size()),
                480'000 / 1.005,
                60);
    EXPECT_NEAR(static_cast<double>(convert({1, 48000}, {1, 48000}, in, 0.995).size()),
                480'000 / 0.995,
                60);
    EXPECT_NEAR(static_cast<double>(convert({1, 48000}, {1, 48000}, in, 1.0002).size()),
                480'000 / 1.0002,
                60);
}

TEST(Converter, ChangingSpeedMakesNoClick) {
    auto converter = Converter::make({1, 48000}, {1, 48000});
    const Samples in = tone(440, 48000, 48000);
    Samples out;
    for (std::size_t i = 0; i < 100; ++i)
        EXPECT_TRUE(
            (*converter)
                ->convert(std::span{in}.subspan(i * 480, 480), i % 2 == 0 ? 1.005 : 0.995, out));
    int steepest = 0;
    for (std::size_t i = 1; i < out.size(); ++i)
        steepest = std::max(steepest, std::abs(out[i] - out[i - 1]));
    // A sine of 440 Hz and amplitude 10000 changes by at most 576 a sample; 0.5 % faster, and the
    // filter's ripple, on top.
    EXPECT_LE(steepest, 600);
}

TEST(Converter, SaysHowFarBehindItIs) {
    auto converter = Converter::make({1, 48000}, {1, 48000});
    Samples in(480);
    in[240] = 20000;
    Samples out;
    EXPECT_EQ((*converter)->delay(), 0us);
    EXPECT_TRUE((*converter)->convert(in, 1, out));
    EXPECT_EQ(out.size() + frames_in((*converter)->delay() + 10us, 48000), 480u);
    const auto peak = std::ranges::max_element(out) - out.begin();
    EXPECT_NEAR(static_cast<double>(peak), 240, 1);
}

TEST(Converter, MixesAnyNumberOfChannels) {
    for (std::uint32_t channels = 1; channels <= 8; ++channels) {
        const Samples out =
            convert({channels, 48000}, {2, 48000}, Samples(4800 * channels, 5000), 1);
        EXPECT_NEAR(static_cast<double>(out.size()), 9600, 200) << channels;
        EXPECT_NE(out[4800], 0) << channels;
    }
}

} // namespace
} // namespace sumac::audio
