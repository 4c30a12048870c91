/// The glyphs of DRAW_TEXT as one mask.
#pragma once

#include "canvas/surface.h"
#include "wire/display.h"

namespace sumac::canvas {

/// The smallest rect that holds the places of all glyphs, in 64 bits because each is a sum.
struct GlyphBounds {
    std::int64_t left = 0;
    std::int64_t top = 0;
    std::int64_t right = 0;
    std::int64_t bottom = 0;
};
GlyphBounds bounds_of(const wire::GlyphString& string);

/// The coverage of `area`, the greatest of all glyphs at each pixel, as an a8 surface. Glyphs are
/// stored from the bottom up, whatever RASTER_TOP_DOWN says: libspice-server's canvas does not look
/// at it. 4 bits become the upper half of 8, as there. Errors: limit.
Result<Surface> coverage_of(const wire::GlyphString& string, const Rect& area);

} // namespace sumac::canvas
