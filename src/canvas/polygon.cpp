#include "canvas/polygon.h"

#include <cmath>

namespace sumac::canvas {

namespace {

std::int64_t whole_up(double value) {
    return static_cast<std::int64_t>(std::ceil(value));
}

std::int64_t ceil_div(std::int64_t value, std::int64_t divisor) {
    return value > 0 ? (value - 1) / divisor + 1 : -(-value / divisor);
}

/// A side on its way down.
struct Edge {
    std::int64_t first_row = 0;
    std::int64_t dx = 0;
    std::int64_t dy = 0; ///< > 0
    std::int64_t k = 0;

    /// The first whole number not left of the side.
    std::int64_t x(std::int64_t row) const { return ceil_div(k + row * dx, dy); }
};

/// The sides from the upper end of the polygon to its lower one, on one hand.
class Chain {
public:
    void add(const Corner& corner, const Side& side) {
        if (side.dy == 0) return;
        const std::int64_t sign = side.dy < 0 ? -1 : 1;
        edges_.push_back({whole_up(corner.y),
                          sign * side.dx,
                          sign * side.dy,
                          whole_up(static_cast<double>(sign) * side.k)});
    }
    bool empty() const { return edges_.empty(); }
    std::int64_t first_row() const { return edges_.front().first_row; }
    /// Rows rise from call to call.
    std::int64_t x(std::int64_t row) {
        while (current_ + 1 < edges_.size() && edges_[current_ + 1].first_row <= row)
            ++current_;
        return edges_[current_].x(row);
    }

private:
    std::vector<Edge> edges_;
    std::size_t current_ = 0;
};

struct Ends {
    std::size_t top = 0;
    std::size_t bottom = 0;
};

/// Of several corners on one height the first at the top, the last at the bottom.
Ends ends_of(std::span<const Corner> corners) {
    Ends ends;
    for (std::size_t i = 1; i < corners.size(); ++i) {
        if (corners[i].y < corners[ends.top].y) ends.top = i;
        if (corners[i].y >= corners[ends.bottom].y) ends.bottom = i;
    }
    return ends;
}

/// From the top to the bottom with rising numbers, or with falling ones.
Chain chain_of(std::span<const Corner> corners,
               std::span<const Side> sides,
               Ends ends,
               bool rising) {
    const std::size_t count = corners.size();
    Chain chain;
    for (std::size_t i = ends.top; i != ends.bottom;) {
        const std::size_t previous = (i + count - 1) % count;
        chain.add(corners[i], sides[rising ? i : previous]);
        i = rising ? (i + 1) % count : previous;
    }
    return chain;
}

/// Whether something of the polygon may be seen: most dashes of a very long line are not.
bool meets(std::span<const Corner> corners, Ends ends, Point origin, const Rect& visible) {
    double left = corners.front().x;
    double right = left;
    for (const Corner& corner : corners) {
        left = std::min(left, corner.x);
        right = std::max(right, corner.x);
    }
    return origin.y + corners[ends.top].y < visible.bottom &&
           origin.y + corners[ends.bottom].y >= visible.top && origin.x + left < visible.right &&
           origin.x + right >= visible.left;
}

} // namespace

void append_polygon(std::span<const Corner> corners,
                    std::span<const Side> sides,
                    Point origin,
                    const Rect& visible,
                    std::vector<Span>& spans) {
    const Ends ends = ends_of(corners);
    if (!meets(corners, ends, origin, visible)) return;
    const Side& after = sides[ends.top];
    const Side& before = sides[(ends.top + corners.size() - 1) % corners.size()];
    const bool clockwise = before.dy * after.dx <= after.dy * before.dx;
    Chain right = chain_of(corners, sides, ends, clockwise);
    Chain left = chain_of(corners, sides, ends, !clockwise);
    if (left.empty() || right.empty()) return;

    const std::int64_t first =
        std::max<std::int64_t>(right.first_row(), visible.top - std::int64_t{origin.y});
    const std::int64_t last = std::min<std::int64_t>(whole_up(corners[ends.bottom].y),
                                                     visible.bottom - std::int64_t{origin.y});
    for (std::int64_t row = first; row < last; ++row) {
        const std::int64_t begin = std::max<std::int64_t>(left.x(row) + origin.x, visible.left);
        const std::int64_t end = std::min<std::int64_t>(right.x(row) + origin.x, visible.right);
        if (begin < end)
            spans.push_back({static_cast<std::int32_t>(begin),
                             static_cast<std::int32_t>(row + origin.y),
                             static_cast<std::int32_t>(end - begin)});
    }
}

} // namespace sumac::canvas
