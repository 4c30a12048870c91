#include "media/audio_regulator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace sumac::media {
namespace {

using namespace std::chrono_literals;
constexpr LocalTime start{1000s};

/// A regulator that plays, with a level of 20 ms: the headroom, as its packets have no jitter.
AudioRegulator playing() {
    AudioRegulator regulator;
    for (int i = 0; i < 10; ++i)
        regulator.packet(5000 + static_cast<std::uint32_t>(i) * 10, start + i * 10ms);
    regulator.regulate(20ms, start + 100ms);
    return regulator;
}

TEST(AudioRegulator, BuffersNoMoreThanJitterAndHeadroom) {
    AudioRegulator regulator;
    for (int i = 0; i < 50; ++i)
        regulator.packet(5000 + static_cast<std::uint32_t>(i) * 10,
                         start + i * 10ms + (i % 5) * 3ms);
    EXPECT_EQ(regulator.target(), 12ms + AudioRegulator::headroom);
}

TEST(AudioRegulator, JitterIsSeenAtOnceAndForgottenAfterTenSeconds) {
    AudioRegulator regulator;
    std::uint32_t packets = 0;
    const auto run = [&](std::uint32_t count, Duration jitter) {
        for (const std::uint32_t end = packets + count; packets < end; ++packets)
            regulator.packet(5000 + packets * 10, start + packets * 10ms + (packets % 2) * jitter);
    };
    run(2000, 0ms);
    EXPECT_EQ(regulator.target(), AudioRegulator::headroom);
    run(10, 50ms);
    EXPECT_EQ(regulator.target(), 50ms + AudioRegulator::headroom);
    run(50, 50ms);
    run(900, 0ms);
    EXPECT_EQ(regulator.target(), 50ms + AudioRegulator::headroom);
    run(200, 0ms);
    EXPECT_EQ(regulator.target(), AudioRegulator::headroom);
}

TEST(AudioRegulator, WhatAStallHeldUpIsNoJitter) {
    AudioRegulator regulator;
    for (std::uint32_t i = 0; i < 100; ++i)
        regulator.packet(5000 + i * 10, start + i * 10ms);
    for (std::uint32_t i = 100; i < 300; ++i)
        regulator.packet(5000 + i * 10, start + 3s);
    EXPECT_LE(regulator.target(), 2 * AudioRegulator::headroom);
}

TEST(AudioRegulator, FillsBeforeItPlays) {
    AudioRegulator regulator;
    regulator.packet(5000, start);
    EXPECT_TRUE(regulator.regulate(10ms, start).silence);
    EXPECT_FALSE(regulator.regulate(20ms, start + 10ms).silence);
}

TEST(AudioRegulator, ASoundShorterThanTheTargetIsHeard) {
    AudioRegulator regulator;
    regulator.packet(5000, start);
    EXPECT_TRUE(regulator.regulate(10ms, start).silence);
    EXPECT_FALSE(regulator.regulate(10ms, start + 20ms).silence);
}

TEST(AudioRegulator, AnUnderrunIsCountedAndFillsAgain) {
    AudioRegulator regulator = playing();
    EXPECT_TRUE(regulator.regulate(0ms, start + 110ms).silence);
    EXPECT_EQ(regulator.underruns(), 1u);
    EXPECT_TRUE(regulator.regulate(5ms, start + 120ms).silence);
    EXPECT_FALSE(regulator.regulate(20ms, start + 130ms).silence);
}

TEST(AudioRegulator, TheEndOfSoundIsNoUnderrun) {
    AudioRegulator regulator = playing();
    regulator.stopped();
    EXPECT_TRUE(regulator.regulate(0ms, start + 110ms).silence);
    EXPECT_EQ(regulator.underruns(), 0u);
}

TEST(AudioRegulator, AFloodIsThrownAwayDownToTheTarget) {
    AudioRegulator regulator = playing();
    EXPECT_EQ(regulator.regulate(5s, start + 110ms).discard, 5s - 20ms);
    EXPECT_EQ(regulator.regulate(100ms, start + 120ms).discard, 0ms);
}

TEST(AudioRegulator, NeverPlaysMoreThanHalfAPercentOff) {
    AudioRegulator fast = playing();
    AudioRegulator slow = playing();
    fast.regulate(160ms, start + 2s);
    slow.wish(5s);
    EXPECT_DOUBLE_EQ(fast.regulate(160ms, start + 4s).speed, 1.005);
    EXPECT_DOUBLE_EQ(slow.regulate(20ms, start + 4s).speed, 0.995);
}

TEST(AudioRegulator, AWishIsForgottenWhenSoundStops) {
    AudioRegulator regulator = playing();
    regulator.wish(400ms);
    EXPECT_EQ(regulator.target(), 400ms);
    regulator.stopped();
    EXPECT_EQ(regulator.target(), AudioRegulator::headroom);
}

TEST(AudioRegulator, ATargetThatFallsIsNoFloodAndNeedsNoCut) {
    AudioRegulator regulator = playing();
    regulator.wish(400ms);
    regulator.regulate(0ms, start + 110ms); // fills again, up to the wish
    double buffered_ms = 400;
    LocalTime now = start + 120ms;
    ASSERT_FALSE(regulator.regulate(400ms, now).silence);
    regulator.wish(0ms);
    for (const LocalTime end = now + 90s; now < end;) {
        now += 10ms;
        const auto advice = regulator.regulate(Duration{std::llround(buffered_ms * 1000)}, now);
        ASSERT_EQ(advice.discard, 0ms);
        ASSERT_FALSE(advice.silence);
        buffered_ms += 10 - 10 * advice.speed;
    }
    EXPECT_LT(buffered_ms, 30);
    EXPECT_GT(buffered_ms, 15);
}

TEST(AudioRegulator, SaysWhichTargetIsInForceWhileItFalls) {
    AudioRegulator regulator = playing();
    regulator.wish(400ms);
    regulator.regulate(0ms, start + 110ms); // fills again, up to the wish
    regulator.regulate(400ms, start + 120ms);
    EXPECT_EQ(regulator.target_in_force(), 400ms);
    regulator.wish(0ms);
    regulator.regulate(400ms, start + 120ms + 10s);
    EXPECT_EQ(regulator.target(), AudioRegulator::headroom);
    EXPECT_EQ(regulator.target_in_force(), 350ms) << "half a percent of ten seconds lower";
    regulator.regulate(350ms, start + 100s);
    EXPECT_EQ(regulator.target_in_force(), AudioRegulator::headroom);
}

TEST(AudioRegulator, WishesAreBounded) {
    AudioRegulator regulator;
    regulator.wish(1h);
    EXPECT_EQ(regulator.target(), AudioRegulator::max_target);
}

TEST(AudioRegulator, ADayOfDriftNeedsNoCutAndLittleCorrection) {
    AudioRegulator regulator = playing();
    regulator.wish(80ms);
    regulator.regulate(0ms, start + 110ms); // fills again, up to the wish
    constexpr double block_ms = 50;         // of the sound card
    double buffered_ms = 80;
    double most_correction = 0;
    double most_deviation = 0;
    LocalTime now = start + 200ms;
    for (const LocalTime end = now + 24h; now < end; now += 50ms) {
        const Duration buffered{std::llround(buffered_ms * 1000)};
        const auto advice = regulator.regulate(buffered, now);
        ASSERT_FALSE(advice.silence);
        ASSERT_EQ(advice.discard, 0ms);
        most_correction = std::max(most_correction, std::abs(advice.speed - 1));
        most_deviation = std::max(most_deviation, std::abs(buffered_ms - 80));
        buffered_ms += block_ms * (1 + 200e-6) - block_ms * advice.speed;
    }
    EXPECT_LT(most_correction, 0.0003);
    EXPECT_LT(most_deviation, 2);
    EXPECT_EQ(regulator.underruns(), 1u) << "the one above";
}

} // namespace
} // namespace sumac::media
