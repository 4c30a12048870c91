/// DecoderBacklog: whether the decoder of a stream keeps up whose frames each need the one before.
///
/// None of them can be left out: all that arrive are decoded, in order, shown or not. A decoder
/// that is far behind may still be catching up, after a stall, or after a screen that took no
/// pictures; then fewer and fewer frames wait for it. If they do not become fewer, the delay grows
/// for ever, and the server had better draw.
#pragma once

#include "media/types.h"

#include <deque>
#include <optional>

namespace sumac::media {

class DecoderBacklog {
public:
    void arrived(LocalTime now) { waiting_.push_back(now); }
    /// The decoder has done the oldest, well or not.
    void answered(LocalTime now);

    /// How long the next one has been waiting; 0 if there is none.
    Duration behind(LocalTime now) const;
    /// Far behind, and not catching up. For good.
    bool hopeless() const { return hopeless_; }

    static constexpr Duration limit{2'000'000};
    /// After so many frames it has to be further than before: 1 s of a decoder that is as fast as
    /// video mostly is.
    static constexpr int trial_frames = 30;

private:
    struct Trial {
        std::size_t waiting = 0; ///< when it began
        int frames = 0;          ///< since
    };
    std::deque<LocalTime> waiting_; ///< when they arrived
    std::optional<Trial> trial_;    ///< while it is far behind
    bool hopeless_ = false;
};

} // namespace sumac::media
