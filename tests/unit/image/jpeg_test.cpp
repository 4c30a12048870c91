#include "golden.h"
#include "image/jpeg.h"

#include <turbojpeg.h>

#include <cmath>
#include <cstring>

namespace sumac::image {
namespace {

/// Smooth, so that little is lost.
std::vector<std::uint32_t> gradient(Size size) {
    std::vector<std::uint32_t> result;
    for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x)
            result.push_back(static_cast<std::uint32_t>((x * 2) << 16 | (y * 3) << 8 | (x + y)));
    }
    return result;
}

ByteVector encode(const std::vector<std::uint32_t>& pixels, Size size, int flags = 0) {
    tjhandle handle = tjInitCompress();
    unsigned char* data = nullptr;
    unsigned long data_size = 0;
    tjCompress2(handle,
                reinterpret_cast<const unsigned char*>(pixels.data()),
                size.width,
                0,
                size.height,
                TJPF_BGRX,
                &data,
                &data_size,
                TJSAMP_420,
                85,
                flags);
    const auto* first = reinterpret_cast<const std::byte*>(data);
    ByteVector result(first, first + data_size);
    tjFree(data);
    tjDestroy(handle);
    return result;
}

double psnr(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (unsigned shift = 0; shift < 24; shift += 8) {
            const double d = static_cast<double>(a[i] >> shift & 0xFF) -
                             static_cast<double>(b[i] >> shift & 0xFF);
            sum += d * d;
        }
    }
    return 10 * std::log10(255.0 * 255.0 * 3 * static_cast<double>(a.size()) / sum);
}

/// A8, 2 x 2: 1 2 / 3 4 in encoded order.
ByteVector coverage(int top_down) {
    return bytes({0x20, 0x20, 0x5A, 0x4C, 0, 1, 0, 1, 0, 0, 0,        10, 0, 0, 0, 2, 0,
                  0,    0,    2,    0,    0, 0, 8, 0, 0, 0, top_down, 3,  1, 2, 3, 4});
}

std::vector<std::uint32_t> alphas(const Pixels& pixels) {
    std::vector<std::uint32_t> result;
    for (const std::uint32_t value : values(pixels))
        result.push_back(value >> 24U);
    return result;
}

TEST(Jpeg, DecodesCloseToWhatWasEncodedAndIsMarkedLossy) {
    const Size size{67, 41};
    const auto pixels = decode_jpeg(encode(gradient(size), size), size);
    ASSERT_TRUE(pixels);
    EXPECT_EQ(pixels->format(), PixelFormat::bgrx32);
    EXPECT_TRUE(pixels->lossy());
    EXPECT_GT(psnr(gradient(size), values(*pixels)), 38);
}

TEST(Jpeg, RefusesAnotherSizeThanTheDescriptors) {
    const ByteVector data = encode(gradient({16, 16}), {16, 16});
    EXPECT_TRUE(decode_jpeg(data, {16, 16}));
    EXPECT_FALSE(decode_jpeg(data, {16, 17}));
    EXPECT_FALSE(decode_jpeg(data, {0, 0}));
    EXPECT_FALSE(decode_jpeg({}, {16, 16}));
}

TEST(Jpeg, SurvivesDamage) {
    const GoldenImage image{0, {16, 16}, 0, encode(gradient({16, 16}), {16, 16})};
    EXPECT_TRUE(survives_damage(
        image, [&](const ByteVector& data) { return decode_jpeg(data, image.size); }));
}

/// Where the header of the scan stands, behind its marker.
std::size_t scan_header(const ByteVector& jpeg, std::size_t from) {
    for (std::size_t i = from; i + 2 < jpeg.size(); ++i) {
        if (jpeg[i] == std::byte{0xFF} && jpeg[i + 1] == std::byte{0xDA}) return i + 2;
    }
    return 0;
}

TEST(Jpeg, ShowsNothingOfWhatTheMemoryHeldBefore) {
    const Size size{768, 512};
    ByteVector jpeg = encode(gradient(size), size, TJFLAG_PROGRESSIVE);
    // The first scan ends early, which is a warning; the second one wants a table that is not
    // there, which is fatal.
    const std::size_t first = scan_header(jpeg, 0);
    ASSERT_GT(first, 0U);
    const auto data = jpeg.begin() + static_cast<std::ptrdiff_t>(first) + 30;
    jpeg.erase(data, data + 100);
    const std::size_t second = scan_header(jpeg, first);
    ASSERT_GT(second, 0U);
    jpeg[second + 4] = std::byte{0x33};
    {
        auto before = Pixels::allocate(PixelFormat::bgrx32, size);
        ASSERT_TRUE(before);
        std::memset(before->row(0), 0xAA, before->size_bytes());
    }
    const auto pixels = decode_jpeg(jpeg, size);
    ASSERT_TRUE(pixels) << "TurboJPEG takes it for a warning";
    for (const std::uint32_t value : values(*pixels))
        ASSERT_EQ(value & 0xFFFFFFU, 0U);
}

TEST(JpegAlpha, JoinsColoursAndAlpha) {
    const Size size{2, 2};
    const ByteVector jpeg = encode({0x808080, 0x808080, 0x808080, 0x808080}, size);
    const auto top_down = decode_jpeg_alpha(jpeg, coverage(1), size);
    ASSERT_TRUE(top_down);
    EXPECT_EQ(top_down->format(), PixelFormat::bgra32);
    EXPECT_TRUE(top_down->lossy());
    EXPECT_EQ(alphas(*top_down), (std::vector<std::uint32_t>{1, 2, 3, 4}));
    EXPECT_EQ(values(*top_down)[0] & 0xFFFFFFU, 0x808080U);
    const auto bottom_up = decode_jpeg_alpha(jpeg, coverage(0), size);
    ASSERT_TRUE(bottom_up);
    EXPECT_EQ(alphas(*bottom_up), (std::vector<std::uint32_t>{3, 4, 1, 2}));
}

TEST(JpegAlpha, RefusesDamagedAlpha) {
    const Size size{2, 2};
    const ByteVector jpeg = encode({0, 0, 0, 0}, size);
    const ByteVector alpha = coverage(1);
    for (std::size_t cut = 0; cut < alpha.size(); ++cut)
        EXPECT_FALSE(decode_jpeg_alpha(jpeg, Bytes{alpha}.first(cut), size));
    EXPECT_FALSE(decode_jpeg_alpha({}, alpha, size));
}

} // namespace
} // namespace sumac::image
