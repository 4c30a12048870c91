/// Finds the mm-times in a message from the server, in its sub-messages too, and replaces them.
/// Pure.
#pragma once

#include "message_cutter.h"
#include "scenario.h"

#include <functional>
#include <span>

namespace sumac::faultproxy {

/// Gets a stamp as it is, returns what shall stand there.
using StampFunction = std::function<std::uint32_t(Stamp, std::uint32_t)>;

/// Calls `replace` for each stamp of a message, in the order in which the client reads them, and
/// writes what it returns. `message` is the message's first piece. Sub-messages that do not lie in
/// it, or that are more than real servers send (wire::max_sub_messages), are left alone.
void replace_stamps(std::uint8_t channel_type,
                    wire::HeaderKind kind,
                    const MessageHeader& header,
                    std::span<std::byte> message,
                    const StampFunction& replace);

} // namespace sumac::faultproxy
