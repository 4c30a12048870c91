/// What the targets of message parsers share. An input is u16 type, then the body.
#pragma once

#include "base/check.h"
#include "base/reader.h"
#include "wire/common_messages.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>

namespace sumac::fuzz {

/// Reads every byte, so that the sanitizer sees a span that reaches out of its message.
inline void touch(Bytes bytes) {
    unsigned sum = 0;
    for (const std::byte byte : bytes)
        sum += std::to_integer<unsigned>(byte);
    volatile unsigned sink = sum;
    static_cast<void>(sink);
}

/// Parses with `parse`, or as a base message if the type says so, and shows the result to `visit`.
template <class Parse, class Visit>
void run_message(const std::uint8_t* data, std::size_t size, Parse parse, Visit visit) {
    Reader r{std::as_bytes(std::span{data, size})};
    const std::uint16_t type = r.u16();
    const Bytes body = r.rest();
    if (wire::is_common_message(type)) {
        const auto message = wire::parse_common_message(type, body);
        if (!message) return;
        if (const auto* migrate = std::get_if<wire::MigrateData>(&*message)) touch(migrate->data);
        return;
    }
    const auto message = parse(type, body);
    if (message) {
        visit(*message);
    } else {
        CHECK(!message.error().text.empty());
    }
}

} // namespace sumac::fuzz
