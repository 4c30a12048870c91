#include "canvas/region.h"

#include "base/check.h"

#include <algorithm>
#include <utility>

namespace sumac::canvas {

namespace {

/// So many rects are joined at once, so that what crossing ones become is seen before it grows.
constexpr std::size_t rects_per_step = 64;

Rect from_box(const pixman_box32_t& box) {
    return {box.x1, box.y1, box.x2, box.y2};
}

} // namespace

Result<Region> Region::clipped(const Rect& box, const Rect& bounds, const wire::Clip& clip) {
    const Rect limit = intersect(box, bounds);
    Region region;
    if (limit.empty()) return region;
    if (clip.everything_visible) {
        region.add({{limit.left, limit.top, limit.right, limit.bottom}});
        return region;
    }
    if (clip.rects.size() > max_clip_rects)
        return Error{ErrorCode::limit, "clip of more than 16384 rects"};
    std::vector<pixman_box32_t> boxes;
    for (const Rect& clip_rect : clip.rects) {
        const Rect rect = intersect(clip_rect, limit);
        if (!rect.empty()) boxes.push_back({rect.left, rect.top, rect.right, rect.bottom});
        if (boxes.size() < rects_per_step) continue;
        region.add(boxes);
        boxes.clear();
        if (region.count() > max_region_rects)
            return Error{ErrorCode::limit, "clip falls into more than 262144 pieces"};
    }
    region.add(boxes);
    return region;
}

Region::Region(Region&& other) noexcept : region_(other.region_) {
    pixman_region32_init(&other.region_);
}

void Region::add(const std::vector<pixman_box32_t>& boxes) {
    pixman_region32_t added;
    // Both fail only without memory: the boxes are well formed.
    CHECK(pixman_region32_init_rects(&added, boxes.data(), static_cast<int>(boxes.size())));
    CHECK(pixman_region32_union(&region_, &region_, &added));
    pixman_region32_fini(&added);
}

Rect Region::extents() const {
    return from_box(*pixman_region32_extents(&region_));
}

void Region::intersect_with(const Rect& rect) {
    const Rect kept = intersect(rect, extents());
    if (kept.empty()) {
        pixman_region32_clear(&region_);
        return;
    }
    CHECK(pixman_region32_intersect_rect(&region_,
                                         &region_,
                                         kept.left,
                                         kept.top,
                                         static_cast<unsigned>(kept.width()),
                                         static_cast<unsigned>(kept.height())));
}

std::vector<Rect> Region::rects() const {
    int size = 0;
    const pixman_box32_t* boxes = pixman_region32_rectangles(&region_, &size);
    std::vector<Rect> rects(static_cast<std::size_t>(size));
    std::transform(boxes, boxes + size, rects.begin(), from_box);
    return rects;
}

std::size_t Region::count() const {
    return static_cast<std::size_t>(pixman_region32_n_rects(&region_));
}

} // namespace sumac::canvas
