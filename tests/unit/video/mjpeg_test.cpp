#include "video/mjpeg.h"

#include <gtest/gtest.h>
#include <spice/enums.h>
#include <turbojpeg.h>

#include <cstring>

namespace sumac::video {
namespace {

constexpr Size any_size{4096, 4096};

std::vector<std::byte>
jpeg_of(std::uint8_t blue, std::uint8_t green, std::uint8_t red, int width, int height) {
    std::vector<unsigned char> pixels;
    for (int i = 0; i < width * height; ++i)
        pixels.insert(pixels.end(), {blue, green, red, 0});
    tjhandle encoder = tjInitCompress();
    unsigned char* data = nullptr;
    unsigned long size = 0;
    tjCompress2(
        encoder, pixels.data(), width, 0, height, TJPF_BGRX, &data, &size, TJSAMP_420, 95, 0);
    std::vector<std::byte> jpeg(size);
    std::memcpy(jpeg.data(), data, size);
    tjFree(data);
    tjDestroy(encoder);
    return jpeg;
}

/// What the server sends after the first frame: the same file without its DHT segments (marker FF
/// C4).
std::vector<std::byte> without_huffman_tables(const std::vector<std::byte>& jpeg) {
    const auto at = [&](std::size_t i) { return std::to_integer<unsigned>(jpeg[i]); };
    std::vector<std::byte> kept{jpeg.begin(), jpeg.begin() + 2};
    std::size_t i = 2;
    while (at(i + 1) != 0xda) {
        const std::size_t length = 2 + (at(i + 2) << 8 | at(i + 3));
        const auto begin = jpeg.begin() + static_cast<std::ptrdiff_t>(i);
        if (at(i + 1) != 0xc4)
            kept.insert(kept.end(), begin, begin + static_cast<std::ptrdiff_t>(length));
        i += length;
    }
    kept.insert(kept.end(), jpeg.begin() + static_cast<std::ptrdiff_t>(i), jpeg.end());
    return kept;
}

void expect_color(const Picture& picture, int blue, int green, int red) {
    for (std::size_t i = 0; i + 4 <= picture.pixels.size(); i += 4) {
        ASSERT_NEAR(std::to_integer<int>(picture.pixels[i]), blue, 2);
        ASSERT_NEAR(std::to_integer<int>(picture.pixels[i + 1]), green, 2);
        ASSERT_NEAR(std::to_integer<int>(picture.pixels[i + 2]), red, 2);
    }
}

TEST(MjpegDecoder, DecodesAFrameToBgrx) {
    MjpegDecoder decoder;
    const auto picture = decoder.decode(jpeg_of(200, 100, 50, 33, 17), any_size);
    ASSERT_TRUE(picture);
    EXPECT_EQ((*picture)->size, (Size{33, 17}));
    expect_color(**picture, 200, 100, 50);
}

TEST(MjpegDecoder, DecodesLaterFramesWithoutHuffmanTables) {
    MjpegDecoder decoder;
    const auto full = jpeg_of(10, 20, 30, 64, 48);
    const auto bare = without_huffman_tables(full);
    ASSERT_LT(bare.size() + 400, full.size());
    const auto picture = decoder.decode(bare, any_size);
    ASSERT_TRUE(picture);
    expect_color(**picture, 10, 20, 30);
}

TEST(MjpegDecoder, FollowsAChangeOfSizeInMidStream) {
    MjpegDecoder decoder;
    ASSERT_TRUE(decoder.decode(jpeg_of(1, 2, 3, 16, 16), any_size));
    const auto picture = decoder.decode(jpeg_of(90, 80, 70, 40, 8), any_size);
    ASSERT_TRUE(picture);
    EXPECT_EQ((*picture)->size, (Size{40, 8}));
}

TEST(MjpegDecoder, GivesAnErrorOrAPictureForEachTruncation) {
    MjpegDecoder decoder;
    const auto jpeg = jpeg_of(1, 2, 3, 16, 16);
    const auto picture_of_nothing = decoder.decode({}, any_size);
    EXPECT_FALSE(picture_of_nothing);
    for (std::size_t size = 0; size < jpeg.size(); ++size) {
        const auto picture = decoder.decode(Bytes{jpeg}.first(size), any_size);
        if (picture) {
            EXPECT_EQ((*picture)->size, (Size{16, 16})) << size;
        }
    }
}

TEST(MjpegDecoder, RefusesAHeaderThatClaimsAHugePicture) {
    MjpegDecoder decoder;
    auto jpeg = jpeg_of(1, 2, 3, 16, 16);
    for (std::size_t i = 0; i + 9 < jpeg.size();
         ++i) { // SOF0: FF C0, length, precision, height, width
        if (jpeg[i] != std::byte{0xff} || jpeg[i + 1] != std::byte{0xc0}) continue;
        jpeg[i + 5] = jpeg[i + 7] = std::byte{0x80}; // 32784 x 32784
        break;
    }
    const auto picture = decoder.decode(jpeg, any_size);
    ASSERT_FALSE(picture);
    EXPECT_EQ(picture.error().code, ErrorCode::limit);
}

TEST(MjpegDecoder, RefusesAPictureThatIsLargerThanItsStream) {
    MjpegDecoder decoder;
    EXPECT_TRUE(decoder.decode(jpeg_of(1, 2, 3, 16, 16), {16, 16}));
    EXPECT_FALSE(decoder.decode(jpeg_of(1, 2, 3, 16, 16), {16, 15}));
    EXPECT_FALSE(decoder.decode(jpeg_of(1, 2, 3, 16, 16), {15, 16}));
}

TEST(Decoder, NamesACodecThatItDoesNotHave) {
    const auto decoder = make_decoder(SPICE_VIDEO_CODEC_TYPE_VP8);
    ASSERT_FALSE(decoder);
    EXPECT_EQ(decoder.error().code, ErrorCode::unsupported);
    EXPECT_EQ(codec_name(SPICE_VIDEO_CODEC_TYPE_VP8), "vp8");
}

} // namespace
} // namespace sumac::video
