#include "canvas/canvas.h"
#include "canvas_builders.h"

#include <gtest/gtest.h>

#include <limits>
#include <numeric>

namespace sumac::canvas {
namespace {

constexpr std::int32_t lowest = std::numeric_limits<std::int32_t>::min();
constexpr std::int32_t highest = std::numeric_limits<std::int32_t>::max();

TestImage one_pixel(std::uint32_t value, std::uint64_t id = 1, std::uint8_t flags = 0) {
    TestImage image;
    image.width = 1;
    image.height = 1;
    image.pixels = {value};
    image.id = id;
    image.flags = flags;
    return image;
}

class CanvasTest : public testing::Test {
protected:
    Result<Drawn> draw(const wire::DisplayMessage& message) { return canvas.draw(message); }
    /// The error's code, or none.
    std::optional<ErrorCode> error(const wire::DisplayMessage& message) {
        const auto result = draw(message);
        return result ? std::nullopt : std::optional{result.error().code};
    }
    std::string_view not_drawn(const wire::DisplayMessage& message) {
        const auto result = draw(message);
        if (!result || !std::holds_alternative<NotDrawn>(*result)) return "(something else)";
        return std::get<NotDrawn>(*result).what;
    }
    std::optional<Damage> damage(const wire::DisplayMessage& message) {
        const auto result = draw(message);
        if (!result || !std::holds_alternative<Damage>(*result)) return std::nullopt;
        return std::get<Damage>(*result);
    }
    bool waits(const wire::DisplayMessage& message) {
        const auto result = draw(message);
        return result && std::holds_alternative<image::WaitForImage>(*result);
    }
    void make(std::uint32_t format, std::uint32_t width, std::uint32_t height) {
        ASSERT_TRUE(draw(create(0, format, width, height)));
    }
    /// Pixel of the primary without X.
    std::uint32_t shown(std::int32_t x, std::int32_t y) {
        const auto view = canvas.primary();
        if (!view) return 0xDEAD0000;
        std::uint32_t pixel = 0;
        std::memcpy(&pixel, view->data + y * view->stride_bytes + x * 4, 4);
        return pixel & 0xFFFFFF;
    }

    image::ImageCache images;
    Canvas canvas{images};
};

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

TEST_F(CanvasTest, InterpolatesSmoothly) {
    make(SPICE_SURFACE_FMT_32_xRGB, 8, 8);
    TestImage image;
    image.width = 2;
    image.height = 1;
    image.pixels = {0x000000, 0xFF8040};
    wire::DrawCopy message = copy(0, {0, 0, 8, 8}, image.wire(), {0, 0, 2, 1});
    message.scale_mode = SPICE_IMAGE_SCALE_MODE_INTERPOLATE;
    ASSERT_TRUE(draw(message));
    for (std::int32_t x = 0; x < 8; ++x) {
        const double weight = std::clamp((x + 0.5) * 2 / 8 - 0.5, 0.0, 1.0);
        EXPECT_NEAR(shown(x, 5) >> 16, weight * 0xFF, 2) << x;
        EXPECT_NEAR(shown(x, 5) >> 8 & 0xFF, weight * 0x80, 2) << x;
        EXPECT_NEAR(shown(x, 5) & 0xFF, weight * 0x40, 2) << x;
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

TEST_F(CanvasTest, RefusesARopThatNamesNoOperation) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    wire::DrawFill message = fill(0, {0, 0, 4, 4}, 1);
    message.rop = SPICE_ROPD_INVERS_RES;
    EXPECT_EQ(error(message), ErrorCode::invalid);
}

TEST_F(CanvasTest, CachesTheImagesOfWhatItDoesNotDraw) {
    constexpr std::uint8_t keep = SPICE_IMAGE_FLAGS_CACHE_ME;
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    std::vector<TestImage> pictures;
    for (std::uint64_t id = 0; id < 20; ++id)
        pictures.push_back(one_pixel(7, id, keep));
    const auto picture = [&](std::size_t id) { return pictures[id].wire(); };
    const auto brush = [&](std::size_t id) { return wire::PatternBrush{picture(id), {}}; };
    TestImage mask = one_pixel(1, 3, keep);
    mask.format = SPICE_BITMAP_FMT_1BIT_LE;

    wire::DrawCopy clipped = copy(0, {0, 0, 1, 1}, picture(1), {0, 0, 1, 1});
    clipped.base.clip.everything_visible = false;
    EXPECT_EQ(damage(clipped), (Damage{SurfaceId{0}, {}}));
    EXPECT_EQ(error(copy(77, {0, 0, 1, 1}, picture(2), {0, 0, 1, 1})), ErrorCode::invalid);
    EXPECT_EQ(not_drawn(wire::DrawRop3{
                  base(0, {}), picture(4), {}, brush(5), 0, 0, {0, {}, mask.wire()}}),
              "rop3");
    EXPECT_EQ(not_drawn(wire::DrawStroke{base(0, {}), {}, {}, brush(6), 0, 0}), "stroke");
    EXPECT_EQ(not_drawn(wire::DrawText{base(0, {}), {}, {}, brush(7), brush(8), 0, 0}), "text");
    EXPECT_EQ(not_drawn(wire::DrawTransparent{base(0, {}), picture(9), {}, 0, 0}), "transparent");
    EXPECT_EQ(not_drawn(wire::DrawAlphaBlend{base(0, {}), 0, 0, picture(10), {}}), "alpha blend");
    wire::DrawComposite composite;
    composite.src = picture(11);
    composite.mask = picture(12);
    EXPECT_EQ(not_drawn(composite), "composite");
    for (std::uint64_t id = 1; id <= 12; ++id)
        EXPECT_NE(images.find(ImageId{id}), nullptr) << id;
}

TEST_F(CanvasTest, DoesNotWaitForAnImageThatCameDamaged) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    const Rect unit{0, 0, 1, 1};
    EXPECT_FALSE(draw(copy(0, unit, quic_image(5, SPICE_IMAGE_FLAGS_CACHE_ME), unit)));
    EXPECT_EQ(not_drawn(copy(0, unit, cached_image(5), unit)), "damaged");
}

TEST_F(CanvasTest, WaitsForAnImageOfAnotherChannelAndDrawsItThen) {
    Canvas other{images};
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    const Rect unit{0, 0, 1, 1};
    EXPECT_TRUE(waits(copy(0, unit, cached_image(5), unit)));
    TestImage image = one_pixel(0x445566, 5, SPICE_IMAGE_FLAGS_CACHE_ME);
    EXPECT_FALSE(other.draw(copy(0, unit, image.wire(), unit))); // has no surface, keeps the image
    EXPECT_TRUE(damage(copy(0, unit, cached_image(5), unit)));
    EXPECT_EQ(shown(0, 0), 0x445566U);
    ASSERT_TRUE(draw(wire::InvalList{{ImageId{5}}}));
    EXPECT_TRUE(waits(copy(0, unit, cached_image(5), unit)));
    EXPECT_FALSE(other.draw(copy(0, unit, image.wire(), unit)));
    ASSERT_TRUE(draw(wire::InvalAllPixmaps{}));
    EXPECT_TRUE(waits(copy(0, unit, cached_image(5), unit)));
}

TEST_F(CanvasTest, StoresItsOwnImageBeforeItWaitsForAnother) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    TestImage image = one_pixel(1, 5, SPICE_IMAGE_FLAGS_CACHE_ME);
    wire::DrawOpaque message{base(0, {0, 0, 1, 1}),
                             image.wire(),
                             {0, 0, 1, 1},
                             wire::PatternBrush{cached_image(6), {}},
                             SPICE_ROPD_OP_PUT,
                             0,
                             {}};
    EXPECT_TRUE(waits(message));
    EXPECT_NE(images.find(ImageId{5}), nullptr);
}

TEST_F(CanvasTest, KeepsPalettesUntilTheServerInvalidatesThem) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    const Rect unit{0, 0, 1, 1};
    TestImage image = one_pixel(1);
    image.format = SPICE_BITMAP_FMT_8BIT;
    wire::Image storing = image.wire();
    wire::Image using_it = storing;
    auto& inline_ref = std::get<wire::BitmapImage>(storing.body).palette;
    inline_ref = {wire::Palette{PaletteId{9}, {0, 0x778899}}, std::nullopt, true};
    std::get<wire::BitmapImage>(using_it.body).palette = {std::nullopt, PaletteId{9}, false};

    EXPECT_EQ(error(copy(0, unit, using_it, unit)), ErrorCode::invalid);
    EXPECT_TRUE(damage(copy(0, unit, storing, unit)));
    EXPECT_TRUE(damage(copy(0, {2, 2, 3, 3}, using_it, unit)));
    EXPECT_EQ(shown(2, 2), 0x778899U);
    ASSERT_TRUE(draw(wire::InvalPalette{PaletteId{9}}));
    EXPECT_EQ(error(copy(0, unit, using_it, unit)), ErrorCode::invalid);
    EXPECT_TRUE(damage(copy(0, unit, storing, unit)));
    ASSERT_TRUE(draw(wire::InvalAllPalettes{}));
    EXPECT_EQ(error(copy(0, unit, using_it, unit)), ErrorCode::invalid);
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

TEST_F(CanvasTest, RefusesACachedMaskAsAnImageAndTheReverse) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 1);
    const Rect unit{0, 0, 1, 1};
    TestImage mask = one_pixel(1, 3, SPICE_IMAGE_FLAGS_CACHE_ME);
    mask.format = SPICE_BITMAP_FMT_1BIT_LE;
    ASSERT_TRUE(draw(wire::DrawInvers{base(0, unit), {0, {}, mask.wire()}}));
    EXPECT_EQ(error(copy(0, unit, cached_image(3), unit)), ErrorCode::invalid);
    TestImage image = one_pixel(1, 4, SPICE_IMAGE_FLAGS_CACHE_ME);
    ASSERT_TRUE(draw(copy(0, unit, image.wire(), unit)));
    EXPECT_EQ(error(wire::DrawInvers{base(0, unit), {0, {}, cached_image(4)}}), ErrorCode::invalid);
}

TEST_F(CanvasTest, LetsOtherMessagesPass) {
    EXPECT_EQ(damage(wire::DisplayMark{}), Damage{});
    EXPECT_EQ(damage(wire::StreamDestroyAll{}), Damage{});
    EXPECT_EQ(damage(wire::MonitorsConfig{}), Damage{});
    EXPECT_EQ(damage(wire::IgnoredDisplayMessage{320}), Damage{});
}

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
