#include "media/slew.h"

#include <gtest/gtest.h>

namespace sumac::media {
namespace {

using namespace std::chrono_literals;
constexpr LocalTime start{1000s};

TEST(Slew, MovesToItsGoalInTheTravelTime) {
    Slew slew;
    slew.jump(0ms, start);
    slew.aim(70ms, start);
    EXPECT_EQ(slew.at(start + Slew::travel / 2), 35ms);
    EXPECT_EQ(slew.at(start + Slew::travel), 70ms);
    EXPECT_EQ(slew.at(start + 10s), 70ms);
}

TEST(Slew, NeverMovesFasterThanAThird) {
    Slew slew;
    slew.jump(0ms, start);
    slew.aim(-10s, start);
    EXPECT_EQ(slew.at(start + 300ms), -100ms);
}

TEST(Slew, KeepsItsRateWhenTheGoalIsSaidAgain) {
    Slew slew;
    slew.jump(0ms, start);
    slew.aim(70ms, start);
    slew.aim(70ms, start + 350ms);
    EXPECT_EQ(slew.at(start + 700ms), 70ms);
}

TEST(Slew, CrossesNotBeforeAndNotMuchAfterTheDueTime) {
    for (const Duration goal : {Duration{0ms}, Duration{20ms}, Duration{200ms}, Duration{900ms}}) {
        Slew slew;
        slew.jump(100ms, start);
        slew.aim(goal, start);
        const LocalTime position = start + 50ms;
        const LocalTime crossing = slew.crossing(position, start);
        EXPECT_LE(position + slew.at(crossing), crossing);
        EXPECT_GT(position + slew.at(crossing - 10us), crossing - 10us);
    }
}

} // namespace
} // namespace sumac::media
