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

namespace {

using Run = Stencil::Run;

/// Calls draw(y, run) for every run of pixels of the region that the stencil draws.
template <class Draw>
void for_each_run(const Region& region, const Stencil* stencil, Draw draw) {
    for (const Rect& rect : region.rects()) {
        for (std::int32_t y = rect.top; y < rect.bottom; ++y) {
            if (stencil == nullptr) {
                draw(y, Run{rect.left, rect.right});
                continue;
            }
            for (Run run = stencil->next_run(y, rect.left, rect.right); run.begin < run.end;
                 run = stencil->next_run(y, run.end, rect.right))
                draw(y, run);
        }
    }
}

/// The pixels of `from` that differ from the key in the bits of the mask.
template <class Word>
void copy_keyed(
    std::byte* to, const std::byte* from, std::size_t count, std::uint32_t key, Word compared) {
    for (std::size_t i = 0; i < count; ++i) {
        Word word;
        std::memcpy(&word, from + i * sizeof word, sizeof word);
        if ((word & compared) != (key & compared))
            std::memcpy(to + i * sizeof word, &word, sizeof word);
    }
}

} // namespace

void paint(
    Surface& surface, const Region& region, RowSource& source, Rop rop, const Stencil* stencil) {
    const std::size_t size = bytes_per_pixel(surface.format());
    for_each_run(region, stencil, [&](std::int32_t y, const Run& run) {
        const std::int32_t count = run.end - run.begin;
        apply_rop(rop,
                  surface.at(run.begin, y),
                  source.row(run.begin, y, count),
                  static_cast<std::size_t>(count) * size);
    });
}

void paint_rop3(Surface& surface,
                const Region& region,
                RowSource& source,
                RowSource& pattern,
                std::uint8_t rop3,
                const Stencil* stencil) {
    const std::size_t size = bytes_per_pixel(surface.format());
    for_each_run(region, stencil, [&](std::int32_t y, const Run& run) {
        const std::int32_t count = run.end - run.begin;
        apply_rop3(rop3,
                   surface.at(run.begin, y),
                   source.row(run.begin, y, count),
                   pattern.row(run.begin, y, count),
                   static_cast<std::size_t>(count) * size);
    });
}

void paint_keyed(Surface& surface, const Region& region, RowSource& source, std::uint32_t key) {
    const std::size_t size = bytes_per_pixel(surface.format());
    for_each_run(region, nullptr, [&](std::int32_t y, const Run& run) {
        std::byte* to = surface.at(run.begin, y);
        const auto count = static_cast<std::size_t>(run.end - run.begin);
        const std::byte* from = source.row(run.begin, y, run.end - run.begin);
        if (size == 4) copy_keyed<std::uint32_t>(to, from, count, key, 0xFFFFFF);
        if (size == 2) copy_keyed<std::uint16_t>(to, from, count, key, 0xFFFF);
        if (size == 1) copy_keyed<std::uint8_t>(to, from, count, key, 0xFF);
    });
}

void paint_spans(Surface& surface,
                 const std::vector<Rect>& rects,
                 const std::vector<Span>& spans,
                 RowSource& source,
                 Rop rop) {
    const std::size_t size = bytes_per_pixel(surface.format());
    for (const Span& span : spans) {
        // Bands from the top down, in each the rects from the left.
        auto rect = std::partition_point(rects.begin(), rects.end(), [&](const Rect& r) {
            return r.bottom <= span.y || (r.top <= span.y && r.right <= span.x);
        });
        for (; rect != rects.end() && rect->top <= span.y && rect->left < span.x + span.width;
             ++rect) {
            const std::int32_t begin = std::max(rect->left, span.x);
            const std::int32_t count = std::min(rect->right, span.x + span.width) - begin;
            apply_rop(rop,
                      surface.at(begin, span.y),
                      source.row(begin, span.y, count),
                      static_cast<std::size_t>(count) * size);
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
