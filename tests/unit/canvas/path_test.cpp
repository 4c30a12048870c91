#include "canvas/path.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

#include <limits>

namespace sumac::canvas {
namespace {

constexpr std::uint8_t begin = SPICE_PATH_BEGIN;
constexpr std::uint8_t end = SPICE_PATH_END;
constexpr std::uint8_t close = SPICE_PATH_CLOSE;
constexpr std::uint8_t curve = SPICE_PATH_BEZIER;

wire::PathSegment segment(int flags, std::vector<Point> points) {
    wire::PathSegment result{static_cast<std::uint8_t>(flags), {}};
    for (const Point& point : points)
        result.points.push_back({point.x * 16, point.y * 16});
    return result;
}

TEST(Path, RoundsUpOnlyBeyondTheMiddle) {
    EXPECT_EQ(whole(0), 0);
    EXPECT_EQ(whole(16 + 8), 1);
    EXPECT_EQ(whole(16 + 9), 2);
    EXPECT_EQ(whole(-16), -1);
    EXPECT_EQ(whole(-8), -1);
    EXPECT_EQ(whole(-7), 0);
}

TEST(Path, BeginsAndEndsLinesAsItsFlagsSay) {
    const auto lines = flatten({segment(begin, {{1, 2}, {3, 4}}),
                                segment(0, {{5, 6}}),
                                segment(begin, {{7, 8}, {9, 10}}),
                                segment(end, {{11, 12}}),
                                segment(0, {{13, 14}, {15, 16}})});
    ASSERT_TRUE(lines);
    EXPECT_EQ(*lines,
              (std::vector<Polyline>{
                  {{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}, {{13, 14}, {15, 16}}}));
}

TEST(Path, ClosesALineThatEnds) {
    const auto closed = flatten({segment(begin | end | close, {{1, 1}, {5, 1}, {5, 5}})});
    EXPECT_EQ(*closed, (std::vector<Polyline>{{{1, 1}, {5, 1}, {5, 5}, {1, 1}}}));
    const auto open = flatten({segment(begin | close, {{1, 1}, {5, 1}})});
    EXPECT_EQ(*open, (std::vector<Polyline>{{{1, 1}, {5, 1}}})) << "it does not end";
    const auto nothing = flatten({segment(end | close, {})});
    EXPECT_TRUE(nothing->empty());
}

TEST(Path, MakesLinesOfCurves) {
    const auto lines =
        flatten({segment(begin, {{0, 0}}), segment(curve, {{0, 40}, {80, 40}, {80, 0}})});
    ASSERT_TRUE(lines);
    ASSERT_EQ(lines->size(), 1U);
    const Polyline& line = lines->front();
    EXPECT_GE(line.size(), 9U);
    EXPECT_EQ(line.front(), (Point{0, 0}));
    EXPECT_EQ(line.back(), (Point{80, 0}));
    for (const Point& point : line) {
        // x = 80 (3 t^2 - 2 t^3), y = 120 t (1 - t): some t comes within a pixel.
        double nearest = std::numeric_limits<double>::max();
        for (double t = 0; t <= 1; t += 0.0005) {
            const double x = 80 * t * t * (3 - 2 * t) - point.x;
            const double y = 120 * t * (1 - t) - point.y;
            nearest = std::min(nearest, x * x + y * y);
        }
        EXPECT_LT(nearest, 1.5) << point.x << ", " << point.y;
    }
    const auto straight = flatten({segment(begin | curve, {{0, 0}, {10, 0}, {20, 0}, {30, 0}})});
    EXPECT_EQ(*straight, (std::vector<Polyline>{{{0, 0}, {30, 0}}}));
}

TEST(Path, StopsHalvingWhereACurveTurnsBackAsLibspiceServerDoes) {
    // Near the start its ends fall together, and rounding leaves an arm along nothing.
    const auto lines = flatten({{begin | curve, {{230, 201}, {255, 269}, {190, 218}, {256, 7}}}});
    ASSERT_TRUE(lines);
    EXPECT_EQ(*lines, (std::vector<Polyline>{{{14, 13}, {14, 13}, {14, 8}, {16, 0}}}));
}

TEST(Path, RefusesCurvesWithoutAllTheirPoints) {
    EXPECT_EQ(flatten({segment(curve, {{1, 1}, {2, 2}, {3, 3}})}).error().code, ErrorCode::invalid);
    EXPECT_EQ(flatten({segment(begin | curve, {{1, 1}, {2, 2}, {3, 3}})}).error().code,
              ErrorCode::invalid);
    EXPECT_EQ(flatten({segment(begin, {})}).error().code, ErrorCode::invalid);
}

TEST(Path, EndsForEveryCurve) {
    constexpr std::int32_t low = std::numeric_limits<std::int32_t>::min();
    constexpr std::int32_t high = std::numeric_limits<std::int32_t>::max();
    const auto point = flatten({segment(begin | curve, {{5, 5}, {5, 5}, {5, 5}, {5, 5}})});
    EXPECT_EQ(*point, (std::vector<Polyline>{{{5, 5}, {5, 5}}}));
    const auto loop = flatten({segment(begin | curve, {{5, 5}, {25, 5}, {5, 25}, {5, 5}})});
    ASSERT_TRUE(loop);
    EXPECT_GT(loop->front().size(), 4U);
    wire::PathSegment huge{static_cast<std::uint8_t>(begin | curve), {{low, low}}};
    for (int i = 0; i < 1000; ++i) {
        huge.points.push_back({high, low});
        huge.points.push_back({high, high});
        huge.points.push_back({low, high});
    }
    EXPECT_EQ(flatten({huge}).error().code, ErrorCode::unsupported);
}

} // namespace
} // namespace sumac::canvas
