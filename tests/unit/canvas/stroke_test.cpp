// STROKE, thousands of random messages, each compared with lines that are walked step by step.
#include "canvas_fixture.h"
#include "twin.h"

#include <cstdlib>
#include <map>

namespace sumac::canvas {
namespace {

int rounded(std::int32_t fixed) {
    const int rest = ((fixed % 16) + 16) % 16;
    return (fixed - rest) / 16 + (rest > 8 ? 1 : 0);
}

class StrokeTwin : public Twin {
public:
    using Twin::Twin;

    void step() {
        TwinImage tile;
        wire::DrawStroke m;
        m.base = any_base();
        m.brush = any_brush(tile);
        m.fore_mode = any_rop();
        m.back_mode = any_rop();
        wire::PathSegment segment{SPICE_PATH_BEGIN, {}};
        for (int i = pick(1, 5); i > 0; --i)
            segment.points.push_back({pick(-100, 16 * width + 100), pick(-100, 16 * height + 100)});
        m.path = {segment};
        mask_image_.reset();
        expect_drawn(m, "stroke");
        for (std::size_t i = 1; i < segment.points.size(); ++i)
            walk(segment.points[i - 1], segment.points[i], [&](int x, int y) {
                plot(m, tile, x, y);
            });
    }

private:
    void plot(const wire::DrawStroke& m, const TwinImage& tile, int x, int y) {
        if (!inside({0, 0, width, height}, x, y) || !writes(m.base, {}, nullptr, x, y)) return;
        const std::uint32_t pixel = naive_rop(m.fore_mode,
                                              brush_pixel(m.brush, tile, x, y),
                                              drawn_.at(x, y),
                                              SPICE_ROPD_INVERS_BRUSH,
                                              SPICE_ROPD_INVERS_DEST);
        drawn_.at(x, y) = pixel & all_ones(format_);
    }
    template <class Plot>
    static void walk(const wire::PointFix& from, const wire::PointFix& to, Plot plot) {
        int x = rounded(from.x);
        int y = rounded(from.y);
        const int dx = rounded(to.x) - x;
        const int dy = rounded(to.y) - y;
        const bool flat = std::abs(dx) > std::abs(dy);
        const int longer = std::max(std::abs(dx), std::abs(dy));
        const int shorter = std::min(std::abs(dx), std::abs(dy));
        int error = -longer - ((flat ? dx : dy) < 0 ? 1 : 0);
        for (int i = 0; i < longer; ++i) {
            plot(x, y);
            error += 2 * shorter;
            const bool aside = error >= 0;
            if (aside) error -= 2 * longer;
            if (flat || aside) x += dx < 0 ? -1 : 1;
            if (!flat || aside) y += dy < 0 ? -1 : 1;
        }
    }
};

class StrokeOn : public testing::TestWithParam<std::uint32_t> {};

TEST_P(StrokeOn, EverySolidStrokeMatchesAWalk) {
    run_twin<StrokeTwin>(GetParam(), 24, 3000);
}

INSTANTIATE_TEST_SUITE_P(EverySurfaceFormat, StrokeOn, every_surface_format());

class Stroke : public CanvasTest {
protected:
    void SetUp() override { make(SPICE_SURFACE_FMT_32_xRGB, 40, 30); }

    static wire::DrawStroke stroke(const std::vector<Point>& points, std::uint16_t rop) {
        wire::DrawStroke message;
        message.base = base(0, {0, 0, 40, 30});
        message.brush = wire::SolidBrush{0xFFFFFF};
        message.fore_mode = rop;
        message.path = {{SPICE_PATH_BEGIN, {}}};
        for (const Point& point : points)
            message.path.front().points.push_back({point.x * 16, point.y * 16});
        return message;
    }
    static void make_dashed(wire::DrawStroke& message, const std::vector<int>& lengths) {
        message.attr.flags = SPICE_LINE_FLAGS_STYLED;
        for (const int length : lengths)
            message.attr.style.push_back(length * 16);
    }
    std::vector<std::int32_t> drawn_in_row(std::int32_t y) {
        std::vector<std::int32_t> columns;
        for (std::int32_t x = 0; x < 40; ++x)
            if (shown(x, y) != 0) columns.push_back(x);
        return columns;
    }
};

TEST_F(Stroke, DrawsDashesThatBeginWithADashOrAGap) {
    wire::DrawStroke message = stroke({{2, 3}, {12, 3}}, SPICE_ROPD_OP_PUT);
    make_dashed(message, {3, 2});
    ASSERT_TRUE(damage(message));
    EXPECT_EQ(drawn_in_row(3), (std::vector<std::int32_t>{2, 3, 4, 7, 8, 9}));
    ASSERT_TRUE(draw(fill(0, {0, 0, 40, 30}, 0)));
    message.attr.flags |= SPICE_LINE_FLAGS_START_WITH_GAP;
    ASSERT_TRUE(damage(message));
    EXPECT_EQ(drawn_in_row(3), (std::vector<std::int32_t>{5, 6, 10, 11}));
}

TEST_F(Stroke, InvertsEachPixelOfADashedLineOnceAndOfASolidOneEachTime) {
    const std::vector<Point> back_and_forth{{2, 3}, {12, 3}, {2, 3}};
    wire::DrawStroke dashed = stroke(back_and_forth, SPICE_ROPD_OP_XOR);
    make_dashed(dashed, {200});
    ASSERT_TRUE(damage(dashed));
    EXPECT_EQ(drawn_in_row(3).size(), 10U);
    ASSERT_TRUE(draw(fill(0, {0, 0, 40, 30}, 0)));
    ASSERT_TRUE(damage(stroke(back_and_forth, SPICE_ROPD_OP_XOR)));
    EXPECT_EQ(drawn_in_row(3), (std::vector<std::int32_t>{2, 12}));
}

TEST_F(Stroke, RefusesDashesThatNeverEnd) {
    wire::DrawStroke message = stroke({{2, 3}, {12, 3}}, SPICE_ROPD_OP_PUT);
    make_dashed(message, {0, 0});
    EXPECT_EQ(error(message), ErrorCode::invalid);
    message.attr.style = {256 * 16}; // of whose length 8 bits are left
    EXPECT_EQ(error(message), ErrorCode::invalid);
    message.path.front().points = {{lowest, lowest}, {highest, highest}};
    message.attr.style = {16, 16};
    EXPECT_EQ(error(message), ErrorCode::unsupported);
}

TEST_F(Stroke, OfTooManyPixelsIsRefused) {
    make(SPICE_SURFACE_FMT_8_A, 20'000, 2);
    wire::DrawStroke message = stroke({{0, 0}}, SPICE_ROPD_OP_PUT);
    message.base.box = {0, 0, 20'000, 2};
    for (int i = 0; i < 20'000; ++i)
        message.path.front().points.push_back({i % 2 == 0 ? highest : lowest, 0});
    EXPECT_EQ(error(message), ErrorCode::unsupported);
}

} // namespace
} // namespace sumac::canvas
