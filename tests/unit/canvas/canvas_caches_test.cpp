#include "canvas_fixture.h"

namespace sumac::canvas {
namespace {

class CanvasCaches : public CanvasTest {};

TEST_F(CanvasCaches, CachesTheImagesOfEveryOperation) {
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
    const Rect unit{0, 0, 1, 1};
    // Nothing of them can be seen: their boxes lie outside.
    const wire::DrawBase outside = base(0, {9, 9, 10, 10});
    EXPECT_TRUE(
        damage(wire::DrawRop3{outside, picture(4), unit, brush(5), 0, 0, {0, {}, mask.wire()}}));
    EXPECT_TRUE(damage(wire::DrawStroke{outside, {}, {}, brush(6), SPICE_ROPD_OP_PUT, 0}));
    EXPECT_TRUE(damage(wire::DrawText{outside, {}, {}, brush(7), brush(8), 0, 0}));
    EXPECT_TRUE(damage(wire::DrawTransparent{outside, picture(9), unit, 0, 0}));
    EXPECT_TRUE(damage(wire::DrawAlphaBlend{outside, 0, 0, picture(10), unit}));
    wire::DrawComposite composite;
    composite.base = outside;
    composite.src = picture(11);
    composite.mask = picture(12);
    EXPECT_TRUE(damage(composite));
    for (std::uint64_t id = 1; id <= 12; ++id)
        EXPECT_NE(images.find(ImageId{id}), nullptr) << id;
}

TEST_F(CanvasCaches, DoesNotWaitForAnImageThatCameDamaged) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    const Rect unit{0, 0, 1, 1};
    EXPECT_FALSE(draw(copy(0, unit, quic_image(5, SPICE_IMAGE_FLAGS_CACHE_ME), unit)));
    EXPECT_EQ(not_drawn(copy(0, unit, cached_image(5), unit)), "damaged");
}

TEST_F(CanvasCaches, WaitsForAnImageOfAnotherChannelAndDrawsItThen) {
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

TEST_F(CanvasCaches, WaitsForTheLosslessVersionWhereALossyOneWillNotDo) {
    make(SPICE_SURFACE_FMT_32_xRGB, 4, 4);
    const Rect unit{0, 0, 1, 1};
    auto lossy = image::Pixels::allocate(image::PixelFormat::bgrx32, {1, 1});
    std::memset(lossy->row(0), 0x55, 4);
    lossy->mark_lossy();
    ASSERT_TRUE(images.store(ImageId{5}, std::make_shared<image::Pixels>(*std::move(lossy))));
    EXPECT_TRUE(damage(copy(0, unit, cached_image(5), unit)));
    EXPECT_EQ(shown(0, 0), 0x555555U);
    EXPECT_TRUE(waits(copy(0, unit, cached_image(5, true), unit)));

    TestImage better = one_pixel(0x123456, 5, SPICE_IMAGE_FLAGS_CACHE_REPLACE_ME);
    EXPECT_TRUE(damage(copy(0, {2, 2, 3, 3}, better.wire(), unit)));
    EXPECT_TRUE(damage(copy(0, unit, cached_image(5, true), unit)));
    EXPECT_EQ(shown(0, 0), 0x123456U);
}

TEST_F(CanvasCaches, StoresItsOwnImageBeforeItWaitsForAnother) {
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

TEST_F(CanvasCaches, KeepsPalettesUntilTheServerInvalidatesThem) {
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

TEST_F(CanvasCaches, RefusesACachedMaskAsAnImageAndTheReverse) {
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

} // namespace
} // namespace sumac::canvas
