#include "media/media_core.h"

#include <gtest/gtest.h>

namespace sumac::media {
namespace {

using namespace std::chrono_literals;
constexpr LocalTime start{1000s};
constexpr StreamKey first{1};
constexpr StreamKey second{2};

template <class T>
std::vector<T> only(const std::vector<Decision>& decisions) {
    std::vector<T> found;
    for (const Decision& decision : decisions)
        if (const T* const one = std::get_if<T>(&decision)) found.push_back(*one);
    return found;
}

MediaCore with_stream(StreamId id = StreamId{49}) {
    MediaCore core;
    core.stream_created({.key = first, .display = 2, .id = id}, start);
    return core;
}

TEST(MediaCore, DoesNothingWithoutInput) {
    MediaCore core;
    EXPECT_FALSE(core.next_deadline());
    EXPECT_TRUE(core.step(start).empty());
    EXPECT_EQ(core.clock_status().source, ClockSource::none);
}

TEST(MediaCore, PresentsAFrameOnceItIsDecoded) {
    MediaCore core = with_stream();
    core.frame_received(first, {1}, 5000, start);
    EXPECT_TRUE(only<Present>(core.step(start)).empty());
    EXPECT_FALSE(core.next_deadline());
    core.frame_decoded(first, {1}, start + 3ms);
    EXPECT_EQ(core.next_deadline(), start + 3ms);
    EXPECT_EQ(only<Present>(core.step(start + 3ms)).size(), 1u);
    EXPECT_EQ(core.waiting(first), 0u);
}

TEST(MediaCore, TheFramesOfADestroyedStreamAreStillShown) {
    MediaCore core = with_stream();
    core.frame_received(first, {1}, 5000, start);
    core.stream_destroyed(first, start);
    EXPECT_EQ(core.waiting(first), 1u);
    core.frame_decoded(first, {1}, start + 3ms);
    EXPECT_EQ(only<Present>(core.step(start + 3ms)).size(), 1u);
    EXPECT_FALSE(core.stream_status(first)) << "then it is forgotten";
    core.frame_decoded(first, {1}, start + 4ms);
}

TEST(MediaCore, AStreamThatContinuesAnotherWaitsForIt) {
    MediaCore core = with_stream();
    core.frame_received(first, {1}, 5000, start);
    core.stream_destroyed(first, start);
    core.stream_created({.key = second, .id = StreamId{48}, .continues = first}, start);
    core.frame_received(second, {2}, 5033, start + 33ms);
    core.frame_decoded(second, {2}, start + 35ms);
    EXPECT_TRUE(only<Present>(core.step(start + 35ms)).empty());
    core.frame_decoded(first, {1}, start + 36ms);
    const auto shown = only<Present>(core.step(start + 36ms));
    ASSERT_EQ(shown.size(), 2u);
    EXPECT_EQ(shown[0].frame, FrameId{1});
    EXPECT_EQ(shown[1].frame, FrameId{2});
}

TEST(MediaCore, AStreamThatContinuesAnotherDoesNotWaitForItsDecoderForEver) {
    MediaCore core = with_stream();
    core.frame_received(first, {1}, 5000, start);
    core.stream_destroyed(first, start);
    core.stream_created({.key = second, .id = StreamId{48}, .continues = first}, start);
    core.frame_received(second, {2}, 5033, start + 33ms);
    core.frame_decoded(second, {2}, start + 35ms);
    core.step(start + 35ms);
    const auto deadline = core.next_deadline();
    ASSERT_EQ(deadline, start + 33ms + MediaCore::predecessor_patience);
    const auto decisions = core.step(*deadline + 10ms);
    ASSERT_EQ(only<Skip>(decisions).size(), 1u);
    EXPECT_EQ(only<Skip>(decisions)[0].reason, SkipReason::decoder_behind);
    EXPECT_EQ(only<Present>(decisions).size(), 1u);
}

TEST(MediaCore, GivesUpAStreamOnceWhoseDecoderFallsBehindForEver) {
    MediaCore core;
    core.stream_created({.key = first, .id = StreamId{49}, .frames_are_independent = false}, start);
    std::size_t given_up = 0;
    std::uint64_t decoded = 0;
    for (std::uint64_t i = 1; i <= 400; ++i) {
        const LocalTime now = start + i * 33ms;
        core.frame_received(first, {i}, static_cast<std::uint32_t>(5000 + i * 33), now);
        if (i % 2 == 0) core.frame_decoded(first, {++decoded}, now);
        given_up += only<GiveUp>(core.step(now)).size();
    }
    EXPECT_EQ(given_up, 1u);
}

TEST(MediaCore, DrawingOverAStreamDoesNotWaitForADecoderThatIsFarBehind) {
    MediaCore core;
    core.stream_created({.key = first, .id = StreamId{49}, .frames_are_independent = false}, start);
    core.report_activated(first, {.unique_id = 5, .max_window_size = 31, .timeout_ms = 60'000});
    for (std::uint64_t i = 1; i <= 30; ++i) {
        core.frame_received(first, {i}, static_cast<std::uint32_t>(5000 + i), start + i * 1ms);
    }
    core.covered(first, start + 100ms); // not far yet
    core.step(start + 100ms);
    EXPECT_EQ(core.waiting(first), 30u);
    core.covered(first, start + 1s);
    EXPECT_EQ(only<Skip>(core.step(start + 1s)).size(), 30u);
    EXPECT_EQ(core.waiting(first), 0u);
    // The server hears of it with the frame that completes the window: as many as that counts.
    core.frame_received(first, {31}, 6031, start + 1031ms);
    const auto reports = only<SendReport>(core.step(start + 1031ms));
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].report.num_drops, 30u);
}

TEST(MediaCore, TheEndOfTheSessionSkipsWhatWaits) {
    MediaCore core = with_stream();
    core.frame_received(first, {1}, 5000, start);
    core.step(start);
    core.session_closed(start + 1ms);
    const auto skips = only<Skip>(core.step(start + 1ms));
    ASSERT_EQ(skips.size(), 1u);
    EXPECT_EQ(skips[0].reason, SkipReason::session_closed);
    EXPECT_FALSE(core.next_deadline());
}

TEST(MediaCore, ReportsGoToTheDisplayOfTheStream) {
    MediaCore core = with_stream();
    core.report_activated(first, {.unique_id = 5, .max_window_size = 1, .timeout_ms = 1000});
    core.frame_received(first, {1}, 5000, start);
    const auto reports = only<SendReport>(core.step(start));
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].display, 2u);
    EXPECT_EQ(reports[0].report.start_frame_mm_time, 5000u);
}

TEST(MediaCore, AStreamThatCannotBeShownIsReportedInvalid) {
    MediaCore core = with_stream();
    core.report_invalid(first);
    const auto reports = only<SendReport>(core.step(start));
    ASSERT_EQ(reports.size(), 1u);
    EXPECT_EQ(reports[0].report, invalid_stream_report(StreamId{49}));
}

TEST(MediaCore, AStreamIdThatServersRefuseIsNeverReported) {
    MediaCore core = with_stream(StreamId{63});
    core.report_invalid(first);
    EXPECT_TRUE(core.step(start).empty());
}

TEST(MediaCore, TellsEpochsOfStreamsAndOfTheSession) {
    MediaCore core = with_stream();
    core.main_clock(5000, start);
    core.frame_received(first, {1}, 5400, start);
    core.frame_received(first, {2}, 100, start + 33ms);
    const auto epochs = only<EpochStarted>(core.step(start + 33ms));
    ASSERT_EQ(epochs.size(), 3u);
    EXPECT_FALSE(epochs[0].stream);
    EXPECT_EQ(epochs[2].stream, first);
    EXPECT_EQ(epochs[2].cause, EpochCause::stamp_backwards);
}

TEST(MediaCore, TheSoundIsDelayedForASlowPicture) {
    MediaCore core = with_stream();
    core.playback_started(5000, start);
    // Pictures are decoded 60 ms after they come; their sound is heard after 30 ms.
    for (std::uint64_t i = 0; i < 60; ++i) {
        const LocalTime now = start + i * 33ms;
        const auto stamp = static_cast<std::uint32_t>(5000 + i * 33);
        core.heard({.mm_time = stamp - 30, .beyond = 0ms, .at = now, .buffered = 30ms}, now);
        core.playback_packet(stamp, now);
        core.frame_received(first, {i + 1}, stamp, now);
        if (i >= 2) core.frame_decoded(first, {i - 1}, now);
        core.regulate_audio(20ms, now);
        core.step(now);
    }
    EXPECT_LT(core.regulate_audio(20ms, start + 2s).speed, 1);
}

} // namespace
} // namespace sumac::media
