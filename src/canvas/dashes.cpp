#include "canvas/dashes.h"

#include "canvas/polygon.h"

#include <array>
#include <cmath>
#include <optional>

namespace sumac::canvas {

namespace {

constexpr double half_width = 0.5;
/// X: a corner sharper than 11 degrees is cut off. This is 1 / sin(5.5 degrees)^2, for lines of
/// width 1.
constexpr double max_miter_square = 108.856472512142;

/// The place in the pattern, carried from line to line.
class DashPlace {
public:
    explicit DashPlace(const DashPattern& pattern) : lengths_(pattern.lengths) {
        index_ = pattern.first;
        left_ = lengths_[index_];
        while (left_ == 0)
            next();
    }
    bool drawn() const { return index_ % 2 == 0; }
    /// Of the present dash or gap.
    int left() const { return left_; }
    bool begun() const { return left_ != lengths_[index_]; }
    void next() {
        index_ = (index_ + 1) % lengths_.size();
        left_ = lengths_[index_];
    }
    /// Part of it has been used, not all.
    void leave(int left) {
        left_ = left;
        if (left_ == 0) next();
    }

private:
    const std::vector<std::uint8_t>& lengths_;
    std::size_t index_ = 0;
    int left_ = 0;
};

/// A line's end as its joins need it: half of the width aside, and where the line goes from here.
struct Face {
    Point at;
    std::int64_t dx = 0;
    std::int64_t dy = 0;
    double aside_x = 0;
    double aside_y = 0;
    double k = 0;
};

/// The sides of a dash, as if its line went down and to the right.
enum Place : std::size_t { top, right, bottom, left };

/// One line between two points, cut into rectangles.
class Segment {
public:
    Segment(Point from, Point to)
        : from_(from),
          to_(to),
          dx_(std::int64_t{to.x} - from.x),
          dy_(std::int64_t{to.y} - from.y),
          x_(static_cast<double>(dx_)),
          y_(static_cast<double>(dy_)) {
        if (dx_ == 0) {
            length_ = std::abs(y_);
            along_y_ = y_ < 0 ? -half_width : half_width;
        } else if (dy_ == 0) {
            length_ = std::abs(x_);
            along_x_ = x_ < 0 ? -half_width : half_width;
        } else {
            length_ = std::hypot(x_, y_);
            const double scale = half_width / length_;
            along_x_ = scale * x_;
            along_y_ = scale * y_;
        }
        const double k = half_width * length_;
        sides_ = {Side{dx_, dy_, k}, Side{-dy_, dx_, 0}, Side{-dx_, -dy_, k}, Side{dy_, -dx_, 0}};
        corners_[top] = corners_[right] = {along_y_, -along_x_};
        corners_[bottom] = corners_[left] = {-along_y_, along_x_};
    }

    double length() const { return length_; }
    Face begin() const { return {from_, dx_, dy_, along_y_, -along_x_, half_width * length_}; }
    Face end() const { return {to_, -dx_, -dy_, -along_y_, along_x_, half_width * length_}; }

    /// The next rectangle begins where the last one ended, and is so long.
    void step(int pixels) {
        const double step_x = static_cast<double>(pixels * dx_) / length_;
        const double step_y = static_cast<double>(pixels * dy_) / length_;
        corners_[top] = corners_[right];
        corners_[left] = corners_[bottom];
        sides_[left].k = -sides_[right].k;
        corners_[right].x += step_x;
        corners_[right].y += step_y;
        corners_[bottom].x += step_x;
        corners_[bottom].y += step_y;
        sides_[right].k = corners_[right].x * x_ + corners_[right].y * y_;
    }
    void append(const Rect& visible, std::vector<Span>& spans) const {
        append_polygon(corners_, sides_, from_, visible, spans);
    }
    /// What is left behind the last rectangle, counted from the end.
    void append_rest(const Rect& visible, std::vector<Span>& spans) const {
        std::array<Corner, 4> corners = corners_;
        std::array<Side, 4> sides = sides_;
        corners[top] = {corners_[right].x - x_, corners_[right].y - y_};
        corners[left] = {corners_[bottom].x - x_, corners_[bottom].y - y_};
        corners[right] = {along_y_, -along_x_};
        corners[bottom] = {-along_y_, along_x_};
        sides[right].k = 0;
        sides[left].k = -sides_[right].k + static_cast<double>(dx_ * dx_ + dy_ * dy_);
        append_polygon(corners, sides, to_, visible, spans);
    }

private:
    Point from_;
    Point to_;
    std::int64_t dx_;
    std::int64_t dy_;
    double x_;
    double y_;
    double length_ = 0;
    double along_x_ = 0; ///< half of the width, in the direction of the line
    double along_y_ = 0;
    std::array<Corner, 4> corners_{};
    std::array<Side, 4> sides_{};
};

bool covers_its_end(const Face& face) {
    return face.dx > 0 || (face.dx == 0 && face.dy > 0);
}

/// The side between two corners, its slope in whole numbers.
Side bevel(const Corner& from, const Corner& to) {
    constexpr double precision = 65536;
    const double x = to.x - from.x;
    const double y = to.y - from.y;
    const double scale = std::max(std::abs(x), std::abs(y));
    Side side;
    side.dx = static_cast<std::int64_t>(x * precision / scale);
    side.dy = static_cast<std::int64_t>(y * precision / scale);
    side.k = ((from.x + to.x) * static_cast<double>(side.dy) -
              (from.y + to.y) * static_cast<double>(side.dx)) /
             2.0;
    return side;
}

Face reversed(Face face) {
    face.aside_x = -face.aside_x;
    face.aside_y = -face.aside_y;
    face.dx = -face.dx;
    face.dy = -face.dy;
    return face;
}

/// What is missing outside of the corner where two lines meet.
void append_join(
    Face first, Face second, Joins joins, const Rect& visible, std::vector<Span>& spans) {
    if (joins == Joins::if_missing && (covers_its_end(first) || covers_its_end(second))) return;
    const auto real = [](std::int64_t value) { return static_cast<double>(value); };
    const double turn = -real(first.dx) * real(second.dy) + real(second.dx) * real(first.dy);
    if (turn == 0) return; // straight on
    const std::int64_t sign = turn > 0 ? 1 : -1;
    (turn > 0 ? first : second) = reversed(turn > 0 ? first : second);

    std::array<Corner, 4> corners{
        Corner{second.aside_x, second.aside_y}, Corner{0, 0}, Corner{first.aside_x, first.aside_y}};
    std::array<Side, 4> sides{Side{-second.dy, second.dx, 0}, Side{first.dy, -first.dx, 0}};
    const double first_cross = first.aside_x * real(first.dy) - first.aside_y * real(first.dx);
    const double second_cross = second.aside_x * real(second.dy) - second.aside_y * real(second.dx);
    const double tip_y = (real(first.dy) * second_cross - real(second.dy) * first_cross) / turn;
    const Face& base = first.dy != 0 ? first : second;
    const double tip_x = base.aside_x + (tip_y - base.aside_y) * real(base.dx) / real(base.dy);
    if ((tip_x * tip_x + tip_y * tip_y) * 4 > max_miter_square) {
        sides[2] = bevel(corners[2], corners[0]);
        append_polygon(
            std::span{corners}.first(3), std::span{sides}.first(3), first.at, visible, spans);
        return;
    }
    corners[3] = {tip_x, tip_y};
    sides[2] = {sign * first.dx, sign * first.dy, real(sign) * first.k};
    sides[3] = {sign * second.dx, sign * second.dy, real(sign) * second.k};
    append_polygon(corners, sides, first.at, visible, spans);
}

/// Draws one polyline; see dash_line.
class Dasher {
public:
    Dasher(const DashPattern& pattern,
           Joins joins,
           const Rect& visible,
           std::size_t& dashes_left,
           const DrawSpans& draw)
        : place_(pattern), joins_(joins), visible_(visible), left_(dashes_left), draw_(draw) {}

    Result<Done> add(const Segment& segment, bool closed) {
        const bool starts_drawn = place_.drawn();
        const Result<Done> dashed = dash(segment);
        if (!dashed) return dashed;
        if (starts_drawn && before_ && before_drawn_) join(segment.begin(), *before_);
        if (starts_drawn && !before_ && closed) first_ = segment.begin();
        before_ = segment.end();
        // At the end of a dash, or within one.
        before_drawn_ = place_.drawn() == place_.begun();
        return Done{};
    }
    void close() {
        if (before_ && before_drawn_ && first_) join(*first_, *before_);
    }

private:
    Result<Done> dash(Segment segment) {
        double rest = segment.length();
        for (; rest > place_.left(); place_.next()) {
            if (left_ == 0) return Error{ErrorCode::unsupported, "stroke of too many dashes"};
            --left_;
            segment.step(place_.left());
            if (place_.drawn()) segment.append(visible_, spans_);
            flush();
            rest -= place_.left();
        }
        if (place_.drawn()) segment.append_rest(visible_, spans_);
        flush();
        place_.leave(static_cast<int>(place_.left() - rest));
        return Done{};
    }
    void join(const Face& face, const Face& other) {
        append_join(face, other, joins_, visible_, spans_);
        flush();
    }
    void flush() {
        if (!spans_.empty()) draw_(spans_);
        spans_.clear();
    }

    DashPlace place_;
    Joins joins_;
    Rect visible_;
    std::size_t& left_;
    const DrawSpans& draw_;
    std::vector<Span> spans_;
    std::optional<Face> first_;  ///< of a closed line that begins with a dash
    std::optional<Face> before_; ///< the end of the line before
    bool before_drawn_ = false;
};

} // namespace

Result<Done> dash_line(const Polyline& line,
                       const DashPattern& pattern,
                       Joins joins,
                       const Rect& visible,
                       std::size_t& dashes_left,
                       const DrawSpans& draw) {
    Dasher dasher{pattern, joins, visible, dashes_left, draw};
    for (std::size_t i = 1; i < line.size(); ++i) {
        if (line[i] == line[i - 1]) continue;
        const Result<Done> added =
            dasher.add(Segment{line[i - 1], line[i]}, line.front() == line.back());
        if (!added) return added;
    }
    dasher.close();
    return Done{};
}

} // namespace sumac::canvas
