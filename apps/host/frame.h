/// One drawing of the clip as libspice-server takes it, pixels, image and QXL DRAW_COPY command,
/// and the pool that such drawings come from.
#pragma once

#include "clip.h"
#include "picture.h"

#include <spice.h>

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stop_token>
#include <vector>

namespace sumac::host {

/// The server knows it by its address, so it neither moves nor copies. The server reads all
/// of it from its own thread between get_command and release_resource.
class Frame {
public:
    explicit Frame(Area on_desktop);
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
    Frame(Frame&&) = delete;
    Frame& operator=(Frame&&) = delete;
    ~Frame() = default;

    FrameNumber number = 0;
    Picture picture;

    /// The command that draws it. `image_unique` differs for every drawing: the image caches of
    /// server and client go by it.
    QXLCommandExt command(std::uint32_t image_unique);
    /// What the server names it by when it gives it back.
    std::uint64_t release_id() const { return drawable_->release_info.id; }

private:
    std::unique_ptr<QXLDrawable> drawable_;
    std::unique_ptr<QXLImage> image_;
};

/// Frames for one area, made on demand up to a budget of memory, used again and again.
/// Its mutex guards the list of idle frames and the count; any thread may call it.
class FramePool {
public:
    explicit FramePool(Area on_desktop);

    /// A frame to draw into; waits while all are in use. Null when asked to stop.
    std::unique_ptr<Frame> take(const std::stop_token& stop);
    void give_back(std::unique_ptr<Frame> frame);
    /// All frames are in use: the server holds on to more than the budget.
    bool is_exhausted() const;

private:
    const Area area_;
    const std::size_t capacity_;
    mutable std::mutex mutex_;
    std::condition_variable_any returned_;
    std::vector<std::unique_ptr<Frame>> idle_;
    std::size_t made_ = 0;
};

} // namespace sumac::host
