#include "image/lz.h"

#include "image/lz_header.h"
#include "image/lz_units.h"

#include <spice/enums.h>

#include <optional>

namespace sumac::image {

namespace {

using lz::Type;

struct Header {
    Type type{};
    std::uint32_t stride_bytes = 0;
    bool top_down = false;
};

/// Before anything is allocated. `total` units cannot come from fewer bytes than this.
bool too_short_for(std::size_t total, const Reader& body) {
    return total / lz::max_expansion > body.left();
}

/// Checks what must agree with the descriptor.
Result<Header> read_header(Reader& r, Size size) {
    const std::uint32_t magic = lz::read_u32(r);
    const std::uint32_t version = lz::read_u32(r);
    const std::uint32_t type = lz::read_u32(r);
    const std::uint32_t width = lz::read_u32(r);
    const std::uint32_t height = lz::read_u32(r);
    Header header;
    header.stride_bytes = lz::read_u32(r);
    header.top_down = lz::read_u32(r) != 0;
    if (r.failed()) return r.error();
    if (magic != lz::magic) return Error{ErrorCode::invalid, "lz: wrong magic"};
    if (version != lz::version) return Error{ErrorCode::invalid, "lz: wrong version", 4};
    if (type < std::uint32_t{1} || type > static_cast<std::uint32_t>(Type::a8))
        return Error{ErrorCode::invalid, "lz: unknown type", 8};
    header.type = static_cast<Type>(type);
    if (std::int64_t{width} != size.width || std::int64_t{height} != size.height)
        return Error{ErrorCode::invalid, "lz: size differs from its descriptor", 12};
    return header;
}

template <class Kind>
bool decode_reference(std::uint32_t control, lz::Input& in, lz::Output<Kind>& out) {
    const std::size_t length = in.length(control >> 5U) + Kind::length_bias;
    const std::uint32_t high = control & 31U;
    const std::uint32_t low = in.u8();
    std::size_t distance = (high << 8U) + low + 1;
    if (high == 31 && low == 255) {
        const std::uint32_t far = in.u8() << 8U;
        distance = far + in.u8() + 8192;
    }
    return out.repeat(distance, length);
}

template <class Kind>
Result<Done> decode_body(lz::Input& in, typename Kind::Unit* units, std::size_t total) {
    lz::Output<Kind> out{units, total};
    while (!out.complete()) {
        const std::uint32_t control = in.u8();
        const bool fits =
            control < 32 ? out.literals(in, control + 1) : decode_reference(control, in, out);
        if (in.failed()) return Error{ErrorCode::truncated, "lz: data is missing"};
        if (!fits) return Error{ErrorCode::invalid, "lz: damaged"};
    }
    return Done{};
}

/// Rows of the picture without padding, as the codec has them.
template <class Kind>
Result<Done> decode_packed(lz::Input& in, Pixels& pixels) {
    using Unit = typename Kind::Unit;
    const auto height = static_cast<std::size_t>(pixels.size().height);
    const auto width = static_cast<std::size_t>(pixels.size().width);
    const std::size_t used_bytes = width * sizeof(Unit);
    if (used_bytes == pixels.stride_bytes())
        return decode_body<Kind>(in, units_of<Unit>(pixels), width * height);
    const auto packed = std::make_unique_for_overwrite<Unit[]>(width * height);
    const Result<Done> decoded = decode_body<Kind>(in, packed.get(), width * height);
    if (!decoded) return decoded;
    for (std::size_t y = 0; y < height; ++y)
        std::memcpy(pixels.row(static_cast<std::int32_t>(y)), &packed[y * width], used_bytes);
    return Done{};
}

std::optional<PixelFormat> format_of(Type type) {
    switch (type) {
    case Type::rgb16:
        return PixelFormat::rgb555;
    case Type::rgb24:
    case Type::rgb32:
        return PixelFormat::bgrx32;
    case Type::rgba:
        return PixelFormat::bgra32;
    case Type::xxxa:
    case Type::a8:
        return PixelFormat::alpha8;
    case Type::plt1_le:
    case Type::plt1_be:
    case Type::plt4_le:
    case Type::plt4_be:
    case Type::plt8:
        return std::nullopt;
    }
    return std::nullopt;
}

Result<Done> decode_units(lz::Input& in, Type type, Pixels& pixels) {
    if (type == Type::rgb16) return decode_packed<lz::Rgb555>(in, pixels);
    if (pixels.format() == PixelFormat::alpha8) return decode_packed<lz::Octets>(in, pixels);
    const Result<Done> colours = decode_packed<lz::Rgb32>(in, pixels);
    if (!colours || type != Type::rgba) return colours;
    return decode_packed<lz::Alpha32>(in, pixels);
}

Result<Pixels> decode_pixels(Reader r, const Header& header, Size size) {
    const std::optional<PixelFormat> format = format_of(header.type);
    if (!format) return Error{ErrorCode::invalid, "lz: indices where colours should be", 8};
    if (size.width <= 0 || size.height <= 0) return Error{ErrorCode::invalid, "empty picture"};
    // Sides are below 2^31: 64 bits hold the product.
    if (too_short_for(static_cast<std::size_t>(size.width) * static_cast<std::size_t>(size.height),
                      r))
        return Error{ErrorCode::truncated, "lz: data too short for the picture"};
    Result<Pixels> pixels = Pixels::allocate(*format, size);
    if (!pixels) return pixels;
    lz::Input in{r.rest()};
    const Result<Done> decoded = decode_units(in, header.type, *pixels);
    if (!decoded) return decoded.error();
    if (!header.top_down) turn_over(*pixels);
    return pixels;
}

struct Indices {
    std::uint8_t bitmap_format;
    std::uint32_t per_byte;
};

std::optional<Indices> indices_of(Type type) {
    switch (type) {
    case Type::plt1_le:
        return Indices{SPICE_BITMAP_FMT_1BIT_LE, 8};
    case Type::plt1_be:
        return Indices{SPICE_BITMAP_FMT_1BIT_BE, 8};
    case Type::plt4_le:
        return Indices{SPICE_BITMAP_FMT_4BIT_LE, 2};
    case Type::plt4_be:
        return Indices{SPICE_BITMAP_FMT_4BIT_BE, 2};
    case Type::plt8:
        return Indices{SPICE_BITMAP_FMT_8BIT, 1};
    case Type::rgb16:
    case Type::rgb24:
    case Type::rgb32:
    case Type::rgba:
    case Type::xxxa:
    case Type::a8:
        return std::nullopt;
    }
    return std::nullopt;
}

} // namespace

Result<Pixels> decode_lz_rgb(Bytes data, Size size) {
    Reader r{data};
    const Result<Header> header = read_header(r, size);
    if (!header) return header.error();
    return decode_pixels(r, *header, size);
}

Result<Pixels> decode_lz_alpha(Bytes data, Size size) {
    Reader r{data};
    const Result<Header> header = read_header(r, size);
    if (!header) return header.error();
    if (format_of(header->type) != PixelFormat::alpha8)
        return Error{ErrorCode::invalid, "lz: colours where alpha should be", 8};
    return decode_pixels(r, *header, size);
}

Result<Pixels> decode_lz_palette(Bytes data,
                                 Size size,
                                 std::span<const std::uint32_t> palette,
                                 PaletteEntries entries) {
    Reader r{data};
    const Result<Header> header = read_header(r, size);
    if (!header) return header.error();
    const std::optional<Indices> indices = indices_of(header->type);
    if (!indices) return Error{ErrorCode::invalid, "lz: colours where indices should be", 8};
    if (size.width <= 0 || size.height <= 0) return Error{ErrorCode::invalid, "empty picture"};

    const auto width = static_cast<std::size_t>(size.width);
    const auto height = static_cast<std::size_t>(size.height);
    const std::size_t stride_bytes = (width + indices->per_byte - 1) / indices->per_byte;
    if (header->stride_bytes != stride_bytes)
        return Error{ErrorCode::invalid, "lz: stride is not that of its rows", 20};
    if (stride_bytes > max_pixels_bytes / height)
        return Error{ErrorCode::limit, "picture larger than 256 MiB"};
    const std::size_t total = stride_bytes * height;
    if (too_short_for(total, r))
        return Error{ErrorCode::truncated, "lz: data too short for the picture"};
    const auto rows = std::make_unique_for_overwrite<std::uint8_t[]>(total);
    lz::Input in{r.rest()};
    const Result<Done> decoded = decode_body<lz::Octets>(in, rows.get(), total);
    if (!decoded) return decoded.error();
    return decode_bitmap({.format = indices->bitmap_format,
                          .top_down = header->top_down,
                          .width = static_cast<std::uint32_t>(width),
                          .height = static_cast<std::uint32_t>(height),
                          .stride_bytes = header->stride_bytes,
                          .palette = {},
                          .rows = std::as_bytes(std::span{rows.get(), total})},
                         palette,
                         entries);
}

} // namespace sumac::image
