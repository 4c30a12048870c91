#include "canvas/lines.h"

#include <cstdlib>

namespace sumac::canvas {

namespace {

constexpr std::int64_t ceil_div(std::int64_t value, std::int64_t divisor) {
    return value > 0 ? (value + divisor - 1) / divisor : value / divisor;
}

/// One axis of a line.
struct Way {
    std::int64_t from = 0;
    std::int64_t length = 0;
    std::int64_t sign = 1;

    Way(std::int32_t begin, std::int32_t end)
        : from(begin), length(std::abs(std::int64_t{end} - begin)), sign(end < begin ? -1 : 1) {}
    std::int64_t at(std::int64_t step) const { return from + sign * step; }
};

/// Steps first ... last - 1.
struct Steps {
    std::int64_t first = 0;
    std::int64_t last = 0;
};

/// The steps of a way that lie in [low, high).
Steps steps_inside(const Way& way, std::int64_t low, std::int64_t high) {
    if (way.sign > 0) return {low - way.from, high - way.from};
    return {way.from - high + 1, way.from - low + 1};
}

/// After i steps on the longer (major) axis, floor((2 * minor * i + major - bias) / (2 * major))
/// have been made on the shorter. Of 2^29 steps at most, so all products fit.
class Slope {
public:
    Slope(const Way& major, const Way& minor, bool biased)
        : major_(major.length), minor_(minor.length), bias_(biased ? 1 : 0) {}

    std::int64_t minor_steps(std::int64_t step) const {
        return (2 * minor_ * step + major_ - bias_) / (2 * major_);
    }
    /// The first step with that many on the minor axis, or more; the end if there is none.
    std::int64_t first_step(std::int64_t minor_steps) const {
        if (minor_steps <= 0) return 0;
        if (minor_ == 0) return major_;
        return std::min(major_, ceil_div(2 * major_ * minor_steps - major_ + bias_, 2 * minor_));
    }

private:
    std::int64_t major_;
    std::int64_t minor_;
    std::int64_t bias_;
};

Steps common(const Steps& a, const Steps& b) {
    return {std::max(a.first, b.first), std::min(a.last, b.last)};
}

Span span(std::int64_t x, std::int64_t y, std::int64_t width) {
    return {static_cast<std::int32_t>(x),
            static_cast<std::int32_t>(y),
            static_cast<std::int32_t>(width)};
}

} // namespace

void append_line(Point from, Point to, const Rect& visible, std::vector<Span>& spans) {
    const Way x{from.x, to.x};
    const Way y{from.y, to.y};
    const bool x_major = x.length > y.length;
    const Way& major = x_major ? x : y;
    const Way& minor = x_major ? y : x;
    if (major.length == 0) return;
    // x-major: going left; y-major: going up.
    const Slope slope{major, minor, major.sign < 0};

    const Steps rows = steps_inside(y, visible.top, visible.bottom);
    const Steps columns = steps_inside(x, visible.left, visible.right);
    const Steps& minor_seen = x_major ? rows : columns;
    const Steps by_minor{slope.first_step(minor_seen.first), slope.first_step(minor_seen.last)};
    const Steps seen = common(common(x_major ? columns : rows, by_minor), Steps{0, major.length});

    for (std::int64_t step = seen.first; step < seen.last;) {
        const std::int64_t aside = slope.minor_steps(step);
        if (!x_major) {
            spans.push_back(span(x.at(aside), y.at(step), 1));
            ++step;
            continue;
        }
        const std::int64_t next = std::min(seen.last, slope.first_step(aside + 1));
        spans.push_back(span(x.at(x.sign > 0 ? step : next - 1), y.at(aside), next - step));
        step = next;
    }
}

} // namespace sumac::canvas
