/// A set of pixels as non-overlapping rects, sorted by top, then left (pixman's regions).
#pragma once

#include "wire/basic.h"

#include <pixman.h>

#include <vector>

namespace sumac::canvas {

/// Far more than a screen's windows cut out of each other; spice-server sets no limit of its own.
inline constexpr std::size_t max_clip_rects = 16'384;
/// Crossing stripes make of N clip rects N * N / 4 pieces. 4 MiB of them is more than any honest
/// clip, whose rects do not overlap.
inline constexpr std::size_t max_region_rects = 262'144;

class Region {
public:
    /// What of `box` lies in `bounds` and in `clip`. The rects may be anything; `bounds` are those
    /// of a surface. Error: limit.
    static Result<Region> clipped(const Rect& box, const Rect& bounds, const wire::Clip& clip);

    Region() { pixman_region32_init(&region_); }
    ~Region() { pixman_region32_fini(&region_); }
    Region(Region&& other) noexcept;
    Region& operator=(Region&&) = delete;

    bool empty() const { return count() == 0; }
    std::size_t count() const;
    Rect extents() const;
    /// Keeps only what lies in `rect`.
    void intersect_with(const Rect& rect);
    std::vector<Rect> rects() const;
    /// For pixman, which takes it without const and does not change it.
    pixman_region32_t* native() const { return &region_; }

private:
    void add(const std::vector<pixman_box32_t>& boxes);

    mutable pixman_region32_t region_{}; // pixman's accessors take it without const
};

} // namespace sumac::canvas
