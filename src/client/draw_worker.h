/// Executes the drawing of a session, in order: canvases, caches, damage, and the calls of the
/// display sink. At most one thread draws at a time, one of the worker pool or, if it is little,
/// the net thread (drawing_cost.h); images are decoded beside it (early_images.h).
///
/// Each display channel has a queue of its own. Its head may have to wait: for an image that
/// another display channel brings, for another channel to get as far as a WAIT_FOR_CHANNELS says,
/// or for its image, which is being decoded. The others go on; in the last case with what had
/// arrived before, as that turn takes nothing new until it is through.
///
/// Updates go to the sink when there is nothing left to draw, and before an operation that would
/// hide what was not seen yet (drawn_display.h).
#pragma once

#include "client/draw_job.h"
#include "client/drawn_display.h"
#include "client/early_images.h"
#include "client/net_drawing.h"
#include "client/statistics.h"
#include <sumac/sinks.h>

#include <asio/any_io_executor.hpp>

#include <atomic>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

namespace sumac::client {

/// Undrawn messages of a display may take up this much before its socket is no longer read: two
/// uncompressed 4K primaries.
inline constexpr std::size_t max_draw_queue_bytes = std::size_t{64} << 20U;

class DrawWorker : public std::enable_shared_from_this<DrawWorker> {
public:
    using Events = DrawEvents;

    /// `workers` is the size of the pool. `statistics`, `sink` and `net` (both may be null) must
    /// outlive the worker's last job.
    DrawWorker(asio::any_io_executor pool,
               std::size_t workers,
               Statistics& statistics,
               DisplaySink* sink,
               Events events,
               NetDrawing* net = nullptr);

    /// Queues; never blocks. Net thread.
    void post(DrawJob&& job);
    /// The same, but drawing may wait until `begin`: what came together has arrived at one time,
    /// and wakes a worker once.
    void queue(DrawJob&& job);
    void begin();
    /// As begin; but what all in all is little, and waits for nothing, is drawn at once if `net`
    /// allows, and the sink called. Net thread.
    void begin_or_draw();
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
    struct Queued {
        DrawJob job;
        LocalTime arrived;
        EarlyImages::Handle image; ///< of the job's message, if it is worth it
    };
    struct Display {
        DrawnDisplay drawn;
        std::list<Queued> jobs = {};
        Serial last_seen{0};
        int ends_queued = 0;   ///< of ResetDisplay and CloseDisplay among the jobs
        bool decoding = false; ///< the head waits for its image
    };
    using Outcome = DrawnDisplay::Outcome;

    void schedule(std::unique_lock<std::mutex> lock);
    bool take_turn(LocalTime now);
    void run() noexcept;
    void begin_turn();
    void end_turn(bool more);
    void tell_progress();
    void help();
    void call_helpers();
    void take_inbox();
    void drop(const Queued& queued);
    void finished(const Queued& queued);
    void settle();
    bool run_some_job();
    Outcome execute(std::uint8_t id, Display& display, const Queued& queued);
    Outcome draw(std::uint8_t id, Display& display, const Queued& queued);
    bool patient(std::uint8_t id, const Display& display);
    void open(std::uint8_t id, std::uint64_t server);
    const std::shared_ptr<image::ImageCache>& images_of(std::uint64_t server);
    bool decoding() const;
    bool satisfied(std::uint8_t own, const std::vector<wire::WaitFor>& wait) const;

    asio::any_io_executor pool_;
    Statistics& statistics_;
    DisplaySink* sink_;
    Events events_;
    NetDrawing* net_; ///< null: the sink may block
    EarlyImages early_;
    std::optional<LocalTime> arrived_; ///< what was queued and not begun; the net thread's own

    /// Guards the members up to the next comment, which net and workers share.
    mutable std::mutex mutex_;
    std::list<Queued> inbox_;
    std::list<Queued> spare_; ///< at most max_spare: to make one for each message costs as much as
                              ///< to read it
    std::map<std::uint8_t, Serial> seen_;
    std::map<std::uint8_t, std::size_t> queued_bytes_; ///< by display
    std::size_t queued_ = 0;                           ///< jobs of all displays
    std::optional<Duration> inbox_cost_ = Duration{};  ///< nothing: nobody knows
    std::atomic<bool> crowded_ = false; ///< a display may be full: asked for each message
    bool closing_ = false;
    bool running_ = false;
    bool awaiting_ = false; ///< not running until an image is decoded
    bool woken_ = false;    ///< it was, while running
    bool laden_ = false;    ///< a display is slow to draw on, as of the last turn
    /// Somebody was told that it is full or not idle: progress is news.
    mutable bool progress_wanted_ = false;

    // The running worker's own.
    bool patient_ = true;                       ///< not closing, as of the last look at the inbox
    int jobs_this_turn_ = 0;                    ///< a turn goes on after a wait for an image
    std::shared_ptr<image::ImageCache> images_; ///< of server_
    std::uint64_t server_ = 0;
    std::map<std::uint8_t, std::unique_ptr<Display>> displays_;
    std::map<std::uint8_t, Serial> seen_before_; ///< seen_, as of the last look at the inbox
    /// Of finished jobs that queued_bytes_ still counts, by display.
    std::map<std::uint8_t, std::size_t> finished_bytes_;
    std::size_t finished_ = 0;  ///< those jobs
    std::list<Queued> emptied_; ///< of them, for spare_
};

} // namespace sumac::client
