/// A session's trace as a file of JSON lines.
#pragma once

#include <sumac/result.h>
#include <sumac/sinks.h>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace sumac::tool {

/// One JSON object and a line break: `t_us` and `event`, then what the event has of `display`,
/// `stream`, `frame`, `mm_time`, `arrival_us`, `due_us`, `decision`, `reason`, then the pairs of
/// its detail as members of their own. All times are CLOCK_MONOTONIC microseconds.
std::string trace_line(const TraceEvent& event);

/// Formats in the session's thread, writes in its own. The session waits only while 16 MiB are
/// unwritten, which is about 100,000 events: a trace with holes would lie.
class TraceFile : public TraceSink {
public:
    /// Creates or overwrites; "-" is standard output.
    static Result<std::unique_ptr<TraceFile>, Failure> open(const std::string& path);
    /// As finish.
    ~TraceFile() override;
    TraceFile(const TraceFile&) = delete;
    TraceFile& operator=(const TraceFile&) = delete;

    void on_trace(const TraceEvent& event) override;
    /// Writes what waits. After it no call of the sink is allowed.
    Result<Done, Failure> finish();

private:
    TraceFile(std::string path, int fd);
    void write_all();
    /// False: writing failed, now or before.
    bool write_chunk(const std::string& chunk);

    const std::string path_;
    const int fd_;
    std::mutex mutex_; ///< guards the next three
    std::string pending_;
    bool finished_ = false;
    std::optional<Failure> failure_;
    std::condition_variable changed_;
    std::jthread writer_;
};

/// Opens the trace that a command line asks for; null where `path` is empty.
Result<std::unique_ptr<TraceFile>, Failure> open_trace(const std::string& path);

} // namespace sumac::tool
