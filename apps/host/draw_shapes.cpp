#include "draw_shapes.h"

#include <cstring>
#include <vector>

namespace sumac::host {

namespace {

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

void append_segment(Bytes& bytes, Dice& dice, const Area& box, std::uint32_t flags) {
    const bool begins = (flags & SPICE_PATH_BEGIN) != 0;
    const int steps = dice.between(1, 6);
    const int points = ((flags & SPICE_PATH_BEZIER) != 0 ? 3 * steps : steps) + (begins ? 1 : 0);
    QXLPathSeg head{};
    head.flags = flags;
    head.count = static_cast<std::uint32_t>(points);
    bytes.append(head);
    for (int i = 0; i < points; ++i)
        bytes.append(point_about(dice, box));
}

} // namespace

QXLRect qxl_rect(const Area& area) {
    return {.top = area.y,
            .left = area.x,
            .bottom = area.y + area.height,
            .right = area.x + area.width};
}

QXLClip make_clip(Dice& dice, DrawMemory& memory, const Area& box) {
    Bytes bytes;
    const int count = dice.between(1, 8);
    for (int i = 0; i < count; ++i)
        bytes.append(qxl_rect({i == 0 ? box.x : box.x + dice.between(0, box.width - 1),
                               i == 0 ? box.y : box.y + dice.between(-8, box.height - 1),
                               dice.between(1, box.width),
                               dice.between(1, box.height)}));
    auto& rects = memory.make<QXLClipRects>(bytes.view().size());
    rects.num_rects = static_cast<std::uint32_t>(count);
    fill_chunks(rects.chunk, bytes.view(), sizeof(QXLRect), dice, memory);
    return {.type = SPICE_CLIP_TYPE_RECTS, .data = address_in_guest(&rects)};
}

QXLPHYSICAL make_path(Dice& dice, DrawMemory& memory, const Area& box) {
    Bytes bytes;
    bool ended = true; // a curve goes on from a point: there has to be one
    const int segments = dice.between(1, 4);
    for (int i = 0; i < segments; ++i) {
        std::uint32_t flags = ended || dice.one_in(4) ? SPICE_PATH_BEGIN : 0;
        if (dice.one_in(3)) flags |= SPICE_PATH_BEZIER;
        ended = dice.one_in(2);
        if (ended) flags |= SPICE_PATH_END;
        if (dice.one_in(3)) flags |= SPICE_PATH_CLOSE;
        append_segment(bytes, dice, box, flags);
    }
    auto& path = memory.make<QXLPath>(bytes.view().size());
    path.data_size = static_cast<std::uint32_t>(bytes.view().size());
    fill_chunks(path.chunk, bytes.view(), 4, dice, memory);
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
