#include "proxy_handshake.h"
#include "tap.h"

#include <gtest/gtest.h>

#include <random>

using namespace sumac;
using namespace sumac::faultproxy;
using namespace sumac::test;
using namespace std::chrono_literals;

namespace {

constexpr LocalTime start{1000s};
constexpr auto to_client = Direction::to_client;
constexpr auto to_server = Direction::to_server;

ByteVector sent_on(Tap& tap, Direction direction, LocalTime now) {
    ByteVector out;
    Lane& lane = tap.lane(direction);
    for (;;) {
        const Weather weather = tap.weather(direction, now);
        const LaneStep step = lane.next(weather, now);
        const auto* const ready = std::get_if<SendNow>(&step);
        if (ready == nullptr) return out;
        out.insert(out.end(), ready->bytes.begin(), ready->bytes.end());
        lane.sent(ready->bytes.size(), weather, now);
    }
}

/// A tap whose handshake is over; what was sent on of it is taken out.
struct Linked {
    explicit Linked(std::vector<Fault> faults = {},
                    std::uint8_t channel = SPICE_CHANNEL_DISPLAY,
                    std::uint32_t common = common_mini)
        : state{Schedule{std::move(faults)}, {}}, tap(state) {
        state.schedule.on_connection(start);
        tap.on_bytes(to_server, link_mess(channel, common), start);
        tap.on_bytes(to_client, link_reply(common), start);
        tap.on_bytes(to_server, mechanism_and_ticket(), start);
        tap.on_bytes(to_client, link_result(), start);
        sent_on(tap, to_client, start);
        sent_on(tap, to_server, start);
    }
    /// What the client gets when the server sends this.
    ByteVector from_server(const ByteVector& bytes, LocalTime now = start) {
        tap.on_bytes(to_client, bytes, now);
        return sent_on(tap, to_client, now);
    }

    ListenerState state;
    Tap tap;
};

Fault at_once(Effect effect) {
    Fault fault;
    fault.effect = std::move(effect);
    return fault;
}

ByteVector frame(std::uint32_t mm_time) {
    return mini(SPICE_MSG_DISPLAY_STREAM_DATA, words({49, mm_time, 2}) + "aa bb"_hex);
}

TEST(Tap, ChangesNothingWithoutFaultsHoweverTheStreamIsCut) {
    const ByteVector from_server = link_reply() + link_result() + frame(7) +
                                   mini(SPICE_MSG_LIST, "00 00"_hex) + frame(8) + "01 00"_hex;
    const ByteVector from_client =
        link_mess(SPICE_CHANNEL_DISPLAY) + mechanism_and_ticket() + mini(1, words({1})) + "05"_hex;
    std::mt19937 random{1};
    for (int round = 0; round < 200; ++round) {
        ListenerState state{Schedule{{}}, {}};
        Tap tap{state};
        ByteVector to_the_client;
        ByteVector to_the_server;
        std::size_t server_at = 0;
        std::size_t client_at = 0;
        const auto some = [&](const ByteVector& all, std::size_t& at) {
            const std::size_t count = std::min<std::size_t>(all.size() - at, random() % 60);
            at += count;
            return Bytes{all}.subspan(at - count, count);
        };
        while (server_at < from_server.size() || client_at < from_client.size()) {
            // A server answers: the link message first, the result after the ticket.
            tap.on_bytes(to_server, some(from_client, client_at), start);
            if (client_at > 38) tap.on_bytes(to_client, some(from_server, server_at), start);
            to_the_client = to_the_client + sent_on(tap, to_client, start);
            to_the_server = to_the_server + sent_on(tap, to_server, start);
        }
        tap.on_end(to_client, start);
        tap.on_end(to_server, start);
        EXPECT_EQ(to_the_client + sent_on(tap, to_client, start), from_server);
        EXPECT_EQ(to_the_server + sent_on(tap, to_server, start), from_client);
    }
}

TEST(Tap, RewritesFramesAndCountsThem) {
    Linked linked{{at_once(Rewrite{{Stamp::stream_data}, -8ms})}};
    EXPECT_EQ(linked.from_server(frame(7)), frame(0xffffffff));
    EXPECT_EQ(linked.from_server(frame(0)), frame(0)) << "0 is no stamp";
    EXPECT_EQ(linked.tap.rewritten().at(static_cast<std::size_t>(Stamp::stream_data)), 1);
}

TEST(Tap, TheClientsMessagesAreNeverRewritten) {
    Linked linked{{at_once(Rewrite{{Stamp::stream_data}, 8ms})}};
    linked.tap.on_bytes(to_server, frame(7), start);
    EXPECT_EQ(sent_on(linked.tap, to_server, start), frame(7));
}

TEST(Tap, CutsInsideTheMessageThatWasNamed) {
    Linked linked{{at_once(CutAtMessage{*MessagePattern::named("frame"), 2, 3})}};
    const auto out = linked.from_server(frame(1) + frame(2) + frame(3));
    const auto second = frame(2);
    EXPECT_EQ(out, frame(1) + ByteVector(second.begin(), second.begin() + 3));
    const auto step = linked.tap.lane(to_client).next({}, start);
    EXPECT_TRUE(std::holds_alternative<CutNow>(step));
    EXPECT_TRUE(linked.from_server(frame(4)).empty());
}

ByteVector clock_message(std::uint32_t mm_time) {
    return mini(SPICE_MSG_MAIN_MULTI_MEDIA_TIME, words({mm_time}));
}

TEST(Tap, InjectsWhatTheServerWouldSayRewrittenLikeTheRest) {
    Linked linked{{at_once(Rewrite{{Stamp::multi_media_time}, 50'000ms})}, SPICE_CHANNEL_MAIN};
    EXPECT_EQ(linked.from_server(clock_message(1000)), clock_message(51'000));
    EXPECT_EQ(linked.tap.inject(Inject{.offset = 7ms}, start + 300ms), 51'307);
    EXPECT_EQ(sent_on(linked.tap, to_client, start + 300ms), clock_message(51'307));
}

TEST(Tap, InjectsNothingWhereThereIsNoOpenMainChannelOrNoClock) {
    EXPECT_FALSE(Linked{}.tap.inject({}, start)) << "a display channel";
    Linked linked{{}, SPICE_CHANNEL_MAIN};
    EXPECT_FALSE(linked.tap.inject({}, start)) << "no clock seen yet";
}

TEST(Tap, InjectsBetweenMessagesAlsoWhenALongOneIsPassing) {
    Linked linked{{}, SPICE_CHANNEL_MAIN};
    linked.from_server(clock_message(1000));
    const auto ping = mini(SPICE_MSG_PING, ByteVector(2 * MessageCutter::largest_whole));
    const std::size_t half = MessageCutter::largest_whole + 100;
    auto out = linked.from_server({ping.begin(), ping.begin() + half});
    EXPECT_TRUE(linked.tap.inject({}, start));
    out = out + linked.from_server({ping.begin() + half, ping.end()});
    EXPECT_EQ(out, ping + clock_message(1000));
}

TEST(Tap, UnderTheFullHeaderInjectedMessagesGetANumberAndLaterOnesMoveOn) {
    Linked linked{{}, SPICE_CHANNEL_MAIN, common_full};
    const auto told = [](std::uint64_t serial, std::uint32_t mm_time) {
        return full(serial, SPICE_MSG_MAIN_MULTI_MEDIA_TIME, words({mm_time}));
    };
    EXPECT_EQ(linked.from_server(told(9, 1000)), told(9, 1000));
    EXPECT_TRUE(linked.tap.inject({}, start));
    EXPECT_EQ(sent_on(linked.tap, to_client, start), told(10, 1000));
    EXPECT_EQ(linked.from_server(told(10, 2000)), told(11, 2000));
    linked.tap.on_bytes(to_server, told(5, 1), start);
    EXPECT_EQ(sent_on(linked.tap, to_server, start), told(5, 1)) << "the other direction does not";
}

} // namespace
