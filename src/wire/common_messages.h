/// The base messages that every channel knows: server to client (SPICE_MSG_*, below 100) and client
/// to server (SPICE_MSGC_*, below 100).
#pragma once

#include "base/ids.h"
#include "wire/basic.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace sumac::wire {

/// The server hands this channel over to the migration target.
struct Migrate {
    std::uint32_t flags = 0; ///< SPICE_MIGRATE_*
    bool operator==(const Migrate&) const = default;
};
/// To be passed to the migration target as it is; borrowed from the message.
struct MigrateData {
    Bytes data;
};
/// From now on acknowledge every `window` messages; 0: none.
struct SetAck {
    std::uint32_t generation = 0;
    std::uint32_t window = 0;
    bool operator==(const SetAck&) const = default;
};
/// To be answered with Pong at once. The timestamp means nothing to us.
struct Ping {
    std::uint32_t id = 0;
    std::uint64_t timestamp = 0;
    bool operator==(const Ping&) const = default;
};
struct WaitForChannels {
    std::vector<WaitFor> wait;
    bool operator==(const WaitForChannels&) const = default;
};
/// In both directions: the sender is about to close the channel.
struct Disconnecting {
    std::uint64_t time_stamp_ns = 0;
    std::uint32_t reason = 0; ///< SPICE_LINK_ERR_*
    bool operator==(const Disconnecting&) const = default;
};
struct Notify {
    std::uint64_t time_stamp_ns = 0;
    std::uint32_t severity = 0;   ///< SPICE_NOTIFY_SEVERITY_*
    std::uint32_t visibility = 0; ///< SPICE_NOTIFY_VISIBILITY_*
    std::uint32_t what = 0;       ///< SPICE_WARN_*, SPICE_INFO_* or an error
    std::string text;             ///< UTF-8 without control characters
    bool operator==(const Notify&) const = default;
};
/// SPICE_MSG_LIST: its sub-messages have been delivered before it; nothing else to do.
struct MessageList {};
/// A type below 100 that we do not know; counted and ignored.
struct IgnoredCommonMessage {
    std::uint16_t type = 0;
};

using CommonMessage = std::variant<IgnoredCommonMessage,
                                   Migrate,
                                   MigrateData,
                                   SetAck,
                                   Ping,
                                   WaitForChannels,
                                   Disconnecting,
                                   Notify,
                                   MessageList>;

/// Longer notices are cut: they are for a log line. (Servers send a dozen words.)
inline constexpr std::size_t max_notify_text = 1024;

/// Whether `type` is one of these messages, or one of the channel's own.
constexpr bool is_common_message(std::uint16_t type) {
    return type <= 100; // SPICE_MSG_BASE_LAST
}

/// Parses the body of a message of `type` (SPICE_MSG_*). Extra bytes at the end are accepted.
Result<CommonMessage> parse_common_message(std::uint16_t type, Bytes body);

/// SPICE_MSGC_ACK_SYNC, the answer to SetAck. (SPICE_MSGC_ACK and SPICE_MSGC_MIGRATE_FLUSH_MARK
/// have no body; SPICE_MSGC_MIGRATE_DATA's is that of MigrateData.)
struct AckSync {
    std::uint32_t generation = 0;
    bool operator==(const AckSync&) const = default;
};
std::vector<std::byte> encode(const AckSync& sync);

/// SPICE_MSGC_PONG, the answer to Ping with its numbers copied.
struct Pong {
    std::uint32_t id = 0;
    std::uint64_t timestamp = 0;
    bool operator==(const Pong&) const = default;
};
std::vector<std::byte> encode(const Pong& pong);

/// SPICE_MSGC_DISCONNECTING.
std::vector<std::byte> encode(const Disconnecting& disconnecting);

} // namespace sumac::wire
