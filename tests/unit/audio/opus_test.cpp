#include "audio/opus.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace sumac::audio {
namespace {

using namespace std::chrono_literals;

Samples tone(std::uint32_t rate_hz, std::size_t first, std::size_t frames, std::uint32_t channels) {
    Samples samples;
    for (std::size_t i = first; i < first + frames; ++i)
        for (std::uint32_t channel = 0; channel < channels; ++channel)
            samples.push_back(static_cast<std::int16_t>(
                8000 * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i) / rate_hz)));
    return samples;
}

TEST(Opus, ARoundTripKeepsTheSoundAndItsDelayIsKnown) {
    for (const std::uint32_t rate : {8000U, 12000U, 16000U, 24000U, 48000U}) {
        auto encoder = PacketEncoder::make({2, rate});
        auto decoder = PacketDecoder::make({2, rate});
        ASSERT_TRUE(encoder && decoder) << rate;
        Samples out;
        const std::size_t frames = (*encoder)->frames_per_packet();
        for (std::size_t i = 0; i < 50; ++i) {
            const auto packet = (*encoder)->encode(tone(rate, i * frames, frames, 2));
            ASSERT_TRUE(packet);
            EXPECT_LE(packet->size(), 480u);
            const auto samples = (*decoder)->decode(*packet);
            ASSERT_TRUE(samples);
            EXPECT_EQ(samples->size(), frames * 2);
            out.insert(out.end(), samples->begin(), samples->end());
        }
        // Compare the last 100 ms with what went in a lookahead earlier.
        const std::size_t delay = frames_in(PacketDecoder::encoder_delay, rate);
        double error = 0;
        const std::size_t from = 40 * frames;
        for (std::size_t i = from; i < 50 * frames; ++i) {
            const double expected =
                8000 * std::sin(2 * std::numbers::pi * 440 * static_cast<double>(i - delay) / rate);
            error += std::pow(out[2 * i] - expected, 2);
        }
        EXPECT_LT(std::sqrt(error / static_cast<double>(10 * frames)), 800) << rate;
    }
}

TEST(Opus, RefusesFormatsThatItDoesNotHave) {
    EXPECT_FALSE(PacketDecoder::make({2, 44100}));
    EXPECT_FALSE(PacketDecoder::make({6, 48000}));
    EXPECT_FALSE(PacketDecoder::make({0, 48000}));
    EXPECT_FALSE(PacketEncoder::make({2, 44100}));
    auto encoder = PacketEncoder::make({2, 48000});
    EXPECT_FALSE((*encoder)->encode(Samples(10)));
}

TEST(Opus, ADamagedPacketCostsItself) {
    auto encoder = PacketEncoder::make({2, 48000});
    auto decoder = PacketDecoder::make({2, 48000});
    const auto packet = (*encoder)->encode(tone(48000, 0, 480, 2));
    ASSERT_TRUE((*decoder)->conceal());
    EXPECT_TRUE((*decoder)->conceal()->empty());
    EXPECT_FALSE((*decoder)->decode({}));
    ASSERT_TRUE((*decoder)->decode(*packet));
    // Code 3 with a count of 0 frames: never valid.
    const std::vector<std::byte> damaged{std::byte{0xff}, std::byte{0x00}};
    EXPECT_FALSE((*decoder)->decode(damaged));
    EXPECT_EQ((*decoder)->conceal()->size(), 960u);
    EXPECT_TRUE((*decoder)->decode(*packet));
}

TEST(Opus, RandomPacketsAreSoundOrAnError) {
    std::mt19937 random{7};
    auto decoder = PacketDecoder::make({2, 48000});
    for (int i = 0; i < 2000; ++i) {
        std::vector<std::byte> packet(random() % 600);
        for (auto& byte : packet)
            byte = static_cast<std::byte>(random());
        const auto samples = (*decoder)->decode(packet);
        EXPECT_LE(samples ? samples->size() : 0, 2 * 5760u);
    }
}

} // namespace
} // namespace sumac::audio
