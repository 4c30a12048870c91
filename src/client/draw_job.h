/// What a DrawWorker is given to do, and what it answers.
#pragma once

#include "base/ids.h"
#include "canvas/canvas.h"
#include "video/picture.h"
#include "wire/display.h"
#include <sumac/sinks.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace sumac::client {

/// A decoded picture to show now.
struct ShowPicture {
    SurfaceId surface;
    video::PicturePtr picture;
    Rect dest;
    wire::Clip clip;
    canvas::RowOrder order = canvas::RowOrder::top_down;
    ShownFrame frame;
};

/// The display channel is open, or closed: what it drew stays on show, and nobody waits for it any
/// more.
struct OpenDisplay {
    std::uint64_t server = 0; ///< running number of the server; displays of one share their caches
};
struct CloseDisplay {};
/// The display channel goes on at another server, which will draw everything again.
struct ResetDisplay {
    std::uint64_t server = 0; ///< greater than before
};

struct DrawJob {
    std::uint8_t display = 0;
    std::optional<Serial> serial;    ///< of the message, if it has one
    std::vector<wire::WaitFor> wait; ///< first wait for these
    std::variant<OpenDisplay, CloseDisplay, ResetDisplay, wire::DisplayMessage, ShowPicture> work;
    std::shared_ptr<const void> keep_alive; ///< what `work` borrows from
    std::size_t cost_bytes = 0;
    std::optional<Duration> cost; ///< of time (drawing_cost)
};

/// Called where drawing happens; they post to the net thread.
struct DrawEvents {
    std::function<void(const ShownFrame&, LocalTime shown)> on_shown;
    std::function<void(const ShownFrame&)> on_not_shown;        ///< its surface is gone
    std::function<void(std::uint8_t display, Error)> on_failed; ///< the channel cannot go on
    std::function<void()> on_progress; ///< full() or idle() may have changed
};

} // namespace sumac::client
