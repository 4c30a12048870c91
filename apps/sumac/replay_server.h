/// A server that says again what one said in a capture.
#pragma once

#include "capture_file.h"
#include <sumac/target.h>

#include <memory>
#include <optional>
#include <string>

namespace sumac::tool {

enum class Pace {
    as_captured,
    fast, ///< without pauses
};

/// Listens on a unix socket of its own, on a thread of its own. It does not understand what it
/// says: each channel that the client opens gets the bytes of the captured connection of that
/// channel.
///
/// At a checkpoint it says nothing more until it hears that the picture is as it should be. All
/// members are thread-safe.
class ReplayServer {
public:
    struct Progress {
        Duration at{};                    ///< in the capture
        std::optional<Checkpoint> expect; ///< the picture that it waits for
        unsigned passed = 0;              ///< checkpoints before that
        bool finished = false;            ///< all is said
        std::optional<Failure> failure;
    };

    /// Reads the capture once, to know that it is whole.
    static Result<std::unique_ptr<ReplayServer>, Failure> start(const std::string& path, Pace pace);
    ~ReplayServer();
    ReplayServer(const ReplayServer&) = delete;
    ReplayServer& operator=(const ReplayServer&) = delete;

    Target target() const;
    bool has_sound() const;
    /// The one that its checkpoints are about.
    std::uint32_t display() const;
    Duration length() const;
    Progress progress() const;
    /// The picture is as the checkpoint says, or the difference is noted: go on.
    void go_on();

    class Impl;

private:
    explicit ReplayServer(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace sumac::tool
