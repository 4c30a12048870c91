#include "image/bitmap.h"

#include <spice/enums.h>

#include <array>
#include <cstring>
#include <optional>

namespace sumac::image {

namespace {

/// Largest index of any format plus one; tables are padded to it with black.
constexpr std::size_t table_size = 256;

enum class BitOrder { lowest_first, highest_first };

struct Layout {
    std::uint32_t bits_per_pixel;
    PixelFormat decoded;
    bool indexed;
};

std::optional<Layout> layout_of(std::uint8_t format) {
    switch (format) {
    case SPICE_BITMAP_FMT_1BIT_LE:
    case SPICE_BITMAP_FMT_1BIT_BE:
        return Layout{1, PixelFormat::bgrx32, true};
    case SPICE_BITMAP_FMT_4BIT_LE:
    case SPICE_BITMAP_FMT_4BIT_BE:
        return Layout{4, PixelFormat::bgrx32, true};
    case SPICE_BITMAP_FMT_8BIT:
        return Layout{8, PixelFormat::bgrx32, true};
    case SPICE_BITMAP_FMT_16BIT:
        return Layout{16, PixelFormat::rgb555, false};
    case SPICE_BITMAP_FMT_24BIT:
        return Layout{24, PixelFormat::bgrx32, false};
    case SPICE_BITMAP_FMT_32BIT:
        return Layout{32, PixelFormat::bgrx32, false};
    case SPICE_BITMAP_FMT_RGBA:
        return Layout{32, PixelFormat::bgra32, false};
    case SPICE_BITMAP_FMT_8BIT_A:
        return Layout{8, PixelFormat::alpha8, false};
    default:
        return std::nullopt;
    }
}

/// Checks that `rows` hold what the header promises, and makes room for it.
Result<Pixels> allocate_for(const wire::BitmapImage& bitmap, const Layout& layout) {
    if (bitmap.width > wire::max_image_side || bitmap.height > wire::max_image_side)
        return Error{ErrorCode::limit, "bitmap side above 32767"};
    if (bitmap.stride_bytes < (bitmap.width * layout.bits_per_pixel + 7) / 8)
        return Error{ErrorCode::invalid, "bitmap stride shorter than a row"};
    if (bitmap.stride_bytes != 0 && bitmap.height > bitmap.rows.size() / bitmap.stride_bytes)
        return Error{ErrorCode::truncated, "bitmap rows are missing"};
    return Pixels::allocate(
        layout.decoded,
        {static_cast<std::int32_t>(bitmap.width), static_cast<std::int32_t>(bitmap.height)});
}

/// Calls convert(encoded row, decoded row) for each row, top row of the picture first.
template <class Convert>
void for_each_row(const wire::BitmapImage& bitmap, Pixels& pixels, Convert convert) {
    const std::int32_t height = pixels.size().height;
    for (std::int32_t y = 0; y < height; ++y) {
        const auto encoded = static_cast<std::size_t>(bitmap.top_down ? y : height - 1 - y);
        convert(bitmap.rows.data() + encoded * bitmap.stride_bytes, pixels.row(y));
    }
}

template <std::size_t bits, BitOrder order>
std::size_t index_at(const std::byte* row, std::size_t x) {
    constexpr std::size_t per_byte = 8 / bits;
    const std::size_t place = x % per_byte;
    const std::size_t shift =
        bits * (order == BitOrder::lowest_first ? place : per_byte - 1 - place);
    return (std::to_integer<std::size_t>(row[x / per_byte]) >> shift) & ((1U << bits) - 1U);
}

template <std::size_t bits, BitOrder order, class Colour>
void expand(const wire::BitmapImage& bitmap,
            Pixels& pixels,
            const std::array<Colour, table_size>& table) {
    const auto width = static_cast<std::size_t>(pixels.size().width);
    for_each_row(bitmap, pixels, [&](const std::byte* from, std::byte* to) {
        for (std::size_t x = 0; x < width; ++x)
            std::memcpy(
                to + x * sizeof(Colour), &table[index_at<bits, order>(from, x)], sizeof(Colour));
    });
}

template <class Colour>
void decode_indexed(const wire::BitmapImage& bitmap,
                    Pixels& pixels,
                    std::span<const std::uint32_t> palette,
                    std::uint32_t colour_bits) {
    std::array<Colour, table_size> table{};
    for (std::size_t i = 0; i < std::min(palette.size(), table_size); ++i)
        table[i] = static_cast<Colour>(palette[i] & colour_bits);
    switch (bitmap.format) {
    case SPICE_BITMAP_FMT_1BIT_LE:
        return expand<1, BitOrder::lowest_first>(bitmap, pixels, table);
    case SPICE_BITMAP_FMT_1BIT_BE:
        return expand<1, BitOrder::highest_first>(bitmap, pixels, table);
    case SPICE_BITMAP_FMT_4BIT_LE:
        return expand<4, BitOrder::lowest_first>(bitmap, pixels, table);
    case SPICE_BITMAP_FMT_4BIT_BE:
        return expand<4, BitOrder::highest_first>(bitmap, pixels, table);
    default:
        return expand<8, BitOrder::lowest_first>(bitmap, pixels, table);
    }
}

void decode_24bit(const wire::BitmapImage& bitmap, Pixels& pixels) {
    const auto width = static_cast<std::size_t>(pixels.size().width);
    for_each_row(bitmap, pixels, [&](const std::byte* from, std::byte* to) {
        for (std::size_t x = 0; x < width; ++x) {
            std::memcpy(to + 4 * x, from + 3 * x, 3);
            to[4 * x + 3] = std::byte{0};
        }
    });
}

void decode_native(const wire::BitmapImage& bitmap, Pixels& pixels) {
    const std::size_t used_bytes = row_bytes(pixels.format(), pixels.size().width);
    for_each_row(bitmap, pixels, [&](const std::byte* from, std::byte* to) {
        std::memcpy(to, from, used_bytes);
    });
}

} // namespace

Result<Pixels> decode_bitmap(const wire::BitmapImage& bitmap,
                             std::span<const std::uint32_t> palette,
                             PaletteEntries entries) {
    std::optional<Layout> layout = layout_of(bitmap.format);
    if (!layout) return Error{ErrorCode::invalid, "unknown bitmap format"};
    if (layout->indexed && palette.empty())
        return Error{ErrorCode::invalid, "indexed bitmap without a palette"};
    if (layout->indexed && entries == PaletteEntries::rgb555) layout->decoded = PixelFormat::rgb555;

    Result<Pixels> pixels = allocate_for(bitmap, *layout);
    if (!pixels) return pixels;
    if (layout->indexed && entries == PaletteEntries::rgb555) {
        decode_indexed<std::uint16_t>(bitmap, *pixels, palette, 0xFFFF);
    } else if (layout->indexed) {
        decode_indexed<std::uint32_t>(bitmap, *pixels, palette, 0x00FFFFFF);
    } else if (bitmap.format == SPICE_BITMAP_FMT_24BIT) {
        decode_24bit(bitmap, *pixels);
    } else {
        decode_native(bitmap, *pixels);
    }
    return pixels;
}

Result<Pixels> decode_mask(const wire::BitmapImage& bitmap) {
    const bool lowest_first = bitmap.format == SPICE_BITMAP_FMT_1BIT_LE;
    if (!lowest_first && bitmap.format != SPICE_BITMAP_FMT_1BIT_BE)
        return Error{ErrorCode::invalid, "mask is not a 1-bit bitmap"};
    Result<Pixels> pixels = allocate_for(bitmap, {1, PixelFormat::mask1, false});
    if (!pixels) return pixels;
    if (lowest_first) {
        decode_native(bitmap, *pixels);
        return pixels;
    }
    const auto width = static_cast<std::size_t>(pixels->size().width);
    for_each_row(bitmap, *pixels, [&](const std::byte* from, std::byte* to) {
        std::memset(to, 0, (width + 7) / 8);
        for (std::size_t x = 0; x < width; ++x)
            to[x / 8] |=
                static_cast<std::byte>(index_at<1, BitOrder::highest_first>(from, x) << (x % 8));
    });
    return pixels;
}

} // namespace sumac::image
