/// Small convex polygons.
#pragma once

#include "canvas/lines.h"

#include <cstdint>
#include <span>
#include <vector>

namespace sumac::canvas {

struct Corner {
    double x = 0;
    double y = 0;
};

/// From one corner to the next, the points where x * dy - y * dx = k.
struct Side {
    std::int64_t dx = 0;
    std::int64_t dy = 0;
    double k = 0;
};

/// Adds the pixels, inside of `visible`, whose centres (at whole numbers) lie in the polygon; on a
/// left or upper side they belong to it, on a right or lower one they do not. Corners and sides are
/// relative to `origin`; side i leads from corner i to the next, either way round.
void append_polygon(std::span<const Corner> corners,
                    std::span<const Side> sides,
                    Point origin,
                    const Rect& visible,
                    std::vector<Span>& spans);

} // namespace sumac::canvas
