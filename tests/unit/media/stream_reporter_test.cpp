#include "media/stream_reporter.h"

#include <gtest/gtest.h>

namespace sumac::media {
namespace {

using namespace std::chrono_literals;
constexpr LocalTime start{1000s};

StreamReporter active() {
    StreamReporter reporter{StreamId{49}};
    reporter.activate({.unique_id = 77, .max_window_size = 5, .timeout_ms = 1000});
    return reporter;
}

TEST(StreamReporter, SaysNothingUntilItIsAsked) {
    StreamReporter reporter{StreamId{49}};
    for (std::uint32_t i = 0; i < 20; ++i)
        EXPECT_FALSE(reporter.arrived(i, 0ms, {}, start + i * 1s));
}

TEST(StreamReporter, FiveFramesInTimeMakeAReportOfHealth) {
    StreamReporter reporter = active();
    for (std::uint32_t i = 0; i < 4; ++i)
        EXPECT_FALSE(reporter.arrived(5000 + i * 33, 3ms, {}, start + i * 33ms));
    const StreamReport expected{.stream = StreamId{49},
                                .unique_id = 77,
                                .start_frame_mm_time = 5000,
                                .end_frame_mm_time = 5132,
                                .num_frames = 5,
                                .num_drops = 0,
                                .last_frame_delay = 397,
                                .audio_delay = StreamReport::no_audio};
    EXPECT_EQ(reporter.arrived(5132, 3ms, {}, start + 132ms), expected);
}

TEST(StreamReporter, ASlowStreamReportsByTime) {
    StreamReporter reporter = active();
    EXPECT_FALSE(reporter.arrived(5000, 0ms, {}, start));
    const auto report = reporter.arrived(6000, 0ms, {}, start + 1s);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->num_frames, 2u);
}

TEST(StreamReporter, ThreeLateFramesInARowReportAtOnce) {
    StreamReporter reporter = active();
    EXPECT_FALSE(reporter.arrived(5000, 500ms, {}, start));
    EXPECT_FALSE(reporter.arrived(5033, 500ms, {}, start + 33ms));
    const auto report = reporter.arrived(5066, 520ms, {}, start + 66ms);
    ASSERT_TRUE(report);
    EXPECT_EQ(report->num_drops, 3u);
    EXPECT_EQ(report->last_frame_delay, -120);
}

TEST(StreamReporter, SoundIsMeasuredLikeThePicture) {
    StreamReporter reporter{StreamId{1}};
    reporter.activate({.unique_id = 1, .max_window_size = 1, .timeout_ms = 1000});
    EXPECT_EQ(reporter.arrived(1, 0ms, 15ms, start)->audio_delay, 385u);
    EXPECT_EQ(reporter.arrived(2, 0ms, 3s, start)->audio_delay, 0u);
}

TEST(StreamReporter, FramesThatWeCannotDecodeAreDrops) {
    StreamReporter reporter = active();
    reporter.arrived(5000, 0ms, {}, start);
    reporter.dropped_here();
    for (std::uint32_t i = 1; i < 4; ++i)
        reporter.arrived(5000 + i, 0ms, {}, start);
    EXPECT_EQ(reporter.arrived(5004, 0ms, {}, start)->num_drops, 1u);
}

TEST(StreamReporter, AsksStartTheWindowAnew) {
    StreamReporter reporter = active();
    for (std::uint32_t i = 0; i < 3; ++i)
        reporter.arrived(i, 500ms, {}, start + 2s * i);
    reporter.arrived(9, 0ms, {}, start);
    reporter.activate({.unique_id = 78, .max_window_size = 1, .timeout_ms = 0});
    const auto report = reporter.arrived(10, 0ms, {}, start);
    EXPECT_EQ(report->unique_id, 78u);
    EXPECT_EQ(report->start_frame_mm_time, 10u);
}

TEST(StreamReporter, HostileTermsAndIdsAreHarmless) {
    StreamReporter reporter{StreamId{50}}; // a report of it would get us thrown out
    reporter.activate({.unique_id = 1, .max_window_size = 0, .timeout_ms = 0});
    EXPECT_FALSE(reporter.arrived(1, 0ms, {}, start));
    StreamReporter other{StreamId{3}};
    other.activate({.unique_id = 1, .max_window_size = 0, .timeout_ms = 0xffff'ffff});
    EXPECT_EQ(other.arrived(1, 24h * 60, {}, start)->last_frame_delay, -100'000);
}

} // namespace
} // namespace sumac::media
