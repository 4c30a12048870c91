/// Pictures of streams that were shown to the sink as they are, as planes or because they are the
/// whole screen, and that are not on the canvas yet: it gets them when something else is drawn.
/// Converting or copying them would be for nothing if only more of them come. Nor does the canvas
/// need memory while one of them hides it: that picture becomes its primary. One thread (draw).
#pragma once

#include "client/draw_job.h"

#include <optional>
#include <vector>

namespace sumac::client {

class PicturesAbove {
public:
    /// Puts a picture of a stream on the canvas. Error: invalid (no such surface).
    static Result<canvas::Damage> draw(canvas::Canvas& canvas, const ShowPicture& show);

    /// Whether another picture finds room, or `show` hides one of those.
    bool has_room_for(const ShowPicture& show) const;
    bool empty() const { return pictures_.empty(); }
    /// Keeps `show` instead of what it hides.
    void put(const ShowPicture& show);
    /// Keeps nothing but `show`, which hides the whole `canvas`.
    void put_on_all(const ShowPicture& show, canvas::Canvas& canvas);
    /// Draws them all, oldest first; none are left. Returns what the next update has to contain:
    /// what came as planes. A whole screen in pixels was an update itself.
    std::vector<canvas::Damage> bring_down(canvas::Canvas& canvas);

private:
    std::vector<ShowPicture> pictures_;
};

/// Whether `show` is a whole primary surface of that size, pixel for pixel.
bool is_whole_screen(const ShowPicture& show, Size surface);

/// What of a stream's picture is seen on a surface of that size.
std::vector<Rect> seen_of(const ShowPicture& show, Size surface);

/// With the top row first, however the rows are stored.
PlanarView upright(PlanarView planes, canvas::RowOrder order);

} // namespace sumac::client
