/// From the coefficients of a JPEG's blocks to samples: the transform that libjpeg calls "islow",
/// for whole blocks in the processor's wider registers. As libjpeg-turbo's own SIMD to the bit; its
/// plain code differs where damage makes the numbers between the passes exceed 16 bits.
/// For this folder's sources only.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace sumac::video {

/// Coefficients, dequantised, in the order in which the transform multiplies them: pairs of rows.
struct alignas(32) DctBlock {
    static constexpr std::size_t side = 8;

    /// Where the coefficient of a row and column stands.
    static constexpr std::size_t place(std::size_t row, std::size_t column) {
        constexpr std::array<std::size_t, side> pair_of_row{0, 2, 1, 3, 0, 3, 1, 2};
        constexpr std::array<std::size_t, side> half_of_row{0, 1, 0, 0, 1, 1, 1, 0};
        constexpr std::array<std::size_t, side> place_of_column{2, 5, 0, 6, 3, 7, 1, 4};
        return pair_of_row.at(row) * 2 * side + place_of_column.at(column) * 2 +
               half_of_row.at(row);
    }
    /// Nobody reads what is written there.
    static constexpr std::size_t nowhere = side * side;

    std::array<std::int16_t, side * side + 1> at{}; ///< -8192 to 8191
    bool only_dc = false;                           ///< all but the first are 0
    std::byte* to = nullptr;
    std::ptrdiff_t stride_bytes = 0;
};

/// Whether this processor can do what follows.
bool has_inverse_dct();

/// Writes each block's eight rows of eight samples, and leaves it with zeros.
void inverse_dct(std::span<DctBlock> blocks);

} // namespace sumac::video
