#include "base/writer.h"
#include "channel/base_channel.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

namespace sumac::channel {
namespace {

constexpr std::uint16_t own_message = 101;

wire::Message message(std::uint16_t type, std::vector<std::byte> body = {}) {
    auto buffer = std::make_shared<const std::vector<std::byte>>(std::move(body));
    return {Serial{1}, type, *buffer, buffer};
}

wire::Message set_ack(std::uint32_t generation, std::uint32_t window) {
    Writer body;
    body.u32(generation);
    body.u32(window);
    return message(SPICE_MSG_SET_ACK, body.take());
}

std::vector<std::uint16_t> types(const std::vector<OutgoingMessage>& messages) {
    std::vector<std::uint16_t> found;
    for (const auto& outgoing : messages)
        found.push_back(outgoing.type);
    return found;
}

TEST(BaseChannel, SendsNoAckBeforeTheServerAsksForThem) {
    BaseChannel channel;
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(channel.on_message(message(own_message))->send.empty());
}

TEST(BaseChannel, AnswersSetAckAndThenAcknowledgesEachWindow) {
    BaseChannel channel;
    const auto step = channel.on_message(set_ack(7, 3));
    ASSERT_TRUE(step);
    ASSERT_EQ(types(step->send), std::vector<std::uint16_t>{SPICE_MSGC_ACK_SYNC});
    EXPECT_EQ(step->send.front().body, wire::encode(wire::AckSync{7}));
    for (int window = 0; window < 4; ++window) {
        EXPECT_TRUE(channel.on_message(message(own_message))->send.empty());
        EXPECT_TRUE(channel.on_message(message(own_message))->send.empty());
        EXPECT_EQ(types(channel.on_message(message(own_message))->send),
                  std::vector<std::uint16_t>{SPICE_MSGC_ACK});
    }
}

TEST(BaseChannel, DoesNotCountSubMessages) {
    BaseChannel channel;
    ASSERT_TRUE(channel.on_message(set_ack(1, 1)));
    wire::Message sub = message(own_message);
    sub.serial.reset();
    EXPECT_TRUE(channel.on_message(sub)->send.empty());
    EXPECT_EQ(types(channel.on_message(message(own_message))->send),
              std::vector<std::uint16_t>{SPICE_MSGC_ACK});
}

TEST(BaseChannel, StopsAcknowledgingAtWindowZero) {
    BaseChannel channel;
    ASSERT_TRUE(channel.on_message(set_ack(1, 1)));
    ASSERT_TRUE(channel.on_message(set_ack(2, 0)));
    EXPECT_TRUE(channel.on_message(message(own_message))->send.empty());
}

TEST(BaseChannel, CopiesThePingIntoThePongWithoutItsPayload) {
    BaseChannel channel;
    Writer body;
    body.u32(42);
    body.u64(0x1122334455667788);
    body.text("payload that measures the link");
    const auto step = channel.on_message(message(SPICE_MSG_PING, body.take()));
    ASSERT_TRUE(step);
    ASSERT_EQ(types(step->send), std::vector<std::uint16_t>{SPICE_MSGC_PONG});
    EXPECT_EQ(step->send.front().body, wire::encode(wire::Pong{42, 0x1122334455667788}));
}

TEST(BaseChannel, DropsADamagedPingButNotTheChannel) {
    BaseChannel channel;
    const auto step = channel.on_message(message(SPICE_MSG_PING, {std::byte{1}}));
    ASSERT_TRUE(step);
    EXPECT_TRUE(step->damaged);
    EXPECT_TRUE(step->send.empty());
}

TEST(BaseChannel, GivesUpTheChannelWhereLaterMessagesDependOnTheDamagedOne) {
    for (const std::uint16_t type :
         {SPICE_MSG_SET_ACK, SPICE_MSG_WAIT_FOR_CHANNELS, SPICE_MSG_MIGRATE}) {
        BaseChannel channel;
        EXPECT_FALSE(channel.on_message(message(type))) << type;
    }
}

TEST(BaseChannel, LeavesTheChannelsOwnMessagesAlone) {
    BaseChannel channel;
    const auto step = channel.on_message(message(own_message, {std::byte{1}}));
    ASSERT_TRUE(step);
    EXPECT_FALSE(step->is_common);
    EXPECT_TRUE(std::holds_alternative<std::monostate>(step->event));
}

} // namespace
} // namespace sumac::channel
