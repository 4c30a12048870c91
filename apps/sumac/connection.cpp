#include "connection.h"

#include <fmt/core.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace sumac::tool {

namespace {

// Connection files and password files are a few hundred bytes; more is some other file.
constexpr std::size_t max_small_file_bytes = 1024 * 1024;

bool is_connection_file(const std::string& text) {
    if (text.starts_with("spice") && text.find("://") != std::string::npos) return false;
    std::error_code ignored;
    return text.ends_with(".vv") || std::filesystem::is_regular_file(text, ignored);
}

Result<std::string, Failure> read_small_file(const std::string& path, std::string_view what) {
    std::ifstream file{path, std::ios::binary};
    std::string text(max_small_file_bytes + 1, '\0');
    if (file) file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!file.is_open() || file.bad()) {
        return Failure{
            ErrorCode::system,
            fmt::format(
                "cannot read the {} {}: {}", what, path, std::generic_category().message(errno)),
            "check the path and its permissions"};
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    if (text.size() > max_small_file_bytes) {
        return Failure{ErrorCode::limit,
                       fmt::format("the {} {} is larger than 1 MiB", what, path),
                       "check that it is the right file"};
    }
    return text;
}

Result<std::string, Failure> read_password(const std::string& path) {
    auto text = read_small_file(path, "password file");
    if (!text) return text.error();
    std::string line = text->substr(0, text->find('\n'));
    if (line.ends_with('\r')) line.pop_back();
    return line;
}

Result<Target, Failure> read_target(const std::string& uri) {
    if (!is_connection_file(uri)) return parse_uri(uri);
    auto text = read_small_file(uri, "connection file");
    if (!text) return text.error();
    auto target = parse_vv(*text);
    if (target) return target;
    Failure failure = target.error();
    failure.message = fmt::format("{}: {}", uri, failure.message);
    return failure;
}

/// Restores the terminal's settings, whichever way the prompt is left.
class EchoOff {
public:
    EchoOff() : works_(tcgetattr(STDIN_FILENO, &before_) == 0) {
        if (!works_) return;
        termios silent = before_;
        silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        silent.c_lflag |= ECHONL;
        works_ = tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent) == 0;
    }
    ~EchoOff() {
        if (works_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
    }
    EchoOff(const EchoOff&) = delete;
    EchoOff& operator=(const EchoOff&) = delete;

    bool works() const { return works_; }

private:
    termios before_{};
    bool works_;
};

/// Waits for the whole line that the terminal hands over at once; empty if `stop_fd` comes first.
std::optional<std::string> read_line(int stop_fd) {
    std::array<pollfd, 2> waiting{{{STDIN_FILENO, POLLIN, 0}, {stop_fd, POLLIN, 0}}};
    while (poll(waiting.data(), waiting.size(), -1) < 0) {
        if (errno != EINTR) return std::nullopt;
    }
    if (waiting[1].revents != 0) return std::nullopt;
    std::array<char, 4096> line{}; // a terminal's line is never longer (N_TTY_BUF_SIZE)
    const ssize_t size = read(STDIN_FILENO, line.data(), line.size());
    if (size <= 0) return std::nullopt;
    std::string text{line.data(), static_cast<std::size_t>(size)};
    if (text.ends_with('\n')) text.pop_back();
    return text;
}

} // namespace

Result<Target, Failure> resolve_target(const ConnectionOptions& options,
                                       const char* environment_password) {
    auto target = read_target(options.uri);
    if (!target) return target;
    if (!options.password_file.empty()) {
        auto password = read_password(options.password_file);
        if (!password) return password.error();
        target->password = *password;
    } else if (target->password.empty() && environment_password != nullptr) {
        target->password = environment_password;
    }
    if (!options.ca_file.empty()) {
        target->ca_file = options.ca_file;
        target->ca_pem.clear();
    }
    if (!options.host_subject.empty()) target->host_subject = options.host_subject;
    return target;
}

SessionOptions options_of(const ConnectionOptions& options) {
    SessionOptions session;
    session.deadlines = options.deadlines;
    session.image_compression = options.compression;
    return session;
}

std::optional<std::string> prompt_password(std::string_view server, int stop_fd) {
    if (isatty(STDIN_FILENO) != 1) return std::nullopt;
    const EchoOff echo_off;
    if (!echo_off.works()) return std::nullopt;
    fmt::print(stderr, "Password for {}: ", server);
    auto password = read_line(stop_fd);
    if (!password) fmt::print(stderr, "\n");
    return password;
}

} // namespace sumac::tool
