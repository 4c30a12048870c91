/// What the tests of the display channel's messages share.
#pragma once

#include "cut.h"
#include "wire/display.h"

#include <gtest/gtest.h>

namespace sumac::wire {

template <class T>
T parsed(std::uint16_t type, const test::ByteVector& body) {
    auto message = parse_display_message(type, body);
    EXPECT_TRUE(message) << (message ? "" : message.error().text);
    return std::get<T>(*message);
}

inline void expect_display_error(std::uint16_t type, const test::ByteVector& body, ErrorCode code) {
    test::expect_error(parse_display_message, type, body, code);
}

} // namespace sumac::wire
