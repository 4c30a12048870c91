/// A decoded video picture: what a decoder makes of a frame.
#pragma once

#include <sumac/geometry.h>
#include <sumac/sinks.h>

#include <cstddef>
#include <memory>
#include <vector>

namespace sumac::video {

/// Pixels in memory order B, G, R, X, rows in the order in which they were encoded, no padding.
struct Picture {
    Size size;
    std::vector<std::byte> pixels; ///< width * height * 4 bytes

    PictureView view() const { return {pixels.data(), size, std::ptrdiff_t{size.width} * 4}; }
};
using PicturePtr = std::shared_ptr<const Picture>;

/// The largest picture that is decoded, in pixels: four times an 8K screen. A JPEG header of 20
/// bytes can claim 65535 x 65535; this bounds what it may cost (512 MiB).
inline constexpr std::int64_t max_picture_pixels = std::int64_t{4} * 7680 * 4320;

} // namespace sumac::video
