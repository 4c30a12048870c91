#include "hex.h"
#include "wire/framing.h"

#include <gtest/gtest.h>
#include <spice/enums.h>

#include <algorithm>

using namespace sumac;
using namespace sumac::test;
using namespace sumac::wire;

namespace {

std::vector<Message> take_all(Framer& framer) {
    std::vector<Message> messages;
    while (auto message = framer.take_message())
        messages.push_back(*std::move(message));
    return messages;
}

ByteVector body_of(const Message& message) {
    return {message.body.begin(), message.body.end()};
}

/// "serial:type:size" of each, '-' for a sub-message's serial.
std::string summary(const std::vector<Message>& messages) {
    std::string text;
    for (const Message& message : messages) {
        text += message.serial ? std::to_string(message.serial->value) : "-";
        text += ":" + std::to_string(message.type) + ":" + std::to_string(message.body.size());
        text += " ";
    }
    return text;
}

const ByteVector two_mini = R"(
    04 00  0c 00 00 00                      # PING, 12 bytes
    07 00 00 00  01 02 03 04 05 06 07 08
    67 00  00 00 00 00                      # 103, no body
)"_hex;

// Wait-for-channels and inval-list before a draw, as the server sends it under the full header.
const ByteVector full_with_sub_messages = R"(
    09 00 00 00 00 00 00 00                 # serial 9
    30 01  1e 00 00 00  04 00 00 00         # 304, 30 bytes, sub_list at 4
    aa bb cc dd                             # the body of 304
    02 00  0e 00 00 00  17 00 00 00         # 4: two sub-messages, at 14 and 23
    05 00  03 00 00 00  01 02 03            # 14: type 5, 3 bytes
    69 00  01 00 00 00  ff                  # 23: type 105, 1 byte
)"_hex;

const ByteVector mini_list = R"(
    08 00  14 00 00 00                      # SPICE_MSG_LIST, 20 bytes
    02 00  0a 00 00 00  0e 00 00 00         # two sub-messages, at 10 and 14 (they share zeros)
    65 00  00 00                            # 10: type 101
    00 00  00 00 00 00                      # 14: type 0
)"_hex;

} // namespace

TEST(Framing, NumbersMessagesUnderTheMiniHeaderItself) {
    Framer framer{HeaderKind::mini};
    ASSERT_TRUE(framer.push(two_mini));
    const auto messages = take_all(framer);
    EXPECT_EQ(summary(messages), "1:4:12 2:103:0 ");
    EXPECT_EQ(body_of(messages[0]), "07 00 00 00 01 02 03 04 05 06 07 08"_hex);
    EXPECT_EQ(framer.next_serial(), Serial{3});
    EXPECT_FALSE(framer.inside_message());
}

TEST(Framing, CountsOnFromAGivenSerial) {
    Framer framer{HeaderKind::mini, Serial{41}};
    ASSERT_TRUE(framer.push(two_mini));
    EXPECT_EQ(summary(take_all(framer)), "41:4:12 42:103:0 ");
}

TEST(Framing, TakesTheSerialFromTheFullHeaderAndDeliversSubMessagesFirst) {
    Framer framer{HeaderKind::full};
    ASSERT_TRUE(framer.push(full_with_sub_messages));
    const auto messages = take_all(framer);
    ASSERT_EQ(summary(messages), "-:5:3 -:105:1 9:304:30 ");
    EXPECT_TRUE(messages[0].is_sub_message());
    EXPECT_EQ(body_of(messages[0]), "01 02 03"_hex);
    EXPECT_EQ(body_of(messages[1]), "ff"_hex);
    EXPECT_FALSE(messages[2].is_sub_message());
    EXPECT_EQ(messages[2].body[0], std::byte{0xaa});
    EXPECT_EQ(framer.next_serial(), Serial{10});
}

TEST(Framing, DeliversAListOfTheMiniHeaderBehindItsSubMessages) {
    Framer framer{HeaderKind::mini};
    ASSERT_TRUE(framer.push(mini_list));
    EXPECT_EQ(summary(take_all(framer)), "-:101:0 -:0:0 1:8:20 ");
}

TEST(Framing, GivesTheSameMessagesWhereverTheStreamIsCut) {
    for (const auto& [kind, stream] : {std::pair{HeaderKind::mini, two_mini + mini_list},
                                       std::pair{HeaderKind::full, full_with_sub_messages}}) {
        Framer whole{kind};
        ASSERT_TRUE(whole.push(stream));
        const std::string expected = summary(take_all(whole));
        for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
            Framer framer{kind};
            ASSERT_TRUE(framer.push(Bytes{stream}.first(cut)));
            ASSERT_TRUE(framer.push(Bytes{stream}.subspan(cut)));
            EXPECT_EQ(summary(take_all(framer)), expected) << "cut at " << cut;
        }
    }
}

TEST(Framing, TellsWhetherTheStreamStopsInsideAMessage) {
    Framer framer{HeaderKind::mini};
    EXPECT_FALSE(framer.inside_message());
    ASSERT_TRUE(framer.push("04 00 02"_hex));
    EXPECT_TRUE(framer.inside_message()) << "in the header";
    ASSERT_TRUE(framer.push("00 00 00 aa"_hex));
    EXPECT_TRUE(framer.inside_message()) << "in the body";
    ASSERT_TRUE(framer.push("bb"_hex));
    EXPECT_FALSE(framer.inside_message());
}

TEST(Framing, ReadsALargeBodyStraightIntoTheMessage) {
    constexpr std::size_t size = 5'000'000;
    Framer framer{HeaderKind::mini};
    ASSERT_TRUE(framer.push(with_u32("67 00 00 00 00 00"_hex, 2, size)));
    std::size_t received = 0;
    std::size_t reads = 0;
    while (received < size) {
        const auto space = framer.next_buffer();
        ASSERT_FALSE(space.empty());
        for (std::size_t i = 0; i < space.size(); ++i)
            space[i] = static_cast<std::byte>((received + i) * 7 & 0xff);
        ASSERT_TRUE(framer.commit(space.size()));
        received += space.size();
        ++reads;
    }
    EXPECT_EQ(received, size) << "the buffer must end where the body ends";
    EXPECT_LE(reads, 20U);
    const auto message = framer.take_message();
    ASSERT_TRUE(message);
    ASSERT_EQ(message->body.size(), size);
    EXPECT_EQ(message->body.data(), message->buffer.get());
    EXPECT_EQ(message->buffer_bytes, size);
    for (std::size_t i = 0; i < size; i += 4099)
        ASSERT_EQ(message->body[i], static_cast<std::byte>(i * 7 & 0xff)) << i;
}

TEST(Framing, CopiesNoMoreThanTheFirstMegabyteOfABody) {
    constexpr std::size_t size = 5'000'000;
    Framer framer{HeaderKind::mini};
    ASSERT_TRUE(framer.push(with_u32("67 00 00 00 00 00"_hex, 2, size)));
    std::size_t received = 0;
    const std::byte* believed = nullptr;
    while (received < size) {
        const auto space = framer.next_buffer();
        if (received >= std::size_t{1024} * 1024 && believed == nullptr)
            believed = space.data() - received;
        ASSERT_TRUE(framer.commit(space.size()));
        received += space.size();
    }
    EXPECT_EQ(framer.take_message()->buffer.get(), believed);
}

TEST(Framing, AllocatesForBytesThatComeAndNotForThoseThatAreClaimed) {
    Framer framer{HeaderKind::mini};
    ASSERT_TRUE(framer.push(with_u32("67 00 00 00 00 00"_hex, 2, max_message_size)));
    constexpr std::size_t come = std::size_t{256} * 1024;
    const std::byte* const before = framer.next_buffer().data();
    ASSERT_TRUE(framer.push(ByteVector(come)));
    EXPECT_NE(framer.next_buffer().data() - come, before) << "there was room for more";
}

TEST(Framing, RefusesAMessageBeyondTheLimitForGood) {
    Framer framer{HeaderKind::mini, Serial{1}, 100};
    ASSERT_TRUE(framer.push(with_u32("67 00 00 00 00 00"_hex, 2, 100)));
    ASSERT_TRUE(framer.push(ByteVector(100)));
    const auto done = framer.push(with_u32("67 00 00 00 00 00"_hex, 2, 101));
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::limit);
    EXPECT_FALSE(framer.push("00"_hex));
    EXPECT_EQ(summary(take_all(framer)), "1:103:100 ") << "what came before stays";
    EXPECT_FALSE(framer.take_message());
}

TEST(Framing, RefusesTheLargestPossibleSize) {
    Framer framer{HeaderKind::full};
    const auto done = framer.push(R"(
        01 00 00 00 00 00 00 00  67 00  ff ff ff ff  ff ff ff ff
    )"_hex);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::limit);
}

namespace {

/// What a message with this body and list offset leads to under the full header.
Result<Done> push_list(const ByteVector& body, unsigned long list_offset) {
    Framer framer{HeaderKind::full};
    ByteVector header = "01 00 00 00 00 00 00 00  67 00  00 00 00 00  00 00 00 00"_hex;
    header = with_u32(header, 10, body.size());
    header = with_u32(header, 14, list_offset);
    const auto done = framer.push(header + body);
    EXPECT_EQ(framer.take_message().has_value(), done.has_value()) << "all or nothing";
    return done;
}

const ByteVector good_list = R"(
    00 00                                   # the list is at 2, because 0 means none
    02 00  0c 00 00 00  13 00 00 00         # at 12 and 19
    05 00  01 00 00 00  01                  # 12
    05 00  02 00 00 00  01 02               # 19
)"_hex;

} // namespace

TEST(Framing, RefusesAListThatIsCutAnywhere) {
    ASSERT_TRUE(push_list(good_list, 2));
    for (std::size_t size = 0; size < good_list.size(); ++size) {
        const auto done =
            push_list({good_list.begin(), good_list.begin() + static_cast<long>(size)}, 2);
        ASSERT_FALSE(done) << size;
        EXPECT_EQ(done.error().code, ErrorCode::truncated) << size;
    }
}

TEST(Framing, RefusesHostileLists) {
    EXPECT_FALSE(push_list(good_list, 0xffffffff)) << "list past the end";
    EXPECT_FALSE(push_list(with_u32(good_list, 4, 0xffffffff), 2)) << "sub-message past the end";
    EXPECT_FALSE(push_list(with_u32(good_list, 14, 0xffffffff), 2)) << "size past the end";
    const auto many = push_list(with_u8(good_list, 2, 65), 2);
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().code, ErrorCode::limit);
}

TEST(Framing, RefusesAListThatNamesOneSubMessageAgainAndAgain) {
    const ByteVector body = R"(
        00 00
        04 00  14 00 00 00  14 00 00 00  14 00 00 00  14 00 00 00    # 4 times the one at 20
        05 00  08 00 00 00  01 02 03 04 05 06 07 08
    )"_hex;
    ASSERT_EQ(body.size(), 34U);
    EXPECT_TRUE(push_list(body, 2)) << "4 * 8 bytes of 34: no more work than its bytes";
    const auto done = push_list(with_u8(body + ByteVector(8), 22, 16), 2);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().code, ErrorCode::invalid);
}

TEST(Framing, EncodesBothHeaders) {
    const ByteVector body = "aa bb"_hex;
    EXPECT_EQ(encode_message(HeaderKind::mini, Serial{5}, SPICE_MSGC_PONG, body),
              "03 00  02 00 00 00  aa bb"_hex);
    EXPECT_EQ(encode_message(HeaderKind::full, Serial{5}, SPICE_MSGC_PONG, body),
              "05 00 00 00 00 00 00 00  03 00  02 00 00 00  00 00 00 00  aa bb"_hex);
}

TEST(Framing, ReadsWhatItEncodes) {
    for (const HeaderKind kind : {HeaderKind::mini, HeaderKind::full}) {
        Framer framer{kind, Serial{77}};
        ASSERT_TRUE(framer.push(encode_message(kind, Serial{77}, 1234, ascii("hello"))));
        const auto message = framer.take_message();
        ASSERT_TRUE(message);
        EXPECT_EQ(message->serial, Serial{77});
        EXPECT_EQ(message->type, 1234);
        EXPECT_EQ(body_of(*message), ascii("hello"));
    }
}
