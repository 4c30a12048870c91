#include "draw_shapes.h"

#include <cstring>
#include <vector>

namespace sumac::host {

namespace {

constexpr int most_clip_rects = 8;

/// Structures of a guest one behind another.
class Bytes {
public:
    template <class T>
    void append(const T& value) {
        const std::size_t at = bytes_.size();
        bytes_.resize(at + sizeof value);
        std::memcpy(&bytes_[at], &value, sizeof value);
    }
    std::span<const std::uint8_t> view() const { return bytes_; }

private:
    std::vector<std::uint8_t> bytes_;
};

/// Twenty-eight bits, and four behind the point.
QXLPointFix point_about(Dice& dice, const Area& box) {
    constexpr int margin = 20;
    return {
        .x = 16 * dice.between(box.x - margin, box.x + box.width + margin) + dice.between(0, 15),
        .y = 16 * dice.between(box.y - margin, box.y + box.height + margin) + dice.between(0, 15)};
}

struct Curve {
    QXLPointFix start, control1, control2, end;
};

std::int64_t dot(const QXLPointFix& a, const QXLPointFix& b) {
    return (std::int64_t{a.x} * b.x + std::int64_t{a.y} * b.y) >> 4;
}

QXLPointFix minus(const QXLPointFix& a, const QXLPointFix& b) {
    return {.x = a.x - b.x, .y = a.y - b.y};
}

QXLPointFix middle(const QXLPointFix& a, const QXLPointFix& b) {
    return {.x = (a.x + b.x) / 2, .y = (a.y + b.y) / 2};
}

/// To the server.
bool is_flat(const Curve& curve) {
    const QXLPointFix chord = minus(curve.end, curve.start);
    const QXLPointFix arm1 = minus(curve.control1, curve.start);
    const QXLPointFix arm2 = minus(curve.control2, curve.end);
    const std::int64_t square = dot(chord, chord);
    const auto deviation = [&](const QXLPointFix& arm, std::int64_t along) {
        return (dot(arm, arm) * square - along * along) >> 3;
    };
    return deviation(arm1, dot(arm1, chord)) < square &&
           deviation(arm2, dot(arm2, minus(curve.start, curve.end))) < square;
}

/// The server halves a curve until it is flat, and never ends where its ends meet before.
bool gets_flat(const Curve& curve, int halvings_left) {
    if (is_flat(curve)) return true;
    if (halvings_left == 0) return false;
    const QXLPointFix left = middle(curve.start, curve.control1);
    const QXLPointFix top = middle(curve.control1, curve.control2);
    const QXLPointFix right = middle(curve.control2, curve.end);
    const QXLPointFix top_left = middle(left, top);
    const QXLPointFix top_right = middle(top, right);
    const QXLPointFix halfway = middle(top_left, top_right);
    return gets_flat({curve.start, left, top_left, halfway}, halvings_left - 1) &&
           gets_flat({halfway, top_right, right, curve.end}, halvings_left - 1);
}

/// A curve goes on from where the server has drawn its start.
QXLPointFix drawn(const QXLPointFix& point) {
    const auto whole = [](int fixed) { return ((fixed >> 4) + ((fixed & 15) > 8 ? 1 : 0)) * 16; };
    return {.x = whole(point.x), .y = whole(point.y)};
}

/// Makes paths in and about a box.
class PathMaker {
public:
    PathMaker(Dice& dice, const Area& box) : dice_(dice), box_(box) {}

    void append_segment(std::uint32_t flags) {
        std::vector<QXLPointFix> points;
        if ((flags & SPICE_PATH_BEGIN) != 0) points.push_back(last_ = point_about(dice_, box_));
        for (int steps = dice_.between(1, 6); steps > 0; --steps) {
            if ((flags & SPICE_PATH_BEZIER) != 0) {
                const Curve curve = make_curve();
                points.insert(points.end(), {curve.control1, curve.control2, curve.end});
            } else {
                points.push_back(point_about(dice_, box_));
            }
            last_ = points.back();
        }
        QXLPathSeg head{};
        head.flags = flags;
        head.count = static_cast<std::uint32_t>(points.size());
        bytes_.append(head);
        for (const QXLPointFix& point : points)
            bytes_.append(point);
    }
    std::span<const std::uint8_t> view() const { return bytes_.view(); }

private:
    Curve make_curve() {
        constexpr int most_halvings = 14; // of a curve of a thousand pixels
        for (;;) {
            const Curve curve{drawn(last_),
                              point_about(dice_, box_),
                              point_about(dice_, box_),
                              point_about(dice_, box_)};
            if (gets_flat(curve, most_halvings)) return curve;
        }
    }

    Dice& dice_;
    Area box_;
    Bytes bytes_;
    QXLPointFix last_{};
};

} // namespace

QXLRect qxl_rect(const Area& area) {
    return {.top = area.y,
            .left = area.x,
            .bottom = area.y + area.height,
            .right = area.x + area.width};
}

namespace {

QXLClip clip_of(std::span<const Area> areas, Dice& dice, DrawMemory& memory) {
    Bytes bytes;
    for (const Area& area : areas)
        bytes.append(qxl_rect(area));
    auto& rects = memory.make<QXLClipRects>(bytes.view().size());
    rects.num_rects = static_cast<std::uint32_t>(areas.size());
    fill_chunks(rects.chunk, bytes.view(), sizeof(QXLRect), dice, memory);
    return {.type = SPICE_CLIP_TYPE_RECTS, .data = address_in_guest(&rects)};
}

} // namespace

QXLClip make_clip(Dice& dice, DrawMemory& memory, const Area& box) {
    std::vector<Area> areas(static_cast<std::size_t>(dice.between(1, most_clip_rects)));
    for (Area& area : areas)
        area = {box.x + dice.between(-8, box.width - 1),
                box.y + dice.between(-8, box.height - 1),
                dice.between(1, box.width + 8),
                dice.between(1, box.height + 8)};
    return clip_of(areas, dice, memory);
}

QXLClip make_column_clip(Dice& dice, DrawMemory& memory, const Area& box) {
    std::vector<Area> areas(static_cast<std::size_t>(dice.between(1, most_clip_rects)));
    int y = box.y - dice.between(0, 8);
    for (Area& area : areas) {
        area = {box.x + dice.between(-8, box.width - 1),
                y,
                dice.between(1, box.width + 8),
                dice.length(box.height + 8)};
        y += area.height + (dice.one_in(2) ? dice.between(0, 8) : 0);
    }
    return clip_of(areas, dice, memory);
}

QXLPHYSICAL make_path(Dice& dice, DrawMemory& memory, const Area& box) {
    PathMaker maker(dice, box);
    bool ended = true; // a curve goes on from a point: there has to be one
    const int segments = dice.between(1, 4);
    for (int i = 0; i < segments; ++i) {
        std::uint32_t flags = ended || dice.one_in(4) ? SPICE_PATH_BEGIN : 0;
        if (dice.one_in(3)) flags |= SPICE_PATH_BEZIER;
        ended = dice.one_in(2);
        if (ended) flags |= SPICE_PATH_END;
        if (dice.one_in(3)) flags |= SPICE_PATH_CLOSE;
        maker.append_segment(flags);
    }
    auto& path = memory.make<QXLPath>(maker.view().size());
    path.data_size = static_cast<std::uint32_t>(maker.view().size());
    fill_chunks(path.chunk, maker.view(), 4, dice, memory);
    return address_in_guest(&path);
}

QXLLineAttr make_dashes(Dice& dice, DrawMemory& memory) {
    QXLLineAttr line{};
    line.flags = SPICE_LINE_FLAGS_STYLED;
    if (dice.one_in(3)) line.flags |= SPICE_LINE_FLAGS_START_WITH_GAP;
    line.style_nseg = static_cast<std::uint8_t>(2 * dice.between(1, 3));
    const auto lengths = memory.bytes(line.style_nseg * sizeof(QXLFIXED));
    for (std::size_t i = 0; i < line.style_nseg; ++i) {
        const QXLFIXED length = 16 * dice.length(12) + dice.between(0, 15);
        std::memcpy(&lengths[i * sizeof length], &length, sizeof length);
    }
    line.style = address_in_guest(lengths.data());
    return line;
}

QXLPHYSICAL make_string(Dice& dice, DrawMemory& memory, const Area& box) {
    Bytes bytes;
    const bool four_bits = dice.one_in(2);
    const int count = dice.between(1, 12);
    for (int i = 0; i < count; ++i) {
        const int width = dice.between(1, 19);
        const int height = dice.between(1, 16);
        QXLRasterGlyph head{};
        head.render_pos = {.x = box.x + dice.between(-4, box.width),
                           .y = box.y + dice.between(-4, box.height)};
        head.glyph_origin = {.x = dice.between(-3, 3), .y = dice.between(-12, 3)};
        head.width = static_cast<std::uint16_t>(width);
        head.height = static_cast<std::uint16_t>(height);
        bytes.append(head);
        const int row_bytes = (width * (four_bits ? 4 : 1) + 7) / 8;
        for (int byte = 0; byte < row_bytes * height; ++byte)
            bytes.append(static_cast<std::uint8_t>(dice.word()));
    }
    auto& string = memory.make<QXLString>(bytes.view().size());
    string.data_size = static_cast<std::uint32_t>(bytes.view().size());
    string.length = static_cast<std::uint16_t>(count);
    string.flags = four_bits ? SPICE_STRING_FLAGS_RASTER_A4 : SPICE_STRING_FLAGS_RASTER_A1;
    fill_chunks(string.chunk, bytes.view(), 1, dice, memory);
    return address_in_guest(&string);
}

QXLPHYSICAL make_transform(Dice& dice, DrawMemory& memory) {
    constexpr int one = 1 << 16;
    const auto fixed = [&](int least, int most) {
        return static_cast<std::uint32_t>(dice.between(least, most));
    };
    auto& matrix = memory.make<QXLTransform>();
    matrix.t00 = fixed(one / 4, 3 * one);
    matrix.t11 = fixed(one / 4, 3 * one);
    if (dice.one_in(2)) {
        matrix.t01 = fixed(-one, one);
        matrix.t10 = fixed(-one, one);
    }
    matrix.t02 = fixed(-30 * one, 30 * one);
    matrix.t12 = fixed(-30 * one, 30 * one);
    return address_in_guest(&matrix);
}

} // namespace sumac::host
