#include "latest_picture.h"
#include "painted.h"
#include "shot.h"

#include <gtest/gtest.h>

namespace sumac::tool {
namespace {

using namespace std::chrono_literals;

ShotOptions usual() {
    return {.connection = {}, .output = "a.png", .display = 0, .settle = 500ms, .timeout = 30s};
}

TEST(WaitToSettle, TakesThePictureOnceItStands) {
    EXPECT_EQ(wait_to_settle(usual(), at_ms(0), at_ms(1000), at_ms(800)), Duration{300ms});
    EXPECT_EQ(wait_to_settle(usual(), at_ms(0), at_ms(1299), at_ms(800)), Duration{10ms});
    EXPECT_EQ(wait_to_settle(usual(), at_ms(0), at_ms(1300), at_ms(800)), std::nullopt);
}

TEST(WaitToSettle, WaitsForThePictureNoLongerThanTheTimeout) {
    EXPECT_EQ(wait_to_settle(usual(), at_ms(0), at_ms(1000), {}), Duration{500ms});
    EXPECT_EQ(wait_to_settle(usual(), at_ms(0), at_ms(29'900), {}), Duration{100ms});
    EXPECT_EQ(wait_to_settle(usual(), at_ms(0), at_ms(30'000), {}), std::nullopt);
}

TEST(WaitToSettle, TakesAMovingPictureAtTheTimeout) {
    EXPECT_EQ(wait_to_settle(usual(), at_ms(0), at_ms(29'990), at_ms(29'980)), Duration{10ms});
    EXPECT_EQ(wait_to_settle(usual(), at_ms(0), at_ms(30'000), at_ms(29'990)), std::nullopt);
}

LocalTime clock_now; // NOLINT(*-avoid-non-const-global-variables): a NowFunction has no state

TEST(LatestPicture, KeepsWhatTheDisplayShowsAndSinceWhen) {
    LatestPicture latest{1, [] { return clock_now; }};
    EXPECT_FALSE(latest.unchanged_since());
    EXPECT_FALSE(latest.picture());

    clock_now = at_ms(10);
    latest.on_display_created(1, {8, 6});
    EXPECT_EQ(latest.unchanged_since(), at_ms(10));

    clock_now = at_ms(20);
    const PaintedPicture painted = gradient({8, 6});
    const std::vector<Rect> damage{{1, 1, 3, 2}};
    latest.on_update({1, painted.view(), damage, at_ms(19), {}});
    EXPECT_EQ(latest.unchanged_since(), at_ms(20));
    const auto picture = latest.picture();
    ASSERT_TRUE(picture);
    EXPECT_EQ(picture->size(), (Size{8, 6}));
    EXPECT_EQ(picture->view().data[0], std::byte{0});
    EXPECT_EQ(picture->view().data[(1 * 8 + 2) * 4],
              painted.view().data[painted.view().stride_bytes + 8]);

    clock_now = at_ms(30);
    latest.on_display_destroyed(1);
    EXPECT_EQ(latest.unchanged_since(), at_ms(30));
    EXPECT_TRUE(latest.picture());
}

TEST(LatestPicture, LooksAtItsOwnDisplayOnlyButKnowsTheOthers) {
    LatestPicture latest{1, [] { return clock_now; }};
    latest.on_display_created(0, {8, 6});
    const PaintedPicture painted = gradient({8, 6});
    latest.on_update({0, painted.view(), {}, at_ms(19), {}});
    EXPECT_FALSE(latest.unchanged_since());
    EXPECT_EQ(latest.displays(), std::set<std::uint32_t>{0});
}

} // namespace
} // namespace sumac::tool
