/// Bytes as annotated hex:
///
///     const auto ping = R"(
///         07 00 00 00               # id
///         08 00 00 00 00 00 00 00   # timestamp
///     )"_hex;
///
/// Pairs of hex digits; white space is free; '#' begins a comment that ends with its line.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace sumac::test {

using ByteVector = std::vector<std::byte>;

inline ByteVector hex(std::string_view text) {
    constexpr std::string_view digits = "0123456789abcdef";
    ByteVector bytes;
    std::size_t high = std::string_view::npos; // the first digit of a pair
    bool comment = false;
    for (const char c : text) {
        if (c == '#') comment = true;
        if (c == '\n') comment = false;
        if (comment || c == ' ' || c == '\n') continue;
        const std::size_t digit = digits.find(c);
        if (digit == std::string_view::npos) {
            std::fprintf(stderr, "not a hex digit: '%c'\n", c);
            std::abort();
        }
        if (high == std::string_view::npos) {
            high = digit;
            continue;
        }
        bytes.push_back(static_cast<std::byte>(high * 16 + digit));
        high = std::string_view::npos;
    }
    if (high != std::string_view::npos) {
        std::fprintf(stderr, "odd number of hex digits\n");
        std::abort();
    }
    return bytes;
}

inline ByteVector operator""_hex(const char* text, std::size_t size) {
    return hex({text, size});
}

inline ByteVector ascii(std::string_view text) {
    const auto bytes = std::as_bytes(std::span{text});
    return {bytes.begin(), bytes.end()};
}

/// One after the other.
inline ByteVector operator+(ByteVector first, const ByteVector& second) {
    first.insert(first.end(), second.begin(), second.end());
    return first;
}

/// A little-endian number over what stands at `offset`, to make a good message hostile.
inline ByteVector with_u32(ByteVector bytes, std::size_t offset, unsigned long value) {
    for (std::size_t i = 0; i < 4; ++i)
        bytes.at(offset + i) = static_cast<std::byte>(value >> (8 * i) & 0xff);
    return bytes;
}

/// The same for a single byte.
inline ByteVector with_u8(ByteVector bytes, std::size_t offset, unsigned value) {
    bytes.at(offset) = static_cast<std::byte>(value);
    return bytes;
}

} // namespace sumac::test
