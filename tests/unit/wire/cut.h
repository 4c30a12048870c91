/// The checks that every message parser must pass.
#pragma once

#include "hex.h"
#include <sumac/result.h>

#include <gtest/gtest.h>

#include <cstdint>

namespace sumac::test {

/// The message itself parses; with bytes behind it as well; cut anywhere it fails.
/// `parse` is parse_*_message; `body` must need its last byte.
template <class Parse>
void expect_every_cut_fails(Parse parse, std::uint16_t type, const ByteVector& body) {
    EXPECT_TRUE(parse(type, body)) << "type " << type;
    EXPECT_TRUE(parse(type, body + "00 ff"_hex)) << "type " << type << ", extra bytes";
    for (std::size_t size = 0; size < body.size(); ++size) {
        const ByteVector cut{body.begin(), body.begin() + static_cast<std::ptrdiff_t>(size)};
        EXPECT_FALSE(parse(type, cut)) << "type " << type << ", " << size << " bytes";
    }
}

/// The message fails with `code`.
template <class Parse>
void expect_error(Parse parse, std::uint16_t type, const ByteVector& body, ErrorCode code) {
    const auto result = parse(type, body);
    ASSERT_FALSE(result) << "type " << type;
    EXPECT_EQ(result.error().code, code) << "type " << type << ": " << result.error().text;
}

} // namespace sumac::test
