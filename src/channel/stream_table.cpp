#include "channel/stream_table.h"

#include <spice/protocol.h>

#include <algorithm>
#include <limits>

namespace sumac::channel {
namespace {

constexpr Rect everywhere{std::numeric_limits<std::int32_t>::min(),
                          std::numeric_limits<std::int32_t>::min(),
                          std::numeric_limits<std::int32_t>::max(),
                          std::numeric_limits<std::int32_t>::max()};

Rect hull(const Rect& a, const Rect& b) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    return {std::min(a.left, b.left),
            std::min(a.top, b.top),
            std::max(a.right, b.right),
            std::max(a.bottom, b.bottom)};
}

std::int32_t plus(std::int32_t a, std::int64_t b) {
    constexpr std::int64_t least = everywhere.left;
    constexpr std::int64_t most = everywhere.right;
    return static_cast<std::int32_t>(std::clamp(a + b, least, most));
}

struct AreaOf {
    template <class Message>
    std::optional<DrawArea> operator()(const Message& message) const {
        if constexpr (requires { message.base; }) {
            return DrawArea{message.base.surface,
                            visible_area(message.base.box, message.base.clip)};
        } else {
            return std::nullopt;
        }
    }
    std::optional<DrawArea>
    operator()(const wire::CopyBits& copy) const { // what it reads counts as well
        const Rect& box = copy.base.box;
        const Rect source{copy.src_pos.x,
                          copy.src_pos.y,
                          plus(copy.src_pos.x, box.width()),
                          plus(copy.src_pos.y, box.height())};
        return DrawArea{copy.base.surface, hull(visible_area(box, copy.base.clip), source)};
    }
    std::optional<DrawArea> operator()(const wire::SurfaceCreate& create) const {
        return DrawArea{create.id, everywhere};
    }
    std::optional<DrawArea> operator()(const wire::SurfaceDestroy& destroy) const {
        return DrawArea{destroy.id, everywhere};
    }
    std::optional<DrawArea> operator()(const wire::DisplayMode&) const {
        return DrawArea{SurfaceId{0}, everywhere};
    }
    std::optional<DrawArea> operator()(const wire::DisplayReset&) const {
        return DrawArea{SurfaceId{0}, everywhere};
    }
};

} // namespace

Result<Done> StreamTable::create(StreamKey key, const wire::StreamCreate& create) {
    if (create.id.value >= SPICE_MAX_NUM_STREAMS)
        return Error{ErrorCode::limit, "stream id is too large"};
    streams_.insert_or_assign(create.id, Stream{key, create, create.clip});
    return Done{};
}

Stream* StreamTable::find(StreamId id) {
    const auto found = streams_.find(id);
    return found == streams_.end() ? nullptr : &found->second;
}

std::optional<StreamKey> StreamTable::destroy(StreamId id) {
    const auto node = streams_.extract(id);
    return node.empty() ? std::nullopt : std::optional{node.mapped().key};
}

std::vector<StreamKey> StreamTable::destroy_all() {
    std::vector<StreamKey> keys;
    for (const auto& [id, stream] : streams_)
        keys.push_back(stream.key);
    streams_.clear();
    return keys;
}

Rect visible_area(const Rect& dest, const wire::Clip& clip) {
    if (clip.everything_visible) return dest;
    Rect seen;
    for (const Rect& rect : clip.rects)
        seen = hull(seen, intersect(dest, rect));
    return seen;
}

std::optional<DrawArea> draw_area(const wire::DisplayMessage& message) {
    return std::visit(AreaOf{}, message);
}

} // namespace sumac::channel
