/// Raster operations of two inputs, S (source: image or brush) and D (destination), or of three,
/// with P (pattern: the brush) besides.
///
/// Any such operation is a boolean function, applied to each bit. A Rop is the truth table of one
/// of the 16 functions of two inputs: bit (S << 1 | D) of it is the result. For three inputs there
/// are 256, and bit (P << 2 | S << 1 | D) is the result.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sumac::canvas {

enum class Rop : std::uint8_t {
    black = 0b0000,  ///< 0
    keep = 0b1010,   ///< D
    invert = 0b0101, ///< ~D
    copy = 0b1100,   ///< S
    white = 0b1111,  ///< 1
};

/// Which of the descriptor's inversion flags is meant for which input.
struct RopInputs {
    std::uint16_t invert_s = 0; ///< SPICE_ROPD_INVERS_SRC or _BRUSH
    std::uint16_t invert_d = 0; ///< SPICE_ROPD_INVERS_DEST; in DRAW_OPAQUE _SRC
};

/// From SPICE_ROPD_*. A descriptor that names no operation copies S as it is: libspice-server's
/// canvas takes it so.
Rop parse_rop(std::uint16_t descriptor, RopInputs inputs);

/// Whether a second application of the same S undoes the first, in some bit at least.
bool inverts(Rop rop);

/// d = rop(s, d) for each of `size_bytes` bytes. The two may not overlap, unless equal.
void apply_rop(Rop rop, std::byte* d, const std::byte* s, std::size_t size_bytes);

/// d = rop3(p, s, d) for each of `size_bytes` bytes, which may not overlap.
void apply_rop3(std::uint8_t rop3,
                std::byte* d,
                const std::byte* s,
                const std::byte* p,
                std::size_t size_bytes);

} // namespace sumac::canvas
