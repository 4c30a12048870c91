#include "cut.h"
#include "wire/common_messages.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

using namespace sumac;
using namespace sumac::test;
using namespace sumac::wire;

namespace {

template <class T>
T parsed(std::uint16_t type, const ByteVector& body) {
    auto message = parse_common_message(type, body);
    EXPECT_TRUE(message) << (message ? "" : message.error().text);
    return std::get<T>(*message);
}

const ByteVector set_ack = R"(
    02 00 00 00               # generation
    14 00 00 00               # window
)"_hex;
const ByteVector ping = R"(
    07 00 00 00               # id
    08 07 06 05 04 03 02 01   # timestamp
)"_hex;
const ByteVector wait_list = R"(
    02                                   # two channels
    02 00  05 00 00 00 00 00 00 00       # display 0, serial 5
    02 03  00 00 00 00 01 00 00 00       # display 3, serial 2^32
)"_hex;
const ByteVector disconnecting = R"(
    01 00 00 00 00 00 00 00   # time stamp
    02 00 00 00               # reason
)"_hex;
const ByteVector notify = R"(
    01 00 00 00 00 00 00 00   # time stamp
    01 00 00 00               # severity
    02 00 00 00               # visibility
    03 00 00 00               # what
    05 00 00 00               # length without the NUL that may follow
    68 c3 a9 0a 21            # "he" with an accent, a line break, "!"
)"_hex;

} // namespace

TEST(CommonMessages, ParsesEachMessage) {
    EXPECT_EQ(parsed<Migrate>(SPICE_MSG_MIGRATE, "03 00 00 00"_hex), Migrate{3});
    EXPECT_EQ(parsed<MigrateData>(SPICE_MSG_MIGRATE_DATA, "01 02"_hex).data.size(), 2U);
    EXPECT_EQ(parsed<SetAck>(SPICE_MSG_SET_ACK, set_ack), (SetAck{2, 20}));
    EXPECT_EQ(parsed<Ping>(SPICE_MSG_PING, ping), (Ping{7, 0x0102030405060708}));
    EXPECT_EQ(parsed<WaitForChannels>(SPICE_MSG_WAIT_FOR_CHANNELS, wait_list).wait,
              (std::vector<WaitFor>{{{2, 0}, Serial{5}}, {{2, 3}, Serial{0x1'0000'0000}}}));
    EXPECT_EQ(parsed<Disconnecting>(SPICE_MSG_DISCONNECTING, disconnecting), (Disconnecting{1, 2}));
    EXPECT_EQ(parsed<Notify>(SPICE_MSG_NOTIFY, notify), (Notify{1, 1, 2, 3, "h\xc3\xa9?!"}));
    parsed<MessageList>(SPICE_MSG_LIST, {});
    EXPECT_EQ(parsed<IgnoredCommonMessage>(99, "01"_hex).type, 99);
}

TEST(CommonMessages, FailsOnEveryCut) {
    expect_every_cut_fails(parse_common_message, SPICE_MSG_MIGRATE, "03 00 00 00"_hex);
    expect_every_cut_fails(parse_common_message, SPICE_MSG_SET_ACK, set_ack);
    expect_every_cut_fails(parse_common_message, SPICE_MSG_PING, ping);
    expect_every_cut_fails(parse_common_message, SPICE_MSG_WAIT_FOR_CHANNELS, wait_list);
    expect_every_cut_fails(parse_common_message, SPICE_MSG_DISCONNECTING, disconnecting);
    expect_every_cut_fails(parse_common_message, SPICE_MSG_NOTIFY, notify);
}

TEST(CommonMessages, RefusesHostileCounts) {
    expect_error(parse_common_message,
                 SPICE_MSG_WAIT_FOR_CHANNELS,
                 with_u8(wait_list, 0, 255),
                 ErrorCode::truncated);
    expect_error(parse_common_message,
                 SPICE_MSG_NOTIFY,
                 with_u32(notify, 20, 0xffffffff),
                 ErrorCode::truncated);
}

TEST(CommonMessages, CutsALongNotice) {
    const ByteVector body = with_u32(notify, 20, 5000) + ByteVector(5000, std::byte{'x'});
    EXPECT_EQ(parsed<Notify>(SPICE_MSG_NOTIFY, body).text.size(), max_notify_text);
}

TEST(CommonMessages, EncodesAnswers) {
    EXPECT_EQ(encode(AckSync{2}), "02 00 00 00"_hex);
    EXPECT_EQ(encode(Pong{7, 0x0102030405060708}), ping) << "a pong copies the ping's numbers";
    EXPECT_EQ(encode(Disconnecting{1, 2}), disconnecting);
}

TEST(CommonMessages, EncodeAndParseAgree) {
    EXPECT_EQ(parsed<Disconnecting>(SPICE_MSG_DISCONNECTING, encode(Disconnecting{77, 88})),
              (Disconnecting{77, 88}));
    EXPECT_EQ(parsed<Ping>(SPICE_MSG_PING, encode(Pong{77, 88})), (Ping{77, 88}));
}
