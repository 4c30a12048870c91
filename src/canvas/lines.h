/// Lines of single pixels.
#pragma once

#include <sumac/geometry.h>

#include <vector>

namespace sumac::canvas {

/// Pixels side by side.
struct Span {
    std::int32_t x = 0;
    std::int32_t y = 0;
    std::int32_t width = 0;
    bool operator==(const Span&) const = default;
};

/// Adds the pixels of the line from `from` up to, but without, `to` that lie in `visible`. They are
/// those of X servers' zero-width lines, which libspice-server's canvas draws: one pixel on each
/// step of the longer axis, the nearest to the true line; of two as near the one that lies ahead on
/// the other axis, except for lines that go up steeply or to the left flatly. Coordinates lie in
/// the range of 28.4 numbers.
void append_line(Point from, Point to, const Rect& visible, std::vector<Span>& spans);

} // namespace sumac::canvas
