/// The conversion that matters most by hand: pictures in full range with colour at half the width,
/// which every JPEG of a server is. Four times as fast as what the compiler makes of the plain
/// loop, and the same to the bit.
#pragma once

#include "video/colour.h"

#include <cstddef>
#include <cstdint>

namespace sumac::video {

/// Whether this processor can.
bool has_fast_full_range();

/// In 65536ths: red = Y + red_v * (V - 128), and so on.
struct FullRangeWeights {
    int red_v = 0;
    int green_u = 0;
    int green_v = 0;
    int blue_u = 0;
};

/// A row of colour samples with the row or rows of brightness that share it.
struct SharedColour {
    const std::byte* u = nullptr;
    const std::byte* v = nullptr;
    const std::byte* y = nullptr;
    std::ptrdiff_t y_stride = 0;
    std::byte* pixels = nullptr;
    std::ptrdiff_t pixel_stride = 0;
    int rows = 1;
    std::size_t width = 0;   ///< in pixels
    Into into = Into::cache; ///< to memory only if the pixels lie aligned
};

/// Converts from the left as many pixels as it can at a time, and returns how many: an even number,
/// `width` less 31 at the least. Only where has_fast_full_range. After Into::memory
/// finish_past_cache is due.
std::size_t convert_full_range(const FullRangeWeights& weights, const SharedColour& shared);

} // namespace sumac::video
