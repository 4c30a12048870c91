#include "console.h"

#include <fmt/core.h>
#include <unistd.h>

#include <cstdio>

namespace sumac::tool {

namespace {

constexpr std::string_view erase_line = "\r\033[K";

std::string_view prefix_of(LogLevel level) {
    switch (level) {
    case LogLevel::debug:
        return "sumac: debug: ";
    case LogLevel::info:
        return "sumac: ";
    case LogLevel::warn:
        return "sumac: warning: ";
    case LogLevel::error:
        return "sumac: error: ";
    }
    return "sumac: ";
}

/// Whether anybody reads it or not: fmt::print would throw where nobody does.
void to_stderr(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fflush(stderr);
}

} // namespace

Console::Console(LogLevel least) : least_(least), is_terminal_(isatty(STDERR_FILENO) == 1) {}

Console::~Console() {
    clear_status();
}

void Console::note(std::string_view text) {
    write_line("sumac: ", text);
}

void Console::status(std::string_view text) {
    if (!is_terminal_) return;
    const std::lock_guard lock{mutex_};
    status_ = text;
    to_stderr(fmt::format("{}{}", erase_line, status_));
}

void Console::clear_status() {
    const std::lock_guard lock{mutex_};
    if (status_.empty()) return;
    status_.clear();
    to_stderr(fmt::format("{}", erase_line));
}

LogFunction Console::log_function() {
    return [this](LogLevel level, std::string_view text) {
        if (level >= least_) write_line(prefix_of(level), text);
    };
}

void Console::write_line(std::string_view prefix, std::string_view text) {
    const std::lock_guard lock{mutex_};
    if (status_.empty()) {
        to_stderr(fmt::format("{}{}\n", prefix, text));
        return;
    }
    to_stderr(fmt::format("{}{}{}\n{}", erase_line, prefix, text, status_));
}

} // namespace sumac::tool
