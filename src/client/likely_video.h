/// Finds videos that the server has not made streams of (yet): copies to one place, again and
/// again, each of which may be a frame (is_video_like). Net thread only.
#pragma once

#include <sumac/geometry.h>
#include <sumac/time.h>

#include <optional>

namespace sumac::client {

class LikelyVideo {
public:
    /// What is drawn less often is no video.
    static constexpr std::chrono::milliseconds longest_frame{200};

    /// Something that may be a frame is drawn at `box`.
    void on_copy(const Rect& box, LocalTime now) {
        if (last_ && last_->box == box && now - last_->at < longest_frame)
            plays_until_ = now + longest_frame;
        last_ = {box, now};
    }
    bool plays(LocalTime now) const { return plays_until_ && now < *plays_until_; }

private:
    struct Copy {
        Rect box;
        LocalTime at;
    };
    std::optional<Copy> last_;
    std::optional<LocalTime> plays_until_;
};

} // namespace sumac::client
