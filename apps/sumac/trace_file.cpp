#include "trace_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <nlohmann/json.hpp>
#include <pthread.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <string_view>
#include <system_error>
#include <utility>

namespace sumac::tool {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t max_pending_bytes = std::size_t{16} * 1024 * 1024;
// Written at the latest after this time, so that the file can be watched while it grows.
constexpr std::chrono::milliseconds write_interval{500};
constexpr std::size_t write_at_once_bytes = std::size_t{64} * 1024;

Json number_or_text(std::string_view value) {
    const char* end = value.data() + value.size();
    std::int64_t whole = 0;
    if (auto [used, error] = std::from_chars(value.data(), end, whole);
        error == std::errc{} && used == end) {
        return whole;
    }
    double real = 0;
    if (auto [used, error] = std::from_chars(value.data(), end, real, std::chars_format::fixed);
        error == std::errc{} && used == end) {
        return real;
    }
    return value;
}

/// "key=value key=value" as members; whatever is no such pair goes together into `detail`.
void add_detail(Json& json, std::string_view detail) {
    std::string rest;
    while (!detail.empty()) {
        const std::size_t space = detail.find(' ');
        const std::string_view word = detail.substr(0, space);
        detail.remove_prefix(space == std::string_view::npos ? detail.size() : space + 1);
        const std::size_t equals = word.find('=');
        const std::string key{word.substr(0, equals)};
        if (equals != std::string_view::npos && equals != 0 && !json.contains(key)) {
            json[key] = number_or_text(word.substr(equals + 1));
        } else if (!word.empty()) {
            rest += rest.empty() ? "" : " ";
            rest += word;
        }
    }
    if (!rest.empty()) json["detail"] = rest;
}

std::int64_t microseconds(LocalTime time) {
    return time.time_since_epoch().count();
}

Failure cannot_write(const std::string& path, int error) {
    return {
        ErrorCode::system,
        fmt::format("cannot write the trace {}: {}", path, std::generic_category().message(error)),
        "check the path, its permissions and the disk"};
}

} // namespace

std::string trace_line(const TraceEvent& event) {
    Json json{{"t_us", microseconds(event.at)}, {"event", to_string(event.kind)}};
    if (event.display) json["display"] = *event.display;
    if (event.stream) json["stream"] = *event.stream;
    if (event.frame) json["frame"] = *event.frame;
    if (event.mm_time) json["mm_time"] = *event.mm_time;
    if (event.arrived) json["arrival_us"] = microseconds(*event.arrived);
    if (event.due) json["due_us"] = microseconds(*event.due);
    if (!event.decision.empty()) json["decision"] = event.decision;
    if (!event.reason.empty()) json["reason"] = event.reason;
    add_detail(json, event.detail);
    // Text may stem from the server; what is no UTF-8 in it is replaced, not thrown over.
    return json.dump(-1, ' ', false, Json::error_handler_t::replace) + '\n';
}

Result<std::unique_ptr<TraceFile>, Failure> TraceFile::open(const std::string& path) {
    const int fd = path == "-"
                       ? fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3)
                       : ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (fd < 0) return cannot_write(path, errno);
    return std::unique_ptr<TraceFile>{new TraceFile{path, fd}}; // the constructor is private
}

TraceFile::TraceFile(std::string path, int fd)
    : path_(std::move(path)), fd_(fd), writer_([this] { write_all(); }) {}

TraceFile::~TraceFile() {
    static_cast<void>(finish());
    close(fd_);
}

void TraceFile::on_trace(const TraceEvent& event) {
    const std::string line = trace_line(event);
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [&] { return failure_ || pending_.size() < max_pending_bytes; });
    if (failure_) return;
    pending_ += line;
    if (pending_.size() >= write_at_once_bytes) changed_.notify_all();
}

Result<Done, Failure> TraceFile::finish() {
    {
        const std::lock_guard lock{mutex_};
        finished_ = true;
        changed_.notify_all();
    }
    if (writer_.joinable()) writer_.join();
    if (failure_) return *failure_;
    return Done{};
}

void TraceFile::write_all() {
    pthread_setname_np(pthread_self(), "trace");
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

bool TraceFile::write_chunk(const std::string& chunk) {
    std::string_view rest = chunk;
    while (!rest.empty()) {
        const ssize_t written = write(fd_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) {
            const std::lock_guard lock{mutex_};
            failure_ = cannot_write(path_, errno);
            changed_.notify_all();
            return false;
        }
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

Result<std::unique_ptr<TraceFile>, Failure> open_trace(const std::string& path) {
    if (path.empty()) return std::unique_ptr<TraceFile>{};
    return TraceFile::open(path);
}

} // namespace sumac::tool
