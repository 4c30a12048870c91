#include "media/decoder_backlog.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

namespace sumac::media {
namespace {

using namespace std::chrono_literals;

constexpr LocalTime start{1000s};

struct Load {
    Duration interval{0}; ///< between two frames
    Duration decode{0};
    Duration stall{0}; ///< what was to arrive in the first of it arrives at its end
};

/// When the decoder is found hopeless; empty if it is not within a minute.
std::optional<Duration> hopeless_after(const Load& load) {
    DecoderBacklog backlog;
    LocalTime next_arrival = start;
    std::optional<LocalTime> next_answer;
    std::size_t waiting = 0;
    while (true) {
        const LocalTime arrival = std::max(next_arrival, start + load.stall);
        const LocalTime now = next_answer ? std::min(arrival, *next_answer) : arrival;
        if (now - start > 60s) return {};
        if (now == arrival) {
            backlog.arrived(now);
            ++waiting;
            next_arrival += load.interval;
            if (!next_answer) next_answer = now + load.decode;
        } else {
            backlog.answered(now);
            --waiting;
            next_answer = waiting > 0 ? std::optional{now + load.decode} : std::nullopt;
        }
        if (backlog.hopeless()) return now - start;
    }
}

TEST(DecoderBacklog, ADecoderThatIsTooSlowIsHopelessSoon) {
    const Load loads[] = {{33ms, 40ms}, {33ms, 100ms}, {33ms, 125ms}, {16ms, 25ms}, {8ms, 12500us}};
    for (const Load& load : loads) {
        const auto after = hopeless_after(load);
        ASSERT_TRUE(after) << load.decode.count();
        // So long until it is `limit` behind, and the trial.
        const auto until_limit =
            DecoderBacklog::limit * load.decode.count() / (load.decode - load.interval).count();
        EXPECT_GE(*after, until_limit) << load.decode.count();
        EXPECT_LE(*after, until_limit + (DecoderBacklog::trial_frames + 2) * load.decode)
            << load.decode.count();
    }
}

TEST(DecoderBacklog, ADecoderThatKeepsUpIsNeverHopeless) {
    for (const Duration decode : {1000us, 30000us, 33000us})
        EXPECT_FALSE(hopeless_after({33ms, decode}));
}

TEST(DecoderBacklog, ADecoderThatWorksOffWhatAStallHeldUpIsNotHopeless) {
    const Load loads[] = {
        {33ms, 20ms, 5s}, {33ms, 20ms, 4s}, {33ms, 25ms, 4s}, {33ms, 15ms, 8s}, {33ms, 30ms, 10s}};
    for (const Load& load : loads)
        EXPECT_FALSE(hopeless_after(load)) << load.decode.count() << " " << load.stall.count();
}

TEST(DecoderBacklog, TellsHowLongTheNextFrameHasWaited) {
    DecoderBacklog backlog;
    EXPECT_EQ(backlog.behind(start), 0ms);
    backlog.arrived(start);
    backlog.arrived(start + 33ms);
    EXPECT_EQ(backlog.behind(start + 50ms), 50ms);
    backlog.answered(start + 50ms);
    EXPECT_EQ(backlog.behind(start + 50ms), 17ms);
    backlog.answered(start + 51ms);
    backlog.answered(start + 52ms); // one too many
    EXPECT_EQ(backlog.behind(start + 60ms), 0ms);
}

} // namespace
} // namespace sumac::media
