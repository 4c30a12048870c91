/// The line commands: their grammar (pure).
#pragma once

#include <sumac/result.h>

#include <string>
#include <string_view>
#include <variant>

namespace sumac::faultproxy {

struct Fire {
    std::string name;
    bool operator==(const Fire&) const = default;
};
struct Stop {
    std::string name;
    bool operator==(const Stop&) const = default;
};
struct Status {
    bool operator==(const Status&) const = default;
};
struct Help {
    bool operator==(const Help&) const = default;
};
struct Quit {
    bool operator==(const Quit&) const = default;
};
using Command = std::variant<Fire, Stop, Status, Help, Quit>;

/// All commands in one line.
inline constexpr std::string_view command_summary = "fire NAME | stop NAME | status | help | quit";

/// An unknown or wrong command is a failure whose advice lists the right ones.
Result<Command, Failure> parse_command(std::string_view line);

} // namespace sumac::faultproxy
