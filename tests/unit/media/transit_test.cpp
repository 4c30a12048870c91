#include "media/transit.h"

#include <gtest/gtest.h>

namespace sumac::media {
namespace {

using namespace std::chrono_literals;
constexpr LocalTime start{1000s};

TEST(Transit, TheLeastDelayedTellsTheTruth) {
    Transit transit;
    transit.restart(50ms, start);
    transit.add(30ms, start + 10ms);
    transit.add(90ms, start + 20ms);
    EXPECT_EQ(transit.least(), 30ms);
}

TEST(Transit, ForgetsAMinimumThatIsNotReachedAnyMore) {
    Transit transit;
    transit.restart(10ms, start);
    for (int i = 1; i <= 50; ++i)
        transit.add(40ms, start + i * 100ms);
    EXPECT_EQ(transit.least(), 40ms);
}

TEST(Transit, SilenceAgesNothing) {
    Transit transit;
    transit.restart(10ms, start);
    transit.add(10ms, start + 1s);
    transit.add(5s, start + 60s);
    EXPECT_EQ(transit.least(), 10ms);
}

TEST(Spread, AnswersWithTheShareOfRecentDelays) {
    Spread spread;
    for (int i = 0; i <= 10; ++i)
        spread.add(i * 1ms);
    EXPECT_EQ(spread.quantile(0.9), 9ms);
    EXPECT_EQ(spread.quantile(0), 0ms);
}

TEST(Spread, RemembersAsManyAsItIsTold) {
    Spread spread{2};
    spread.add(9ms);
    spread.add(5ms);
    EXPECT_EQ(spread.quantile(1), 9ms);
    spread.add(3ms);
    EXPECT_EQ(spread.quantile(1), 5ms);
}

TEST(Spread, KnowsNothingAtFirstAndForgetsTheOld) {
    Spread spread;
    EXPECT_EQ(spread.quantile(0.9), 0ms);
    for (int i = 0; i < 100; ++i)
        spread.add(500ms);
    for (int i = 0; i < 64; ++i)
        spread.add(2ms);
    EXPECT_EQ(spread.quantile(1), 2ms);
}

} // namespace
} // namespace sumac::media
