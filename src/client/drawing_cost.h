/// How long drawing takes, guessed from what a message says: whether it is worth a thread of its
/// own.
#pragma once

#include "wire/display.h"
#include <sumac/time.h>

#include <optional>

namespace sumac::client {

/// To decode it alone.
Duration decoding_cost(const wire::Image& image);

/// To draw it, with its image. Nothing for what may take long whatever its size, or is not worth a
/// guess.
std::optional<Duration> drawing_cost(const wire::DisplayMessage& message);

/// How much drawing the net thread may do by itself, which all sessions of a runtime share: waking
/// a worker costs more than most drawing of a desktop, but sockets, sound and frames come first.
/// Net thread only.
class NetDrawing {
public:
    /// In one go, by guess: well below what anybody notices.
    static constexpr std::chrono::microseconds longest{1000};
    /// Of the time that passes, this part at most.
    static constexpr int share = 5;

    bool may_take(Duration cost, LocalTime now);
    void took(Duration time) { left_ -= time; }

private:
    Duration left_ = longest;
    std::optional<LocalTime> last_;
};

} // namespace sumac::client
