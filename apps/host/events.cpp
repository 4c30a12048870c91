#include "events.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace sumac::host {

namespace {

/// The descriptor that was standard output when this was first called.
int event_output() {
    static const int output = [] {
        const int own = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
        if (own >= 0) ::dup2(STDERR_FILENO, STDOUT_FILENO);
        return own;
    }();
    return output;
}

void write_all(std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(event_output(), text.data(), text.size());
        if (written >= 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) { // whoever gave us the pipe made it non-blocking
            pollfd wait{.fd = event_output(), .events = POLLOUT, .revents = 0};
            ::poll(&wait, 1, -1);
        } else if (errno != EINTR) {
            return;
        }
    }
}

} // namespace

void claim_standard_output() {
    event_output();
}

void write_event(std::string_view name, Json details, std::int64_t t_us) {
    Json line{{"event", name}};
    line.update(details);
    line["mm_time"] = mm_time_at(t_us);
    line["t_us"] = t_us;
    // File names and commands need not be UTF-8.
    write_all(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

} // namespace sumac::host
