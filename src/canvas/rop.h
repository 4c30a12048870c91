/// Raster operations of two inputs, S (source: image or brush) and D (destination).
///
/// Any such operation is one of 16 boolean functions, applied to each bit. A Rop is the function's
/// truth table: bit (S << 1 | D) of it is the result.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

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

/// From SPICE_ROPD_*; none if no operation is named.
std::optional<Rop> parse_rop(std::uint16_t descriptor, RopInputs inputs);

/// d = rop(s, d) for each of `size_bytes` bytes. The two may not overlap, unless equal.
void apply_rop(Rop rop, std::byte* d, const std::byte* s, std::size_t size_bytes);

} // namespace sumac::canvas
