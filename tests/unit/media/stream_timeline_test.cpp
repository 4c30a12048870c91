#include "media/stream_timeline.h"

#include <gtest/gtest.h>

namespace sumac::media {
namespace {

using namespace std::chrono_literals;
constexpr LocalTime start{1000s};

/// Frames each 40 ms from stamp 5000 on, undelayed; returns when the last one came.
LocalTime feed(StreamTimeline& timeline, int count) {
    LocalTime now = start;
    for (int i = 0; i < count; ++i) {
        now = start + i * 40ms;
        timeline.arrive(5000 + static_cast<std::uint32_t>(i) * 40, now);
    }
    return now;
}

TEST(StreamTimeline, MovesAtTheStreamsOwnCadence) {
    StreamTimeline timeline;
    const auto first = timeline.arrive(5000, start);
    const auto late = timeline.arrive(5040, start + 55ms);
    EXPECT_EQ(first.epoch, EpochCause::first_stamp);
    EXPECT_EQ(late.position - first.position, 40ms);
    EXPECT_EQ(late.behind, 15ms);
    EXPECT_FALSE(late.epoch);
}

TEST(StreamTimeline, AStampThatGoesBackStartsAnEpochWhereTheFrameIs) {
    StreamTimeline timeline;
    const LocalTime last = feed(timeline, 10);
    const auto arrival = timeline.arrive(17, last + 40ms);
    EXPECT_EQ(arrival.epoch, EpochCause::stamp_backwards);
    EXPECT_EQ(arrival.position, start + 10 * 40ms);
    EXPECT_EQ(arrival.lateness, 0ms);
}

TEST(StreamTimeline, AStampThatIsTooFarAheadStartsAnEpochWhereTheFrameIs) {
    StreamTimeline timeline;
    const LocalTime last = feed(timeline, 10);
    const auto arrival = timeline.arrive(5400 + 100'800'000, last + 40ms);
    EXPECT_EQ(arrival.epoch, EpochCause::stamp_ahead);
    EXPECT_EQ(arrival.position, start + 10 * 40ms);
}

TEST(StreamTimeline, TheWrapIsNoEpoch) {
    StreamTimeline timeline;
    const auto before = timeline.arrive(0xffff'fff0, start);
    const auto after = timeline.arrive(0x0000'0018, start + 40ms);
    EXPECT_FALSE(after.epoch);
    EXPECT_EQ(after.position - before.position, 40ms);
}

TEST(StreamTimeline, AStallIsNoEpoch) {
    StreamTimeline timeline;
    const LocalTime last = feed(timeline, 10);
    const LocalTime end = last + 5s;
    for (std::uint32_t i = 10; i < 134; ++i) {
        const auto arrival = timeline.arrive(5000 + i * 40, end);
        EXPECT_FALSE(arrival.epoch);
        const Duration behind = end - (start + i * 40ms);
        EXPECT_EQ(arrival.behind, behind);
        EXPECT_LE(behind - arrival.lateness, 5ms) << "the let-up for drift";
    }
    EXPECT_EQ(timeline.epochs(), 1u);
    EXPECT_EQ(timeline.least_transit(), 0ms);
}

TEST(StreamTimeline, AJumpBackHiddenByAGapIsFoundByItsSteadiness) {
    StreamTimeline timeline;
    const LocalTime last = feed(timeline, 10);
    // 3 s of silence, the clock 2.9 s back: the stamps still advance.
    std::optional<EpochCause> cause;
    StreamTimeline::Arrival arrival;
    for (int i = 0; i < 12 && !cause; ++i) {
        arrival = timeline.arrive(5460 + static_cast<std::uint32_t>(i) * 40, last + 3s + i * 40ms);
        cause = arrival.epoch;
    }
    EXPECT_EQ(cause, EpochCause::steady_lateness);
    EXPECT_EQ(timeline.least_transit(), 2900ms);
    EXPECT_EQ(arrival.lateness, 0ms);
}

TEST(StreamTimeline, DelayThatCreepsUpIsLatenessHoweverSteadyItGets) {
    StreamTimeline timeline;
    feed(timeline, 10);
    StreamTimeline::Arrival arrival;
    for (int i = 10; i < 200; ++i) {
        const Duration queued = std::min<Duration>((i - 10) * 10ms, 800ms);
        arrival =
            timeline.arrive(5000 + static_cast<std::uint32_t>(i) * 40, start + i * 40ms + queued);
        EXPECT_FALSE(arrival.epoch);
    }
    EXPECT_GT(arrival.lateness, 780ms);
}

TEST(StreamTimeline, AFrameWithoutStampIsPlacedByArrivalAndTeachesNothing) {
    StreamTimeline timeline;
    const LocalTime last = feed(timeline, 10);
    const auto arrival = timeline.arrive(0, last + 33ms);
    EXPECT_EQ(arrival.position, last + 33ms);
    EXPECT_FALSE(arrival.epoch);
    EXPECT_EQ(timeline.newest()->mm_time, 5360u);
}

TEST(StreamTimeline, TheFirstStampAfterAServerChangedIsAnEpochEvenIfItFits) {
    StreamTimeline timeline;
    const LocalTime last = feed(timeline, 10);
    timeline.expect_epoch();
    EXPECT_EQ(timeline.arrive(5400, last + 40ms).epoch, EpochCause::server_changed);
    EXPECT_FALSE(timeline.arrive(5440, last + 80ms).epoch);
}

TEST(StreamTimeline, JitterIsWhatNineInTenStayWithin) {
    StreamTimeline timeline;
    for (int i = 0; i < 50; ++i) {
        const LocalTime now = start + i * 40ms + (i % 2) * 6ms;
        const auto arrival = timeline.arrive(5000 + static_cast<std::uint32_t>(i) * 40, now);
        timeline.decoded(arrival.position, now + 2ms);
    }
    EXPECT_EQ(timeline.jitter(), 8ms);
}

TEST(StreamTimeline, AStallIsNotJitter) {
    StreamTimeline timeline;
    const auto arrival = timeline.arrive(5000, start);
    timeline.decoded(arrival.position, start + 3s);
    EXPECT_EQ(timeline.jitter(), 0ms);
}

} // namespace
} // namespace sumac::media
