#include "events.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

namespace sumac::faultproxy {

namespace {

void write_all(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) { // whoever gave us the pipe made it non-blocking
            pollfd wait{.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
            ::poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            return;
        }
    }
}

} // namespace

LocalTime now() {
    const auto since = std::chrono::steady_clock::now().time_since_epoch(); // CLOCK_MONOTONIC
    return LocalTime{std::chrono::duration_cast<Duration>(since)};
}

void write_event(std::string_view name, Json details, LocalTime at) {
    Json line{{"event", name}};
    if (details.is_object()) line.update(details); // `{}` is null
    line["t_us"] = at.time_since_epoch().count();
    // Names come from files and command lines, which need not be UTF-8.
    write_all(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

} // namespace sumac::faultproxy
