#include "canvas/convert.h"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace sumac::canvas {
namespace {

using image::PixelFormat;

/// One pixel as 0xAARRGGBB, by the words of convert.h.
std::uint32_t plain_argb(PixelFormat format, std::uint32_t pixel) {
    const auto widen = [&](unsigned shift, unsigned bits) {
        const std::uint32_t colour = pixel >> shift & ((1U << bits) - 1);
        return colour << (8 - bits) | colour >> (2 * bits - 8);
    };
    switch (format) {
    case PixelFormat::bgrx32:
        return pixel | 0xFF000000;
    case PixelFormat::bgra32:
        return pixel;
    case PixelFormat::rgb555:
        return 0xFF000000 | widen(10, 5) << 16 | widen(5, 5) << 8 | widen(0, 5);
    case PixelFormat::rgb565:
        return 0xFF000000 | widen(11, 5) << 16 | widen(5, 6) << 8 | widen(0, 5);
    case PixelFormat::alpha8:
    case PixelFormat::mask1:
        break;
    }
    return pixel << 24;
}

std::uint32_t plain_pixel(SurfaceFormat format, std::uint32_t argb) {
    const std::uint32_t red = argb >> 16 & 0xFF;
    const std::uint32_t green = argb >> 8 & 0xFF;
    const std::uint32_t blue = argb & 0xFF;
    switch (format) {
    case SurfaceFormat::a1:
        return argb >> 31 != 0 ? 0xFF : 0;
    case SurfaceFormat::a8:
        return argb >> 24;
    case SurfaceFormat::x555:
        return red >> 3 << 10 | green >> 3 << 5 | blue >> 3;
    case SurfaceFormat::rgb565:
        return red >> 3 << 11 | green >> 2 << 5 | blue >> 3;
    case SurfaceFormat::xrgb32:
    case SurfaceFormat::argb32:
        break;
    }
    return argb;
}

std::uint32_t load(const std::byte* at, std::size_t size) {
    std::uint32_t value = 0;
    std::memcpy(&value, at, size);
    return value;
}

/// Every 16-bit word, and as many of the other widths; one byte off, so that nothing is aligned.
std::vector<std::byte> all_words(std::size_t pixel_bytes) {
    std::vector<std::byte> bytes(1 + 65536 * pixel_bytes);
    for (std::uint32_t i = 0; i < 65536; ++i) {
        const std::uint32_t word = pixel_bytes == 2 ? i : i * 2654435761U;
        std::memcpy(&bytes[1 + i * pixel_bytes], &word, pixel_bytes);
    }
    return bytes;
}

class Convert : public testing::TestWithParam<std::tuple<SurfaceFormat, PixelFormat>> {};

TEST_P(Convert, IsThatOfEachPixel) {
    const auto [to_format, from_format] = GetParam();
    const std::size_t from_bytes = image::row_bytes(from_format, 1);
    const std::size_t to_bytes = bytes_per_pixel(to_format);
    const std::vector<std::byte> from = all_words(from_bytes);
    for (const std::size_t count : {std::size_t{65536}, std::size_t{1}, std::size_t{71}}) {
        std::vector<std::byte> to(3 + (count + 1) * to_bytes, std::byte{0xA5});
        convert_row(to_format, &to[3], from_format, &from[1], count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t pixel = load(&from[1 + i * from_bytes], from_bytes);
            const std::uint32_t expected =
                same_layout(to_format, from_format)
                    ? pixel
                    : plain_pixel(to_format, plain_argb(from_format, pixel));
            ASSERT_EQ(load(&to[3 + i * to_bytes], to_bytes), expected) << std::hex << pixel;
        }
        EXPECT_EQ(to.back(), std::byte{0xA5}) << "no more than " << count;
    }
}

INSTANTIATE_TEST_SUITE_P(Formats,
                         Convert,
                         testing::Combine(testing::Values(SurfaceFormat::a1,
                                                          SurfaceFormat::a8,
                                                          SurfaceFormat::x555,
                                                          SurfaceFormat::rgb565,
                                                          SurfaceFormat::xrgb32,
                                                          SurfaceFormat::argb32),
                                          testing::Values(PixelFormat::bgrx32,
                                                          PixelFormat::bgra32,
                                                          PixelFormat::rgb555,
                                                          PixelFormat::rgb565,
                                                          PixelFormat::alpha8)));

} // namespace
} // namespace sumac::canvas
