/// The inner loop of every drawing operation: region, mask, source and raster operation.
#pragma once

#include "canvas/lines.h"
#include "canvas/region.h"
#include "canvas/rop.h"
#include "canvas/row_source.h"

namespace sumac::canvas {

/// A mask laid over the destination: 1 = draw, nothing outside of it.
class Stencil {
public:
    /// Pixel `mask_pos` of the mask lies at `box_corner`. `mask` (mask1, or alpha8 of a 1_A
    /// surface) is borrowed.
    Stencil(const image::PixelView& mask, Point mask_pos, Point box_corner, bool inverted);

    /// The destination pixels that the mask covers.
    Rect coverage() const;

    struct Run {
        std::int32_t begin = 0;
        std::int32_t end = 0;
    };
    /// The first drawn pixels of row y in [begin, end), all inside the coverage; empty at `end` if
    /// there are none.
    Run next_run(std::int32_t y, std::int32_t begin, std::int32_t end) const;

private:
    bool draws(const std::byte* row, std::int64_t x) const;

    image::PixelView mask_;
    std::int64_t origin_x_; ///< of the mask in destination coordinates
    std::int64_t origin_y_;
    bool inverted_;
};

/// d = rop(s, d) for each pixel of the region, which lies inside the surface, inside what `source`
/// was made for, and inside the stencil's coverage. `stencil` may be null.
void paint(
    Surface& surface, const Region& region, RowSource& source, Rop rop, const Stencil* stencil);

/// d = rop3(pattern, source, d), as paint() otherwise.
void paint_rop3(Surface& surface,
                const Region& region,
                RowSource& source,
                RowSource& pattern,
                std::uint8_t rop3,
                const Stencil* stencil);

/// Copies the pixels of the source that are not of colour `key`, a native pixel. 32-bit pixels are
/// compared without X or A.
void paint_keyed(Surface& surface, const Region& region, RowSource& source, std::uint32_t key);

/// d = rop(s, d) for each pixel of the spans that lies in the region, as often as it is in a span.
/// `rects` are those of the region, sorted as Region::rects gives them.
void paint_spans(Surface& surface,
                 const std::vector<Rect>& rects,
                 const std::vector<Span>& spans,
                 RowSource& source,
                 Rop rop);

/// Copies pixels of one surface so that pixel (x, y) of the region becomes what (x + dx, y + dy)
/// was before; overlapping is fine. The region and its source lie inside the surface.
void copy_within(Surface& surface, const Region& region, std::int32_t dx, std::int32_t dy);

} // namespace sumac::canvas
