#include "channel/stream_table.h"

#include <gtest/gtest.h>

#include <limits>

namespace sumac::channel {
namespace {

wire::StreamCreate stream(std::uint32_t id) {
    wire::StreamCreate create;
    create.id = StreamId{id};
    create.dest = {10, 20, 110, 220};
    return create;
}

TEST(StreamTable, FindsAStreamUntilItIsDestroyed) {
    StreamTable table;
    ASSERT_TRUE(table.create(StreamKey{1}, stream(49)));
    ASSERT_NE(table.find(StreamId{49}), nullptr);
    EXPECT_EQ(table.find(StreamId{49})->key, StreamKey{1});
    EXPECT_EQ(table.destroy(StreamId{49}), StreamKey{1});
    EXPECT_EQ(table.find(StreamId{49}), nullptr);
    EXPECT_EQ(table.destroy(StreamId{49}), std::nullopt);
}

TEST(StreamTable, RefusesIdsThatNoServerUses) {
    StreamTable table;
    EXPECT_TRUE(table.create(StreamKey{1}, stream(63)));
    EXPECT_FALSE(table.create(StreamKey{2}, stream(64)));
    EXPECT_FALSE(table.create(StreamKey{3}, stream(0xffffffff)));
    EXPECT_EQ(table.size(), 1U);
}

TEST(StreamTable, DestroysAllAtOnce) {
    StreamTable table;
    ASSERT_TRUE(table.create(StreamKey{1}, stream(3)));
    ASSERT_TRUE(table.create(StreamKey{2}, stream(1)));
    EXPECT_EQ(table.destroy_all().size(), 2U);
    EXPECT_EQ(table.size(), 0U);
}

TEST(VisibleArea, IsTheHullOfWhatTheClipLeaves) {
    const Rect dest{0, 0, 100, 100};
    EXPECT_EQ(visible_area(dest, {}), dest);
    EXPECT_TRUE(visible_area(dest, {false, {}}).empty());
    EXPECT_EQ(visible_area(dest, {false, {{10, 10, 20, 20}, {50, 60, 200, 70}}}),
              (Rect{10, 10, 100, 70}));
    EXPECT_TRUE(visible_area(dest, {false, {{200, 200, 300, 300}}}).empty());
}

TEST(DrawArea, IsWhereAMessageDraws) {
    wire::DrawFill fill;
    fill.base.surface = SurfaceId{5};
    fill.base.box = {1, 2, 3, 4};
    const auto area = draw_area(wire::DisplayMessage{fill});
    ASSERT_TRUE(area);
    EXPECT_EQ(area->surface, SurfaceId{5});
    EXPECT_EQ(area->area, fill.base.box);
}

TEST(DrawArea, IsEverywhereWhenTheSurfaceGoes) {
    const auto area = draw_area(wire::DisplayMessage{wire::SurfaceDestroy{SurfaceId{3}}});
    ASSERT_TRUE(area);
    EXPECT_EQ(area->surface, SurfaceId{3});
    EXPECT_TRUE(area->area.contains({-1'000'000, -1'000'000, 1'000'000, 1'000'000}));
}

TEST(DrawArea, IsNothingForMessagesThatDoNotDraw) {
    EXPECT_FALSE(draw_area(wire::DisplayMessage{wire::DisplayMark{}}));
    EXPECT_FALSE(draw_area(wire::DisplayMessage{wire::InvalAllPalettes{}}));
    EXPECT_FALSE(draw_area(wire::DisplayMessage{wire::StreamDestroy{}}));
}

} // namespace
} // namespace sumac::channel
