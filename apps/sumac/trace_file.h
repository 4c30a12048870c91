/// A session's trace as a file of JSON lines.
#pragma once

#include "background_file.h"
#include <sumac/result.h>
#include <sumac/sinks.h>

#include <memory>
#include <string>

namespace sumac::tool {

/// One JSON object and a line break: `t_us` and `event`, then what the event has of `display`,
/// `stream`, `frame`, `mm_time`, `arrival_us`, `due_us`, `decision`, `reason`, then the pairs of
/// its detail as members of their own. All times are CLOCK_MONOTONIC microseconds.
std::string trace_line(const TraceEvent& event);

/// Formats in the session's thread; a BackgroundFile writes. 16 MiB, for which the session would
/// wait, are about 100,000 events.
class TraceFile : public TraceSink {
public:
    /// Creates or overwrites; "-" is standard output.
    static Result<std::unique_ptr<TraceFile>, Failure> open(const std::string& path);
    explicit TraceFile(std::unique_ptr<BackgroundFile> file) : file_(std::move(file)) {}

    void on_trace(const TraceEvent& event) override { file_->append(trace_line(event)); }
    /// Writes what waits. After it no call of the sink is allowed.
    Result<Done, Failure> finish() { return file_->finish(); }

private:
    std::unique_ptr<BackgroundFile> file_;
};

/// Opens the trace that a command line asks for; null where `path` is empty.
Result<std::unique_ptr<TraceFile>, Failure> open_trace(const std::string& path);

} // namespace sumac::tool
