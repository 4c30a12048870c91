/// A server that says again what one said in a capture.
#pragma once

#include "capture_file.h"
#include <sumac/target.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace sumac::tool {

class ReplayTime;

enum class Pace {
    as_captured,
    fast, ///< in virtual time
};

/// Listens on a unix socket of its own, on a thread of its own. It does not understand what it
/// says: each channel that the client opens gets the bytes of the captured connection of that
/// channel.
///
/// At a checkpoint it says nothing more until it hears that the picture is as it should be.
///
/// In virtual time (sumac::stop_time) it says nothing more until the client has done what it can
/// with what was said: then time passes until the next bytes of the capture. All members are
/// thread-safe; of `time`'s result, what it says of itself.
class ReplayServer {
public:
    struct Progress {
        Duration at{};                    ///< in the capture
        std::optional<Checkpoint> expect; ///< the picture that it waits for
        unsigned passed = 0;              ///< checkpoints before that
        bool all_said = false;            ///< how the session ends is no matter any more
        bool finished = false;            ///< and, in virtual time, shown
        std::optional<Failure> failure;
    };

    /// Reads the capture once, to know that it is whole. `wake` is called when it wants something,
    /// on its thread.
    static Result<std::unique_ptr<ReplayServer>, Failure>
    start(const std::string& path, Pace pace, std::function<void()> wake);
    ~ReplayServer();
    ReplayServer(const ReplayServer&) = delete;
    ReplayServer& operator=(const ReplayServer&) = delete;

    Target target() const;
    bool has_sound() const;
    /// The one that its checkpoints are about.
    std::uint32_t display() const;
    Duration length() const;
    Pace pace() const;
    /// In virtual time it is to be heard; and it has to be the session's wire sink.
    ReplayTime& time();
    Progress progress() const;
    /// The picture is as the checkpoint says, or the difference is noted: go on.
    void go_on();

    class Impl;

private:
    explicit ReplayServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace sumac::tool
