/// Renders the clip's pictures a few frames ahead, on a thread of its own, so that a slow decoder
/// does not shift the moments at which frames are drawn.
#pragma once

#include "cells.h"
#include "clip.h"
#include "frame.h"

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

namespace sumac::host {

enum class CellsShown { yes, no };

/// Renders `source` into frames of `pool`. The mutex guards the queue of ready frames and the
/// number wanted next; the source belongs to the rendering thread.
class Player {
public:
    /// `pool` must outlive the player.
    Player(std::unique_ptr<PictureSource> source, FramePool& pool, int fps, CellsShown cells);
    Player(const Player&) = delete;
    Player& operator=(const Player&) = delete;
    Player(Player&&) = delete;
    Player& operator=(Player&&) = delete;
    ~Player();

    /// Goes on with frame `number`; what is ready for another place is given back.
    void seek(FrameNumber number);

    /// Frame `number` if it is ready; null if not. Older ones are given back, rendering goes on
    /// behind it. Never waits.
    std::unique_ptr<Frame> take(FrameNumber number);

    /// Waits, at most a second, until `take(number)` would give it.
    void wait_until_ready(FrameNumber number);

private:
    void run(const std::stop_token& stop);
    std::optional<FrameNumber> next_number(const std::stop_token& stop);
    void render(Frame& frame, FrameNumber number);

    /// Frames rendered ahead; when full, rendering waits.
    static constexpr std::size_t ahead = 4;

    std::unique_ptr<PictureSource> source_;
    FramePool& pool_;
    const int fps_;
    const CellsShown cells_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    std::deque<std::unique_ptr<Frame>> ready_;
    FrameNumber next_ = 0;

    std::jthread thread_; // last: stops before what it uses goes
};

} // namespace sumac::host
