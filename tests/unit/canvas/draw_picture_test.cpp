#include "canvas_fixture.h"

#include <memory>
#include <vector>

namespace sumac::canvas {
namespace {

/// A picture of 2 x 2: 1 2 / 3 4, stored top row first.
class DrawPicture : public CanvasTest {
protected:
    PictureView view() const {
        return {reinterpret_cast<const std::byte*>(pixels), {2, 2}, 3 * sizeof(std::uint32_t)};
    }
    Result<Damage> draw_picture(const Rect& dest, RowOrder order, const wire::Clip& clip = {}) {
        return canvas.draw_picture(SurfaceId{0}, view(), dest, clip, order);
    }
    const std::uint32_t pixels[6] = {0x010101, 0x020202, 99, 0x030303, 0x040404, 99};
};

TEST_F(DrawPicture, APrimaryThatWasGivenUpIsBlackAndCanBeDrawnOn) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    ASSERT_TRUE(draw_picture({0, 0, 4, 4}, RowOrder::top_down));
    canvas.give_up_primary();
    EXPECT_EQ(canvas.surface_size(SurfaceId{0}), (Size{4, 4}));
    EXPECT_EQ(shown(3, 3), 0U);
    canvas.give_up_primary();
    ASSERT_TRUE(draw_picture({1, 1, 3, 3}, RowOrder::top_down));
    EXPECT_EQ(shown(0, 0), 0U);
    EXPECT_EQ(shown(1, 1), 0x010101U);
}

TEST_F(DrawPicture, PixelsBecomeThePrimaryWithoutACopy) {
    const auto level = [](Size size, int value) {
        const auto bytes = std::make_shared<std::vector<std::byte>>(
            static_cast<std::size_t>(4 * size.width * size.height), std::byte(value));
        return std::shared_ptr<std::byte>{bytes, bytes->data()};
    };
    const auto pixels_of = [](const auto& memory, Size size) {
        return *image::Pixels::over(memory, image::PixelFormat::bgrx32, size);
    };
    EXPECT_FALSE(canvas.replace_primary(pixels_of(level({4, 4}, 7), {4, 4}))); // no surface
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    canvas.give_up_primary();
    const auto memory = level({4, 4}, 7);
    ASSERT_TRUE(canvas.replace_primary(pixels_of(memory, {4, 4})));
    EXPECT_EQ(canvas.primary()->data, memory.get());
    EXPECT_EQ(shown(3, 3), 0x070707U);
    EXPECT_FALSE(canvas.replace_primary(pixels_of(level({4, 3}, 9), {4, 3})));
    EXPECT_EQ(shown(0, 0), 0x070707U);
    EXPECT_EQ(memory.use_count(), 2);
    canvas.give_up_primary();
    EXPECT_EQ(memory.use_count(), 1); // back where it came from
    make(SPICE_SURFACE_FMT_16_565, 4, 4);
    EXPECT_FALSE(canvas.replace_primary(pixels_of(memory, {4, 4})));
}

TEST_F(DrawPicture, TopDownAndBottomUp) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    ASSERT_TRUE(draw_picture({1, 1, 3, 3}, RowOrder::top_down));
    EXPECT_EQ(shown(1, 1), 0x010101U);
    EXPECT_EQ(shown(2, 2), 0x040404U);
    EXPECT_EQ(shown(3, 3), 0U);
    ASSERT_TRUE(draw_picture({1, 1, 3, 3}, RowOrder::bottom_up));
    EXPECT_EQ(shown(1, 1), 0x030303U);
    EXPECT_EQ(shown(2, 2), 0x020202U);
}

TEST_F(DrawPicture, ScalesToTheNearestPixelInsideTheClip) {
    make(SPICE_SURFACE_FMT_32_xRGB, 6, 6);
    const auto damage = draw_picture({0, 0, 6, 6}, RowOrder::top_down, {false, {{0, 2, 6, 5}}});
    ASSERT_TRUE(damage);
    EXPECT_EQ(*damage, (Damage{SurfaceId{0}, {{0, 2, 6, 5}}}));
    EXPECT_EQ(shown(0, 1), 0U);
    EXPECT_EQ(shown(2, 2), 0x010101U);
    EXPECT_EQ(shown(3, 2), 0x020202U);
    EXPECT_EQ(shown(2, 3), 0x030303U);
    EXPECT_EQ(shown(5, 4), 0x040404U);
    EXPECT_EQ(shown(5, 5), 0U);
}

TEST_F(DrawPicture, ConvertsTo16Bit) {
    const std::uint32_t white[6] = {0xFFFFFF, 0xFF0000, 0, 0x00FF00, 0x0000FF, 0};
    make(SPICE_SURFACE_FMT_16_555, 2, 2);
    ASSERT_TRUE(canvas.draw_picture(SurfaceId{0},
                                    {reinterpret_cast<const std::byte*>(white), {2, 2}, 12},
                                    {0, 0, 2, 2},
                                    {},
                                    RowOrder::top_down));
    EXPECT_EQ(shown(0, 0), 0xFFFFFFU);
    EXPECT_EQ(shown(1, 0), 0xFF0000U);
    EXPECT_EQ(shown(0, 1), 0x00FF00U);
    EXPECT_EQ(shown(1, 1), 0x0000FFU);
}

TEST_F(DrawPicture, RefusesNonsense) {
    EXPECT_FALSE(draw_picture({0, 0, 2, 2}, RowOrder::top_down)); // no surface
    make(SPICE_SURFACE_FMT_32_xRGB, 2, 2);
    EXPECT_FALSE(canvas.draw_picture(SurfaceId{0}, {}, {0, 0, 2, 2}, {}, RowOrder::top_down));
    const auto hostile = draw_picture({lowest, lowest, highest, highest}, RowOrder::top_down);
    ASSERT_FALSE(hostile);
    EXPECT_EQ(hostile.error().code, ErrorCode::invalid);
    const auto outside = draw_picture({50, 50, 60, 60}, RowOrder::top_down);
    ASSERT_TRUE(outside);
    EXPECT_TRUE(outside->rects.empty());
}

} // namespace
} // namespace sumac::canvas
