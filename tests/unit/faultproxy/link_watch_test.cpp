#include "link_watch.h"
#include "proxy_handshake.h"

#include <gtest/gtest.h>

using namespace sumac;
using namespace sumac::faultproxy;
using namespace sumac::test;

namespace {

constexpr auto to_client = Direction::to_client;
constexpr auto to_server = Direction::to_server;

TEST(LinkWatch, LearnsTheChannelAndWhereMessagesBegin) {
    LinkWatch watch;
    const auto mess = link_mess(SPICE_CHANNEL_DISPLAY);
    EXPECT_EQ(watch.on_bytes(to_server, mess), mess.size());
    ASSERT_TRUE(watch.channel());
    EXPECT_EQ(watch.channel()->type, SPICE_CHANNEL_DISPLAY);
    EXPECT_EQ(watch.on_bytes(to_client, link_reply()), link_reply().size());
    EXPECT_FALSE(watch.open(to_server));
    const auto ticket = mechanism_and_ticket();
    EXPECT_EQ(watch.on_bytes(to_server, ticket + "01 02 03"_hex), ticket.size());
    EXPECT_TRUE(watch.open(to_server));
    EXPECT_FALSE(watch.open(to_client));
    EXPECT_EQ(watch.on_bytes(to_client, link_result() + "04 05"_hex), 4);
    EXPECT_TRUE(watch.open(to_client));
    EXPECT_EQ(watch.header_kind(), wire::HeaderKind::mini);
    EXPECT_EQ(watch.on_bytes(to_client, "06"_hex), 0);
    EXPECT_EQ(watch.opaque(), "");
}

TEST(LinkWatch, DoesNotMindHowTheBytesAreCut) {
    LinkWatch watch;
    const auto feed = [&](Direction direction, const ByteVector& bytes) {
        for (const std::byte byte : bytes)
            EXPECT_EQ(watch.on_bytes(direction, Bytes{&byte, 1}), 1);
    };
    feed(to_server, link_mess(SPICE_CHANNEL_MAIN));
    feed(to_client, link_reply());
    feed(to_server, mechanism_and_ticket());
    feed(to_client, link_result());
    EXPECT_TRUE(watch.open(to_client));
    EXPECT_TRUE(watch.open(to_server));
    EXPECT_EQ(watch.on_bytes(to_server, "01"_hex), 0);
}

TEST(LinkWatch, TakesTheFullHeaderUnlessBothWantTheMiniOne) {
    LinkWatch watch;
    watch.on_bytes(to_server, link_mess(SPICE_CHANNEL_MAIN, common_full));
    watch.on_bytes(to_client, link_reply());
    watch.on_bytes(to_server, mechanism_and_ticket());
    EXPECT_EQ(watch.header_kind(), wire::HeaderKind::full);
}

TEST(LinkWatch, ExpectsNoMechanismFromAPeerThatCannotSelect) {
    constexpr std::uint32_t mini_header_alone = 0x08;
    LinkWatch watch;
    watch.on_bytes(to_server, link_mess(SPICE_CHANNEL_MAIN, mini_header_alone));
    watch.on_bytes(to_client, link_reply());
    EXPECT_EQ(watch.on_bytes(to_server, ByteVector(130)), 128);
    EXPECT_TRUE(watch.open(to_server));
}

TEST(LinkWatch, KnowsTheChannelOfASaslConnectionAndNoMore) {
    LinkWatch watch;
    watch.on_bytes(to_server, link_mess(SPICE_CHANNEL_PLAYBACK));
    watch.on_bytes(to_client, link_reply());
    EXPECT_EQ(watch.on_bytes(to_server, words({SPICE_COMMON_CAP_AUTH_SASL, 5})), 8);
    EXPECT_EQ(watch.opaque(), "SASL authentication");
    EXPECT_EQ(watch.channel()->type, SPICE_CHANNEL_PLAYBACK);
}

/// What makes a connection opaque: all of it then passes as handshake.
void expect_opaque(const ByteVector& from_client, const ByteVector& from_server) {
    LinkWatch watch;
    watch.on_bytes(to_server, from_client);
    watch.on_bytes(to_client, from_server);
    EXPECT_NE(watch.opaque(), "");
    EXPECT_FALSE(watch.open(to_client));
    EXPECT_FALSE(watch.open(to_server));
    EXPECT_EQ(watch.on_bytes(to_client, ByteVector(1000)), 1000);
    EXPECT_EQ(watch.on_bytes(to_server, ByteVector(1000)), 1000);
}

TEST(LinkWatch, LetsPassWhatItDoesNotUnderstand) {
    expect_opaque("16 03 01"_hex, {});                            // TLS
    expect_opaque("47 45 54 20 2f"_hex, {});                      // "GET /": a WebSocket
    expect_opaque({}, link_reply());                              // a server that speaks first
    expect_opaque(link_mess(2), words({SPICE_MAGIC, 3, 0, 182})); // another version
    expect_opaque(link_mess(2), words({SPICE_MAGIC, 2, 2, 0xffffffff}));
    expect_opaque(words({SPICE_MAGIC, 2, 2, 4097}), {});
    expect_opaque(words({SPICE_MAGIC, 2, 2, 17}), {});
    expect_opaque(link_mess(2) + ByteVector(200), link_reply()); // does not wait
    expect_opaque(link_mess(2), link_reply() + link_result());   // nor does it
}

TEST(LinkWatch, CountsOfCapabilitiesThatLieAreOpaque) {
    auto mess = link_mess(SPICE_CHANNEL_MAIN);
    for (std::size_t i = 22; i < 26; ++i)
        mess[i] = std::byte{0xff}; // number of common words
    expect_opaque(mess, {});
    auto reply = link_reply();
    for (std::size_t i = 190; i < 194; ++i)
        reply[i] = std::byte{0xff}; // their offset
    expect_opaque(link_mess(2), reply);
}

TEST(LinkWatch, ARefusedTicketEndsWhatCanBeUnderstood) {
    LinkWatch watch;
    watch.on_bytes(to_server, link_mess(SPICE_CHANNEL_MAIN));
    watch.on_bytes(to_client, link_reply());
    watch.on_bytes(to_server, mechanism_and_ticket());
    EXPECT_EQ(watch.on_bytes(to_client, words({SPICE_LINK_ERR_PERMISSION_DENIED})), 4);
    EXPECT_EQ(watch.opaque(), "the server refused the link");
}

} // namespace
