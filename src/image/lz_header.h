/// What the headers of LZ and GLZ have in common. The numbers are in no public header of SPICE.
#pragma once

#include "base/reader.h"
#include <sumac/geometry.h>

#include <cstdint>

namespace sumac::image::lz {

inline constexpr std::uint32_t magic = 0x20205A4C; ///< "  ZL"
inline constexpr std::uint32_t version = 0x00010001;

enum class Type : std::uint8_t {
    plt1_le = 1,
    plt1_be,
    plt4_le,
    plt4_be,
    plt8,
    rgb16,
    rgb24,
    rgb32,
    rgba,
    xxxa,
    a8,
};

/// No byte of a body gives more units than this: 255 in a long length, 32 literals for 33 bytes.
inline constexpr std::size_t max_expansion = 255;

/// The big-endian numbers of the headers.
inline std::uint32_t read_u32(Reader& r) {
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
        value = value << 8U | r.u8();
    return value;
}
inline std::uint64_t read_u64(Reader& r) {
    const std::uint64_t high = read_u32(r);
    return high << 32U | read_u32(r);
}

} // namespace sumac::image::lz
