#include "cut.h"
#include "wire/main.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::test;
using namespace sumac::wire;

namespace {

template <class T>
T parsed(std::uint16_t type, const ByteVector& body) {
    auto message = parse_main_message(type, body);
    EXPECT_TRUE(message) << (message ? "" : message.error().text);
    return std::get<T>(*message);
}

const ByteVector init = R"(
    78 56 34 12   # session id
    01 00 00 00   # display channels hint
    03 00 00 00   # supported mouse modes
    01 00 00 00   # current mouse mode
    01 00 00 00   # agent connected
    0a 00 00 00   # agent tokens
    e8 03 00 00   # multi media time
    00 00 00 04   # ram hint
)"_hex;
const ByteVector channels = R"(
    02 00 00 00   # two
    02 00         # display 0
    05 01         # playback 1
)"_hex;
const ByteVector name = R"(
    04 00 00 00   # with the NUL
    76 6d 31 00   # "vm1"
)"_hex;
const ByteVector uuid = "00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f"_hex;

// The certificate subject stands before the host, to show that the order is free.
const ByteVector destination = R"(
    0c 17   ff ff                     # 0: port 5900, no TLS port
    05 00 00 00   1a 00 00 00         # 4: host, 5 bytes at 26
    02 00 00 00   18 00 00 00         # 12: certificate subject, 2 bytes at 24
    07 00 00 00                       # 20: source version, where there is one
    43 4e                             # 24: "CN"
    68 6f 73 74 00                    # 26: "host"
)"_hex;
const MigrationDestination expected_destination{5900, 0, "host", "CN"};

} // namespace

TEST(MainMessages, ParsesEachMessage) {
    EXPECT_EQ(parsed<MainInit>(SPICE_MSG_MAIN_INIT, init),
              (MainInit{0x12345678, 1, 3, 1, true, 10, 1000, 0x04000000}));
    EXPECT_EQ(parsed<ChannelsList>(SPICE_MSG_MAIN_CHANNELS_LIST, channels).channels,
              (std::vector<ChannelId>{{2, 0}, {5, 1}}));
    EXPECT_EQ(parsed<MouseMode>(SPICE_MSG_MAIN_MOUSE_MODE, "03 00 01 00"_hex), (MouseMode{3, 1}));
    EXPECT_EQ(parsed<MultiMediaTime>(SPICE_MSG_MAIN_MULTI_MEDIA_TIME, "ff ff ff ff"_hex),
              (MultiMediaTime{0xffffffff}));
    EXPECT_EQ(parsed<MainName>(SPICE_MSG_MAIN_NAME, name), (MainName{"vm1"}));
    EXPECT_EQ(parsed<MainUuid>(SPICE_MSG_MAIN_UUID, uuid).uuid[15], 15);
    parsed<AgentConnected>(SPICE_MSG_MAIN_AGENT_CONNECTED, {});
    EXPECT_EQ(parsed<AgentDisconnected>(SPICE_MSG_MAIN_AGENT_DISCONNECTED, "01 00 00 00"_hex),
              (AgentDisconnected{1}));
    EXPECT_EQ(parsed<AgentData>(SPICE_MSG_MAIN_AGENT_DATA, "01 02 03"_hex).data.size(), 3U);
    EXPECT_EQ(parsed<AgentToken>(SPICE_MSG_MAIN_AGENT_TOKEN, "05 00 00 00"_hex), (AgentToken{5}));
    EXPECT_EQ(
        parsed<AgentConnectedTokens>(SPICE_MSG_MAIN_AGENT_CONNECTED_TOKENS, "0a 00 00 00"_hex),
        (AgentConnectedTokens{10}));
    EXPECT_EQ(parsed<IgnoredMainMessage>(9999, {}).type, 9999);
}

TEST(MainMessages, ParsesMigration) {
    EXPECT_EQ(parsed<MigrateBegin>(SPICE_MSG_MAIN_MIGRATE_BEGIN, destination).destination,
              expected_destination);
    EXPECT_EQ(
        parsed<MigrateSwitchHost>(SPICE_MSG_MAIN_MIGRATE_SWITCH_HOST, destination).destination,
        expected_destination);
    EXPECT_EQ(parsed<MigrateBeginSeamless>(SPICE_MSG_MAIN_MIGRATE_BEGIN_SEAMLESS, destination),
              (MigrateBeginSeamless{expected_destination, 7}));
    parsed<MigrateCancel>(SPICE_MSG_MAIN_MIGRATE_CANCEL, {});
    parsed<MigrateEnd>(SPICE_MSG_MAIN_MIGRATE_END, {});
    parsed<MigrateDestinationSeamlessAck>(SPICE_MSG_MAIN_MIGRATE_DST_SEAMLESS_ACK, {});
    parsed<MigrateDestinationSeamlessNack>(SPICE_MSG_MAIN_MIGRATE_DST_SEAMLESS_NACK, {});
}

TEST(MainMessages, AcceptsASwitchToTheSameHostOnly) {
    const ByteVector no_host = with_u32(destination, 8, 0);
    EXPECT_EQ(
        parsed<MigrateSwitchHost>(SPICE_MSG_MAIN_MIGRATE_SWITCH_HOST, no_host).destination.host,
        "");
    expect_error(parse_main_message, SPICE_MSG_MAIN_MIGRATE_BEGIN, no_host, ErrorCode::invalid);
}

TEST(MainMessages, FailsOnEveryCut) {
    expect_every_cut_fails(parse_main_message, SPICE_MSG_MAIN_INIT, init);
    expect_every_cut_fails(parse_main_message, SPICE_MSG_MAIN_CHANNELS_LIST, channels);
    expect_every_cut_fails(parse_main_message, SPICE_MSG_MAIN_MOUSE_MODE, "03 00 01 00"_hex);
    expect_every_cut_fails(parse_main_message, SPICE_MSG_MAIN_MULTI_MEDIA_TIME, "01 00 00 00"_hex);
    expect_every_cut_fails(
        parse_main_message, SPICE_MSG_MAIN_AGENT_DISCONNECTED, "01 00 00 00"_hex);
    expect_every_cut_fails(parse_main_message, SPICE_MSG_MAIN_AGENT_TOKEN, "01 00 00 00"_hex);
    expect_every_cut_fails(
        parse_main_message, SPICE_MSG_MAIN_AGENT_CONNECTED_TOKENS, "01 00 00 00"_hex);
    expect_every_cut_fails(parse_main_message, SPICE_MSG_MAIN_NAME, name);
    expect_every_cut_fails(parse_main_message, SPICE_MSG_MAIN_UUID, uuid);
    expect_every_cut_fails(parse_main_message, SPICE_MSG_MAIN_MIGRATE_BEGIN, destination);
    expect_every_cut_fails(parse_main_message, SPICE_MSG_MAIN_MIGRATE_BEGIN_SEAMLESS, destination);
    expect_every_cut_fails(parse_main_message, SPICE_MSG_MAIN_MIGRATE_SWITCH_HOST, destination);
}

TEST(MainMessages, RefusesHostileCountsAndOffsets) {
    expect_error(parse_main_message,
                 SPICE_MSG_MAIN_CHANNELS_LIST,
                 with_u32(channels, 0, 3),
                 ErrorCode::truncated);
    expect_error(parse_main_message,
                 SPICE_MSG_MAIN_CHANNELS_LIST,
                 with_u32(channels, 0, 0xffffffff),
                 ErrorCode::limit);
    expect_error(
        parse_main_message, SPICE_MSG_MAIN_NAME, with_u32(name, 0, 4096), ErrorCode::truncated);
    expect_error(
        parse_main_message, SPICE_MSG_MAIN_NAME, with_u32(name, 0, 0xffffffff), ErrorCode::limit);
    expect_error(parse_main_message,
                 SPICE_MSG_MAIN_MIGRATE_BEGIN,
                 with_u32(destination, 4, 0xffffffff),
                 ErrorCode::limit);
    expect_error(parse_main_message,
                 SPICE_MSG_MAIN_MIGRATE_BEGIN,
                 with_u32(destination, 8, 0xffffffff),
                 ErrorCode::truncated);
    expect_error(parse_main_message,
                 SPICE_MSG_MAIN_MIGRATE_BEGIN,
                 with_u32(destination, 16, 30),
                 ErrorCode::truncated);
}

TEST(MainMessages, Encodes) {
    EXPECT_EQ(encode(MouseModeRequest{2}), "02 00"_hex);
    EXPECT_EQ(encode(AgentStart{10}), "0a 00 00 00"_hex);
    EXPECT_EQ(encode(AgentToken{5}), "05 00 00 00"_hex);
    EXPECT_EQ(encode(MigrateDestinationDoSeamless{7}), "07 00 00 00"_hex);
    EXPECT_EQ(parsed<AgentToken>(SPICE_MSG_MAIN_AGENT_TOKEN, encode(AgentToken{123456})),
              (AgentToken{123456}));
}
