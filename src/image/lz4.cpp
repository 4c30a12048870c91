#include "image/lz4.h"

#include "image/bitmap.h"

#include <lz4.h>
#include <spice/enums.h>

#include <memory>
#include <optional>

namespace sumac::image {

namespace {

/// One byte of LZ4 input adds at most 255 bytes to a match; more output is not in the data.
constexpr std::size_t max_expansion = 255;

std::size_t bytes_per_pixel(std::uint8_t format) {
    switch (format) {
    case SPICE_BITMAP_FMT_16BIT:
        return 2;
    case SPICE_BITMAP_FMT_24BIT:
        return 3;
    case SPICE_BITMAP_FMT_32BIT:
    case SPICE_BITMAP_FMT_RGBA:
        return 4;
    default:
        return 0;
    }
}

/// What the decompressed rows are as they stand, if they need no conversion.
std::optional<PixelFormat> native_format(std::uint8_t format) {
    switch (format) {
    case SPICE_BITMAP_FMT_16BIT:
        return PixelFormat::rgb555;
    case SPICE_BITMAP_FMT_32BIT:
        return PixelFormat::bgrx32;
    case SPICE_BITMAP_FMT_RGBA:
        return PixelFormat::bgra32;
    default:
        return std::nullopt;
    }
}

std::uint32_t read_big_endian(Reader& r) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8 | r.u8();
    return value;
}

/// Fills `output` exactly. The blocks lie in one buffer, so each finds its history before it.
Result<Done> decompress_blocks(Reader r, std::span<char> output) {
    LZ4_streamDecode_t state{};
    LZ4_setStreamDecode(&state, nullptr, 0);
    std::size_t filled = 0;
    while (r.left() > 0) {
        const std::size_t at = r.offset();
        const Bytes block = r.bytes(read_big_endian(r));
        if (r.failed()) return r.error();
        // A block and its output are below 1 GiB, as message and picture are: both fit an int.
        if (block.size() > LZ4_MAX_INPUT_SIZE) return Error{ErrorCode::limit, "lz4 block", at};
        const int written =
            LZ4_decompress_safe_continue(&state,
                                         reinterpret_cast<const char*>(block.data()),
                                         output.data() + filled,
                                         static_cast<int>(block.size()),
                                         static_cast<int>(output.size() - filled));
        // A block without output would cost time beyond the last pixel.
        if (written <= 0) return Error{ErrorCode::invalid, "lz4 block is damaged", at};
        filled += static_cast<std::size_t>(written);
    }
    if (filled != output.size())
        return Error{ErrorCode::truncated, "lz4 blocks are missing", r.offset()};
    return Done{};
}

/// Rows need no padding.
Result<Done> fill(Pixels& pixels, Reader r, bool top_down) {
    const Result<Done> filled = decompress_blocks(r, {units_of<char>(pixels), pixels.size_bytes()});
    if (filled && !top_down) turn_over(pixels);
    return filled;
}

/// `size` is sound, and rows need no padding.
Result<Pixels> decompress_in_place(Reader r, PixelFormat format, Size size, bool top_down) {
    Result<Pixels> pixels = Pixels::allocate(format, size);
    if (!pixels) return pixels;
    const Result<Done> filled = fill(*pixels, r, top_down);
    if (!filled) return filled.error();
    return pixels;
}

} // namespace

Result<Pixels> decode_lz4(Bytes data, Size size) {
    Reader r{data};
    const bool top_down = r.u8() != 0;
    const std::uint8_t format = r.u8();
    if (r.failed()) return r.error();
    const std::size_t pixel_bytes = bytes_per_pixel(format);
    if (pixel_bytes == 0) return Error{ErrorCode::invalid, "lz4 of an unknown bitmap format", 1};
    if (size.width <= 0 || size.height <= 0) return Error{ErrorCode::invalid, "empty picture"};

    const std::size_t stride_bytes = static_cast<std::size_t>(size.width) * pixel_bytes;
    const auto height = static_cast<std::size_t>(size.height);
    if (stride_bytes > max_pixels_bytes / height)
        return Error{ErrorCode::limit, "picture larger than 256 MiB"};
    const std::size_t total_bytes = stride_bytes * height;
    if (total_bytes / max_expansion > data.size())
        return Error{ErrorCode::truncated, "lz4 data too short for the picture"};

    const std::optional<PixelFormat> native = native_format(format);
    if (native && stride_bytes % 4 == 0) return decompress_in_place(r, *native, size, top_down);
    const auto output = std::make_unique_for_overwrite<char[]>(total_bytes);
    const Result<Done> filled = decompress_blocks(r, {output.get(), total_bytes});
    if (!filled) return filled.error();
    return decode_bitmap({.format = format,
                          .top_down = top_down,
                          .width = static_cast<std::uint32_t>(size.width),
                          .height = static_cast<std::uint32_t>(size.height),
                          .stride_bytes = static_cast<std::uint32_t>(stride_bytes),
                          .palette = {},
                          .rows = std::as_bytes(std::span{output.get(), total_bytes})},
                         {},
                         PaletteEntries::rgb888);
}

std::optional<Result<Done>> decode_lz4_into(Bytes data, Pixels& pixels) {
    Reader r{data};
    const bool top_down = r.u8() != 0;
    const std::uint8_t format = r.u8();
    const bool padded = pixels.stride_bytes() != row_bytes(pixels.format(), pixels.size().width);
    if (r.failed() || native_format(format) != pixels.format() || padded) return std::nullopt;
    return fill(pixels, r, top_down);
}

} // namespace sumac::image
