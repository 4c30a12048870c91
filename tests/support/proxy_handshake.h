/// The bytes of a display channel's handshake, and servers' messages, for tests of the proxy.
#pragma once

#include "base/writer.h"
#include "hex.h"
#include "wire/framing.h"

#include <spice/enums.h>
#include <spice/protocol.h>

namespace sumac::test {

// AUTH_SELECTION, AUTH_SPICE, MINI_HEADER.
inline constexpr std::uint32_t common_mini = 0x0b;
// AUTH_SELECTION, AUTH_SPICE.
inline constexpr std::uint32_t common_full = 0x03;

inline ByteVector words(std::initializer_list<std::uint32_t> values) {
    Writer w;
    for (const std::uint32_t value : values)
        w.u32(value);
    return w.take();
}

inline ByteVector link_mess(std::uint8_t channel_type, std::uint32_t common = common_mini) {
    Writer w;
    w.bytes(words({SPICE_MAGIC, 2, 2, 22})); // 22: the message and one word
    w.u32(0);                                // connection id
    w.u8(channel_type);
    w.u8(0);
    w.bytes(words({1, 0, 18, common})); // one common word, no channel word, at 18
    return w.take();
}

inline ByteVector link_reply(std::uint32_t common = common_mini) {
    Writer w;
    w.bytes(words({SPICE_MAGIC, 2, 2, 182, 0})); // 182: the reply and one word; no error
    w.bytes(ByteVector(SPICE_TICKET_PUBKEY_BYTES, std::byte{0x5a}));
    w.bytes(words({1, 0, 178, common}));
    return w.take();
}

inline ByteVector mechanism_and_ticket() {
    return words({SPICE_COMMON_CAP_AUTH_SPICE}) + ByteVector(128, std::byte{0xa5});
}

inline ByteVector link_result() {
    return words({SPICE_LINK_ERR_OK});
}

inline ByteVector mini(std::uint16_t type, const ByteVector& body) {
    return wire::encode_message(wire::HeaderKind::mini, {}, type, body);
}

inline ByteVector full(std::uint64_t serial, std::uint16_t type, const ByteVector& body) {
    return wire::encode_message(wire::HeaderKind::full, Serial{serial}, type, body);
}

} // namespace sumac::test
