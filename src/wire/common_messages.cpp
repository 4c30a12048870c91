#include "wire/common_messages.h"

#include "base/writer.h"
#include "wire/text.h"

#include <spice/enums.h>

#include <algorithm>

namespace sumac::wire {

static_assert(is_common_message(SPICE_MSG_BASE_LAST) &&
              !is_common_message(SPICE_MSG_BASE_LAST + 1));

namespace {

/// u64 time_stamp, u32 severity, u32 visibility, u32 what, u32 len, len bytes.
Notify read_notify(Reader& r) {
    Notify notify;
    notify.time_stamp_ns = r.u64();
    notify.severity = r.u32();
    notify.visibility = r.u32();
    notify.what = r.u32();
    const Bytes text = r.bytes(r.u32());
    notify.text = wire_text(text.first(std::min(text.size(), max_notify_text)));
    return notify;
}

/// u32 generation, u32 window.
SetAck read_set_ack(Reader& r) {
    SetAck set_ack;
    set_ack.generation = r.u32();
    set_ack.window = r.u32();
    return set_ack;
}

/// u32 id, u64 timestamp, then bytes whose only purpose is to take time.
Ping read_ping(Reader& r) {
    Ping ping;
    ping.id = r.u32();
    ping.timestamp = r.u64();
    return ping;
}

/// u64 time_stamp, u32 reason.
Disconnecting read_disconnecting(Reader& r) {
    Disconnecting disconnecting;
    disconnecting.time_stamp_ns = r.u64();
    disconnecting.reason = r.u32();
    return disconnecting;
}

CommonMessage read_common_message(std::uint16_t type, Reader& r) {
    switch (type) {
    case SPICE_MSG_MIGRATE:
        return Migrate{r.u32()};
    case SPICE_MSG_MIGRATE_DATA:
        return MigrateData{r.rest()};
    case SPICE_MSG_SET_ACK:
        return read_set_ack(r);
    case SPICE_MSG_PING:
        return read_ping(r);
    case SPICE_MSG_WAIT_FOR_CHANNELS:
        return WaitForChannels{read_wait_list(r)};
    case SPICE_MSG_DISCONNECTING:
        return read_disconnecting(r);
    case SPICE_MSG_NOTIFY:
        return read_notify(r);
    case SPICE_MSG_LIST:
        return MessageList{};
    default:
        return IgnoredCommonMessage{type};
    }
}

} // namespace

Result<CommonMessage> parse_common_message(std::uint16_t type, Bytes body) {
    Reader r{body};
    CommonMessage message = read_common_message(type, r);
    return r.finish(std::move(message));
}

std::vector<std::byte> encode(const AckSync& sync) {
    Writer w;
    w.u32(sync.generation);
    return w.take();
}

std::vector<std::byte> encode(const Pong& pong) {
    Writer w;
    w.u32(pong.id);
    w.u64(pong.timestamp);
    return w.take();
}

std::vector<std::byte> encode(const Disconnecting& disconnecting) {
    Writer w;
    w.u64(disconnecting.time_stamp_ns);
    w.u32(disconnecting.reason);
    return w.take();
}

} // namespace sumac::wire
