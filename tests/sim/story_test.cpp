/// The stories that users live through, each as a simulation.
#include "clock_follower.h"
#include "sim_world.h"

#include <gtest/gtest.h>

#include <string>
#include <tuple>

namespace sumac::test {
namespace {

constexpr Duration day = 24h;
constexpr Duration frame_interval{1'000'000 / 30};
/// Clock ticks of a millisecond, decode time and rounding.
constexpr Duration grain = 4ms;

// ---- the four cases of migration

enum class Ahead { frames, clock }; ///< who speaks of the destination first: cases 1 and 2
enum class Direction { later, earlier };

struct Disagreement {
    Ahead ahead;
    Direction direction;
    Duration lasts; ///< `for_ever` or less
    Duration jump;
    bool sound;
    std::int64_t server_start_ms = 900'000'000;
};
constexpr Duration for_ever = day;

std::string name(const testing::TestParamInfo<Disagreement>& info) {
    const Disagreement& d = info.param;
    const auto ms = [](Duration duration) { return std::to_string(duration.count() / 1000); };
    return std::string(d.ahead == Ahead::frames ? "1" : "2") +
           (d.direction == Direction::later ? "a" : "b") + "_jump_" + ms(d.jump) + "ms_for_" +
           (d.lasts == for_ever ? "ever" : ms(d.lasts) + "ms") + (d.sound ? "_sound" : "_silent") +
           (d.server_start_ms != 900'000'000 ? "_wrap" : "");
}

std::vector<Disagreement> all_disagreements() {
    std::vector<Disagreement> all;
    for (const Ahead ahead : {Ahead::frames, Ahead::clock})
        for (const Direction direction : {Direction::later, Direction::earlier})
            for (const Duration lasts : {Duration{0}, Duration{500ms}, Duration{5s}, for_ever})
                for (const bool sound : {false, true}) {
                    for (const Duration jump : {Duration{3s}, Duration{100s}, Duration{28h}})
                        all.push_back({ahead, direction, lasts, jump, sound});
                    // Before the jump just below 2^32 ms, after it just above, or the other way.
                    const std::int64_t near_wrap = direction == Direction::later
                                                       ? (std::int64_t{1} << 32) - 5'000
                                                       : (std::int64_t{1} << 32) + 2'000;
                    all.push_back({ahead, direction, lasts, 100s, sound, near_wrap});
                }
    return all;
}

class FourCases : public testing::TestWithParam<Disagreement> {};
INSTANTIATE_TEST_SUITE_P(Sim, FourCases, testing::ValuesIn(all_disagreements()), name);

std::vector<Disagreement> lasting_disagreements() {
    std::vector<Disagreement> all = all_disagreements();
    std::erase_if(all, [](const Disagreement& d) { return d.lasts == Duration{0}; });
    return all;
}

/// The same with the baseline: proof that the scenarios bite.
class FourCasesUnprotected : public FourCases {};
INSTANTIATE_TEST_SUITE_P(Sim,
                         FourCasesUnprotected,
                         testing::ValuesIn(lasting_disagreements()),
                         name);

template <class Core>
SimWorld<Core> play(const Disagreement& d) {
    SimWorld<Core> world{1, d.server_start_ms};
    world.open_stream({.fps = 30, .jitter = 3ms});
    if (d.sound) world.sound_on(80ms);
    world.run_for(3s);
    const Duration jump = d.direction == Direction::later ? d.jump : -d.jump;
    if (d.ahead == Ahead::frames) {
        world.frames_jump(jump);
    } else {
        world.clock_jumps(jump);
    }
    world.run_for(d.lasts == for_ever ? 20s : d.lasts);
    if (d.lasts != for_ever) {
        if (d.ahead == Ahead::frames) {
            world.clock_jumps(jump);
        } else {
            world.frames_jump(jump);
        }
        world.run_for(4s);
    }
    return world;
}

TEST_P(FourCases, LoseNoFrameAndShowNoGap) {
    auto world = play<media::MediaCore>(GetParam());
    const LocalTime end = world.now();
    world.drain();
    EXPECT_EQ(world.lost(), 0) << world.trace();
    EXPECT_EQ(world.waiting(), 0) << world.trace();
    EXPECT_LE(world.longest_gap(0), 2 * frame_interval + grain) << world.trace();
    EXPECT_TRUE(std::is_sorted(world.shown().begin(), world.shown().end()));
    if (GetParam().sound && GetParam().lasts != for_ever) {
        const auto skew = world.skew_p95(end - 3s, end);
        ASSERT_TRUE(skew) << world.trace();
        EXPECT_LE(*skew, 20ms) << world.trace();
    }
}

TEST_P(FourCases, AreNeverReportedAsLateness) {
    auto world = play<media::MediaCore>(GetParam());
    ASSERT_FALSE(world.reports().empty());
    for (const media::StreamReport& report : world.reports()) {
        EXPECT_EQ(report.num_drops, 0u);
        EXPECT_GE(report.last_frame_delay, 380);
        EXPECT_LE(report.last_frame_delay, 400);
    }
}

TEST_P(FourCasesUnprotected, FreezeOrLoseFrames) {
    auto world = play<ClockFollower>(GetParam());
    const bool freezes = world.longest_gap(0) > 2 * frame_interval + grain || world.waiting() > 12;
    EXPECT_TRUE(freezes || world.lost() > 0) << world.trace();
}

// ---- steady state

TEST(Story, WithoutSoundTheDelayIsAFewMilliseconds) {
    SimWorld<> world{1};
    world.open_stream({.fps = 30, .jitter = 4ms, .decode = 3ms, .decode_jitter = 2ms});
    world.run_for(60s);
    const auto delays = world.delays();
    EXPECT_EQ(world.lost(), 0);
    EXPECT_LE(delays[delays.size() / 2], 15ms);
    EXPECT_LE(delays[delays.size() * 99 / 100], 40ms);
}

TEST(Story, ALateClockMessageDelaysNothing) {
    SimWorld<> world{1};
    world.open_stream({.fps = 30, .jitter = 4ms});
    world.run_for(3s);
    world.main_clock_late(2500ms);
    world.run_for(10s);
    EXPECT_EQ(world.lost(), 0);
    EXPECT_LE(world.delays().back(), 15ms);
}

TEST(Story, SoundThatBeepsEachSecondMovesNothing) {
    SimWorld<> world{1};
    world.open_stream({.fps = 30, .jitter = 4ms});
    world.run_for(2s);
    for (int i = 0; i < 60; ++i) {
        world.sound_on(80ms);
        world.run_for(147ms); // 67 ms of sound, heard 80 ms later
        world.sound_off();
        world.run_for(853ms);
    }
    world.drain();
    EXPECT_EQ(world.lost(), 0);
    EXPECT_LE(world.longest_gap(0), 2 * frame_interval);
}

TEST(Story, SoundThatStartsAndStopsSlewsTheDelay) {
    SimWorld<> world{1};
    world.open_stream({.fps = 30, .jitter = 4ms});
    world.run_for(3s);
    world.sound_on(200ms);
    world.run_for(6s);
    const auto skew = world.skew_p95(world.now() - 4s, world.now());
    ASSERT_TRUE(skew);
    EXPECT_LE(*skew, 20ms) << world.trace();
    world.sound_off();
    const LocalTime off = world.now();
    world.run_for(8s);
    EXPECT_LE(world.delays(off + 6s).back(), 15ms);
    EXPECT_EQ(world.lost(), 0);
    EXPECT_LE(world.longest_gap(0), 2 * frame_interval);
}

TEST(Story, AStallIsOneGapThenTheNewestPictureThenNormalCadence) {
    SimWorld<> world{1};
    world.open_stream({.fps = 30, .jitter = 3ms});
    world.run_for(3s);
    world.stall(5s);
    const LocalTime end = world.now() + 5s;
    world.run_for(8s);
    std::vector<SimFrame> shown_after;
    for (const SimFrame& frame : world.frames())
        if (frame.presented && *frame.presented >= end) shown_after.push_back(frame);
    ASSERT_GT(shown_after.size(), 20u);
    // What is shown first was drawn less than two frame intervals ago.
    EXPECT_LE(*shown_after[0].presented - shown_after[0].captured, 2 * frame_interval + 10ms)
        << world.trace();
    for (std::size_t i = 5; i < shown_after.size(); ++i) {
        const Duration gap = *shown_after[i].presented - *shown_after[i - 1].presented;
        EXPECT_NEAR(static_cast<double>(gap.count()), 33'333, 8'000) << world.trace();
    }
    EXPECT_LE(world.delays(end).back(), 40ms);
}

TEST(Story, TheDestinationsClockMayComeLate) {
    SimWorld<> world{1};
    world.open_stream({.fps = 30, .jitter = 3ms});
    world.sound_on(80ms);
    world.run_for(3s);
    world.frames_jump(-28h); // at once; main and sound follow 2.5 s later
    world.run_for(2500ms);
    world.clock_jumps(-28h);
    const LocalTime known = world.now();
    world.run_for(4s);
    EXPECT_EQ(world.lost(), 0) << world.trace();
    const auto skew = world.skew_p95(known + 1s, world.now());
    ASSERT_TRUE(skew);
    EXPECT_LE(*skew, 20ms) << world.trace();
    EXPECT_LE(world.delays(known + 1s).back(), 100ms);
}

TEST(Story, AStreamThatFlapsNeverShowsItsOwnPast) {
    SimWorld<> world{1};
    std::size_t current = world.open_stream({.fps = 30, .jitter = 3ms});
    world.sound_on(80ms);
    for (int i = 0; i < 20; ++i) {
        world.run_for(400ms);
        world.close_stream(current);
        current = world.open_stream({.fps = 30, .jitter = 3ms}, current);
    }
    world.drain();
    EXPECT_EQ(world.lost(), 0) << world.trace();
    EXPECT_TRUE(std::is_sorted(world.shown().begin(), world.shown().end())) << world.trace();
}

TEST(Story, DrawingOverAStreamShowsWhatWaitsFirst) {
    SimWorld<> world{1};
    world.open_stream({.fps = 30});
    world.sound_on(200ms);
    world.run_for(2005ms);
    ASSERT_GT(world.core.waiting(world.key(0)), 3u);
    world.close_stream(0);
    world.cover(0);
    EXPECT_LE(world.core.waiting(world.key(0)), 1u) << "all that is decoded is shown at once";
    world.run_for(10ms);
    EXPECT_EQ(world.core.waiting(world.key(0)), 0u);
    EXPECT_EQ(world.lost(), 0);
}

TEST(Story, ADecoderThatIsTooSlowShowsWhatItCanWithoutGrowingDelay) {
    SimWorld<> world{1};
    world.open_stream({.fps = 30, .decode = 60ms});
    world.run_for(20s);
    for (const SimFrame& frame : world.frames())
        if (frame.skipped) {
            EXPECT_EQ(*frame.skipped, media::SkipReason::decoder_behind);
        }
    EXPECT_LE(world.core.waiting(world.key(0)), 40u);
}

TEST(Story, ADecoderThatIsTooSlowForFramesThatNeedEachOtherShowsThemAllUntilItIsGivenUp) {
    SimWorld<> world{1};
    world.open_stream({.fps = 30, .decode = 40ms, .independent = false});
    world.run_for(9s); // 20 % too slow: 1.5 s behind
    EXPECT_TRUE(world.given_up().empty());
    EXPECT_EQ(world.lost(), 0) << world.trace();
    EXPECT_LE(world.longest_gap(0), 45ms) << world.trace();
    world.run_for(6s);
    EXPECT_EQ(world.given_up(), std::vector{world.key(0)});
    world.close_stream(0); // as the server does then
    world.drain();
    EXPECT_EQ(world.waiting(), 0u);
}

TEST(Story, TheServerHearsOfADecoderThatIsTooSlowForFramesThatNeedEachOther) {
    SimWorld<> world{1};
    world.open_stream({.fps = 30, .decode = 40ms, .independent = false});
    world.run_for(10s);
    const auto drops = [&](const media::StreamReport& report) { return report.num_drops > 0; };
    const auto& reports = world.reports();
    const auto first = std::find_if(reports.begin(), reports.end(), drops);
    // Half a second behind after three, and from then on every frame is.
    EXPECT_GT(first - reports.begin(), 15);
    EXPECT_GT(std::count_if(first, reports.end(), drops), 20);
}

// ---- long

TEST(Story, ADayWithDriftStaysInTime) {
    SimWorld<> world{1, 900'000, 200};
    world.open_stream({.fps = 2, .jitter = 3ms});
    world.sound_is_told_every(200ms);
    world.device_noise(3ms);
    world.sound_on(80ms);
    world.run_for(day);
    EXPECT_EQ(world.lost(), 0);
    const auto skew = world.skew_p95(SimWorld<>::beginning + 3s, world.now());
    ASSERT_TRUE(skew);
    EXPECT_LE(*skew, 20ms);
    const auto drift = world.core.clock_status().drift_ppm;
    ASSERT_TRUE(drift);
    EXPECT_NEAR(*drift, 200, 5);
    EXPECT_EQ(world.core.clock_status().epochs, 1u);
}

} // namespace
} // namespace sumac::test
