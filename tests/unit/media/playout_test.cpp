#include "media/playout.h"

#include <gtest/gtest.h>

namespace sumac::media {
namespace {

using namespace std::chrono_literals;
constexpr LocalTime start{1000s};
constexpr StreamKey key{1};

std::vector<FrameId> presented(const std::vector<Decision>& decisions) {
    std::vector<FrameId> ids;
    for (const Decision& decision : decisions)
        if (const auto* present = std::get_if<Present>(&decision)) ids.push_back(present->frame);
    return ids;
}

std::vector<FrameId> late_for_the_decoder(const std::vector<Decision>& decisions) {
    std::vector<FrameId> ids;
    for (const Decision& decision : decisions) {
        const auto* present = std::get_if<Present>(&decision);
        if (present && present->decoder_late) ids.push_back(present->frame);
    }
    return ids;
}

std::vector<SkipReason> skipped(const std::vector<Decision>& decisions) {
    std::vector<SkipReason> reasons;
    for (const Decision& decision : decisions)
        if (const auto* skip = std::get_if<Skip>(&decision)) reasons.push_back(skip->reason);
    return reasons;
}

std::vector<Decision> step(Playout& playout, LocalTime now) {
    std::vector<Decision> decisions;
    playout.step(key, now, decisions);
    return decisions;
}

using Ids = std::vector<FrameId>;

/// A playout that has taken over a delay, so that frames wait.
Playout with_delay(Duration delay) {
    Playout playout;
    playout.look({.clock = delay}, start - 10s);
    playout.look({.clock = delay}, start);
    return playout;
}

TEST(Playout, ShowsTheFirstFrameOfAStreamOnArrival) {
    Playout playout;
    playout.look({.jitter = 50ms}, start);
    playout.add({1}, start, 0ms, start);
    playout.decoded({1});
    EXPECT_EQ(presented(step(playout, start)), Ids{{1}});
}

TEST(Playout, WaitsUntilTheSoundIsHeard) {
    Playout playout = with_delay(80ms);
    playout.add({1}, start, 0ms, start);
    playout.decoded({1});
    EXPECT_TRUE(presented(step(playout, start + 79ms)).empty());
    const auto deadline = playout.next_deadline(start);
    ASSERT_TRUE(deadline);
    EXPECT_LE(*deadline - start, 81ms);
    EXPECT_EQ(presented(step(playout, *deadline)), Ids{{1}});
}

TEST(Playout, AClockThatAsksForMoreThanTheBoundChangesNothing) {
    Playout playout = with_delay(80ms);
    for (const Duration absurd : {Duration{28h}, Duration{-28h}, Duration{1001ms}}) {
        playout.look({.clock = absurd}, start);
        EXPECT_FALSE(playout.clock_agrees());
        EXPECT_EQ(playout.delay(start + 5s), 80ms);
    }
}

TEST(Playout, AsMuchSoundAsIsBufferedMayBeWaitedFor) {
    Playout playout = with_delay(80ms);
    playout.look({.clock = 1500ms, .sound_buffered = 2s}, start);
    EXPECT_TRUE(playout.clock_agrees());
}

TEST(Playout, SoundThatIsAheadOfThePictureIsNotWaitedFor) {
    Playout playout = with_delay(80ms);
    playout.look({.clock = -50ms}, start);
    EXPECT_EQ(playout.delay(start + 5s), 0ms);
}

TEST(Playout, ALeastTransitThatRisesTakesNothingFromADelayThatIsLongEnough) {
    Playout playout = with_delay(160ms);
    playout.look({.least_transit = 100ms, .clock = 160ms}, start);
    EXPECT_EQ(playout.delay(start), 60ms);
}

TEST(Playout, AFrameThatIsNotDecodedWhenDueIsShownAsSoonAsItIs) {
    Playout playout;
    playout.look({}, start);
    playout.add({1}, start, 0ms, start);
    EXPECT_TRUE(step(playout, start + 300ms).empty());
    playout.decoded({1});
    EXPECT_EQ(presented(step(playout, start + 300ms)), Ids{{1}});
}

TEST(Playout, AShortHoldUpIsCaughtUpFrameByFrame) {
    Playout playout;
    playout.look({}, start);
    for (std::uint64_t i = 1; i <= 4; ++i) {
        playout.add({i}, start + i * 33ms, 0ms, start + 140ms);
        playout.decoded({i});
    }
    Ids shown;
    for (LocalTime now = start + 140ms; now < start + 200ms; now += 1ms)
        for (const FrameId id : presented(step(playout, now)))
            shown.push_back(id);
    EXPECT_EQ(shown, (Ids{{1}, {2}, {3}, {4}}));
}

TEST(Playout, AfterAStallTheNewestIsShownAndTheRestIsNotEvenDecoded) {
    Playout playout;
    playout.look({}, start);
    for (std::uint64_t i = 1; i <= 100; ++i)
        playout.add({i}, start + i * 33ms, 3300ms - i * 33ms, start + 3300ms);
    EXPECT_EQ(skipped(step(playout, start + 3300ms)).size(), 99u);
    playout.decoded({100});
    EXPECT_EQ(presented(step(playout, start + 3303ms)), Ids{{100}});
}

TEST(Playout, ASlowDecoderIsRelievedButNeverOfTheFrameItWorksOn) {
    Playout playout;
    playout.look({}, start);
    for (std::uint64_t i = 1; i <= 40; ++i) {
        playout.add({i}, start + i * 33ms, 0ms, start + i * 33ms);
        for (const SkipReason reason : skipped(step(playout, start + i * 33ms)))
            EXPECT_EQ(reason, SkipReason::decoder_behind);
    }
    EXPECT_LT(playout.waiting(), 20u);
    playout.decoded({1});
    EXPECT_EQ(presented(step(playout, start + 1400ms)), Ids{{1}});
}

TEST(Playout, AfterAStallNoneOfDependentFramesIsSkippedBeforeItIsDecoded) {
    Playout playout{Playout::Frames::dependent};
    playout.look({}, start);
    for (std::uint64_t i = 1; i <= 100; ++i)
        playout.add({i}, start + i * 33ms, 3300ms - i * 33ms, start + 3300ms);
    EXPECT_TRUE(step(playout, start + 3300ms).empty());
    for (std::uint64_t i = 1; i <= 10; ++i)
        playout.decoded({i});
    const auto decisions = step(playout, start + 3303ms);
    EXPECT_EQ(presented(decisions), Ids{{10}});
    EXPECT_EQ(skipped(decisions).size(), 9u) << "a newer one is decoded and due";
}

TEST(Playout, FramesShownLateForTheDecoderAloneAreCountedWhereNoneCanBeLeftOut) {
    for (const auto frames : {Playout::Frames::dependent, Playout::Frames::independent}) {
        Playout playout{frames};
        playout.look({}, start);
        playout.add({1}, start, 0ms, start);
        playout.decoded({1});
        const auto decisions = step(playout, start + 600ms);
        EXPECT_EQ(presented(decisions), Ids{{1}});
        EXPECT_EQ(late_for_the_decoder(decisions),
                  frames == Playout::Frames::dependent ? Ids{{1}} : Ids{});
    }
}

TEST(Playout, FramesThatAStallMadeLateAreNotTheDecodersFault) {
    Playout playout{Playout::Frames::dependent};
    playout.look({}, start);
    for (std::uint64_t i = 1; i <= 30; ++i)
        playout.add({i}, start + i * 33ms, 1000ms - i * 33ms, start + 1000ms);
    for (std::uint64_t i = 1; i <= 30; ++i) {
        playout.decoded({i});
        const auto decisions = step(playout, start + 1000ms + i * 30ms);
        EXPECT_EQ(presented(decisions), Ids{{i}});
        EXPECT_EQ(late_for_the_decoder(decisions), Ids{});
    }
}

TEST(Playout, CoveredFramesAreAllShownAtOnceInOrder) {
    Playout playout = with_delay(500ms);
    for (std::uint64_t i = 1; i <= 5; ++i) {
        playout.add({i}, start + i * 33ms, 0ms, start + i * 33ms);
        if (i < 5) playout.decoded({i});
    }
    playout.flush();
    EXPECT_EQ(presented(step(playout, start + 170ms)), (Ids{{1}, {2}, {3}, {4}}));
    playout.decoded({5});
    EXPECT_EQ(presented(step(playout, start + 171ms)), Ids{{5}});
    EXPECT_EQ(playout.waiting(), 0u);
}

TEST(Playout, AnUndecodableFrameIsCountedAndHoldsNothingUp) {
    Playout playout;
    playout.look({}, start);
    playout.add({1}, start, 0ms, start);
    playout.add({2}, start + 33ms, 0ms, start + 33ms);
    playout.undecodable({1});
    playout.decoded({2});
    const auto decisions = step(playout, start + 33ms);
    EXPECT_EQ(skipped(decisions), std::vector{SkipReason::undecodable});
    EXPECT_EQ(presented(decisions), Ids{{2}});
}

TEST(Playout, TheQueueIsBoundedWithoutLosingADecodedFrame) {
    Playout playout = with_delay(900ms);
    std::size_t shown = 0;
    for (std::uint64_t i = 1; i <= 500; ++i) {
        playout.add({i}, start + i * 1ms, 0ms, start + i * 1ms);
        playout.decoded({i});
        const auto decisions = step(playout, start + i * 1ms);
        shown += presented(decisions).size();
        EXPECT_TRUE(skipped(decisions).empty());
        EXPECT_LE(playout.waiting(), Playout::max_frames);
    }
    EXPECT_EQ(shown + playout.waiting(), 500u);
}

} // namespace
} // namespace sumac::media
