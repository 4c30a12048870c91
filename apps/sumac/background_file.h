/// A file that a thread of its own writes: for sinks, which must not wait for a disk.
#pragma once

#include <sumac/result.h>

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>

namespace sumac::tool {

/// All members are thread-safe but `finish` and the destructor.
class BackgroundFile {
public:
    /// Creates or overwrites; "-" is standard output. `what` is for the error: "the trace".
    static Result<std::unique_ptr<BackgroundFile>, Failure> open(const std::string& path,
                                                                 std::string what);
    /// As finish.
    ~BackgroundFile();
    BackgroundFile(const BackgroundFile&) = delete;
    BackgroundFile& operator=(const BackgroundFile&) = delete;

    /// Waits only while 16 MiB are unwritten: a file with holes would lie. What is given after a
    /// failure is dropped.
    void append(std::string_view bytes);
    /// Whether writing has failed, so that going on is of no use.
    bool failed() const;
    /// Writes what waits. Nothing may be appended after it.
    Result<Done, Failure> finish();

private:
    BackgroundFile(std::string path, std::string what, int fd);
    void write_all();
    /// False: writing failed.
    bool write_chunk(std::string_view chunk);

    const std::string path_;
    const std::string what_;
    const int fd_;
    mutable std::mutex mutex_; ///< guards the next three
    std::string pending_;
    bool finished_ = false;
    std::optional<Failure> failure_;
    std::condition_variable changed_;
    std::jthread writer_;
};

} // namespace sumac::tool
