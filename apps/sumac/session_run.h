/// Runs one session for a subcommand: start, password, Ctrl-C, end.
#pragma once

#include "clock.h"
#include "connection.h"
#include "console.h"
#include "stop_signal.h"
#include <sumac/client.h>

#include <functional>
#include <optional>

namespace sumac::tool {

/// An eventfd: lets any thread end the wait of the loop.
class WakeUp {
public:
    WakeUp();
    ~WakeUp();
    WakeUp(const WakeUp&) = delete;
    WakeUp& operator=(const WakeUp&) = delete;

    void wake() const;
    /// Takes back all wakes so far.
    void clear() const;
    int fd() const { return fd_; }

private:
    int fd_;
};

/// What a subcommand has around it; main makes it.
struct Surroundings {
    Console& console;
    StopSignal& stop;
    const WakeUp& wake; ///< calls the subcommand's step at once
};

struct SessionEnd {
    bool interrupted = false;       ///< by Ctrl-C or SIGTERM
    bool by_server = false;         ///< in order, by the server
    std::optional<Failure> failure; ///< why it ended by itself, if not in order
    SessionReport report;
};

/// Called by the loop again and again: returns how long to sleep until the next call, or nothing
/// when the subcommand has what it wants. It gets the session to look at. `started` is when this
/// attempt began: time at the password prompt does not count.
using Step = std::function<std::optional<Duration>(Session&, LocalTime started, LocalTime now)>;

/// Runs a session until `step` is satisfied, a stop signal comes or the session ends. After it no
/// sink is called any more. Where the server refuses the empty password and a person sits at the
/// terminal, asks and tries again. Of the options the log is replaced by the console's.
SessionEnd run_session(const Surroundings& around,
                       Target target,
                       const SessionOptions& options,
                       Sinks sinks,
                       const Step& step);

/// resolve_target with the environment's SUMAC_PASSWORD; a failure is printed as usage errors are.
std::optional<Target> target_or_complain(const ConnectionOptions& options, Console& console);

} // namespace sumac::tool
