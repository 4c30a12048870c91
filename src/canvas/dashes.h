/// Dashed lines.
#pragma once

#include "canvas/lines.h"
#include "canvas/path.h"
#include <sumac/result.h>

#include <cstdint>
#include <functional>

namespace sumac::canvas {

/// Dashes and gaps take turns: even places of the pattern are drawn.
struct DashPattern {
    std::vector<std::uint8_t> lengths; ///< pixels; not all of them 0
    std::size_t first = 0;             ///< where a polyline begins
};

/// Dashes and gaps of one message, those far outside of the surface included.
inline constexpr std::size_t max_dashes = std::size_t{1} << 20;

/// What to draw where two lines meet.
enum class Joins {
    always,
    if_missing, ///< only where neither line covers the point itself
};

using DrawSpans = std::function<void(const std::vector<Span>&)>;

/// Calls `draw` with the pixels, inside of `visible`, of each dash and of each corner between two
/// that meet; they may overlap. They are those of X servers' lines of width 1, as
/// libspice-server's canvas draws dashed ones: of each dash as a rectangle, the pixels whose
/// centres lie inside. Takes its dashes from `dashes_left`. Error: limit (none is left).
Result<Done> dash_line(const Polyline& line,
                       const DashPattern& pattern,
                       Joins joins,
                       const Rect& visible,
                       std::size_t& dashes_left,
                       const DrawSpans& draw);

} // namespace sumac::canvas
