/// The guest's display clock: says when each frame of the clip is to be drawn, on a thread of its
/// own. The main thread makes keys and answers handshakes while clients connect; a guest that draws
/// does not notice that, and neither must the clip.
#pragma once

#include "clip.h"
#include "clock.h"

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

namespace sumac::host {

/// Frame n is due at clip_start + n / fps. The mutex guards what is being played; it is held while
/// a frame is drawn, so that none is drawn any more once `stop` has returned.
class Pacer {
public:
    struct Actions {
        std::function<void(FrameNumber)> draw;
        /// That many frames from that number on were not drawn: this thread got its turn too late.
        std::function<void(FrameNumber, FrameNumber)> skip;
    };
    /// The actions are called on the pacer's thread and must not call the pacer.
    Pacer(int fps, Actions actions);
    Pacer(const Pacer&) = delete;
    Pacer& operator=(const Pacer&) = delete;
    Pacer(Pacer&&) = delete;
    Pacer& operator=(Pacer&&) = delete;
    ~Pacer();

    /// Plays from frame `first` on.
    void start(Clock::time_point clip_start, FrameNumber first);
    /// The number that would have come next; nothing if nothing played.
    std::optional<FrameNumber> stop();

    /// The offset of a frame from the start of the clip, and the frame that is due at an offset.
    static Clock::duration offset_of(FrameNumber number, int fps);
    static FrameNumber frame_at(Clock::duration offset, int fps);

private:
    struct Run {
        Clock::time_point clip_start;
        FrameNumber next = 0;
    };
    void run(const std::stop_token& stop);
    Clock::time_point next_due() const;
    void draw_next();

    const int fps_;
    const Actions actions_;
    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::optional<Run> run_;
    std::jthread thread_; // last: stops before what it uses goes
};

} // namespace sumac::host
