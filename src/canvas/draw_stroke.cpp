// DRAW_STROKE: lines of single pixels, solid and dashed.
#include "canvas/dashes.h"
#include "canvas/lines.h"
#include "canvas/path.h"
#include "canvas/target.h"

#include <algorithm>

namespace sumac::canvas {

namespace {

/// A message may cross the surface very often, but not for ever.
constexpr std::size_t max_stroked_pixels = std::size_t{1} << 28;

DashPattern pattern_of(const wire::LineAttr& attr) {
    DashPattern pattern;
    // Longer ones than 255 lose their upper bits in libspice-server's canvas, too.
    for (const std::int32_t length : attr.style)
        pattern.lengths.push_back(static_cast<std::uint8_t>(whole(length)));
    if ((attr.flags & SPICE_LINE_FLAGS_START_WITH_GAP) != 0 && !pattern.lengths.empty()) {
        // The first length is that of the gap, so the pattern, which begins with a dash, is turned.
        std::rotate(pattern.lengths.begin(), pattern.lengths.begin() + 1, pattern.lengths.end());
        pattern.first = 1 % pattern.lengths.size();
    }
    return pattern;
}

/// Paints spans, until there were too many.
class SpanPainter {
public:
    SpanPainter(Target& target, RowSource& source, Rop rop)
        : target_(target), rects_(target.region.rects()), source_(source), rop_(rop) {}

    void paint(const std::vector<Span>& spans) {
        for (const Span& span : spans)
            painted_ += static_cast<std::size_t>(span.width);
        if (!exhausted()) paint_spans(target_.surface, rects_, spans, source_, rop_);
    }
    bool exhausted() const { return painted_ > max_stroked_pixels; }

private:
    Target& target_;
    std::vector<Rect> rects_;
    RowSource& source_;
    Rop rop_;
    std::size_t painted_ = 0;
};

Error too_long() {
    return {ErrorCode::unsupported, "stroke of too many pixels"};
}

/// Each line for itself: what crosses itself is drawn twice.
Result<Done>
paint_solid(const std::vector<Polyline>& lines, const Rect& visible, SpanPainter& painter) {
    std::vector<Span> spans;
    for (const Polyline& line : lines) {
        for (std::size_t i = 1; i < line.size(); ++i) {
            append_line(line[i - 1], line[i], visible, spans);
            painter.paint(spans);
            spans.clear();
            if (painter.exhausted()) return too_long();
        }
    }
    return Done{};
}

/// Overlapping and touching ones become one.
std::vector<Span> united(std::vector<Span> spans) {
    std::ranges::sort(
        spans, [](const Span& a, const Span& b) { return a.y != b.y ? a.y < b.y : a.x < b.x; });
    std::vector<Span> result;
    for (const Span& span : spans) {
        if (!result.empty() && result.back().y == span.y &&
            result.back().x + result.back().width >= span.x) {
            Span& last = result.back();
            last.width = std::max(last.width, span.x + span.width - last.x);
            continue;
        }
        result.push_back(span);
    }
    return result;
}

/// Where it makes a difference, each pixel of a polyline is drawn once.
class DashPainter {
public:
    DashPainter(const Rect& visible, SpanPainter& painter, bool once)
        : visible_(visible), painter_(painter), once_(once) {}

    Result<Done> paint(const Polyline& line, const DashPattern& pattern) {
        const bool gather = once_ && line.size() > 2;
        gathered_.clear();
        const auto draw = [&](const std::vector<Span>& spans) {
            if (gather && gathered_.size() <= max_gathered)
                gathered_.insert(gathered_.end(), spans.begin(), spans.end());
            if (!gather) painter_.paint(spans);
        };
        const Result<Done> dashed = dash_line(line,
                                              pattern,
                                              gather ? Joins::always : Joins::if_missing,
                                              visible_,
                                              dashes_left_,
                                              draw);
        if (!dashed) return dashed;
        if (gathered_.size() > max_gathered) return too_long();
        if (gather) painter_.paint(united(gathered_));
        return painter_.exhausted() ? Result<Done>{too_long()} : Done{};
    }

private:
    static constexpr std::size_t max_gathered = std::size_t{1} << 22;

    Rect visible_;
    SpanPainter& painter_;
    bool once_;
    std::size_t dashes_left_ = max_dashes;
    std::vector<Span> gathered_;
};

} // namespace

Result<Drawn> Canvas::execute(const wire::DrawStroke& message) {
    Operands operands{*this, message.base.surface};
    const std::optional<Operand> tile = operands.brush(message.brush);
    if (const auto obstacle = operands.obstacle()) return *obstacle;

    Result<Target> target = aim(find(message.base.surface), message.base);
    if (!target) return target.error();
    const Result<std::vector<Polyline>> lines = flatten(message.path);
    if (!lines) return lines.error();
    const Rect visible = target->region.extents();
    if (visible.empty()) return Drawn{Damage{}};

    const auto rows = brush_rows(message.brush, tile, target->surface.format(), visible);
    const Rop rop = parse_rop(message.fore_mode, brush_on_surface);
    SpanPainter painter{*target, *rows, rop};
    const DashPattern pattern = pattern_of(message.attr);
    if (pattern.lengths.empty()) {
        const Result<Done> painted = paint_solid(*lines, visible, painter);
        if (!painted) return painted.error();
    } else {
        if (std::ranges::all_of(pattern.lengths, [](std::uint8_t length) { return length == 0; }))
            return Error{ErrorCode::invalid, "dashes without length"};
        DashPainter dashes{visible, painter, inverts(rop)};
        for (const Polyline& line : *lines) {
            const Result<Done> painted = dashes.paint(line, pattern);
            if (!painted) return painted.error();
        }
    }
    return Drawn{note_damage(message.base.surface, target->region)};
}

} // namespace sumac::canvas
