#include "client/net_drawing.h"

#include <gtest/gtest.h>

namespace sumac::client {
namespace {

using std::chrono::microseconds;

constexpr LocalTime start{std::chrono::seconds{5}};

TEST(NetDrawing, TakesLittleAtATime) {
    NetDrawing net;
    EXPECT_FALSE(net.may_take(NetDrawing::longest + microseconds{1}, start));
    EXPECT_TRUE(net.may_take(NetDrawing::longest, start));
}

TEST(NetDrawing, TakesItsShareOfTheTimeAndNoMore) {
    NetDrawing net;
    Duration taken{};
    LocalTime now = start;
    for (; now < start + std::chrono::seconds{1}; now += microseconds{100}) {
        if (!net.may_take(microseconds{300}, now)) continue;
        net.took(microseconds{300});
        taken += microseconds{300};
    }
    EXPECT_LE(taken, (now - start) / NetDrawing::share + NetDrawing::longest);
    EXPECT_GE(taken, (now - start) / NetDrawing::share - microseconds{300});
}

TEST(NetDrawing, PaysForWhatTookLongerThanGuessed) {
    NetDrawing net;
    ASSERT_TRUE(net.may_take(microseconds{10}, start));
    net.took(std::chrono::milliseconds{21});
    EXPECT_FALSE(net.may_take(microseconds{10}, start + std::chrono::milliseconds{99}));
    EXPECT_TRUE(net.may_take(microseconds{10}, start + std::chrono::milliseconds{101}));
}

} // namespace
} // namespace sumac::client
