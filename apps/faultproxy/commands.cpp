#include "commands.h"

#include <vector>

namespace sumac::faultproxy {

namespace {

constexpr std::string_view spaces = " \t\r";

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(spaces);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(spaces) - first + 1);
}

} // namespace

Result<Command, Failure> parse_command(std::string_view line) {
    line = trimmed(line);
    const auto end = line.find_first_of(spaces);
    const std::string_view verb = line.substr(0, end);
    const std::string name{end == std::string_view::npos ? "" : trimmed(line.substr(end))};
    if (verb == "fire" && !name.empty()) return Command{Fire{name}};
    if (verb == "stop" && !name.empty()) return Command{Stop{name}};
    if (verb == "status" && name.empty()) return Command{Status{}};
    if (verb == "help" && name.empty()) return Command{Help{}};
    if (verb == "quit" && name.empty()) return Command{Quit{}};
    return Failure{ErrorCode::invalid,
                   "'" + std::string{line} + "' is no command",
                   "commands: " + std::string{command_summary}};
}

} // namespace sumac::faultproxy
