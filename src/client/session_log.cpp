#include "client/session_log.h"

#include <fmt/format.h>

namespace sumac::client {

/// A server that provokes a line with each message must not fill the disk.
constexpr int max_lines_a_second = 20;

void SessionLog::line(LogLevel level, std::string_view line, LocalTime now) {
    if (!to_) return;
    if (now - second_ >= std::chrono::seconds{1}) {
        if (suppressed_ > 0)
            to_(LogLevel::warn, fmt::format("{} lines were left out here", suppressed_));
        second_ = now;
        lines_ = suppressed_ = 0;
    }
    if (lines_ >= max_lines_a_second) {
        ++suppressed_;
        return;
    }
    ++lines_;
    to_(level, line);
}

} // namespace sumac::client
