/// Executes the drawing of a session, in order, on the worker pool: canvases, caches, damage, and
/// the calls of the display sink. At most one worker thread is in here at a time.
///
/// Each display channel has a queue of its own. Its head may have to wait: for an image that
/// another display channel brings, or for another channel to get as far as a WAIT_FOR_CHANNELS
/// says. The others go on.
///
/// What counts as a picture: updates go to the sink when there is nothing left to draw, or when the
/// next operation would hide one that was not seen yet (`is_video_like`). So text that scrolls by
/// in a hundred operations is one picture, but every frame of a video that comes as ordinary
/// drawing is one of its own.
///
/// A new primary is shown once the server has sent MARK: its content is whole then. Every server
/// sends it (libspice-server behind the first image, or where the guest's driver draws, at once).
#pragma once

#include "canvas/canvas.h"
#include "client/statistics.h"
#include "video/picture.h"
#include "wire/display.h"
#include <sumac/sinks.h>

#include <asio/any_io_executor.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <variant>
#include <vector>

namespace sumac::client {

/// Undrawn messages of a display may take up this much before its socket is no longer read: two
/// uncompressed 4K primaries.
inline constexpr std::size_t max_draw_queue_bytes = std::size_t{64} << 20U;

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
};

class DrawWorker : public std::enable_shared_from_this<DrawWorker> {
public:
    /// Called on a worker thread; they post to the net thread.
    struct Events {
        std::function<void(const ShownFrame&, LocalTime shown)> on_shown;
        std::function<void(const ShownFrame&)> on_not_shown; ///< its surface is gone
        std::function<void(std::uint8_t display, Error)>
            on_failed;                     ///< the display channel cannot go on
        std::function<void()> on_progress; ///< full() or idle() may have changed
    };

    /// `statistics` and `sink` (may be null) must outlive the worker's last job.
    DrawWorker(asio::any_io_executor pool,
               Statistics& statistics,
               DisplaySink* sink,
               Events events);

    /// Queues; never blocks. Net thread.
    void post(DrawJob job);
    /// A message of this channel needs no drawing, but others may wait for its number. Net thread.
    void saw(std::uint8_t display, Serial serial);

    /// The reader of the sockets should pause. Any thread.
    bool full(std::uint8_t display) const;
    /// What waits for other channels waits no longer; all that is queued is drawn or dropped. Net
    /// thread.
    void close();
    /// Nothing queued and nothing running. Any thread.
    bool idle() const;

private:
    struct Display {
        Display(std::shared_ptr<image::ImageCache> cache, canvas::Canvas surfaces)
            : images(std::move(cache)), canvas(std::move(surfaces)) {}
        std::shared_ptr<image::ImageCache> images; ///< the canvas borrows it
        canvas::Canvas canvas;
        std::vector<Rect> damage; ///< of the primary, not yet given to the sink
        /// Shown as planes, and not on the canvas yet: it gets them when something else is drawn.
        std::vector<ShowPicture> above;
        std::deque<DrawJob> jobs;
        Serial last_seen{0};
        int ends_queued = 0; ///< of ResetDisplay and CloseDisplay among the jobs
        bool has_primary = false;
        bool marked = false;           ///< the primary may be shown
        std::vector<wire::Head> heads; ///< as the server sent them last, for this primary
    };
    enum class Outcome { done, blocked };

    void schedule();
    void run();
    void take_inbox();
    void drop(const DrawJob& job);
    void finished(const DrawJob& job);
    bool run_some_job();
    Outcome execute(std::uint8_t id, Display& display, DrawJob& job);
    Outcome
    draw(std::uint8_t id, Display& display, const wire::DisplayMessage& message, bool patient);
    void show(std::uint8_t id, Display& display, const ShowPicture& show);
    bool show_planes(std::uint8_t id, Display& display, const ShowPicture& show);
    void bring_down(Display& display);
    void open(std::uint8_t id, std::uint64_t server);
    void reset(Display& display, std::uint64_t server);
    const std::shared_ptr<image::ImageCache>& images_of(std::uint64_t server);
    void note(Display& display, const canvas::Damage& damage);
    void publish(std::uint8_t id, Display& display, const std::optional<ShownFrame>& frame);
    void publish_all();
    bool satisfied(std::uint8_t own, const std::vector<wire::WaitFor>& wait) const;
    void announce_primary(std::uint8_t id, Display& display, const wire::DisplayMessage& message);
    void announce_monitors(std::uint8_t id, const Display& display);

    asio::any_io_executor pool_;
    Statistics& statistics_;
    DisplaySink* sink_;
    const bool planes_; ///< the sink takes them
    Events events_;

    /// Guards the members up to the next comment, which net and worker share.
    mutable std::mutex mutex_;
    std::vector<DrawJob> inbox_;
    std::map<std::uint8_t, Serial> seen_;
    std::map<std::uint8_t, std::size_t> queued_bytes_; ///< by display; none: nothing queued
    bool closing_ = false;
    bool running_ = false;

    // The running worker's own.
    bool patient_ = true;                       ///< not closing, as of the last look at the inbox
    std::shared_ptr<image::ImageCache> images_; ///< of server_
    std::uint64_t server_ = 0;
    std::map<std::uint8_t, std::unique_ptr<Display>> displays_;
};

/// Whether `message` looks like a frame of a video that the server has not made a stream of (yet):
/// a copy of at least 96 x 96 pixels onto the primary, which is what libspice-server takes for one.
bool is_video_like(const wire::DisplayMessage& message);

} // namespace sumac::client
