/// Where a drawing operation takes its pixels from: a colour, a tile, an image, a scaled image; in
/// the destination's own format, a row at a time.
#pragma once

#include "canvas/region.h"
#include "canvas/scaling.h"
#include "canvas/surface.h"

#include <memory>

namespace sumac::canvas {

class RowSource {
public:
    virtual ~RowSource() = default;
    /// Native pixels for the `count` destination pixels from (x, y) to the right, all of them
    /// inside the extents that the source was made for. Valid until the next call.
    virtual const std::byte* row(std::int32_t x, std::int32_t y, std::int32_t count) = 0;
};

/// All sources borrow their pixels.
std::unique_ptr<RowSource>
solid_rows(SurfaceFormat format, std::uint32_t color, const Rect& extents);

/// Pixel (x, y) is that of the tile at ((x - pos.x) mod width, (y - pos.y) mod height).
std::unique_ptr<RowSource>
tile_rows(SurfaceFormat format, const image::PixelView& tile, Point pos, const Rect& extents);

enum class Filter { nearest, bilinear };

/// How an image comes to lie on the destination.
struct Placement {
    Rect src_area; ///< of the image
    Rect box;      ///< of the destination
    Filter filter = Filter::nearest;
    Placing placing = Placing::in_source;
    /// Pixels of an image without alpha get a full one, if the image is scaled.
    bool fill_alpha = false;
};

/// `src_area` of the image over `box`. Where the two are of one size, `region` loses what the image
/// does not cover; where they are not, pixels from outside the image are 0, and the sample for a
/// destination pixel is taken at the place of its centre. Errors: invalid (src_area is empty, or a
/// side of either is hostile), limit.
Result<std::unique_ptr<RowSource>> image_rows(SurfaceFormat format,
                                              const image::PixelView& image,
                                              const Placement& placement,
                                              Region& region);

/// `bounds` moved by (dx, dy), as far as 32 bits reach.
Rect translated(const Rect& bounds, std::int64_t dx, std::int64_t dy);

} // namespace sumac::canvas
