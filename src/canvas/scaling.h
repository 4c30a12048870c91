/// Where the pixels of a scaled image come from.
///
/// Everything is counted in 16.16 fixed point, in the order of libspice-server's canvas and of
/// pixman, which it leaves the scaling to: the pixels that come out are the same to the bit.
#pragma once

#include "canvas/surface.h"

#include <cstdint>
#include <optional>

namespace sumac::canvas {

/// Sides above this are hostile, and below it the products of Axis fit 64 bits.
inline constexpr std::int64_t max_scaled_side = std::int64_t{1} << 30;

/// One direction of a scaling: destination coordinates to source coordinates.
struct Axis {
    std::int64_t step = 0;  ///< 16.16, in the source, from one destination pixel to the next
    std::int64_t start = 0; ///< 16.16, in the source, where the box begins
    std::int64_t to = 0;    ///< first destination coordinate of the box
    std::int32_t limit = 0; ///< size of the source image

    /// The 16.16 place in the source of the left edge of a destination pixel.
    std::int64_t place(std::int64_t destination) const { return start + step * (destination - to); }

    /// Source pixel under the centre of a destination pixel of the box; none outside the image. A
    /// centre between two pixels belongs to the first.
    std::optional<std::int32_t> source(std::int64_t destination) const {
        const std::int64_t pixel = (place(destination) + half_step() - 1) >> 16;
        if (pixel < 0 || pixel >= limit) return std::nullopt;
        return static_cast<std::int32_t>(pixel);
    }

private:
    std::int64_t half_step() const { return (step * 0x8000 + 0x8000) >> 16; }
};

struct Axes {
    Axis x;
    Axis y;
};

/// How libspice-server's canvas rounds: most operations place the area in the source; ROP3 places
/// it in whole pixels of the destination.
enum class Placing { in_source, in_destination };

/// `area` of an image of `image_size` over `box`. Both have sides of 1 ... max_scaled_side.
Axes scaling_axes(const Rect& area, const Rect& box, Size image_size, Placing placing);

/// False where interpolation is not possible (single bits), shows nothing that the nearest pixel
/// does not (each destination pixel skips thousands), or is beyond pixman's numbers.
bool suits_bilinear(SurfaceFormat format, const Axes& axes, const Rect& extents);

/// The pixels for `extents` of the destination, interpolated and in the format of a surface.
/// Outside of the image is transparent black, which its edges fade into. Needs suits_bilinear.
/// Errors: limit, system.
Result<image::Pixels> scale_bilinear(SurfaceFormat format,
                                     const image::PixelView& image,
                                     const Axes& axes,
                                     const Rect& extents);

} // namespace sumac::canvas
