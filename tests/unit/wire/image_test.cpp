#include "hex.h"
#include "wire/image.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::test;
using namespace sumac::wire;

namespace {

template <class T>
T parsed(const ByteVector& data) {
    auto image = parse_image(Reader{data});
    EXPECT_TRUE(image) << (image ? "" : image.error().text);
    return std::get<T>(image->body);
}

ErrorCode error_of(const ByteVector& data) {
    const auto image = parse_image(Reader{data});
    EXPECT_FALSE(image);
    return image ? ErrorCode::system : image.error().code;
}

void expect_every_cut_fails(const ByteVector& data) {
    EXPECT_TRUE(parse_image(Reader{data}));
    for (std::size_t size = 0; size < data.size(); ++size)
        EXPECT_FALSE(parse_image(Reader{Bytes{data}.first(size)})) << size;
}

/// 18 bytes: id 5, this type, CACHE_ME, 4x2.
ByteVector descriptor(unsigned type) {
    return with_u8("05 00 00 00 00 00 00 00  00  01  04 00 00 00  02 00 00 00"_hex, 8, type);
}

// 18: 32 bits, top-down, 1x2, stride 4; no palette; rows at 37.
const ByteVector bitmap = descriptor(SPICE_IMAGE_TYPE_BITMAP) + R"(
    08  04  01 00 00 00  02 00 00 00  04 00 00 00  00 00 00 00
    01 02 03 04  05 06 07 08
)"_hex;

// 18: 8 bits, bottom-up, store the palette, 2x1, stride 2; palette at 39; rows at 36.
const ByteVector indexed = descriptor(SPICE_IMAGE_TYPE_BITMAP) + R"(
    05  01  02 00 00 00  01 00 00 00  02 00 00 00  27 00 00 00
    00 01  ff
    2a 00 00 00 00 00 00 00  02 00                # 39: unique 42, two entries
    33 22 11 00  66 55 44 00
)"_hex;

// 18: 8 bits, palette 42 from the cache; rows at 40.
const ByteVector cached_palette = descriptor(SPICE_IMAGE_TYPE_BITMAP) + R"(
    05  02  02 00 00 00  01 00 00 00  02 00 00 00  2a 00 00 00 00 00 00 00
    00 01
)"_hex;

const ByteVector lz_palette = descriptor(SPICE_IMAGE_TYPE_LZ_PLT) + R"(
    00  03 00 00 00  1e 00 00 00                  # 18: 3 bytes, palette at 30
    aa bb cc                                      # 27
    2a 00 00 00 00 00 00 00  01 00  33 22 11 00   # 30
)"_hex;

const ByteVector zlib_glz = descriptor(SPICE_IMAGE_TYPE_ZLIB_GLZ_RGB) + R"(
    00 01 00 00  02 00 00 00  aa bb
)"_hex;

const ByteVector jpeg_alpha = descriptor(SPICE_IMAGE_TYPE_JPEG_ALPHA) + R"(
    01  02 00 00 00  05 00 00 00  aa bb cc dd ee
)"_hex;

} // namespace

TEST(WireImage, ReadsTheDescriptor) {
    const ByteVector data = descriptor(SPICE_IMAGE_TYPE_FROM_CACHE);
    const auto image = parse_image(Reader{data});
    ASSERT_TRUE(image);
    EXPECT_EQ(image->descriptor,
              (ImageDescriptor{
                  ImageId{5}, SPICE_IMAGE_TYPE_FROM_CACHE, SPICE_IMAGE_FLAGS_CACHE_ME, 4, 2}));
}

TEST(WireImage, ReadsABitmap) {
    const auto image = parsed<BitmapImage>(bitmap);
    EXPECT_EQ(image.format, SPICE_BITMAP_FMT_32BIT);
    EXPECT_TRUE(image.top_down);
    EXPECT_EQ(image.width, 1U);
    EXPECT_EQ(image.height, 2U);
    EXPECT_EQ(image.stride_bytes, 4U);
    EXPECT_EQ(image.palette, PaletteRef{});
    EXPECT_EQ(ByteVector(image.rows.begin(), image.rows.end()), "01 02 03 04 05 06 07 08"_hex);
}

TEST(WireImage, ReadsPalettesInlineAndCached) {
    const auto image = parsed<BitmapImage>(indexed);
    EXPECT_FALSE(image.top_down);
    EXPECT_EQ(image.palette,
              (PaletteRef{Palette{PaletteId{42}, {0x112233, 0x445566}}, std::nullopt, true}));
    EXPECT_EQ(parsed<BitmapImage>(cached_palette).palette,
              (PaletteRef{std::nullopt, PaletteId{42}, false}));
}

TEST(WireImage, ReadsEncodedImages) {
    for (const unsigned type : {SPICE_IMAGE_TYPE_QUIC,
                                SPICE_IMAGE_TYPE_LZ_RGB,
                                SPICE_IMAGE_TYPE_GLZ_RGB,
                                SPICE_IMAGE_TYPE_JPEG,
                                SPICE_IMAGE_TYPE_LZ4}) {
        const ByteVector data = descriptor(type) + "03 00 00 00  aa bb cc"_hex;
        EXPECT_EQ(parsed<EncodedImage>(data).data.size(), 3U);
        expect_every_cut_fails(data);
        EXPECT_EQ(error_of(with_u32(data, 18, 0xffffffff)), ErrorCode::truncated);
    }
}

TEST(WireImage, ReadsTheOtherTypes) {
    const auto lz = parsed<LzPaletteImage>(lz_palette);
    EXPECT_EQ(lz.data.size(), 3U);
    ASSERT_TRUE(lz.palette.inline_palette);
    EXPECT_EQ(lz.palette.inline_palette->entries, (std::vector<std::uint32_t>{0x112233}));
    EXPECT_FALSE(lz.palette.cache_me);

    const auto glz = parsed<ZlibGlzImage>(zlib_glz);
    EXPECT_EQ(glz.glz_size_bytes, 256U);
    EXPECT_EQ(glz.data.size(), 2U);

    const auto jpeg = parsed<JpegAlphaImage>(jpeg_alpha);
    EXPECT_EQ(jpeg.flags, SPICE_JPEG_ALPHA_FLAGS_TOP_DOWN);
    EXPECT_EQ(jpeg.jpeg.size(), 2U);
    EXPECT_EQ(jpeg.alpha.size(), 3U);

    const ByteVector surface = descriptor(SPICE_IMAGE_TYPE_SURFACE) + "07 00 00 00"_hex;
    EXPECT_EQ(parsed<SurfaceImage>(surface).surface, SurfaceId{7});
    expect_every_cut_fails(surface);

    EXPECT_FALSE(parsed<CachedImage>(descriptor(SPICE_IMAGE_TYPE_FROM_CACHE)).lossless);
    EXPECT_TRUE(parsed<CachedImage>(descriptor(SPICE_IMAGE_TYPE_FROM_CACHE_LOSSLESS)).lossless);
}

TEST(WireImage, FailsOnEveryCut) {
    expect_every_cut_fails(descriptor(SPICE_IMAGE_TYPE_FROM_CACHE));
    expect_every_cut_fails(bitmap);
    expect_every_cut_fails(indexed);
    expect_every_cut_fails(cached_palette);
    expect_every_cut_fails(lz_palette);
    expect_every_cut_fails(zlib_glz);
    expect_every_cut_fails(jpeg_alpha);
}

TEST(WireImage, RefusesHostileSizes) {
    EXPECT_EQ(error_of(with_u32(bitmap, 10, 32768)), ErrorCode::limit) << "width";
    EXPECT_EQ(error_of(with_u32(bitmap, 14, 0xffffffff)), ErrorCode::limit) << "height";
    EXPECT_EQ(error_of(with_u32(bitmap, 20, 32768)), ErrorCode::limit) << "bitmap's width";
    EXPECT_EQ(error_of(with_u32(bitmap, 24, 32768)), ErrorCode::limit) << "bitmap's height";
    EXPECT_EQ(error_of(with_u32(bitmap, 28, 0xffffffff)), ErrorCode::truncated) << "stride";
    EXPECT_EQ(error_of(with_u32(bitmap, 32, 0xffffffff)), ErrorCode::truncated) << "palette";
    EXPECT_EQ(error_of(with_u32(jpeg_alpha, 19, 6)), ErrorCode::truncated) << "JPEG's share";
    EXPECT_EQ(error_of(with_u32(lz_palette, 23, 0)), ErrorCode::invalid) << "no palette";
    EXPECT_EQ(error_of(with_u8(lz_palette, 38, 2)), ErrorCode::truncated) << "entries";
    EXPECT_EQ(error_of(with_u8(lz_palette, 39, 255)), ErrorCode::limit) << "entries";
}

TEST(WireImage, RefusesUnknownTypes) {
    EXPECT_EQ(error_of(descriptor(2)), ErrorCode::unsupported);
    EXPECT_EQ(error_of(descriptor(255)), ErrorCode::unsupported);
}
