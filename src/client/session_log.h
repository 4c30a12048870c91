/// A session's log: at most so many lines a second reach the user. Net thread only.
#pragma once

#include <sumac/client.h>

namespace sumac::client {

class SessionLog {
public:
    explicit SessionLog(LogFunction to) : to_(std::move(to)) {}
    /// What is beyond the limit is counted, and the count said with the next line that is not.
    void line(LogLevel level, std::string_view line, LocalTime now);

private:
    LogFunction to_;
    LocalTime second_{};
    int lines_ = 0;
    int suppressed_ = 0;
};

} // namespace sumac::client
