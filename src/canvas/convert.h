/// Pixels of one format as pixels of another, a row at a time.
///
/// Equal layouts are copied bit for bit, X included. 5 bits become 8 by (c << 3) | (c >> 2), 6 bits
/// by (c << 2) | (c >> 4); 8 bits become 5 or 6 by dropping the low ones. Colour gives full
/// coverage, or an X of all ones, where it has no alpha of its own; coverage gives black with that
/// alpha.
#pragma once

#include "canvas/surface.h"

namespace sumac::canvas {

/// True if a pixel of `from` is, bit for bit, a pixel of a surface in `to`.
bool same_layout(SurfaceFormat to, image::PixelFormat from);

/// Converts `count` pixels. `from` may be any format but mask1. Neither needs alignment.
void convert_row(SurfaceFormat to_format,
                 std::byte* to,
                 image::PixelFormat from_format,
                 const std::byte* from,
                 std::size_t count);

} // namespace sumac::canvas
