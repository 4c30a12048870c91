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

} // namespace sumac::video
