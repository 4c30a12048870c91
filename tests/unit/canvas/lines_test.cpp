#include "canvas/lines.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>
#include <random>
#include <set>

namespace sumac::canvas {
namespace {

using Pixels = std::set<std::pair<std::int32_t, std::int32_t>>;

constexpr Rect visible{0, 0, 40, 30};

Pixels pixels_of(const std::vector<Span>& spans) {
    Pixels pixels;
    for (const Span& span : spans) {
        for (std::int32_t x = span.x; x < span.x + span.width; ++x)
            EXPECT_TRUE(pixels.insert({x, span.y}).second) << "twice: " << x << ", " << span.y;
    }
    return pixels;
}

/// Step by step, as Bresenham has it: the error of the next pixel, compared at each step.
Pixels naive_line(Point from, Point to, const Rect& shown) {
    const int dx = std::abs(to.x - from.x);
    const int dy = std::abs(to.y - from.y);
    const int sx = to.x < from.x ? -1 : 1;
    const int sy = to.y < from.y ? -1 : 1;
    const bool flat = dx > dy;
    const int longer = flat ? dx : dy;
    const int shorter = flat ? dy : dx;
    int error = -longer - ((flat ? sx : sy) < 0 ? 1 : 0);
    Pixels pixels;
    Point at = from;
    for (int i = 0; i < longer; ++i) {
        if (shown.left <= at.x && at.x < shown.right && shown.top <= at.y && at.y < shown.bottom)
            pixels.insert({at.x, at.y});
        error += 2 * shorter;
        const bool aside = error >= 0;
        if (aside) error -= 2 * longer;
        if (flat || aside) at.x += sx;
        if (!flat || aside) at.y += sy;
    }
    return pixels;
}

TEST(Lines, LeaveOutTheirLastPixel) {
    std::vector<Span> spans;
    append_line({3, 4}, {6, 4}, visible, spans);
    EXPECT_EQ(spans, (std::vector<Span>{{3, 4, 3}}));
    spans.clear();
    append_line({6, 4}, {3, 4}, visible, spans);
    EXPECT_EQ(spans, (std::vector<Span>{{4, 4, 3}}));
    spans.clear();
    append_line({3, 3}, {3, 3}, visible, spans);
    EXPECT_TRUE(spans.empty());
}

TEST(Lines, AreBresenhamsInEveryDirectionAndWhereverTheyAreClipped) {
    std::mt19937 random{7};
    const auto pick = [&](int low, int high) {
        return std::uniform_int_distribution{low, high}(random);
    };
    for (int i = 0; i < 20'000; ++i) {
        const int reach = i % 10 == 0 ? 3000 : 60;
        const Point from{pick(-reach, reach), pick(-reach, reach)};
        const Point to{pick(-reach, reach), pick(-reach, reach)};
        const int left = pick(-5, 30);
        const int top = pick(-5, 30);
        const Rect shown{left, top, left + pick(1, 30), top + pick(1, 30)};
        std::vector<Span> spans;
        append_line(from, to, shown, spans);
        ASSERT_EQ(pixels_of(spans), naive_line(from, to, shown))
            << from.x << ", " << from.y << " to " << to.x << ", " << to.y << " in " << shown.left
            << ", " << shown.top << ", " << shown.right << ", " << shown.bottom;
    }
}

TEST(Lines, OfEnormousLengthCostWhatIsSeenOfThem) {
    constexpr std::int32_t far = std::numeric_limits<std::int32_t>::max() / 16 + 1;
    std::vector<Span> spans;
    append_line({-far, -far}, {far, far}, visible, spans);
    EXPECT_EQ(spans.size(), 30U);
    EXPECT_EQ(spans.front(), (Span{0, 0, 1}));
    EXPECT_EQ(spans.back(), (Span{29, 29, 1}));
    spans.clear();
    append_line({far, 7}, {-far, 7}, visible, spans);
    EXPECT_EQ(spans, (std::vector<Span>{{0, 7, 40}}));
    spans.clear();
    append_line({-far, far}, {-far, -far}, visible, spans);
    append_line({-far, 50}, {far, 40}, visible, spans);
    EXPECT_TRUE(spans.empty());
}

} // namespace
} // namespace sumac::canvas
