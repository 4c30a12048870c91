#include "events.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace sumac::host {

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

void write_event(std::string_view name, Json details, std::int64_t t_us) {
    Json line{{"event", name}};
    line.update(details);
    line["mm_time"] = mm_time_at(t_us);
    line["t_us"] = t_us;
    // File names and commands need not be UTF-8.
    write_all(line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

} // namespace sumac::host
