#include "media/media_clock.h"

#include <gtest/gtest.h>

namespace sumac::media {
namespace {

using namespace std::chrono_literals;
constexpr LocalTime start{1000s};

Heard heard_at(std::uint32_t mm_time, LocalTime at) {
    return {.mm_time = mm_time, .beyond = 0ms, .at = at, .buffered = 80ms};
}

TEST(MediaClock, WithoutSoundNothingIsDueByIt) {
    MediaClock clock;
    clock.main(5000, start);
    EXPECT_FALSE(clock.due(5400, start));
    EXPECT_EQ(clock.source(start), ClockSource::main);
}

TEST(MediaClock, AFrameIsDueWhenItsSoundIsHeard) {
    MediaClock clock;
    clock.heard(heard_at(5000, start), start);
    EXPECT_EQ(clock.due(5120, start), start + 120ms);
    EXPECT_EQ(clock.due(4900, start), start - 100ms);
}

TEST(MediaClock, CountsFractionsOfAMillisecond) {
    MediaClock clock;
    clock.heard({.mm_time = 5000, .beyond = 250us, .at = start, .buffered = 0ms}, start);
    EXPECT_EQ(clock.due(5001, start), start + 750us);
}

TEST(MediaClock, HoldsAcrossTheWrap) {
    MediaClock clock;
    clock.heard(heard_at(0xffff'fff0, start), start);
    EXPECT_EQ(clock.due(0x10, start), start + 32ms);
}

TEST(MediaClock, GoesOnThroughShortSilenceAndEndsAfterALongOne) {
    MediaClock clock;
    clock.heard(heard_at(5000, start), start);
    EXPECT_EQ(clock.due(7000, start + 2s), start + 2s);
    EXPECT_FALSE(clock.due(9000, start + 4s));
}

TEST(MediaClock, SmoothsTheScatterOfTheDevice) {
    MediaClock clock;
    for (int i = 0; i < 200; ++i) {
        const LocalTime now = start + i * 20ms;
        const Duration scatter = i % 2 == 0 ? 10ms : -10ms;
        clock.heard(heard_at(5000 + static_cast<std::uint32_t>(i) * 20, now + scatter), now);
    }
    const Duration error = *clock.due(9000, start + 4s) - (start + 4s);
    EXPECT_LT(std::chrono::abs(error), 2ms);
}

TEST(MediaClock, OneWildObservationIsNotBelievedTwoAre) {
    MediaClock clock;
    clock.heard(heard_at(5000, start), start);
    clock.heard(heard_at(900'000, start + 20ms), start + 20ms);
    EXPECT_EQ(clock.due(5040, start + 40ms), start + 40ms);
    clock.heard(heard_at(900'020, start + 40ms), start + 40ms);
    EXPECT_EQ(clock.due(900'020, start + 40ms), start + 40ms);
}

TEST(MediaClock, ANewStartOfSoundIsBelievedAtOnce) {
    MediaClock clock;
    clock.heard(heard_at(5000, start), start);
    clock.playback_started();
    clock.heard(heard_at(5000, start + 400ms), start + 400ms);
    EXPECT_EQ(clock.due(5000, start + 400ms), start + 400ms);
}

TEST(MediaClock, ALateClockMessageIsNoEpoch) {
    MediaClock clock;
    EXPECT_EQ(clock.main(100'000, start), EpochCause::first_stamp);
    EXPECT_FALSE(clock.main(100'000, start + 2500ms));
    EXPECT_EQ(clock.epochs(), 1u);
}

TEST(MediaClock, MainAndPlaybackOfOneServerAreOneEpoch) {
    MediaClock clock;
    clock.main(100'000 - 400, start);
    EXPECT_FALSE(clock.playback(100'010, start + 10ms));
    // Migration: playback tells it first, main follows.
    EXPECT_EQ(clock.playback(77'000'000, start + 50ms), EpochCause::clock_jump);
    EXPECT_FALSE(clock.main(77'000'000 - 390, start + 60ms));
    EXPECT_EQ(clock.epochs(), 2u);
}

TEST(MediaClock, AnExpectedServerIsAnEpochEvenIfItsClockAgrees) {
    MediaClock clock;
    clock.main(100'000, start);
    clock.expect_epoch();
    EXPECT_EQ(clock.main(101'000, start + 1s), EpochCause::server_changed);
    EXPECT_FALSE(clock.main(102'000, start + 2s));
}

TEST(MediaClock, MeasuresDrift) {
    MediaClock clock;
    for (int i = 0; i < 1200; ++i) { // one minute, the server 1000 ppm slow
        const LocalTime now = start + i * 50ms;
        clock.frame(5000 + static_cast<std::uint32_t>(i * 50 * 0.9995), now);
        if (i < 390) {
            EXPECT_FALSE(clock.drift_ppm());
        }
    }
    ASSERT_TRUE(clock.drift_ppm());
    EXPECT_NEAR(*clock.drift_ppm(), -500, 30);
}

} // namespace
} // namespace sumac::media
