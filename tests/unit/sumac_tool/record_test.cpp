#include "record.h"

#include <gtest/gtest.h>

namespace sumac::tool {
namespace {

using namespace std::chrono_literals;

TEST(ClockText, ReadsLikeAClock) {
    EXPECT_EQ(clock_text(0s), "0:00");
    EXPECT_EQ(clock_text(59'999ms), "0:59");
    EXPECT_EQ(clock_text(60s), "1:00");
    EXPECT_EQ(clock_text(3600s + 62s), "1:01:02");
}

TEST(SizeText, TakesTheUnitThatFits) {
    EXPECT_EQ(size_text(1023), "1023 B");
    EXPECT_EQ(size_text(1024), "1.0 KiB");
    EXPECT_EQ(size_text(25'270'682), "24.1 MiB");
    EXPECT_EQ(size_text(18'446'744'073'709'551'615U), "16777216.0 TiB");
}

} // namespace
} // namespace sumac::tool
