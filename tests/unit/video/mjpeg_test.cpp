#include "jpeg_segments.h"
#include "video/colour.h"
#include "video/mjpeg.h"

#include <gtest/gtest.h>
#include <spice/enums.h>
#include <turbojpeg.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <random>

namespace sumac::video {
namespace {

constexpr Size any_size{4096, 4096};

/// Of pixels in BGRX.
std::vector<std::byte>
encoded(const std::vector<unsigned char>& pixels, Size picture, TJSAMP subsampling, int flags = 0) {
    const auto [width, height] = picture;
    tjhandle encoder = tjInitCompress();
    unsigned char* data = nullptr;
    unsigned long size = 0;
    tjCompress2(
        encoder, pixels.data(), width, 0, height, TJPF_BGRX, &data, &size, subsampling, 95, flags);
    std::vector<std::byte> jpeg(size);
    std::memcpy(jpeg.data(), data, size);
    tjFree(data);
    tjDestroy(encoder);
    return jpeg;
}

std::vector<std::byte> jpeg_of(std::uint8_t blue,
                               std::uint8_t green,
                               std::uint8_t red,
                               int width,
                               int height,
                               TJSAMP subsampling = TJSAMP_420,
                               int flags = 0) {
    std::vector<unsigned char> pixels;
    for (int i = 0; i < width * height; ++i)
        pixels.insert(pixels.end(), {blue, green, red, 0});
    return encoded(pixels, {width, height}, subsampling, flags);
}

void expect_color(Bytes pixels, int blue, int green, int red) {
    for (std::size_t i = 0; i + 4 <= pixels.size(); i += 4) {
        ASSERT_NEAR(std::to_integer<int>(pixels[i]), blue, 2);
        ASSERT_NEAR(std::to_integer<int>(pixels[i + 1]), green, 2);
        ASSERT_NEAR(std::to_integer<int>(pixels[i + 2]), red, 2);
    }
}

void expect_color(const Picture& picture, int blue, int green, int red) {
    expect_color(
        Bytes{std::get<PictureView>(picture.content).data, picture.size_bytes}, blue, green, red);
}

TEST(MjpegDecoder, DecodesAFrameToBgrx) {
    MjpegDecoder decoder{DecoderParts{}};
    const auto picture = decoder.decode(jpeg_of(200, 100, 50, 33, 17), any_size);
    ASSERT_TRUE(picture);
    EXPECT_EQ((*picture)->size(), (Size{33, 17}));
    expect_color(**picture, 200, 100, 50);
}

TEST(MjpegDecoder, DecodesLaterFramesWithoutHuffmanTables) {
    MjpegDecoder decoder{DecoderParts{}};
    const auto full = jpeg_of(10, 20, 30, 64, 48);
    const auto bare = without_huffman_tables(full);
    ASSERT_LT(bare.size() + 400, full.size());
    const auto picture = decoder.decode(bare, any_size);
    ASSERT_TRUE(picture);
    expect_color(**picture, 10, 20, 30);
}

TEST(MjpegDecoder, TakesNoHuffmanTablesOverFromAnotherStream) {
    MjpegDecoder decoder{DecoderParts{}};
    // Progressive files have tables made for them alone.
    const auto other = jpeg_of(10, 200, 90, 64, 48, TJSAMP_420, TJFLAG_PROGRESSIVE);
    ASSERT_TRUE(decoder.decode(other, any_size));
    decoder.restart();
    const auto decoded =
        decoder.decode(without_huffman_tables(jpeg_of(10, 200, 90, 64, 48)), any_size);
    ASSERT_TRUE(decoded);
    expect_color(**decoded, 10, 200, 90);
}

TEST(MjpegDecoder, FollowsAChangeOfSizeInMidStream) {
    MjpegDecoder decoder{DecoderParts{}};
    ASSERT_TRUE(decoder.decode(jpeg_of(1, 2, 3, 16, 16), any_size));
    const auto picture = decoder.decode(jpeg_of(90, 80, 70, 40, 8), any_size);
    ASSERT_TRUE(picture);
    EXPECT_EQ((*picture)->size(), (Size{40, 8}));
}

TEST(MjpegDecoder, GivesAnErrorOrAPictureForEachTruncation) {
    MjpegDecoder decoder{DecoderParts{}};
    const auto jpeg = jpeg_of(1, 2, 3, 16, 16);
    const auto picture_of_nothing = decoder.decode({}, any_size);
    EXPECT_FALSE(picture_of_nothing);
    for (std::size_t size = 0; size < jpeg.size(); ++size) {
        const auto picture = decoder.decode(Bytes{jpeg}.first(size), any_size);
        if (picture) {
            EXPECT_EQ((*picture)->size(), (Size{16, 16})) << size;
        }
    }
}

TEST(MjpegDecoder, RefusesAHeaderThatClaimsAHugePicture) {
    MjpegDecoder decoder{DecoderParts{}};
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
    MjpegDecoder decoder{DecoderParts{}};
    EXPECT_TRUE(decoder.decode(jpeg_of(1, 2, 3, 16, 16), {16, 16}));
    EXPECT_FALSE(decoder.decode(jpeg_of(1, 2, 3, 16, 16), {16, 15}));
    EXPECT_FALSE(decoder.decode(jpeg_of(1, 2, 3, 16, 16), {15, 16}));
}

/// Of a frame with this chroma subsampling.
PlanarView planes_of(TJSAMP subsampling, int width, int height, PicturePtr& keep) {
    MjpegDecoder decoder{DecoderParts{PictureMemory::make(), nullptr, PictureForm::planes}};
    keep = *decoder.decode(jpeg_of(200, 100, 50, width, height, subsampling), any_size);
    return std::get<PlanarView>(keep->content);
}

TEST(MjpegDecoder, GivesThePlanesOfEachSubsampling) {
    for (const auto& [subsampling, format] : {std::pair{TJSAMP_420, PlanarFormat::yuv420},
                                              std::pair{TJSAMP_422, PlanarFormat::yuv422},
                                              std::pair{TJSAMP_444, PlanarFormat::yuv444}}) {
        for (int width = 1; width <= 67; ++width) {
            PicturePtr keep;
            const PlanarView planes = planes_of(subsampling, width, 17, keep);
            EXPECT_EQ(planes.format, format);
            EXPECT_EQ(planes.range, ColourRange::full);
            EXPECT_EQ(planes.size, (Size{width, 17}));
            std::vector<std::byte> pixels(static_cast<std::size_t>(width) * 17 * 4);
            to_bgrx(planes, pixels.data(), std::ptrdiff_t{width} * 4);
            expect_color(pixels, 200, 100, 50);
        }
    }
}

/// Decodes into planes and into pixels. Large planes go past the processor's cache.
class BothForms : public testing::Test {
protected:
    static std::vector<std::byte> noise(Size size, TJSAMP subsampling) {
        std::minstd_rand random{7};
        std::vector<unsigned char> pixels(4 * static_cast<std::size_t>(size.width * size.height));
        std::generate(pixels.begin(), pixels.end(), [&] {
            return static_cast<unsigned char>(random() >> 8U);
        });
        return encoded(pixels, size, subsampling);
    }
    void expect_same(Bytes jpeg) {
        const auto planes = to_planes.decode(jpeg, any_size);
        const auto picture = to_pixels.decode(jpeg, any_size);
        ASSERT_TRUE(planes && picture);
        const auto& expected = std::get<PictureView>((*picture)->content);
        const std::ptrdiff_t stride = std::ptrdiff_t{expected.size.width} * 4;
        std::vector<std::byte> pixels(static_cast<std::size_t>(stride * expected.size.height));
        to_bgrx(std::get<PlanarView>((*planes)->content), pixels.data(), stride);
        EXPECT_EQ(std::memcmp(pixels.data(), expected.data, pixels.size()), 0);
    }

    static constexpr Size large{2063, 1001};
    MjpegDecoder to_planes{DecoderParts{PictureMemory::make(), nullptr, PictureForm::planes}};
    MjpegDecoder to_pixels{DecoderParts{}};
};

TEST_F(BothForms, AreTheSamePicture) {
    for (const TJSAMP subsampling : {TJSAMP_420, TJSAMP_422, TJSAMP_444}) {
        SCOPED_TRACE(subsampling);
        expect_same(noise(large, subsampling));
        expect_same(noise({67, 33}, subsampling));
    }
}

TEST_F(BothForms, AreTheSameWhereDataAreMissing) {
    const auto jpeg = noise(large, TJSAMP_420);
    expect_same(Bytes{jpeg}.first(jpeg.size() / 2));
    expect_same(jpeg);
}

TEST_F(BothForms, AreErrorsIfTheFileIsDamagedAtItsEnd) {
    const auto good = noise(large, TJSAMP_420);
    std::vector<std::byte> bad{good.begin(), good.end() - 2};          // without EOI
    constexpr std::array<unsigned char, 5> table{0xff, 0xc4, 0, 3, 0}; // DHT, too short for one
    for (const unsigned char byte : table)
        bad.push_back(std::byte{byte});
    EXPECT_FALSE(to_planes.decode(bad, any_size));
    EXPECT_FALSE(to_pixels.decode(bad, any_size));
    expect_same(good);
}

TEST(MjpegDecoder, GivesPixelsWhereThePlanesAreOfNoCommonFormat) {
    MjpegDecoder decoder{DecoderParts{PictureMemory::make(), nullptr, PictureForm::planes}};
    const auto picture = decoder.decode(jpeg_of(90, 90, 90, 33, 17, TJSAMP_GRAY), any_size);
    ASSERT_TRUE(picture);
    expect_color(**picture, 90, 90, 90);
}

TEST(MjpegDecoder, GivesPlanesOrAnErrorForEachTruncation) {
    MjpegDecoder decoder{DecoderParts{PictureMemory::make(), nullptr, PictureForm::planes}};
    const auto jpeg = jpeg_of(1, 2, 3, 16, 16);
    for (std::size_t size = 0; size < jpeg.size(); ++size) {
        const auto picture = decoder.decode(Bytes{jpeg}.first(size), any_size);
        if (picture) {
            EXPECT_EQ((*picture)->size(), (Size{16, 16})) << size;
        }
    }
}

TEST(Decoder, TellsWhatItCannotDecode) {
    constexpr std::uint8_t no_codec = 200;
    const auto decoder = make_decoder(no_codec, {});
    ASSERT_FALSE(decoder);
    EXPECT_EQ(decoder.error().code, ErrorCode::unsupported);
    EXPECT_EQ(codec_name(no_codec), "unknown");
}

TEST(Decoder, HasOneForEachCodecThatItNames) {
    const auto codecs = decodable_codecs();
    ASSERT_FALSE(codecs.empty());
    EXPECT_EQ(codecs.front(), SPICE_VIDEO_CODEC_TYPE_MJPEG);
    for (const std::uint8_t codec : codecs) {
        EXPECT_TRUE(make_decoder(codec, {})) << codec_name(codec);
        EXPECT_NE(codec_name(codec), "unknown");
    }
}

} // namespace
} // namespace sumac::video
