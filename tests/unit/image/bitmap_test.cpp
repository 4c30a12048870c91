#include "image/bitmap.h"
#include "image_builders.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace sumac::image {
namespace {

using Values = std::vector<std::uint32_t>;
constexpr auto rgb888 = PaletteEntries::rgb888;

TEST(Bitmap, Reads1BitLowestBitFirst) {
    const auto rows = bytes({0b0000'0101, 0b0000'0010}); // 10 pixels, one row
    const auto pixels =
        decode_bitmap(bitmap(SPICE_BITMAP_FMT_1BIT_LE, 10, 1, 2, rows), Values{7, 9}, rgb888);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(pixels->format(), PixelFormat::bgrx32);
    EXPECT_EQ(values(*pixels), (Values{9, 7, 9, 7, 7, 7, 7, 7, 7, 9}));
}

TEST(Bitmap, Reads1BitHighestBitFirst) {
    const auto rows = bytes({0b1010'0000, 0b0100'0000});
    const auto pixels =
        decode_bitmap(bitmap(SPICE_BITMAP_FMT_1BIT_BE, 10, 1, 2, rows), Values{7, 9}, rgb888);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(values(*pixels), (Values{9, 7, 9, 7, 7, 7, 7, 7, 7, 9}));
}

TEST(Bitmap, Reads4BitInBothOrders) {
    const auto rows = bytes({0x21, 0x03});
    const Values palette{10, 11, 12, 13};
    const auto low =
        decode_bitmap(bitmap(SPICE_BITMAP_FMT_4BIT_LE, 3, 1, 2, rows), palette, rgb888);
    const auto high =
        decode_bitmap(bitmap(SPICE_BITMAP_FMT_4BIT_BE, 3, 1, 2, rows), palette, rgb888);
    ASSERT_TRUE(low);
    ASSERT_TRUE(high);
    EXPECT_EQ(values(*low), (Values{11, 12, 13}));
    EXPECT_EQ(values(*high), (Values{12, 11, 10}));
}

TEST(Bitmap, Reads8BitThroughThePalette) {
    const auto rows = bytes({0, 1, 2});
    const auto pixels = decode_bitmap(bitmap(SPICE_BITMAP_FMT_8BIT, 3, 1, 3, rows),
                                      Values{0xFF112233, 0x445566, 0x778899},
                                      rgb888);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(values(*pixels), (Values{0x112233, 0x445566, 0x778899}));
}

TEST(Bitmap, ShowsAnIndexPastThePaletteAsBlack) {
    const auto rows = bytes({0, 255});
    const auto pixels =
        decode_bitmap(bitmap(SPICE_BITMAP_FMT_8BIT, 2, 1, 2, rows), Values{0x112233}, rgb888);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(values(*pixels), (Values{0x112233, 0}));
}

TEST(Bitmap, TakesThePaletteOfA16BitSurfaceAs555) {
    const auto rows = bytes({1, 0});
    const auto pixels = decode_bitmap(bitmap(SPICE_BITMAP_FMT_8BIT, 2, 1, 2, rows),
                                      Values{0x7FFF, 0xABCD1234},
                                      PaletteEntries::rgb555);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(pixels->format(), PixelFormat::rgb555);
    EXPECT_EQ(values(*pixels), (Values{0x1234, 0x7FFF}));
}

TEST(Bitmap, Reads16Bit) {
    const auto rows = bytes({0x34, 0x12, 0xFF, 0x7F});
    const auto pixels = decode_bitmap(bitmap(SPICE_BITMAP_FMT_16BIT, 2, 1, 4, rows), {}, rgb888);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(pixels->format(), PixelFormat::rgb555);
    EXPECT_EQ(values(*pixels), (Values{0x1234, 0x7FFF}));
}

TEST(Bitmap, Reads24BitWithXZero) {
    const auto rows = bytes({1, 2, 3, 4, 5, 6});
    const auto pixels = decode_bitmap(bitmap(SPICE_BITMAP_FMT_24BIT, 2, 1, 6, rows), {}, rgb888);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(values(*pixels), (Values{0x030201, 0x060504}));
}

TEST(Bitmap, Reads32BitAndRgbaAsTheyStand) {
    const auto rows = bytes({1, 2, 3, 4});
    const auto opaque = decode_bitmap(bitmap(SPICE_BITMAP_FMT_32BIT, 1, 1, 4, rows), {}, rgb888);
    const auto alpha = decode_bitmap(bitmap(SPICE_BITMAP_FMT_RGBA, 1, 1, 4, rows), {}, rgb888);
    ASSERT_TRUE(opaque);
    ASSERT_TRUE(alpha);
    EXPECT_EQ(opaque->format(), PixelFormat::bgrx32);
    EXPECT_EQ(alpha->format(), PixelFormat::bgra32);
    EXPECT_EQ(values(*opaque), (Values{0x04030201}));
    EXPECT_EQ(values(*alpha), (Values{0x04030201}));
}

TEST(Bitmap, Reads8BitAlpha) {
    const auto rows = bytes({0, 128, 255});
    const auto pixels = decode_bitmap(bitmap(SPICE_BITMAP_FMT_8BIT_A, 3, 1, 3, rows), {}, rgb888);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(pixels->format(), PixelFormat::alpha8);
    EXPECT_EQ(values(*pixels), (Values{0, 128, 255}));
}

TEST(Bitmap, IgnoresTheTailOfALongStride) {
    const auto rows = bytes({1, 2, 99, 99, 99, 3, 4, 99, 99, 99});
    const auto pixels = decode_bitmap(bitmap(SPICE_BITMAP_FMT_8BIT_A, 2, 2, 5, rows), {}, rgb888);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(values(*pixels), (Values{1, 2, 3, 4}));
}

TEST(Bitmap, TurnsBottomUpRowsOver) {
    const auto rows = bytes({1, 2, 3});
    auto image = bitmap(SPICE_BITMAP_FMT_8BIT_A, 1, 3, 1, rows);
    image.top_down = false;
    const auto pixels = decode_bitmap(image, {}, rgb888);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(values(*pixels), (Values{3, 2, 1}));
}

TEST(Bitmap, DecodesMasksOfBothBitOrders) {
    const auto low = bytes({0b0000'0101, 0b0000'0010});
    const auto high = bytes({0b1010'0000, 0b0100'0000});
    const auto le = decode_mask(bitmap(SPICE_BITMAP_FMT_1BIT_LE, 10, 1, 2, low));
    const auto be = decode_mask(bitmap(SPICE_BITMAP_FMT_1BIT_BE, 10, 1, 2, high));
    ASSERT_TRUE(le);
    ASSERT_TRUE(be);
    const Values expected{1, 0, 1, 0, 0, 0, 0, 0, 0, 1};
    EXPECT_EQ(values(*le), expected);
    EXPECT_EQ(values(*be), expected);
}

TEST(Bitmap, RefusesAMaskOfAnotherDepth) {
    const auto rows = bytes({1});
    EXPECT_FALSE(decode_mask(bitmap(SPICE_BITMAP_FMT_8BIT, 1, 1, 1, rows)));
}

TEST(Bitmap, RefusesAnIndexedImageWithoutPalette) {
    const auto rows = bytes({1});
    EXPECT_FALSE(decode_bitmap(bitmap(SPICE_BITMAP_FMT_8BIT, 1, 1, 1, rows), {}, rgb888));
}

TEST(Bitmap, RefusesUnknownFormats) {
    const auto rows = bytes({1, 1, 1, 1});
    for (const int format : {0, 11, 255})
        EXPECT_FALSE(decode_bitmap(
            bitmap(static_cast<std::uint8_t>(format), 1, 1, 4, rows), Values{0}, rgb888))
            << format;
}

TEST(Bitmap, RefusesEachTruncation) {
    const ByteVector rows(3 * 7, std::byte{1}); // 2 x 3 pixels of 24 bits, stride 7
    for (std::size_t size = 0; size < rows.size(); ++size) {
        const ByteVector cut(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(size));
        const auto pixels = decode_bitmap(bitmap(SPICE_BITMAP_FMT_24BIT, 2, 3, 7, cut), {}, rgb888);
        ASSERT_FALSE(pixels) << size;
        EXPECT_EQ(pixels.error().code, ErrorCode::truncated) << size;
    }
}

TEST(Bitmap, RefusesHostileSizesBeforeAllocating) {
    const ByteVector rows(64);
    const auto code = [&](std::uint32_t width, std::uint32_t height, std::uint32_t stride) {
        const auto result =
            decode_bitmap(bitmap(SPICE_BITMAP_FMT_32BIT, width, height, stride, rows), {}, rgb888);
        return result ? std::nullopt : std::optional{result.error().code};
    };
    EXPECT_EQ(code(0, 1, 4), ErrorCode::invalid);
    EXPECT_EQ(code(1, 0, 4), ErrorCode::invalid);
    EXPECT_EQ(code(0, 0, 0), ErrorCode::invalid);
    EXPECT_EQ(code(2, 1, 7), ErrorCode::invalid); // stride too short
    EXPECT_EQ(code(1, 17, 4), ErrorCode::truncated);
    EXPECT_EQ(code(1, 0x7FFF, UINT32_MAX), ErrorCode::truncated);
    EXPECT_EQ(code(32768, 1, UINT32_MAX), ErrorCode::limit);
    EXPECT_EQ(code(UINT32_MAX, UINT32_MAX, UINT32_MAX), ErrorCode::limit);
}

TEST(Pixels, RefusesMoreThanItsLimit) {
    EXPECT_TRUE(Pixels::allocate(PixelFormat::mask1, {32767, 32767}));
    const auto large = Pixels::allocate(PixelFormat::bgrx32, {32767, 32767});
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, ErrorCode::limit);
}

} // namespace
} // namespace sumac::image
