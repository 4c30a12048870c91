#include "canvas/paint.h"

#include <algorithm>
#include <cstring>

namespace sumac::canvas {

Stencil::Stencil(const image::PixelView& mask, Point mask_pos, Point box_corner, bool inverted)
    : mask_(mask),
      origin_x_(std::int64_t{box_corner.x} - mask_pos.x),
      origin_y_(std::int64_t{box_corner.y} - mask_pos.y),
      inverted_(inverted) {}

Rect Stencil::coverage() const {
    return translated(mask_.bounds(), origin_x_, origin_y_);
}

bool Stencil::draws(const std::byte* row, std::int64_t x) const {
    const auto place = static_cast<std::size_t>(x - origin_x_);
    const bool set = mask_.format == image::PixelFormat::mask1
                         ? (std::to_integer<unsigned>(row[place / 8]) >> (place % 8) & 1U) != 0
                         : row[place] != std::byte{0};
    return set != inverted_;
}

Stencil::Run Stencil::next_run(std::int32_t y, std::int32_t begin, std::int32_t end) const {
    const std::byte* row = mask_.row(static_cast<std::int32_t>(y - origin_y_));
    while (begin < end && !draws(row, begin))
        ++begin;
    Run run{begin, begin};
    while (run.end < end && draws(row, run.end))
        ++run.end;
    return run;
}

void paint(
    Surface& surface, const Region& region, RowSource& source, Rop rop, const Stencil* stencil) {
    const std::size_t size = bytes_per_pixel(surface.format());
    const auto paint_run = [&](std::int32_t y, const Stencil::Run& run) {
        const std::int32_t count = run.end - run.begin;
        apply_rop(rop,
                  surface.at(run.begin, y),
                  source.row(run.begin, y, count),
                  static_cast<std::size_t>(count) * size);
    };
    for (const Rect& rect : region.rects()) {
        for (std::int32_t y = rect.top; y < rect.bottom; ++y) {
            if (stencil == nullptr) {
                paint_run(y, {rect.left, rect.right});
                continue;
            }
            for (auto run = stencil->next_run(y, rect.left, rect.right); run.begin < run.end;
                 run = stencil->next_run(y, run.end, rect.right))
                paint_run(y, run);
        }
    }
}

void copy_within(Surface& surface, const Region& region, std::int32_t dx, std::int32_t dy) {
    // Never write what is still to be read: with a source above go upwards, with a source to the
    // left go leftwards. Rects of one band share top and bottom.
    std::vector<Rect> rects = region.rects();
    std::ranges::sort(rects, [&](const Rect& a, const Rect& b) {
        if (a.top != b.top) return dy < 0 ? a.top > b.top : a.top < b.top;
        return dx < 0 ? a.left > b.left : a.left < b.left;
    });
    for (const Rect& rect : rects) {
        const auto bytes =
            static_cast<std::size_t>(rect.width()) * bytes_per_pixel(surface.format());
        for (std::int32_t i = 0; i < rect.bottom - rect.top; ++i) {
            const std::int32_t y = dy < 0 ? rect.bottom - 1 - i : rect.top + i;
            std::memmove(surface.at(rect.left, y), surface.at(rect.left + dx, y + dy), bytes);
        }
    }
}

} // namespace sumac::canvas
