/// The path of a stroke as points that straight lines join.
#pragma once

#include "wire/display.h"

#include <vector>

namespace sumac::canvas {

/// Points of one message after its curves have become lines. Guests draw thousands at most; a curve
/// is 24 bytes on the wire and could become any number.
inline constexpr std::size_t max_stroke_points = std::size_t{1} << 20;

using Polyline = std::vector<Point>;

/// A 28.4 coordinate as a whole number: up only beyond the middle of a pixel.
constexpr std::int32_t whole(std::int32_t fixed) {
    return (fixed >> 4) + ((fixed & 15) > 8 ? 1 : 0);
}

/// A new polyline begins where a segment says BEGIN, or after one that says END. Curves become
/// lines that deviate by less than a pixel, cut as libspice-server's canvas cuts them. Errors:
/// invalid (a curve without a point to start from, or without all of its points), limit.
Result<std::vector<Polyline>> flatten(const std::vector<wire::PathSegment>& path);

} // namespace sumac::canvas
