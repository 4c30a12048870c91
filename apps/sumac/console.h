/// What a person at the terminal reads while the command runs.
#pragma once

#include <sumac/client.h>

#include <mutex>
#include <string>
#include <string_view>

namespace sumac::tool {

/// Standard error: whole lines, and on a terminal one status line below them that is rewritten in
/// place. Standard output is for results and never touched here. Thread-safe.
class Console {
public:
    /// Log lines below `least` are left out.
    explicit Console(LogLevel least);
    ~Console();
    Console(const Console&) = delete;
    Console& operator=(const Console&) = delete;

    bool is_terminal() const { return is_terminal_; }
    /// "sumac: text".
    void note(std::string_view text);
    /// Replaces the status line; nothing is written where standard error is no terminal.
    void status(std::string_view text);
    void clear_status();
    /// For SessionOptions::log; valid as long as this.
    LogFunction log_function();

private:
    void write_line(std::string_view prefix, std::string_view text);

    const LogLevel least_;
    const bool is_terminal_;
    std::mutex mutex_; ///< guards status_ and keeps lines whole
    std::string status_;
};

} // namespace sumac::tool
