#include "base/histogram.h"

#include <gtest/gtest.h>

namespace sumac {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, IsEmptyAtFirst) {
    EXPECT_EQ(Histogram{}.distribution(), Distribution{});
}

TEST(Histogram, GivesPercentilesToAboutOnePercent) {
    Histogram histogram;
    for (int ms = 1; ms <= 1000; ++ms)
        histogram.add(std::chrono::milliseconds{ms});
    const Distribution found = histogram.distribution();
    EXPECT_EQ(found.count, 1000U);
    EXPECT_NEAR(found.p50, 500, 500 * 0.012);
    EXPECT_NEAR(found.p95, 950, 950 * 0.012);
    EXPECT_NEAR(found.p99, 990, 990 * 0.012);
    EXPECT_DOUBLE_EQ(found.max, 1000);
}

TEST(Histogram, TakesNegativeAndEndlessDurations) {
    Histogram histogram;
    histogram.add(-5ms);
    histogram.add(std::chrono::hours{1000});
    EXPECT_EQ(histogram.distribution().count, 2U);
    EXPECT_LE(histogram.distribution().p50, 0.002);
    EXPECT_DOUBLE_EQ(histogram.distribution().max, 3'600'000'000.0);
}

TEST(Histogram, NeverReportsAPercentileAboveTheMaximum) {
    Histogram histogram;
    histogram.add(1001us);
    EXPECT_NEAR(histogram.distribution().p99, 1.001, 0.012);
    EXPECT_LE(histogram.distribution().p99, histogram.distribution().max);
}

} // namespace
} // namespace sumac
