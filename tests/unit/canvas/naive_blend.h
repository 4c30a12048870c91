/// The arithmetic of blending, colour by colour.
#pragma once

#include "naive_surface.h"

#include <algorithm>
#include <array>

namespace sumac::canvas {

/// Alpha, red, green, blue, each 0 ... 255, colours multiplied by alpha.
using Parts = std::array<std::uint32_t, 4>;

inline Parts parts_of(const Sample& sample) {
    const std::uint32_t a = sample.has_alpha ? sample.argb >> 24 : 255;
    return {a, sample.argb >> 16 & 255, sample.argb >> 8 & 255, sample.argb & 255};
}
inline std::uint32_t argb_of(const Parts& parts) {
    return parts[0] << 24 | parts[1] << 16 | parts[2] << 8 | parts[3];
}

/// a * b / 255, rounded to the nearest.
inline std::uint32_t product(std::uint32_t a, std::uint32_t b) {
    return (2 * a * b + 255) / 510;
}

/// The share of source and destination in the result, for the operators of XRender from CLEAR (0)
/// to ADD (12); `sa` and `da` are the alphas.
inline std::uint32_t combined(
    std::uint32_t operation, std::uint32_t s, std::uint32_t sa, std::uint32_t d, std::uint32_t da) {
    struct Shares {
        std::uint32_t of_source = 0;
        std::uint32_t of_destination = 0;
    };
    const Shares shares[] = {{0, 0},
                             {255, 0},
                             {0, 255},
                             {255, 255 - sa},
                             {255 - da, 255},
                             {da, 0},
                             {0, sa},
                             {255 - da, 0},
                             {0, 255 - sa},
                             {da, 255 - sa},
                             {255 - da, sa},
                             {255 - da, 255 - sa},
                             {255, 255}};
    const Shares& share = shares[operation];
    return std::min<std::uint32_t>(255,
                                   product(s, share.of_source) + product(d, share.of_destination));
}

/// A native pixel with a source laid over it through a mask, which is white where there is none.
inline std::uint32_t naive_blend(std::uint32_t operation,
                                 const Parts& source,
                                 const Parts& mask,
                                 NaiveSurface& surface,
                                 int x,
                                 int y) {
    const Parts d = parts_of(surface.sample(x, y));
    Parts result{};
    for (std::size_t i = 0; i < 4; ++i)
        result[i] = combined(
            operation, product(source[i], mask[i]), product(source[0], mask[i]), d[i], d[0]);
    return native_of(surface.format, {argb_of(result), 0, false, true, false, false});
}

/// A mask of one strength.
inline Parts uniform(std::uint32_t strength) {
    return {strength, strength, strength, strength};
}

/// What of an image a destination sees: a bitmap is made like it first.
inline Sample like_destination(const Sample& sample, std::uint32_t format) {
    if (format == SPICE_SURFACE_FMT_32_xRGB || format == SPICE_SURFACE_FMT_32_ARGB) return sample;
    NaiveSurface one{format, 1, 1};
    one.at(0, 0) = native_of(format, sample) & all_ones(format);
    return one.sample(0, 0);
}

} // namespace sumac::canvas
