/// The video streams of one display channel as the server sees them: by id, with where they are
/// shown. Pure; belongs to the net thread. When to show a frame is media's business.
#pragma once

#include "base/ids.h"
#include "wire/display.h"

#include <map>
#include <vector>

namespace sumac::channel {

struct Stream {
    StreamKey key;
    wire::StreamCreate create;
    wire::Clip clip; ///< as the last STREAM_CLIP said
};

class StreamTable {
public:
    /// STREAM_CREATE. `key` must be new. A stream of the same id ends (take it with `destroy` first
    /// to learn of it). Error: limit, an id that no server uses (SPICE_MAX_NUM_STREAMS).
    Result<Done> create(StreamKey key, const wire::StreamCreate& create);
    /// Null if there is no such stream: a server may send a last frame for one that it has
    /// destroyed.
    Stream* find(StreamId id);
    /// The key of the stream that ended, if there was one.
    std::optional<StreamKey> destroy(StreamId id);
    std::vector<StreamKey> destroy_all();

    std::size_t size() const { return streams_.size(); }

private:
    std::map<StreamId, Stream> streams_;
};

/// Where the frames of a stream can be seen; empty if nowhere.
Rect visible_area(const Rect& dest, const wire::Clip& clip);

/// Where a message is about to draw: its surface, and the hull of its box and clip. Nothing for a
/// message that does not draw. SURFACE_DESTROY and the like count as drawing everywhere.
struct DrawArea {
    SurfaceId surface;
    Rect area;
};
std::optional<DrawArea> draw_area(const wire::DisplayMessage& message);

} // namespace sumac::channel
