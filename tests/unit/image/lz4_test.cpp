#include "image/lz4.h"
#include "image_builders.h"

#include <gtest/gtest.h>
#include <lz4.h>

#include <random>

namespace sumac::image {
namespace {

/// As a server does it: one stream, a block for each so many bytes of `raw`.
ByteVector compress(std::uint8_t top_down,
                    std::uint8_t format,
                    const ByteVector& raw,
                    std::size_t block_bytes) {
    ByteVector result{std::byte{top_down}, std::byte{format}};
    LZ4_stream_t* stream = LZ4_createStream();
    for (std::size_t at = 0; at < raw.size(); at += block_bytes) {
        const std::size_t size = std::min(block_bytes, raw.size() - at);
        std::vector<char> block(
            static_cast<std::size_t>(LZ4_compressBound(static_cast<int>(size))));
        const int written =
            LZ4_compress_fast_continue(stream,
                                       reinterpret_cast<const char*>(raw.data() + at),
                                       block.data(),
                                       static_cast<int>(size),
                                       static_cast<int>(block.size()),
                                       1);
        for (int shift = 24; shift >= 0; shift -= 8)
            result.push_back(static_cast<std::byte>(written >> shift & 0xFF));
        for (int i = 0; i < written; ++i)
            result.push_back(static_cast<std::byte>(block[static_cast<std::size_t>(i)]));
    }
    LZ4_freeStream(stream);
    return result;
}

ByteVector noise(std::size_t size, unsigned seed) {
    std::mt19937 random{seed};
    ByteVector result(size);
    for (std::byte& byte : result)
        byte = static_cast<std::byte>(random() & 0xFF);
    return result;
}

ByteVector stored(const Pixels& pixels) {
    ByteVector result;
    const std::size_t used = row_bytes(pixels.format(), pixels.size().width);
    for (std::int32_t y = 0; y < pixels.size().height; ++y)
        result.insert(result.end(), pixels.row(y), pixels.row(y) + used);
    return result;
}

TEST(Lz4, DecodesEachFormat) {
    const auto raw = bytes({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
    const auto decode = [&](std::uint8_t format, Size size) {
        const auto pixels = decode_lz4(compress(1, format, raw, 100), size);
        return pixels ? values(*pixels) : std::vector<std::uint32_t>{};
    };
    using Values = std::vector<std::uint32_t>;
    EXPECT_EQ(decode(SPICE_BITMAP_FMT_16BIT, {3, 2}),
              (Values{0x0201, 0x0403, 0x0605, 0x0807, 0x0A09, 0x0C0B}));
    EXPECT_EQ(decode(SPICE_BITMAP_FMT_16BIT, {2, 3}), decode(SPICE_BITMAP_FMT_16BIT, {3, 2}))
        << "rows without padding";
    EXPECT_EQ(decode(SPICE_BITMAP_FMT_24BIT, {4, 1}),
              (Values{0x030201, 0x060504, 0x090807, 0x0C0B0A}));
    EXPECT_EQ(decode(SPICE_BITMAP_FMT_32BIT, {1, 3}), (Values{0x04030201, 0x08070605, 0x0C0B0A09}));
    EXPECT_EQ(decode(SPICE_BITMAP_FMT_RGBA, {3, 1}), (Values{0x04030201, 0x08070605, 0x0C0B0A09}));
}

TEST(Lz4, TurnsBottomUpRowsOver) {
    const auto raw = bytes({1, 0, 2, 0, 3, 0});
    const auto pixels = decode_lz4(compress(0, SPICE_BITMAP_FMT_16BIT, raw, 100), {1, 3});
    ASSERT_TRUE(pixels);
    EXPECT_EQ(values(*pixels), (std::vector<std::uint32_t>{3, 2, 1}));
    const auto whole = bytes({1, 0, 2, 0, 3, 0, 4, 0});
    const auto in_place = decode_lz4(compress(0, SPICE_BITMAP_FMT_16BIT, whole, 100), {2, 2});
    ASSERT_TRUE(in_place);
    EXPECT_EQ(values(*in_place), (std::vector<std::uint32_t>{3, 4, 1, 2}));
}

TEST(Lz4, FillsPixelsOfItsFormat) {
    const ByteVector raw = noise(48, 4);
    for (const std::uint8_t top_down : {std::uint8_t{0}, std::uint8_t{1}}) {
        const ByteVector data = compress(top_down, SPICE_BITMAP_FMT_32BIT, raw, 20);
        Pixels pixels = *Pixels::allocate(PixelFormat::bgrx32, {4, 3});
        const auto filled = decode_lz4_into(data, pixels);
        ASSERT_TRUE(filled && *filled);
        EXPECT_EQ(stored(pixels), stored(*decode_lz4(data, {4, 3})));
        EXPECT_FALSE(*decode_lz4_into(Bytes{data}.first(data.size() - 1), pixels));
        Pixels larger = *Pixels::allocate(PixelFormat::bgrx32, {4, 4});
        EXPECT_FALSE(*decode_lz4_into(data, larger));
    }
    Pixels other = *Pixels::allocate(PixelFormat::bgrx32, {4, 3});
    EXPECT_FALSE(decode_lz4_into(compress(1, SPICE_BITMAP_FMT_RGBA, raw, 20), other));
    EXPECT_FALSE(decode_lz4_into(compress(1, SPICE_BITMAP_FMT_24BIT, raw, 20), other));
    EXPECT_FALSE(decode_lz4_into({}, other));
    Pixels padded = *Pixels::allocate(PixelFormat::rgb555, {3, 3});
    EXPECT_FALSE(decode_lz4_into(compress(1, SPICE_BITMAP_FMT_16BIT, raw, 20), padded));
}

TEST(Lz4, FollowsReferencesIntoEarlierBlocks) {
    // The same 16 KiB of noise over and over: a block without its history could not be so small.
    const ByteVector once = noise(16384, 1);
    ByteVector raw;
    for (int i = 0; i < 16; ++i)
        raw.insert(raw.end(), once.begin(), once.end());
    const ByteVector data = compress(1, SPICE_BITMAP_FMT_32BIT, raw, 16384);
    ASSERT_LT(data.size(), std::size_t{2 * 16384});
    const auto pixels = decode_lz4(data, {256, 256});
    ASSERT_TRUE(pixels);
    EXPECT_EQ(stored(*pixels), raw);
}

TEST(Lz4, DecodesBlocksOfAnySize) {
    for (const std::size_t block_bytes : {1U, 7U, 100U, 1000U, 65536U, 100000U}) {
        ByteVector raw = noise(4000, 2);
        raw.resize(12000, std::byte{42});
        const auto pixels =
            decode_lz4(compress(1, SPICE_BITMAP_FMT_RGBA, raw, block_bytes), {100, 30});
        ASSERT_TRUE(pixels) << block_bytes;
        EXPECT_EQ(stored(*pixels), raw) << block_bytes;
    }
}

TEST(Lz4, RefusesEachTruncation) {
    const ByteVector data = compress(1, SPICE_BITMAP_FMT_32BIT, noise(400, 3), 90);
    ASSERT_TRUE(decode_lz4(data, {10, 10}));
    for (std::size_t size = 0; size < data.size(); ++size)
        EXPECT_FALSE(decode_lz4(Bytes{data}.first(size), {10, 10})) << size;
}

TEST(Lz4, RefusesMoreOutputThanThePictureHolds) {
    const ByteVector data = compress(1, SPICE_BITMAP_FMT_32BIT, noise(400, 3), 90);
    EXPECT_FALSE(decode_lz4(data, {10, 9}));
    EXPECT_FALSE(decode_lz4(data, {10, 11}));
}

TEST(Lz4, RefusesBlocksThatHoldNothing) {
    ByteVector data = compress(1, SPICE_BITMAP_FMT_32BIT, noise(400, 3), 400);
    ASSERT_TRUE(decode_lz4(data, {10, 10}));
    const ByteVector nothing = bytes({0, 0, 0, 1, 0});
    data.insert(data.end(), nothing.begin(), nothing.end());
    EXPECT_FALSE(decode_lz4(data, {10, 10}));
}

TEST(Lz4, RefusesHostileHeaders) {
    const ByteVector raw = noise(400, 3);
    EXPECT_FALSE(decode_lz4(compress(1, SPICE_BITMAP_FMT_8BIT, raw, 400), {20, 20}));
    EXPECT_FALSE(decode_lz4(compress(1, SPICE_BITMAP_FMT_32BIT, raw, 400), {0, 10}));
    EXPECT_FALSE(decode_lz4(compress(1, SPICE_BITMAP_FMT_32BIT, raw, 400), {-1, 10}));
    const auto large = decode_lz4(compress(1, SPICE_BITMAP_FMT_32BIT, raw, 400), {32767, 32767});
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, ErrorCode::limit);
    // 64 MiB out of 18 bytes cannot be.
    const auto bomb = decode_lz4(bytes({1, SPICE_BITMAP_FMT_32BIT, 0, 0, 0, 1, 0}), {4096, 4096});
    ASSERT_FALSE(bomb);
    EXPECT_EQ(bomb.error().code, ErrorCode::truncated);
    // A block that claims 4 GiB.
    EXPECT_FALSE(decode_lz4(bytes({1, SPICE_BITMAP_FMT_32BIT, 0xFF, 0xFF, 0xFF, 0xFF, 0}), {1, 1}));
}

} // namespace
} // namespace sumac::image
