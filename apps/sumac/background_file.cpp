#include "background_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

namespace sumac::tool {

namespace {

constexpr std::size_t max_pending_bytes = std::size_t{16} * 1024 * 1024;
// Written at the latest after this time, so that the file can be watched while it grows.
constexpr std::chrono::milliseconds write_interval{500};
constexpr std::size_t write_at_once_bytes = std::size_t{64} * 1024;

Failure cannot_write(const std::string& what, const std::string& path, int error) {
    return {
        ErrorCode::system,
        fmt::format("cannot write {} {}: {}", what, path, std::generic_category().message(error)),
        "check the path, its permissions and the disk"};
}

} // namespace

Result<std::unique_ptr<BackgroundFile>, Failure> BackgroundFile::open(const std::string& path,
                                                                      std::string what) {
    const int fd = path == "-"
                       ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                       : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return cannot_write(what, path, errno);
    return std::unique_ptr<BackgroundFile>{
        new BackgroundFile{path, std::move(what), fd}}; // the constructor is private
}

BackgroundFile::BackgroundFile(std::string path, std::string what, int fd)
    : path_(std::move(path)), what_(std::move(what)), fd_(fd), writer_([this] { write_all(); }) {}

BackgroundFile::~BackgroundFile() {
    static_cast<void>(finish());
    close(fd_);
}

void BackgroundFile::append(std::string_view bytes) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return failure_ || pending_.size() < max_pending_bytes; });
    if (failure_) return;
    pending_ += bytes;
    if (pending_.size() >= write_at_once_bytes) changed_.notify_all();
}

bool BackgroundFile::failed() const {
    const std::lock_guard lock{mutex_};
    return failure_.has_value();
}

Result<Done, Failure> BackgroundFile::finish() {
    {
        const std::lock_guard lock{mutex_};
        finished_ = true;
        changed_.notify_all();
    }
    if (writer_.joinable()) writer_.join();
    if (failure_) return *failure_;
    return Done{};
}

void BackgroundFile::write_all() {
    pthread_setname_np(pthread_self(), "file writer");
    for (bool last = false; !last;) {
        std::string chunk;
        {
            std::unique_lock lock{mutex_};
            changed_.wait_for(lock, write_interval, [&] {
                return finished_ || pending_.size() >= write_at_once_bytes;
            });
            last = finished_;
            chunk.swap(pending_);
            changed_.notify_all();
        }
        if (!write_chunk(chunk)) return;
    }
}

bool BackgroundFile::write_chunk(std::string_view chunk) {
    std::string_view rest = chunk;
    while (!rest.empty()) {
        const ssize_t written = write(fd_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const std::lock_guard lock{mutex_};
            failure_ = cannot_write(what_, path_, errno);
            changed_.notify_all();
            return false;
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

} // namespace sumac::tool
