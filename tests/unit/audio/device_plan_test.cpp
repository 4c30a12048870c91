#include "audio/device_plan.h"

#include <gtest/gtest.h>

namespace sumac::audio {
namespace {

using namespace std::chrono_literals;
using Act = DevicePlan::Act;
constexpr LocalTime start{1000s};
constexpr Format stereo{2, 48000};
constexpr Format mono{1, 16000};

/// A plan with an open device.
DevicePlan open(Format format) {
    DevicePlan plan;
    plan.want(format);
    plan.next(start);
    plan.opened(true, start);
    return plan;
}

TEST(DevicePlan, OpensOneAtATimeAndTheNewestWishCounts) {
    DevicePlan plan;
    EXPECT_EQ(plan.next(start), Act::nothing);
    plan.want(stereo);
    EXPECT_EQ(plan.next(start), Act::open);
    for (std::uint32_t rate = 8000; rate < 9000; ++rate) {
        plan.want({});
        EXPECT_EQ(plan.next(start), Act::nothing);
        plan.want(Format{1, rate});
        EXPECT_EQ(plan.next(start), Act::nothing);
    }
    plan.want(mono);
    plan.opened(true, start);
    EXPECT_EQ(plan.next(start), Act::close);
    EXPECT_EQ(plan.next(start), Act::open);
    EXPECT_EQ(plan.format(), mono);
    EXPECT_EQ(plan.next(start), Act::nothing);
}

TEST(DevicePlan, WhatIsOpenInTheWantedFormatStaysOpen) {
    DevicePlan plan = open(stereo);
    plan.want({});
    plan.want(stereo);
    EXPECT_EQ(plan.next(start), Act::nothing);
    EXPECT_TRUE(plan.is_open());
    plan.want({});
    EXPECT_EQ(plan.next(start), Act::close);
    EXPECT_EQ(plan.next(start), Act::nothing);
    EXPECT_FALSE(plan.format());
}

TEST(DevicePlan, ADeviceThatDoesNotOpenIsTriedAgainLater) {
    DevicePlan plan;
    plan.want(stereo);
    plan.next(start);
    plan.opened(false, start);
    EXPECT_EQ(plan.next(start + DevicePlan::retry_interval - 1ms), Act::nothing);
    EXPECT_EQ(plan.next(start + DevicePlan::retry_interval), Act::open);
}

TEST(DevicePlan, ADeviceThatFailsIsClosedAndOpenedAgainLater) {
    DevicePlan plan = open(stereo);
    plan.failed(start);
    EXPECT_EQ(plan.next(start), Act::close);
    EXPECT_EQ(plan.next(start + 1s), Act::nothing);
    EXPECT_EQ(plan.next(start + DevicePlan::retry_interval), Act::open);
}

} // namespace
} // namespace sumac::audio
