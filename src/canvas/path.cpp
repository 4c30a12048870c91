#include "canvas/path.h"

#include <spice/enums.h>

#include <utility>

namespace sumac::canvas {

namespace {

/// Halving a curve so often leaves less than a 1/16 pixel of the longest that 32 bits can say.
constexpr int max_halvings = 32;

/// Products of four coordinates.
__extension__ using Wide = __int128;

struct Fix { ///< 28.4 as in wire::PointFix, but wide enough for sums
    std::int64_t x = 0;
    std::int64_t y = 0;
};
Fix operator-(const Fix& a, const Fix& b) {
    return {a.x - b.x, a.y - b.y};
}
Fix middle(const Fix& a, const Fix& b) {
    return {(a.x + b.x) / 2, (a.y + b.y) / 2};
}
Fix fix(const wire::PointFix& point) {
    return {point.x, point.y};
}
Fix fix(const Point& point) {
    return {std::int64_t{point.x} * 16, std::int64_t{point.y} * 16};
}
Point whole(const Fix& point) {
    return {canvas::whole(static_cast<std::int32_t>(point.x)),
            canvas::whole(static_cast<std::int32_t>(point.y))};
}
/// In 28.4, rounded down.
Wide dot(const Fix& a, const Fix& b) {
    return (Wide{a.x} * b.x + Wide{a.y} * b.y) >> 4;
}

struct Curve {
    Fix start;
    Fix control1;
    Fix control2;
    Fix end;
};

/// Whether a control point is nearer to the chord than the square root of half a pixel.
bool is_near(const Fix& control, const Fix& from, const Fix& to) {
    const Fix arm = control - from;
    const Fix chord = to - from;
    const Wide square = dot(chord, chord);
    const Wide along = dot(arm, chord);
    // Rounding: from a mere point an arm may go along. Where it does not, halving would not end.
    if (square == 0 && along == 0) return dot(arm, arm) == 0;
    return (dot(arm, arm) * square - along * along) >> 3 < square;
}

class Flattener {
public:
    Result<Done> add(const wire::PathSegment& segment) {
        auto point = segment.points.begin();
        if ((segment.flags & SPICE_PATH_BEGIN) != 0) {
            finish_line();
            if (point == segment.points.end())
                return Error{ErrorCode::invalid, "path begins without a point"};
            add_point(fix(*point++));
        }
        const std::span<const wire::PointFix> rest{point, segment.points.end()};
        if ((segment.flags & SPICE_PATH_BEZIER) != 0) {
            const Result<Done> added = add_curves(rest);
            if (!added) return added;
        } else {
            for (const wire::PointFix& next : rest)
                add_point(fix(next));
        }
        if ((segment.flags & SPICE_PATH_END) != 0) {
            if ((segment.flags & SPICE_PATH_CLOSE) != 0 && !line_.empty()) {
                const Point first = line_.front();
                line_.push_back(first);
            }
            finish_line();
        }
        if (points_ > max_stroke_points)
            return Error{ErrorCode::unsupported, "stroke of too many points"};
        return Done{};
    }

    std::vector<Polyline> take() && {
        finish_line();
        return std::move(lines_);
    }

private:
    void add_point(const Fix& point) {
        ++points_;
        line_.push_back(whole(point));
    }
    Result<Done> add_curves(std::span<const wire::PointFix> points) {
        if (points.size() % 3 != 0) return Error{ErrorCode::invalid, "curve without its points"};
        if (!points.empty() && line_.empty())
            return Error{ErrorCode::invalid, "curve without a start"};
        for (; !points.empty() && points_ <= max_stroke_points; points = points.subspan(3))
            add_curve({fix(line_.back()), fix(points[0]), fix(points[1]), fix(points[2])},
                      max_halvings);
        return Done{};
    }
    // NOLINTNEXTLINE(misc-no-recursion): at most max_halvings deep
    void add_curve(const Curve& curve, int halvings_left) {
        if (points_ > max_stroke_points) return;
        if (halvings_left == 0 || (is_near(curve.control1, curve.start, curve.end) &&
                                   is_near(curve.control2, curve.end, curve.start))) {
            add_point(curve.end);
            return;
        }
        const Fix left = middle(curve.start, curve.control1);
        const Fix top = middle(curve.control1, curve.control2);
        const Fix right = middle(curve.control2, curve.end);
        const Fix top_left = middle(left, top);
        const Fix top_right = middle(top, right);
        const Fix halfway = middle(top_left, top_right);
        add_curve({curve.start, left, top_left, halfway}, halvings_left - 1);
        add_curve({halfway, top_right, right, curve.end}, halvings_left - 1);
    }
    void finish_line() {
        if (line_.size() > 1) lines_.push_back(std::move(line_));
        line_.clear();
    }

    std::vector<Polyline> lines_;
    Polyline line_;
    std::size_t points_ = 0;
};

} // namespace

Result<std::vector<Polyline>> flatten(const std::vector<wire::PathSegment>& path) {
    Flattener flattener;
    for (const wire::PathSegment& segment : path) {
        const Result<Done> added = flattener.add(segment);
        if (!added) return added.error();
    }
    return std::move(flattener).take();
}

} // namespace sumac::canvas
