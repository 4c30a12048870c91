#include "golden.h"
#include "image/decode_image.h"

#include <zlib.h>

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

/// A GLZ image of one pixel: a literal, or a copy from the image `distance` numbers before.
ByteVector glz_pixel(int id, int distance) {
    ByteVector data = bytes({0x20, 0x20, 0x5A, 0x4C, 0, 1, 0, 1, 0x18, 0, 0, 0,  1, 0, 0, 0, 1,
                             0,    0,    0,    4,    0, 0, 0, 0, 0,    0, 0, id, 0, 0, 0, id});
    const ByteVector body = distance == 0 ? bytes({0, 1, 2, 3}) : bytes({1 << 5, 0, distance});
    data.insert(data.end(), body.begin(), body.end());
    return data;
}

TEST_F(DecodeImage, WaitsForTheImageThatAGlzImageRefersTo) {
    const ByteVector second = glz_pixel(1, 1);
    const wire::Image waiting{
        {ImageId{7}, SPICE_IMAGE_TYPE_GLZ_RGB, SPICE_IMAGE_FLAGS_CACHE_ME, 1, 1},
        wire::EncodedImage{second}};
    EXPECT_EQ(std::get<WaitForImage>(*decode(waiting)), (WaitForImage{GlzImageId{0}}));
    EXPECT_EQ(images.count(), 0U);
    const ByteVector first = glz_pixel(0, 0);
    ASSERT_NE(pixels({{ImageId{8}, SPICE_IMAGE_TYPE_GLZ_RGB, 0, 1, 1}, wire::EncodedImage{first}}),
              nullptr);
    const PixelsPtr decoded = pixels(waiting);
    ASSERT_NE(decoded, nullptr);
    EXPECT_EQ(values(*decoded), (std::vector<std::uint32_t>{0x030201}));
    EXPECT_EQ(pixels(from_cache()), decoded);
}

TEST_F(DecodeImage, InflatesGlzImages) {
    const ByteVector glz = glz_pixel(0, 0);
    uLongf size = compressBound(glz.size());
    ByteVector data(size);
    compress(reinterpret_cast<Bytef*>(data.data()),
             &size,
             reinterpret_cast<const Bytef*>(glz.data()),
             glz.size());
    const PixelsPtr decoded =
        pixels({{ImageId{7}, SPICE_IMAGE_TYPE_ZLIB_GLZ_RGB, 0, 1, 1},
                wire::ZlibGlzImage{static_cast<std::uint32_t>(glz.size()), data}});
    ASSERT_NE(decoded, nullptr);
    EXPECT_EQ(values(*decoded), (std::vector<std::uint32_t>{0x030201}));
}

TEST_F(DecodeImage, SetsHighBitsOfAGlzImageButNotInTheWindow) {
    const ByteVector first = glz_pixel(0, 0);
    const ByteVector second = glz_pixel(1, 1);
    const PixelsPtr high =
        pixels({{ImageId{7}, SPICE_IMAGE_TYPE_GLZ_RGB, SPICE_IMAGE_FLAGS_HIGH_BITS_SET, 1, 1},
                wire::EncodedImage{first}});
    ASSERT_NE(high, nullptr);
    EXPECT_EQ(values(*high), (std::vector<std::uint32_t>{0xFF030201}));
    const PixelsPtr next =
        pixels({{ImageId{8}, SPICE_IMAGE_TYPE_GLZ_RGB, 0, 1, 1}, wire::EncodedImage{second}});
    EXPECT_EQ(values(*next), (std::vector<std::uint32_t>{0x030201}));
}

TEST_F(DecodeImage, ReachesEachDecoder) {
    // A pixel each; the hand-made ones of the decoders' own tests.
    const ByteVector lz = bytes({0x20, 0x20, 0x5A, 0x4C, 0, 1, 0, 1, 0, 0, 0, 8, 0, 0, 0, 1,
                                 0,    0,    0,    1,    0, 0, 0, 4, 0, 0, 0, 1, 0, 1, 2, 3});
    const PixelsPtr colours =
        pixels({{ImageId{7}, SPICE_IMAGE_TYPE_LZ_RGB, 0, 1, 1}, wire::EncodedImage{lz}});
    ASSERT_NE(colours, nullptr);
    EXPECT_EQ(values(*colours), (std::vector<std::uint32_t>{0x030201}));

    wire::LzPaletteImage indices;
    const ByteVector plt = bytes({0x20, 0x20, 0x5A, 0x4C, 0, 1, 0, 1, 0, 0, 0, 5, 0, 0, 0,
                                  1,    0,    0,    0,    1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1});
    indices.data = plt;
    indices.palette.inline_palette = wire::Palette{PaletteId{5}, {0, 0xAABBCC}};
    const PixelsPtr indexed = pixels({{ImageId{7}, SPICE_IMAGE_TYPE_LZ_PLT, 0, 1, 1}, indices});
    ASSERT_NE(indexed, nullptr);
    EXPECT_EQ(values(*indexed), (std::vector<std::uint32_t>{0xAABBCC}));

    const GoldenImage quic = golden_images("quic").front();
    const auto width = static_cast<std::uint32_t>(quic.size.width);
    const auto height = static_cast<std::uint32_t>(quic.size.height);
    const PixelsPtr predicted = pixels(
        {{ImageId{7}, SPICE_IMAGE_TYPE_QUIC, 0, width, height}, wire::EncodedImage{quic.data}});
    ASSERT_NE(predicted, nullptr);
    EXPECT_EQ(hash_of(*predicted), quic.hash);
}

TEST_F(DecodeImage, TakesWhatWasDecodedAhead) {
    const wire::Image image = one_pixel(SPICE_IMAGE_FLAGS_CACHE_ME);
    ASSERT_TRUE(can_decode_ahead(image));
    const DecodedAhead ahead = decode_ahead(image, PaletteEntries::rgb888, ImageUse::colours);
    ASSERT_TRUE(ahead.pixels);
    const auto result =
        decode_image(image, {images, palettes, PaletteEntries::rgb888, ImageUse::colours, &ahead});
    EXPECT_EQ(std::get<PixelsPtr>(*result), *ahead.pixels);
    EXPECT_EQ(pixels(from_cache()), *ahead.pixels);
    // Made for other use: decoded again.
    const auto again =
        decode_image(image, {images, palettes, PaletteEntries::rgb555, ImageUse::colours, &ahead});
    EXPECT_NE(std::get<PixelsPtr>(*again), *ahead.pixels);
}

TEST_F(DecodeImage, DecodesAheadOnlyWhatStandsAlone) {
    const wire::Palette palette{PaletteId{5}, {0, 0xAABBCC}};
    EXPECT_TRUE(can_decode_ahead(indexed({.inline_palette = palette, .cached = {}})));
    EXPECT_FALSE(can_decode_ahead(indexed({.inline_palette = {}, .cached = PaletteId{5}})));
    EXPECT_TRUE(can_decode_ahead(encoded(SPICE_IMAGE_TYPE_QUIC)));
    EXPECT_FALSE(can_decode_ahead(encoded(SPICE_IMAGE_TYPE_GLZ_RGB)));
    EXPECT_FALSE(can_decode_ahead(
        {{ImageId{7}, SPICE_IMAGE_TYPE_ZLIB_GLZ_RGB, 0, 1, 1}, wire::ZlibGlzImage{}}));
    EXPECT_FALSE(can_decode_ahead(from_cache()));
    EXPECT_FALSE(
        can_decode_ahead({{ImageId{7}, SPICE_IMAGE_TYPE_SURFACE, 0, 1, 1}, wire::SurfaceImage{}}));
}

TEST_F(DecodeImage, PassesOnThatTheCacheIsFull) {
    ImageCache small{pixmap_cache_entry_bytes};
    const auto result = decode_image(one_pixel(SPICE_IMAGE_FLAGS_CACHE_ME), {small, palettes});
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, ErrorCode::limit);
}

} // namespace
} // namespace sumac::image
