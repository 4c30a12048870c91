#include "wire/main.h"

#include "base/writer.h"
#include "wire/text.h"

#include <spice/enums.h>

#include <algorithm>

namespace sumac::wire {

namespace {

constexpr std::size_t listed_channel_size = 2;

/// Text of `size` bytes, which may or may not include its NUL.
std::string read_text(Reader& r, std::uint32_t size) {
    if (size > max_main_text) r.fail(ErrorCode::limit, "text is longer than the limit");
    return wire_text(r.bytes(size));
}

/// Eight times u32.
MainInit read_init(Reader& r) {
    MainInit init;
    init.session_id = r.u32();
    init.display_channels_hint = r.u32();
    init.supported_mouse_modes = r.u32();
    init.current_mouse_mode = r.u32();
    init.agent_connected = r.u32() != 0;
    init.agent_tokens = r.u32();
    init.multi_media_time = r.u32();
    init.ram_hint_bytes = r.u32();
    return init;
}

/// u32 n, n * {u8 type, u8 id}.
ChannelsList read_channels_list(Reader& r) {
    ChannelsList list;
    const std::uint32_t count = r.u32();
    if (count > max_listed_channels) r.fail(ErrorCode::limit, "too many channels");
    if (count > r.left() / listed_channel_size) r.fail(ErrorCode::truncated, "channels missing");
    if (r.failed()) return list;
    list.channels.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i) {
        const std::uint8_t type = r.u8();
        list.channels.push_back({type, r.u8()});
    }
    return list;
}

/// u16 supported, u16 current.
MouseMode read_mouse_mode(Reader& r) {
    MouseMode mode;
    mode.supported = r.u16();
    mode.current = r.u16();
    return mode;
}

MainUuid read_uuid(Reader& r) {
    MainUuid uuid;
    for (std::uint8_t& byte : uuid.uuid)
        byte = r.u8();
    return uuid;
}

std::uint16_t read_port(Reader& r) {
    constexpr std::uint16_t no_port = 0xffff;
    const std::uint16_t port = r.u16();
    return port == no_port ? std::uint16_t{0} : port;
}

/// Text that stands elsewhere in the body: u32 size, u32 offset; an offset of 0 means none.
std::string read_far_text(Reader& r) {
    const std::uint32_t size = r.u32();
    const std::uint32_t offset = r.u32();
    if (offset == 0 || r.failed()) return {};
    Reader far = r.at(offset);
    std::string text = read_text(far, size);
    if (far.failed()) r.fail(far.error());
    return text;
}

enum class Host { required, optional };

/// u16 port, u16 tls_port, far host, far certificate subject.
MigrationDestination read_destination(Reader& r, Host host) {
    MigrationDestination destination;
    destination.port = read_port(r);
    destination.tls_port = read_port(r);
    destination.host = read_far_text(r);
    destination.cert_subject = read_far_text(r);
    if (host == Host::required && destination.host.empty()) {
        r.fail(ErrorCode::invalid, "migration target without a host");
    }
    return destination;
}

MigrateBeginSeamless read_begin_seamless(Reader& r) {
    MigrateBeginSeamless begin;
    begin.destination = read_destination(r, Host::required);
    begin.source_version = r.u32();
    return begin;
}

MainMessage read_migration_message(std::uint16_t type, Reader& r) {
    switch (type) {
    case SPICE_MSG_MAIN_MIGRATE_BEGIN:
        return MigrateBegin{read_destination(r, Host::required)};
    case SPICE_MSG_MAIN_MIGRATE_BEGIN_SEAMLESS:
        return read_begin_seamless(r);
    case SPICE_MSG_MAIN_MIGRATE_SWITCH_HOST:
        return MigrateSwitchHost{read_destination(r, Host::optional)};
    case SPICE_MSG_MAIN_MIGRATE_CANCEL:
        return MigrateCancel{};
    case SPICE_MSG_MAIN_MIGRATE_END:
        return MigrateEnd{};
    case SPICE_MSG_MAIN_MIGRATE_DST_SEAMLESS_ACK:
        return MigrateDestinationSeamlessAck{};
    case SPICE_MSG_MAIN_MIGRATE_DST_SEAMLESS_NACK:
        return MigrateDestinationSeamlessNack{};
    default:
        return IgnoredMainMessage{type};
    }
}

MainMessage read_main_message(std::uint16_t type, Reader& r) {
    switch (type) {
    case SPICE_MSG_MAIN_INIT:
        return read_init(r);
    case SPICE_MSG_MAIN_CHANNELS_LIST:
        return read_channels_list(r);
    case SPICE_MSG_MAIN_MOUSE_MODE:
        return read_mouse_mode(r);
    case SPICE_MSG_MAIN_MULTI_MEDIA_TIME:
        return MultiMediaTime{r.u32()};
    case SPICE_MSG_MAIN_NAME:
        return MainName{read_text(r, r.u32())};
    case SPICE_MSG_MAIN_UUID:
        return read_uuid(r);
    case SPICE_MSG_MAIN_AGENT_CONNECTED:
        return AgentConnected{};
    case SPICE_MSG_MAIN_AGENT_DISCONNECTED:
        return AgentDisconnected{r.u32()};
    case SPICE_MSG_MAIN_AGENT_DATA:
        return AgentData{r.rest()};
    case SPICE_MSG_MAIN_AGENT_TOKEN:
        return AgentToken{r.u32()};
    case SPICE_MSG_MAIN_AGENT_CONNECTED_TOKENS:
        return AgentConnectedTokens{r.u32()};
    default:
        return read_migration_message(type, r);
    }
}

std::vector<std::byte> encode_u32(std::uint32_t value) {
    Writer w;
    w.u32(value);
    return w.take();
}

} // namespace

Result<MainMessage> parse_main_message(std::uint16_t type, Bytes body) {
    Reader r{body};
    MainMessage message = read_main_message(type, r);
    return r.finish(std::move(message));
}

std::vector<std::byte> encode(const MouseModeRequest& request) {
    Writer w;
    w.u16(request.mode);
    return w.take();
}

std::vector<std::byte> encode(const AgentStart& start) {
    return encode_u32(start.tokens);
}

std::vector<std::byte> encode(const AgentToken& token) {
    return encode_u32(token.tokens);
}

std::vector<std::byte> encode(const MigrateDestinationDoSeamless& request) {
    return encode_u32(request.source_version);
}

} // namespace sumac::wire
