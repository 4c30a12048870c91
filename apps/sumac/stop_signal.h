/// Ctrl-C and SIGTERM as something that a loop can wait for.
#pragma once

namespace sumac::tool {

/// While it lives, SIGINT and SIGTERM no longer end the process but make `fd()` readable, for good.
/// A further one ends the process at once (status 128 + signal), for the case that the clean end
/// itself hangs; further ones within the first half second are taken for the same one, because
/// coreutils' `timeout` sends each signal twice (to the process and to its group).
/// At most one at a time: signal handlers belong to the process.
class StopSignal {
public:
    StopSignal();
    ~StopSignal();
    StopSignal(const StopSignal&) = delete;
    StopSignal& operator=(const StopSignal&) = delete;

    /// Readable once a signal came. Poll it, do not read it.
    int fd() const { return read_end_; }
    bool came() const;

private:
    int read_end_ = -1;
    int write_end_ = -1;
};

} // namespace sumac::tool
