#include "hex.h"
#include "wire/capabilities.h"
#include "wire/names.h"
#include "wire/text.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::test;
using namespace sumac::wire;

TEST(Names, NamesChannels) {
    EXPECT_EQ(channel_name({SPICE_CHANNEL_DISPLAY, 1}), "display[1]");
    EXPECT_EQ(channel_name({77, 0}), "channel type 77[0]");
    EXPECT_EQ(channel_type_name(SPICE_CHANNEL_WEBDAV), "webdav");
    EXPECT_EQ(channel_type_name(0), "unknown");
}

TEST(Names, NamesMessagesByChannel) {
    EXPECT_EQ(message_name(SPICE_CHANNEL_DISPLAY, SPICE_MSG_PING), "ping");
    EXPECT_EQ(message_name(SPICE_CHANNEL_DISPLAY, SPICE_MSG_DISPLAY_DRAW_COPY), "draw copy");
    EXPECT_EQ(message_name(SPICE_CHANNEL_MAIN, SPICE_MSG_MAIN_INIT), "init");
    EXPECT_EQ(message_name(SPICE_CHANNEL_CURSOR, SPICE_MSG_CURSOR_HIDE), "hide");
    EXPECT_EQ(message_name(SPICE_CHANNEL_INPUTS, SPICE_MSG_INPUTS_MOUSE_MOTION_ACK),
              "mouse motion ack");
    EXPECT_EQ(message_name(SPICE_CHANNEL_PLAYBACK, SPICE_MSG_PLAYBACK_LATENCY), "latency");
    EXPECT_EQ(message_name(SPICE_CHANNEL_MAIN, 9999), "unknown");
    EXPECT_EQ(message_name(SPICE_CHANNEL_PORT, 101), "unknown");
}

TEST(Capabilities, AreBitsOfWords) {
    const Capabilities capabilities{0, 3, 33};
    EXPECT_EQ(capabilities.words(), (std::vector<std::uint32_t>{9, 2}));
    EXPECT_TRUE(capabilities.has(33));
    EXPECT_FALSE(capabilities.has(32));
    EXPECT_FALSE(capabilities.has(64)) << "beyond the words";
    EXPECT_FALSE(capabilities.has(0xffffffff));
    EXPECT_EQ(Capabilities::from_words({9, 2}), capabilities);
}

TEST(Text, IsSafeToPrint) {
    EXPECT_EQ(printable(ascii("HTTP/1.1 400 Bad Request\r\nServer: x"), 80),
              "HTTP/1.1 400 Bad Request");
    EXPECT_EQ(printable("41 1b 5b ff 42"_hex, 80), "A?[?B");
    EXPECT_EQ(printable(ascii("abcdef"), 3), "abc");
    EXPECT_EQ(wire_text("61 09 c3 a9 00 62"_hex), "a?\xc3\xa9") << "up to the NUL, UTF-8 kept";
}
