/// The small structs that many messages share, and how they stand on the wire.
#pragma once

#include "base/ids.h"
#include "base/reader.h"
#include <sumac/geometry.h>

#include <vector>

namespace sumac::wire {

/// i32 top, i32 left, i32 bottom, i32 right: this order.
inline Rect read_rect(Reader& r) {
    Rect rect;
    rect.top = r.i32();
    rect.left = r.i32();
    rect.bottom = r.i32();
    rect.right = r.i32();
    return rect;
}

/// i32 x, i32 y.
inline Point read_point(Reader& r) {
    Point point;
    point.x = r.i32();
    point.y = r.i32();
    return point;
}

/// What may be drawn. Without `rects` nothing is clipped away; an empty list clips everything.
struct Clip {
    bool everything_visible = true;
    std::vector<Rect> rects; ///< surface coordinates; may overlap
    bool operator==(const Clip&) const = default;
};

/// One entry of WAIT_FOR_CHANNELS: go on when that channel has handled the message of that number.
struct WaitFor {
    ChannelId channel;
    Serial serial;
    bool operator==(const WaitFor&) const = default;
};

/// u8 type (SPICE_CLIP_TYPE_*), then for RECTS: u32 n, n * Rect.
Clip read_clip(Reader& r);

/// u8 n, n * {u8 channel_type, u8 channel_id, u64 serial}.
std::vector<WaitFor> read_wait_list(Reader& r);

} // namespace sumac::wire
