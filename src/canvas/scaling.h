/// Where the pixels of a scaled image come from.
#pragma once

#include "canvas/surface.h"

#include <cstdint>
#include <optional>

namespace sumac::canvas {

/// Sides above this are hostile, and below it the products of Axis fit 64 bits.
inline constexpr std::int64_t max_scaled_side = std::int64_t{1} << 30;

/// One direction of a scaling: destination coordinates to source coordinates.
struct Axis {
    std::int64_t from = 0;      ///< first source coordinate of the area
    std::int64_t from_size = 0; ///< 1 ... max_scaled_side
    std::int64_t to = 0;        ///< first destination coordinate of the box
    std::int64_t to_size = 0;   ///< 1 ... max_scaled_side
    std::int32_t limit = 0;     ///< size of the source image

    /// Source pixel under the centre of a destination pixel of the box; none outside the image.
    std::optional<std::int32_t> source(std::int64_t destination) const {
        const std::int64_t place = from + (2 * (destination - to) + 1) * from_size / (2 * to_size);
        if (place < 0 || place >= limit) return std::nullopt;
        return static_cast<std::int32_t>(place);
    }
    double scale() const { return static_cast<double>(from_size) / static_cast<double>(to_size); }
};

struct Axes {
    Axis x;
    Axis y;
};

/// False where interpolation is not possible (single bits) or shows nothing that the nearest pixel
/// does not (each destination pixel skips thousands).
bool suits_bilinear(SurfaceFormat format, const Axes& axes);

/// The pixels for `extents` of the destination, interpolated in the format of a surface; 0 where
/// the centre of a pixel falls outside the image. Needs suits_bilinear. Errors: limit, system.
Result<image::Pixels> scale_bilinear(SurfaceFormat format,
                                     const image::PixelView& image,
                                     const Axes& axes,
                                     const Rect& extents);

} // namespace sumac::canvas
