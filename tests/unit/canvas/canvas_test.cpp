#include "canvas_fixture.h"

#include <cmath>
#include <numeric>

namespace sumac::canvas {
namespace {

TEST_F(CanvasTest, ShowsNothingWithoutAPrimary) {
    EXPECT_FALSE(canvas.primary());
    EXPECT_FALSE(canvas.surface_size(SurfaceId{0}));
    EXPECT_EQ(error(fill(0, {0, 0, 1, 1}, 1)), ErrorCode::invalid);
}

TEST_F(CanvasTest, KeepsThePrimaryThatAnotherServerCreatesTheSame) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 3);
    ASSERT_TRUE(draw(create(7, SPICE_SURFACE_FMT_32_xRGB, 2, 2)));
    ASSERT_TRUE(damage(fill(0, {0, 0, 4, 3}, 0x123456)));
    image::ImageCache others;
    canvas.restart(others);
    EXPECT_EQ(shown(1, 1), 0x123456U) << "the last picture stays";
    EXPECT_FALSE(canvas.surface_size(SurfaceId{7}));
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 3);
    EXPECT_EQ(shown(1, 1), 0x123456U);
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 3);
    EXPECT_EQ(shown(1, 1), 0U) << "the second time it is a new one";
}

TEST_F(CanvasTest, ReplacesThePrimaryThatAnotherServerCreatesOtherwise) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 3);
    ASSERT_TRUE(damage(fill(0, {0, 0, 4, 3}, 0x123456)));
    canvas.restart(images);
    make(SPICE_SURFACE_FMT_32_xRGB, 5, 3);
    EXPECT_EQ(shown(1, 1), 0U);
    ASSERT_TRUE(damage(fill(0, {0, 0, 5, 3}, 0x123456)));
    make(SPICE_SURFACE_FMT_32_xRGB, 5, 3);
    EXPECT_EQ(shown(1, 1), 0U) << "that one was this server's own";
}

TEST_F(CanvasTest, CreatesSurfacesBlackAndReplacesThem) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 3);
    EXPECT_EQ(canvas.primary()->size, (Size{4, 3}));
    EXPECT_EQ(damage(fill(0, {0, 0, 4, 3}, 0x123456)), (Damage{SurfaceId{0}, {{0, 0, 4, 3}}}));
    EXPECT_EQ(shown(3, 2), 0x123456U);
    make(SPICE_SURFACE_FMT_32_xRGB, 5, 5);
    EXPECT_EQ(shown(3, 2), 0U);
    ASSERT_TRUE(draw(wire::SurfaceDestroy{SurfaceId{0}}));
    EXPECT_FALSE(canvas.primary());
    EXPECT_EQ(error(wire::SurfaceDestroy{SurfaceId{0}}), ErrorCode::invalid);
}

TEST_F(CanvasTest, RefusesHostileSurfaces) {
    EXPECT_EQ(error(create(0, 7, 4, 4)), ErrorCode::invalid);
    EXPECT_EQ(error(create(0, SPICE_SURFACE_FMT_32_xRGB, 0, 4)), ErrorCode::invalid);
    EXPECT_EQ(error(create(0, SPICE_SURFACE_FMT_32_xRGB, 32768, 1)), ErrorCode::limit);
    EXPECT_EQ(error(create(0, SPICE_SURFACE_FMT_32_xRGB, 32767, 32767)), ErrorCode::limit);
    EXPECT_EQ(error(create(0, SPICE_SURFACE_FMT_1_A, UINT32_MAX, UINT32_MAX)), ErrorCode::limit);
}

TEST_F(CanvasTest, BoundsTheNumberAndTheMemoryOfSurfaces) {
    for (std::uint32_t id = 0; id < max_surfaces; ++id)
        ASSERT_TRUE(draw(create(id, SPICE_SURFACE_FMT_8_A, 1, 1)));
    EXPECT_EQ(error(create(max_surfaces, SPICE_SURFACE_FMT_8_A, 1, 1)), ErrorCode::limit);
    ASSERT_TRUE(draw(wire::DisplayMode{8, 8, 32}));
    for (std::uint32_t id = 1; id < 16; ++id) // 32 MiB each
        ASSERT_TRUE(draw(create(id, SPICE_SURFACE_FMT_8_A, 32767, 1024)));
    EXPECT_EQ(error(create(99, SPICE_SURFACE_FMT_8_A, 32767, 2048)), ErrorCode::limit);
    ASSERT_TRUE(draw(wire::SurfaceDestroy{SurfaceId{1}}));
    EXPECT_TRUE(draw(create(99, SPICE_SURFACE_FMT_8_A, 32767, 1024)));
}

TEST_F(CanvasTest, ModeReplacesEverything) {
    ASSERT_TRUE(draw(create(5, SPICE_SURFACE_FMT_32_xRGB, 4, 4)));
    ASSERT_TRUE(draw(wire::DisplayMode{640, 480, 16}));
    EXPECT_EQ(canvas.surface_size(SurfaceId{0}), (Size{640, 480}));
    EXPECT_FALSE(canvas.surface_size(SurfaceId{5}));
    EXPECT_EQ(error(wire::DisplayMode{640, 480, 24}), ErrorCode::invalid);
}

TEST_F(CanvasTest, ResetBlackensThePrimary) {
    EXPECT_EQ(damage(wire::DisplayReset{}), Damage{});
    make(SPICE_SURFACE_FMT_16_555, 4, 4);
    ASSERT_TRUE(draw(fill(0, {0, 0, 4, 4}, 0x7FFF)));
    EXPECT_EQ(shown(1, 1), 0xFFFFFFU);
    EXPECT_EQ(damage(wire::DisplayReset{}), (Damage{SurfaceId{0}, {{0, 0, 4, 4}}}));
    EXPECT_EQ(shown(1, 1), 0U);
}

TEST_F(CanvasTest, Shows16BitSurfacesIn8BitsPerColour) {
    make(SPICE_SURFACE_FMT_16_555, 4, 4);
    ASSERT_TRUE(draw(fill(0, {0, 0, 1, 1}, 0b0'10000'00001'11111)));
    EXPECT_EQ(shown(0, 0), 0x8408FFU);
    ASSERT_TRUE(draw(fill(0, {1, 1, 2, 2}, 0x7FFF)));
    EXPECT_EQ(shown(0, 0), 0x8408FFU);
    EXPECT_EQ(shown(1, 1), 0xFFFFFFU);
    EXPECT_EQ(shown(2, 2), 0U);
}

TEST_F(CanvasTest, MergesVeryManyRectsOfDamage) {
    make(SPICE_SURFACE_FMT_16_555, 1000, 4);
    wire::DrawFill message = fill(0, {0, 0, 1000, 4}, 0x7FFF);
    message.base.clip.everything_visible = false;
    for (int x = 0; x < 999; x += 2)
        message.base.clip.rects.push_back({x, 1, x + 1, 2});
    EXPECT_EQ(damage(message), (Damage{SurfaceId{0}, {{0, 1, 999, 2}}}));
    EXPECT_EQ(shown(998, 1), 0xFFFFFFU);
    EXPECT_EQ(shown(997, 1), 0U);
}

TEST_F(CanvasTest, RefusesClipsThatExplode) {
    make(SPICE_SURFACE_FMT_8_A, 8000, 8000);
    wire::DrawFill message = fill(0, {0, 0, 8000, 8000}, 1);
    message.base.clip.everything_visible = false;
    for (int i = 0; i < 4000; ++i) {
        message.base.clip.rects.push_back({2 * i, 0, 2 * i + 1, 8000});
        message.base.clip.rects.push_back({0, 2 * i, 8000, 2 * i + 1});
    }
    EXPECT_EQ(error(message), ErrorCode::limit);
    message.base.clip.rects.assign(100'000, {0, 0, 1, 1});
    EXPECT_EQ(error(message), ErrorCode::limit);
}

TEST_F(CanvasTest, TouchesNothingOutsideForHostileCoordinates) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    TestImage image = one_pixel(0x112233);
    const Rect everything{lowest, lowest, highest, highest};
    const Rect inverted{highest, highest, lowest, lowest};
    EXPECT_EQ(damage(fill(0, everything, 7)), (Damage{SurfaceId{0}, {{0, 0, 4, 4}}}));
    EXPECT_EQ(damage(fill(0, inverted, 9)), (Damage{SurfaceId{0}, {}}));
    EXPECT_EQ(damage(fill(0, {highest - 1, 0, highest, 4}, 9)), (Damage{SurfaceId{0}, {}}));
    for (const Rect& box : {everything, inverted, Rect{lowest, 0, 4, 4}, Rect{0, 0, highest, 4}}) {
        for (const Rect& area : {everything,
                                 inverted,
                                 Rect{lowest, lowest, lowest + 4, lowest + 4},
                                 Rect{highest - 4, highest - 4, highest, highest},
                                 Rect{-8, -8, -4, -4}}) {
            for (const int mode :
                 {SPICE_IMAGE_SCALE_MODE_NEAREST, SPICE_IMAGE_SCALE_MODE_INTERPOLATE}) {
                wire::DrawCopy message = copy(0, box, image.wire(), area);
                message.scale_mode = static_cast<std::uint8_t>(mode);
                const auto result = draw(message);
                EXPECT_TRUE(!result || std::holds_alternative<Damage>(*result));
            }
        }
        const auto moved = draw(wire::CopyBits{base(0, box), {highest, lowest}});
        EXPECT_TRUE(moved && std::get<Damage>(*moved).rects.empty());
    }
}

TEST_F(CanvasTest, DrawsNothingFromAnAreaOutsideTheImage) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    TestImage image = one_pixel(0x112233);
    EXPECT_EQ(damage(copy(0, {0, 0, 2, 2}, image.wire(), {5, 5, 7, 7})),
              (Damage{SurfaceId{0}, {}}));
    EXPECT_EQ(damage(copy(0, {0, 0, 2, 2}, image.wire(), {-1, -1, 1, 1})),
              (Damage{SurfaceId{0}, {{1, 1, 2, 2}}}));
    EXPECT_EQ(error(copy(0, {0, 0, 2, 2}, image.wire(), {5, 5, 5, 5})), ErrorCode::invalid);
}

TEST_F(CanvasTest, CopiesSideBySideClipsInTheRightOrder) {
    // Each clip rect reads what the other one writes, if the order is wrong.
    for (const std::int32_t dx : {-2, 2}) {
        make(SPICE_SURFACE_FMT_32_xRGB, 10, 1);
        for (std::int32_t x = 0; x < 10; ++x)
            ASSERT_TRUE(draw(fill(0, {x, 0, x + 1, 1}, static_cast<std::uint32_t>(x))));
        wire::CopyBits message{base(0, {0, 0, 10, 1}), {dx, 0}};
        message.base.clip = {false, {{2, 0, 4, 1}, {5, 0, 8, 1}}};
        ASSERT_TRUE(draw(message));
        const std::vector<std::int32_t> moved{2, 3, 5, 6, 7};
        for (std::int32_t x = 0; x < 10; ++x) {
            const bool written = std::ranges::find(moved, x) != moved.end();
            EXPECT_EQ(shown(x, 0), static_cast<std::uint32_t>(written ? x + dx : x)) << dx << x;
        }
    }
}

TEST_F(CanvasTest, InterpolatesSmoothlyAndFadesOutAtTheEdges) {
    make(SPICE_SURFACE_FMT_32_xRGB, 8, 8);
    TestImage image;
    image.width = 2;
    image.height = 1;
    image.pixels = {0x204060, 0xFF8040};
    wire::DrawCopy message = copy(0, {0, 0, 8, 8}, image.wire(), {0, 0, 2, 1});
    message.scale_mode = SPICE_IMAGE_SCALE_MODE_INTERPOLATE;
    ASSERT_TRUE(draw(message));
    // How much of source pixel i counts at a place of the destination's axis.
    const auto weight = [](double place, int i) {
        return std::max(0.0, 1.0 - std::abs(place - (i + 0.5)));
    };
    for (std::int32_t y = 0; y < 8; ++y) {
        for (std::int32_t x = 0; x < 8; ++x) {
            const double left = weight((x + 0.5) * 2 / 8, 0);
            const double right = weight((x + 0.5) * 2 / 8, 1);
            const double row = weight((y + 0.5) / 8, 0);
            const std::uint32_t pixel = shown(x, y);
            EXPECT_NEAR(pixel >> 16, row * (left * 0x20 + right * 0xFF), 3) << x << ", " << y;
            EXPECT_NEAR(pixel >> 8 & 0xFF, row * (left * 0x40 + right * 0x80), 3) << x << ", " << y;
            EXPECT_NEAR(pixel & 0xFF, row * (left * 0x60 + right * 0x40), 3) << x << ", " << y;
        }
    }
}

TEST_F(CanvasTest, InterpolatesAClippedPartLikeTheWhole) {
    TestImage image;
    image.width = 5;
    image.height = 5;
    image.pixels.resize(25);
    std::iota(image.pixels.begin(), image.pixels.end(), 0x102030);
    for (const std::uint32_t format : {SPICE_SURFACE_FMT_32_xRGB, SPICE_SURFACE_FMT_16_555}) {
        const auto render = [&](std::vector<Rect> clips) {
            make(format, 20, 20);
            for (const Rect& clip : clips) {
                wire::DrawCopy message = copy(0, {-3, -2, 23, 22}, image.wire(), {0, 0, 5, 5});
                message.scale_mode = SPICE_IMAGE_SCALE_MODE_INTERPOLATE;
                message.base.clip = {false, {clip}};
                EXPECT_TRUE(draw(message));
            }
            std::vector<std::uint32_t> result;
            for (std::int32_t i = 0; i < 400; ++i)
                result.push_back(shown(i % 20, i / 20));
            return result;
        };
        EXPECT_EQ(render({{0, 0, 20, 20}}), render({{0, 0, 7, 20}, {7, 0, 20, 9}, {7, 9, 20, 20}}));
    }
}

TEST_F(CanvasTest, MasksWithA1BitSurface) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 1);
    ASSERT_TRUE(draw(create(1, SPICE_SURFACE_FMT_1_A, 4, 1)));
    ASSERT_TRUE(draw(create(2, SPICE_SURFACE_FMT_8_A, 4, 1)));
    ASSERT_TRUE(draw(fill(1, {1, 0, 3, 1}, 1)));
    wire::DrawWhiteness message{base(0, {0, 0, 4, 1}), {0, {}, surface_image(1)}};
    ASSERT_TRUE(draw(message));
    EXPECT_EQ(shown(0, 0), 0U);
    EXPECT_EQ(shown(1, 0), 0xFFFFFFU);
    EXPECT_EQ(shown(2, 0), 0xFFFFFFU);
    EXPECT_EQ(shown(3, 0), 0U);
    message.mask.image = surface_image(2);
    EXPECT_EQ(error(message), ErrorCode::invalid);
    message.mask.image = surface_image(3);
    EXPECT_EQ(error(message), ErrorCode::invalid);
}

TEST_F(CanvasTest, LetsOtherMessagesPass) {
    EXPECT_EQ(damage(wire::DisplayMark{}), Damage{});
    EXPECT_EQ(damage(wire::StreamDestroyAll{}), Damage{});
    EXPECT_EQ(damage(wire::MonitorsConfig{}), Damage{});
    EXPECT_EQ(damage(wire::IgnoredDisplayMessage{320}), Damage{});
}

} // namespace
} // namespace sumac::canvas
