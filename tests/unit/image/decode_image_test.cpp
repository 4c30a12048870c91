#include "image/decode_image.h"
#include "image_builders.h"

#include <gtest/gtest.h>

namespace sumac::image {
namespace {

class DecodeImage : public testing::Test {
protected:
    Result<DecodedImage> decode(const wire::Image& image, ImageUse use = ImageUse::colours) {
        return decode_image(image, {images, palettes, PaletteEntries::rgb888, use});
    }
    /// The pixels of an image that must decode.
    PixelsPtr pixels(const wire::Image& image) {
        const auto result = decode(image);
        if (!result || !std::holds_alternative<PixelsPtr>(*result)) return nullptr;
        return std::get<PixelsPtr>(*result);
    }
    wire::Image one_pixel(std::uint8_t flags = 0) const {
        return {{ImageId{7}, SPICE_IMAGE_TYPE_BITMAP, flags, 1, 1},
                bitmap(SPICE_BITMAP_FMT_32BIT, 1, 1, 4, pixel_rows)};
    }
    wire::Image indexed(wire::PaletteRef palette) const {
        wire::BitmapImage body = bitmap(SPICE_BITMAP_FMT_8BIT, 1, 1, 1, index_rows);
        body.palette = std::move(palette);
        return {{ImageId{7}, SPICE_IMAGE_TYPE_BITMAP, 0, 1, 1}, body};
    }
    static wire::Image encoded(std::uint8_t type, std::uint8_t flags = 0) {
        return {{ImageId{7}, type, flags, 1, 1}, wire::EncodedImage{}};
    }
    static wire::Image from_cache(bool lossless = false) {
        return {{ImageId{7}, SPICE_IMAGE_TYPE_FROM_CACHE, 0, 0, 0}, wire::CachedImage{lossless}};
    }

    const ByteVector pixel_rows = bytes({1, 2, 3, 4});
    const ByteVector index_rows = bytes({1});
    ImageCache images;
    PaletteCache palettes;
};

TEST_F(DecodeImage, StoresOnlyWhatAsksForIt) {
    ASSERT_NE(pixels(one_pixel()), nullptr);
    EXPECT_EQ(images.count(), 0U);
    const PixelsPtr decoded = pixels(one_pixel(SPICE_IMAGE_FLAGS_CACHE_ME));
    ASSERT_NE(decoded, nullptr);
    EXPECT_EQ(pixels(from_cache()), decoded);
    EXPECT_EQ(pixels(from_cache(true)), decoded);
}

TEST_F(DecodeImage, WaitsForAnImageThatIsNotThereYet) {
    const auto result = decode(from_cache());
    ASSERT_TRUE(result);
    EXPECT_EQ(std::get<WaitForImage>(*result), (WaitForImage{ImageId{7}, false}));
}

TEST_F(DecodeImage, WaitsForTheLosslessVersionUntilItReplacesTheLossyOne) {
    Pixels lossy = *Pixels::allocate(PixelFormat::bgrx32, {1, 1});
    lossy.mark_lossy();
    ASSERT_TRUE(images.store(ImageId{7}, std::make_shared<const Pixels>(std::move(lossy))));
    EXPECT_NE(pixels(from_cache()), nullptr);
    EXPECT_EQ(std::get<WaitForImage>(*decode(from_cache(true))), (WaitForImage{ImageId{7}, true}));
    const PixelsPtr lossless = pixels(one_pixel(SPICE_IMAGE_FLAGS_CACHE_REPLACE_ME));
    EXPECT_EQ(pixels(from_cache(true)), lossless);
}

TEST_F(DecodeImage, NobodyWaitsForAnImageThatCameDamaged) {
    for (const std::uint8_t type : {SPICE_IMAGE_TYPE_QUIC,
                                    SPICE_IMAGE_TYPE_LZ_RGB,
                                    SPICE_IMAGE_TYPE_GLZ_RGB,
                                    SPICE_IMAGE_TYPE_JPEG,
                                    SPICE_IMAGE_TYPE_LZ4}) {
        EXPECT_FALSE(decode(encoded(type, SPICE_IMAGE_FLAGS_CACHE_ME)));
        EXPECT_EQ(std::get<Undecoded>(*decode(from_cache())).because, "damaged");
        EXPECT_EQ(std::get<Undecoded>(*decode(from_cache(true))).because, "damaged");
        images.invalidate(ImageId{7});
    }
}

TEST_F(DecodeImage, StoresAndUsesPalettes) {
    const wire::Palette palette{PaletteId{5}, {0, 0xAABBCC}};
    EXPECT_FALSE(decode(indexed({.inline_palette = {}, .cached = PaletteId{5}})));
    ASSERT_NE(pixels(indexed({.inline_palette = palette, .cached = {}})), nullptr);
    EXPECT_EQ(palettes.find(PaletteId{5}), nullptr);
    ASSERT_NE(pixels(indexed({.inline_palette = palette, .cached = {}, .cache_me = true})),
              nullptr);
    const PixelsPtr cached = pixels(indexed({.inline_palette = {}, .cached = PaletteId{5}}));
    ASSERT_NE(cached, nullptr);
    EXPECT_EQ(values(*cached), (std::vector<std::uint32_t>{0xAABBCC}));
}

TEST_F(DecodeImage, StoresThePaletteOfADamagedImage) {
    wire::LzPaletteImage lz;
    lz.palette = {
        .inline_palette = wire::Palette{PaletteId{5}, {1}}, .cached = {}, .cache_me = true};
    EXPECT_FALSE(decode({{ImageId{7}, SPICE_IMAGE_TYPE_LZ_PLT, 0, 1, 1}, lz}));
    EXPECT_NE(palettes.find(PaletteId{5}), nullptr);
}

TEST_F(DecodeImage, SetsTheHighBitsOfColoursOnly) {
    const PixelsPtr colours = pixels(one_pixel(SPICE_IMAGE_FLAGS_HIGH_BITS_SET));
    ASSERT_NE(colours, nullptr);
    EXPECT_EQ(values(*colours), (std::vector<std::uint32_t>{0xFF030201}));
    wire::Image alpha = one_pixel(SPICE_IMAGE_FLAGS_HIGH_BITS_SET);
    std::get<wire::BitmapImage>(alpha.body).format = SPICE_BITMAP_FMT_RGBA;
    EXPECT_EQ(values(*pixels(alpha)), (std::vector<std::uint32_t>{0x04030201}));
}

TEST_F(DecodeImage, DecodesAMaskAsBits) {
    const wire::Image image{{ImageId{7}, SPICE_IMAGE_TYPE_BITMAP, SPICE_IMAGE_FLAGS_CACHE_ME, 1, 1},
                            bitmap(SPICE_BITMAP_FMT_1BIT_LE, 1, 1, 1, index_rows)};
    const auto mask = decode(image, ImageUse::mask);
    ASSERT_TRUE(mask);
    EXPECT_EQ(std::get<PixelsPtr>(*mask)->format(), PixelFormat::mask1);
    EXPECT_EQ(pixels(from_cache()), std::get<PixelsPtr>(*mask));
}

TEST_F(DecodeImage, RefusesABitmapOfAnotherSizeThanItsDescriptor) {
    wire::Image image = one_pixel();
    image.descriptor.width = 2;
    EXPECT_FALSE(decode(image));
}

TEST_F(DecodeImage, RefusesHostileDescriptors) {
    wire::Image image = encoded(SPICE_IMAGE_TYPE_LZ4);
    image.descriptor.width = UINT32_MAX;
    EXPECT_FALSE(decode(image));
    EXPECT_FALSE(decode({{ImageId{7}, SPICE_IMAGE_TYPE_SURFACE, 0, 1, 1}, wire::SurfaceImage{}}));
}

TEST_F(DecodeImage, PassesOnThatTheCacheIsFull) {
    ImageCache small{pixmap_cache_entry_bytes};
    const auto result = decode_image(one_pixel(SPICE_IMAGE_FLAGS_CACHE_ME), {small, palettes});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::limit);
}

} // namespace
} // namespace sumac::image
