/// Main channel messages, server to client (SPICE_MSG_MAIN_*) and client to server
/// (SPICE_MSGC_MAIN_*).
#pragma once

#include "base/ids.h"
#include "base/reader.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace sumac::wire {

/// The first message of a session.
struct MainInit {
    std::uint32_t session_id = 0; ///< connection id of the other channels
    std::uint32_t display_channels_hint = 0;
    std::uint32_t supported_mouse_modes = 0; ///< SPICE_MOUSE_MODE_* mask
    std::uint32_t current_mouse_mode = 0;
    bool agent_connected = false;
    std::uint32_t agent_tokens = 0;
    std::uint32_t multi_media_time = 0; ///< mm-time, ms
    std::uint32_t ram_hint_bytes = 0;
    bool operator==(const MainInit&) const = default;
};
/// All channels, or later a single new one.
struct ChannelsList {
    std::vector<ChannelId> channels;
    bool operator==(const ChannelsList&) const = default;
};
struct MouseMode {
    std::uint16_t supported = 0; ///< SPICE_MOUSE_MODE_* mask
    std::uint16_t current = 0;
    bool operator==(const MouseMode&) const = default;
};
struct MultiMediaTime {
    std::uint32_t mm_time = 0; ///< ms
    bool operator==(const MultiMediaTime&) const = default;
};
struct MainName {
    std::string name; ///< of the virtual machine; UTF-8 without control characters
    bool operator==(const MainName&) const = default;
};
struct MainUuid {
    std::array<std::uint8_t, 16> uuid{};
    bool operator==(const MainUuid&) const = default;
};

struct AgentConnected {};
struct AgentDisconnected {
    std::uint32_t error = 0; ///< SPICE_LINK_ERR_*
    bool operator==(const AgentDisconnected&) const = default;
};
/// A piece of the agent's byte stream; borrowed from the message.
struct AgentData {
    Bytes data;
};
/// This many more AGENT_DATA messages may be sent.
struct AgentToken {
    std::uint32_t tokens = 0;
    bool operator==(const AgentToken&) const = default;
};
/// The agent is there, and this many AGENT_DATA messages may be sent in all.
struct AgentConnectedTokens {
    std::uint32_t tokens = 0;
    bool operator==(const AgentConnectedTokens&) const = default;
};

/// Where a session moves to. A port of 0 means none (servers also write 0xFFFF for it).
struct MigrationDestination {
    std::uint16_t port = 0;
    std::uint16_t tls_port = 0;
    std::string host;         ///< empty only in MIGRATE_SWITCH_HOST: the same host
    std::string cert_subject; ///< empty: verify the host name
    bool operator==(const MigrationDestination&) const = default;
};
struct MigrateBegin {
    MigrationDestination destination;
    bool operator==(const MigrateBegin&) const = default;
};
struct MigrateBeginSeamless {
    MigrationDestination destination;
    std::uint32_t source_version = 0;
    bool operator==(const MigrateBeginSeamless&) const = default;
};
struct MigrateSwitchHost {
    MigrationDestination destination;
    bool operator==(const MigrateSwitchHost&) const = default;
};
struct MigrateCancel {};
struct MigrateEnd {};
struct MigrateDestinationSeamlessAck {};
struct MigrateDestinationSeamlessNack {};

/// A type we do not know, or know to be of no use; counted and ignored.
struct IgnoredMainMessage {
    std::uint16_t type = 0;
};

using MainMessage = std::variant<IgnoredMainMessage,
                                 MainInit,
                                 ChannelsList,
                                 MouseMode,
                                 MultiMediaTime,
                                 MainName,
                                 MainUuid,
                                 AgentConnected,
                                 AgentDisconnected,
                                 AgentData,
                                 AgentToken,
                                 AgentConnectedTokens,
                                 MigrateBegin,
                                 MigrateBeginSeamless,
                                 MigrateSwitchHost,
                                 MigrateCancel,
                                 MigrateEnd,
                                 MigrateDestinationSeamlessAck,
                                 MigrateDestinationSeamlessNack>;

/// Names of virtual machines, host names and certificate subjects; libvirt and DNS stop far below.
inline constexpr std::uint32_t max_main_text = 4096;
/// Type and id are a byte each.
inline constexpr std::uint32_t max_listed_channels = 65536;

/// Parses the body of a message of `type` (SPICE_MSG_MAIN_*). Extra bytes at the end are accepted.
Result<MainMessage> parse_main_message(std::uint16_t type, Bytes body);

/// SPICE_MSGC_MAIN_MOUSE_MODE_REQUEST: u16 mode. (ATTACH_CHANNELS, MIGRATE_CONNECTED,
/// MIGRATE_CONNECTED_SEAMLESS, MIGRATE_CONNECT_ERROR and MIGRATE_END have no body; AGENT_DATA's is
/// the piece of the agent's stream.)
struct MouseModeRequest {
    std::uint16_t mode = 0; ///< SPICE_MOUSE_MODE_*
    bool operator==(const MouseModeRequest&) const = default;
};
std::vector<std::byte> encode(const MouseModeRequest& request);

/// SPICE_MSGC_MAIN_AGENT_START: how many AGENT_DATA messages the server may send.
struct AgentStart {
    std::uint32_t tokens = 0;
    bool operator==(const AgentStart&) const = default;
};
std::vector<std::byte> encode(const AgentStart& start);

/// SPICE_MSGC_MAIN_AGENT_TOKEN: the server may send this many more.
std::vector<std::byte> encode(const AgentToken& token);

/// SPICE_MSGC_MAIN_MIGRATE_DST_DO_SEAMLESS, to the migration target.
struct MigrateDestinationDoSeamless {
    std::uint32_t source_version = 0;
    bool operator==(const MigrateDestinationDoSeamless&) const = default;
};
std::vector<std::byte> encode(const MigrateDestinationDoSeamless& request);

} // namespace sumac::wire
