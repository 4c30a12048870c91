#include "canvas/dashes.h"
#include "canvas/polygon.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <map>
#include <random>

namespace sumac::canvas {
namespace {

constexpr Rect visible{0, 0, 60, 40};

/// How often each pixel is drawn.
using Counts = std::map<std::pair<std::int32_t, std::int32_t>, int>;

Counts counts_of(const Polyline& line,
                 const DashPattern& pattern,
                 Joins joins = Joins::if_missing,
                 const Rect& shown = visible) {
    Counts counts;
    std::size_t dashes = max_dashes;
    const auto draw = [&](const std::vector<Span>& spans) {
        for (const Span& span : spans)
            for (std::int32_t x = span.x; x < span.x + span.width; ++x)
                ++counts[{x, span.y}];
    };
    EXPECT_TRUE(dash_line(line, pattern, joins, shown, dashes, draw));
    return counts;
}

Counts row_of(std::int32_t y, const std::vector<std::int32_t>& columns) {
    Counts counts;
    for (const std::int32_t x : columns)
        counts[{x, y}] = 1;
    return counts;
}

TEST(Dashes, TakeTurnsWithGaps) {
    EXPECT_EQ(counts_of({{10, 5}, {20, 5}}, {{3, 2}}), row_of(5, {10, 11, 12, 15, 16, 17}));
    EXPECT_EQ(counts_of({{10, 5}, {20, 5}}, {{3, 2}, 1}), row_of(5, {12, 13, 14, 17, 18, 19}));
    EXPECT_EQ(counts_of({{20, 5}, {10, 5}}, {{3, 2}}), row_of(5, {12, 13, 14, 17, 18, 19}));
}

TEST(Dashes, GoOnBehindACorner) {
    Counts expected = row_of(5, {10, 11, 12, 15});
    for (const std::int32_t y : {5, 6, 9, 10})
        expected[{16, y}] = 1;
    EXPECT_EQ(counts_of({{10, 5}, {16, 5}, {16, 11}}, {{3, 2}}), expected);
}

TEST(Dashes, OfNoLengthAreSkipped) {
    EXPECT_EQ(counts_of({{0, 0}, {6, 0}}, {{0, 2, 2, 0}}), row_of(0, {2, 3}));
}

TEST(Dashes, DrawAClosedLineAllRound) {
    const Counts counts = counts_of({{5, 5}, {9, 5}, {9, 9}, {5, 9}, {5, 5}}, {{200, 1}});
    for (std::int32_t i = 5; i <= 9; ++i) {
        for (const auto& pixel : {std::pair{i, 5}, {i, 9}, {5, i}, {9, i}})
            EXPECT_TRUE(counts.contains(pixel)) << pixel.first << ", " << pixel.second;
    }
}

TEST(Dashes, AreCutToWhatIsVisible) {
    std::mt19937 random{3};
    const auto pick = [&](int low, int high) {
        return std::uniform_int_distribution{low, high}(random);
    };
    for (int i = 0; i < 500; ++i) {
        Polyline line;
        for (int points = pick(2, 5); points > 0; --points)
            line.push_back({pick(-30, 90), pick(-30, 70)});
        const DashPattern pattern{{static_cast<std::uint8_t>(pick(1, 9)),
                                   static_cast<std::uint8_t>(pick(0, 9)),
                                   static_cast<std::uint8_t>(pick(0, 9))}};
        const Rect part{pick(0, 30), pick(0, 20), pick(31, 60), pick(21, 40)};
        Counts whole = counts_of(line, pattern, Joins::always, {-100, -100, 200, 200});
        std::erase_if(whole, [&](const auto& entry) {
            const auto [x, y] = entry.first;
            return x < part.left || x >= part.right || y < part.top || y >= part.bottom;
        });
        EXPECT_EQ(counts_of(line, pattern, Joins::always, part), whole);
    }
}

TEST(Dashes, OfAnEnormousLineAreTooMany) {
    constexpr std::int32_t far = std::numeric_limits<std::int32_t>::max() / 16;
    std::size_t dashes = 1000;
    const auto result = dash_line({{-far, 0}, {far, far}},
                                  {{1, 1}},
                                  Joins::always,
                                  visible,
                                  dashes,
                                  [](const std::vector<Span>&) {});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::unsupported);
}

TEST(Polygon, HoldsThePixelsWhoseCentresLieInside) {
    // A diamond around (10, 10), either way round.
    std::array<Corner, 4> corners{Corner{0, -3}, Corner{3, 0}, Corner{0, 3}, Corner{-3, 0}};
    const auto side = [&](std::size_t from, std::size_t to) {
        const Corner& a = corners[from];
        const Corner& b = corners[to];
        Side result{static_cast<std::int64_t>(b.x - a.x), static_cast<std::int64_t>(b.y - a.y), 0};
        result.k = a.x * static_cast<double>(result.dy) - a.y * static_cast<double>(result.dx);
        return result;
    };
    const std::vector<Span> expected{{9, 8, 2}, {8, 9, 4}, {7, 10, 6}, {8, 11, 4}, {9, 12, 2}};
    for (int turns = 0; turns < 2; ++turns) {
        const std::array<Side, 4> sides{side(0, 1), side(1, 2), side(2, 3), side(3, 0)};
        std::vector<Span> spans;
        append_polygon(corners, sides, {10, 10}, visible, spans);
        EXPECT_EQ(spans, expected);
        std::swap(corners[1], corners[3]);
    }
}

} // namespace
} // namespace sumac::canvas
