#include "canvas/convert.h"

#include "base/check.h"

#include <array>
#include <cstring>

namespace sumac::canvas {

namespace {

using image::PixelFormat;

constexpr std::uint32_t opaque = 0xFF000000;

/// One pixel as it stands in memory.
template <class Word>
Word load(const std::byte* at) {
    Word word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

constexpr std::uint32_t narrow(std::uint32_t pixel, unsigned shift, unsigned bits) {
    return (pixel >> shift & 0xFF) >> (8 - bits);
}

// Readers: a pixel as 0xAARRGGBB; alpha 0 where the format has none. Each colour's highest bits are
// repeated behind its lowest.
struct Read32 {
    using Word = std::uint32_t;
    static std::uint32_t argb(Word pixel) { return pixel; }
};
struct Read555 {
    using Word = std::uint16_t;
    static std::uint32_t argb(Word pixel) {
        const std::uint32_t high =
            (pixel & 0x7C00U) << 9 | (pixel & 0x03E0U) << 6 | (pixel & 31U) << 3;
        return high | (high >> 5 & 0x070707);
    }
};
struct Read565 {
    using Word = std::uint16_t;
    static std::uint32_t argb(Word pixel) {
        const std::uint32_t high =
            (pixel & 0xF800U) << 8 | (pixel & 0x07E0U) << 5 | (pixel & 31U) << 3;
        return high | (high >> 5 & 0x070007) | (high >> 6 & 0x000300);
    }
};
struct ReadAlpha {
    using Word = std::uint8_t;
    static std::uint32_t argb(Word pixel) { return std::uint32_t{pixel} << 24; }
};
template <class Reader>
struct Opaque {
    using Word = typename Reader::Word;
    static std::uint32_t argb(Word pixel) { return Reader::argb(pixel) | opaque; }
};

// Writers: 0xAARRGGBB as a pixel.
struct Write32 {
    using Word = std::uint32_t;
    static Word pixel(std::uint32_t argb) { return argb; }
};
struct Write555 {
    using Word = std::uint16_t;
    static Word pixel(std::uint32_t argb) {
        return static_cast<Word>(narrow(argb, 16, 5) << 10 | narrow(argb, 8, 5) << 5 |
                                 narrow(argb, 0, 5));
    }
};
struct Write565 {
    using Word = std::uint16_t;
    static Word pixel(std::uint32_t argb) {
        return static_cast<Word>(narrow(argb, 16, 5) << 11 | narrow(argb, 8, 6) << 5 |
                                 narrow(argb, 0, 5));
    }
};
struct WriteA8 {
    using Word = std::uint8_t;
    static Word pixel(std::uint32_t argb) { return static_cast<Word>(argb >> 24); }
};
struct WriteA1 {
    using Word = std::uint8_t;
    static Word pixel(std::uint32_t argb) { return argb >> 31 != 0 ? 0xFF : 0; }
};

/// So many pixels at a time: loops of a fixed length become SIMD.
constexpr std::size_t block = 32;

template <class From, class To>
void convert(std::byte* to, const std::byte* from, std::size_t count) {
    using Read = typename From::Word;
    using Written = typename To::Word;
    std::size_t i = 0;
    for (; i + block <= count; i += block) {
        std::array<Read, block> words;
        std::array<Written, block> pixels;
        std::memcpy(words.data(), from + i * sizeof(Read), sizeof words);
        for (std::size_t k = 0; k < block; ++k)
            pixels[k] = To::pixel(From::argb(words[k]));
        std::memcpy(to + i * sizeof(Written), pixels.data(), sizeof pixels);
    }
    for (; i < count; ++i) {
        const Written pixel = To::pixel(From::argb(load<Read>(from + i * sizeof(Read))));
        std::memcpy(to + i * sizeof pixel, &pixel, sizeof pixel);
    }
}

template <class From>
void convert_from(SurfaceFormat format, std::byte* to, const std::byte* from, std::size_t count) {
    switch (format) {
    case SurfaceFormat::a1:
        return convert<From, WriteA1>(to, from, count);
    case SurfaceFormat::a8:
        return convert<From, WriteA8>(to, from, count);
    case SurfaceFormat::x555:
        return convert<From, Write555>(to, from, count);
    case SurfaceFormat::rgb565:
        return convert<From, Write565>(to, from, count);
    case SurfaceFormat::xrgb32:
    case SurfaceFormat::argb32:
        return convert<From, Write32>(to, from, count);
    }
}

/// From a format without alpha.
template <class From>
void convert_colour(SurfaceFormat format, std::byte* to, const std::byte* from, std::size_t count) {
    return convert_from<Opaque<From>>(format, to, from, count);
}

} // namespace

bool same_layout(SurfaceFormat to, PixelFormat from) {
    switch (to) {
    case SurfaceFormat::a1:
        return false; // bytes must become 0x00 or 0xFF
    case SurfaceFormat::a8:
        return from == PixelFormat::alpha8;
    case SurfaceFormat::x555:
        return from == PixelFormat::rgb555;
    case SurfaceFormat::rgb565:
        return from == PixelFormat::rgb565;
    case SurfaceFormat::xrgb32:
    case SurfaceFormat::argb32:
        return from == PixelFormat::bgrx32 || from == PixelFormat::bgra32;
    }
    return false;
}

void convert_row(SurfaceFormat to_format,
                 std::byte* to,
                 PixelFormat from_format,
                 const std::byte* from,
                 std::size_t count) {
    if (same_layout(to_format, from_format)) {
        std::memcpy(to, from, count * bytes_per_pixel(to_format));
        return;
    }
    switch (from_format) {
    case PixelFormat::bgrx32:
        return convert_colour<Read32>(to_format, to, from, count);
    case PixelFormat::bgra32:
        return convert_from<Read32>(to_format, to, from, count);
    case PixelFormat::rgb555:
        return convert_colour<Read555>(to_format, to, from, count);
    case PixelFormat::rgb565:
        return convert_colour<Read565>(to_format, to, from, count);
    case PixelFormat::alpha8:
        return convert_from<ReadAlpha>(to_format, to, from, count);
    case PixelFormat::mask1:
        break;
    }
    CHECK(from_format != PixelFormat::mask1);
}

} // namespace sumac::canvas
