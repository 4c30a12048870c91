/// What the two ways to write a Target share.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sumac::link {

/// Decimal digits only, 1 to 65535.
std::optional<std::uint16_t> parse_port(std::string_view text);

/// Why this cannot be a host name or address, or nothing. As the end of "the host ...".
std::optional<std::string_view> host_problem(std::string_view host);

/// What the user wrote, for a failure: in quotes, in one line, never long.
std::string quoted(std::string_view text);

/// C interfaces (the ticket, sockaddr_un) would cut the text there.
bool has_nul(std::string_view text);

} // namespace sumac::link
