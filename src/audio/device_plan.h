/// DevicePlan: when a device is opened and closed, so that it has the format that is wanted.
///
/// Whoever wants may change its mind as often as it likes: one opening is in flight at a time, and
/// only the newest wish counts when its answer comes. A device that fails is tried again some time
/// later. Pure.
#pragma once

#include "audio/sound.h"

#include <optional>

namespace sumac::audio {

class DevicePlan {
public:
    /// Empty: no device.
    void want(std::optional<Format> format) { wanted_ = format; }

    enum class Act { nothing, open, close };
    /// What is to be done now, and counts as done then; call it until that is nothing.
    Act next(LocalTime now);
    /// The format to open, or that is open.
    const std::optional<Format>& format() const { return has_; }
    bool is_open() const { return state_ == State::open; }

    /// The answer to each opening.
    void opened(bool well, LocalTime now);
    /// The open device is of no more use: it is closed next.
    void failed(LocalTime now);

    static constexpr Duration retry_interval{5'000'000};

private:
    enum class State { closed, opening, open, broken };
    State state_ = State::closed;
    std::optional<Format> wanted_;
    std::optional<Format> has_;
    std::optional<LocalTime> retry_at_; ///< empty: at once
};

} // namespace sumac::audio
