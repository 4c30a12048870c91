/// SPICE's names for channels and messages, in lower case, for logs and reports.
#pragma once

#include "base/ids.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace sumac::wire {

/// "main", "display", ...; "unknown" for a type that we have no name for.
std::string_view channel_type_name(std::uint8_t type);

/// "display[0]", or "channel type 77[0]" for a type that we have no name for.
std::string channel_name(ChannelId channel);

/// The name of a message from the server: "ping", "draw copy", ...; "unknown" where we have none.
/// `channel_type` is SPICE_CHANNEL_*, `type` is SPICE_MSG_*.
std::string_view message_name(std::uint8_t channel_type, std::uint16_t type);

} // namespace sumac::wire
