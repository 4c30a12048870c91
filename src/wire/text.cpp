#include "wire/text.h"

#include <algorithm>

namespace sumac::wire {

namespace {

bool is_control(unsigned char c) {
    return c < 0x20 || c == 0x7f;
}

} // namespace

std::string printable(Bytes bytes, std::size_t max_bytes) {
    std::string text;
    for (const std::byte byte : bytes.first(std::min(bytes.size(), max_bytes))) {
        const auto c = std::to_integer<unsigned char>(byte);
        if (c == 0 || c == '\r' || c == '\n') break;
        text += is_control(c) || c > 0x7f ? '?' : static_cast<char>(c);
    }
    return text;
}

std::string wire_text(Bytes bytes) {
    std::string text;
    for (const std::byte byte : bytes) {
        const auto c = std::to_integer<unsigned char>(byte);
        if (c == 0) break;
        text += is_control(c) ? '?' : static_cast<char>(c);
    }
    return text;
}

} // namespace sumac::wire
