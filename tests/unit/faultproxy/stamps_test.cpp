#include "message_cutter.h"
#include "proxy_handshake.h"
#include "stamps.h"

#include <gtest/gtest.h>

using namespace sumac;
using namespace sumac::faultproxy;
using namespace sumac::test;
using wire::HeaderKind;

namespace {

/// The message after 0x01000000 was added to each of its stamps, and which they were.
struct Replaced {
    ByteVector message;
    std::string stamps;
};

Replaced replaced(std::uint8_t channel, HeaderKind kind, const ByteVector& message) {
    MessageCutter cutter{kind};
    cutter.push(message);
    auto piece = cutter.take();
    Replaced result;
    replace_stamps(channel, kind, *piece->header, piece->bytes, [&](Stamp stamp, std::uint32_t t) {
        result.stamps += std::string{to_string(stamp)} + " ";
        return t + 0x01000000;
    });
    result.message = piece->bytes;
    return result;
}

Replaced replaced(std::uint8_t channel, const ByteVector& message) {
    return replaced(channel, HeaderKind::mini, message);
}

TEST(Stamps, AreFoundInTheMessagesThatCarryThem) {
    auto result = replaced(SPICE_CHANNEL_DISPLAY,
                           "7b 00 0c 00 00 00  31 00 00 00  01 02 03 04  00 00 00 00"_hex);
    EXPECT_EQ(result.stamps, "stream_data ");
    EXPECT_EQ(result.message, "7b 00 0c 00 00 00  31 00 00 00  01 02 03 05  00 00 00 00"_hex);

    result =
        replaced(SPICE_CHANNEL_DISPLAY,
                 mini(SPICE_MSG_DISPLAY_STREAM_DATA_SIZED, words({49, 7, 1, 1, 0, 0, 1, 1, 0})));
    EXPECT_EQ(result.stamps, "stream_data_sized ");
    EXPECT_EQ(
        result.message,
        mini(SPICE_MSG_DISPLAY_STREAM_DATA_SIZED, words({49, 0x01000007, 1, 1, 0, 0, 1, 1, 0})));

    result =
        replaced(SPICE_CHANNEL_MAIN, mini(SPICE_MSG_MAIN_INIT, words({1, 2, 3, 4, 5, 6, 7, 8})));
    EXPECT_EQ(result.message, mini(SPICE_MSG_MAIN_INIT, words({1, 2, 3, 4, 5, 6, 0x01000007, 8})));
    EXPECT_EQ(result.stamps, "init ");

    result = replaced(SPICE_CHANNEL_MAIN, mini(SPICE_MSG_MAIN_MULTI_MEDIA_TIME, words({9})));
    EXPECT_EQ(result.message, mini(SPICE_MSG_MAIN_MULTI_MEDIA_TIME, words({0x01000009})));

    result = replaced(SPICE_CHANNEL_PLAYBACK, mini(SPICE_MSG_PLAYBACK_DATA, words({9, 10})));
    EXPECT_EQ(result.message, mini(SPICE_MSG_PLAYBACK_DATA, words({0x01000009, 10})));

    result =
        replaced(SPICE_CHANNEL_PLAYBACK, mini(SPICE_MSG_PLAYBACK_MODE, "09 00 00 00 03 00"_hex));
    EXPECT_EQ(result.message, mini(SPICE_MSG_PLAYBACK_MODE, "09 00 00 01 03 00"_hex));

    const auto start = "02 00 00 00  01 00  80 bb 00 00"_hex; // two channels, S16, 48000 Hz
    result = replaced(SPICE_CHANNEL_PLAYBACK, mini(SPICE_MSG_PLAYBACK_START, start + words({9})));
    EXPECT_EQ(result.message, mini(SPICE_MSG_PLAYBACK_START, start + words({0x01000009})));
}

TEST(Stamps, TheSameNumbersOnOtherChannelsAreNone) {
    const auto message = mini(SPICE_MSG_DISPLAY_STREAM_DATA, words({49, 7, 0}));
    EXPECT_EQ(replaced(SPICE_CHANNEL_CURSOR, message).message, message);
    const auto data = mini(SPICE_MSG_MIGRATE_DATA, words({1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(replaced(SPICE_CHANNEL_MAIN, data).message, data);
}

TEST(Stamps, AMessageThatIsTooShortStaysAsItIs) {
    for (std::size_t size = 0; size < 8; ++size) {
        const auto message = mini(SPICE_MSG_DISPLAY_STREAM_DATA, ByteVector(size));
        EXPECT_EQ(replaced(SPICE_CHANNEL_DISPLAY, message).message, message);
    }
}

// A sound packet as sub-message before another: no server does so, but the protocol allows it.
TEST(Stamps, SubMessagesAreRewrittenToo) {
    const auto message = R"(
        09 00 00 00 00 00 00 00                 # serial 9
        65 00  18 00 00 00  04 00 00 00         # PLAYBACK_DATA, 24 bytes, sub_list at 4
        11 00 00 00                             # its own stamp
        01 00  0a 00 00 00                      # 4: one sub-message, at 10
        66 00  06 00 00 00  22 00 00 00 01 00   # 10: PLAYBACK_MODE
        ff ff
    )"_hex;
    const auto result = replaced(SPICE_CHANNEL_PLAYBACK, HeaderKind::full, message);
    EXPECT_EQ(result.stamps, "playback_mode playback_data ");
    EXPECT_EQ(result.message[21], std::byte{1});
    EXPECT_EQ(result.message[37], std::byte{1});
}

TEST(Stamps, AListOfSubMessagesIsRewrittenOnceWhereItsEntriesShareBytes) {
    const auto message = R"(
        08 00  18 00 00 00                      # SPICE_MSG_LIST, 24 bytes
        02 00  0a 00 00 00  0a 00 00 00         # two sub-messages, both at 10
        7b 00  08 00 00 00  31 00 00 00  05 00 00 00
    )"_hex;
    const auto result = replaced(SPICE_CHANNEL_DISPLAY, message);
    EXPECT_EQ(result.stamps, "stream_data ");
    EXPECT_EQ(result.message.back(), std::byte{1});
}

TEST(Stamps, ListsThatPointNowhereAreLeftAlone) {
    const auto message = R"(
        08 00  10 00 00 00
        02 00  ff ff ff ff  0a 00 00 00
        7b 00  ff 00 00 00                      # 10: longer than the message
    )"_hex;
    EXPECT_EQ(replaced(SPICE_CHANNEL_DISPLAY, message).message, message);
    const auto many = mini(SPICE_MSG_LIST, "ff ff 00 00 00 00"_hex);
    EXPECT_EQ(replaced(SPICE_CHANNEL_DISPLAY, many).message, many);
}

/// Everything that the cutter gives, together.
ByteVector
cut_and_joined(HeaderKind kind, const ByteVector& stream, std::size_t step, std::size_t& messages) {
    MessageCutter cutter{kind};
    ByteVector out;
    for (std::size_t at = 0; at < stream.size(); at += step) {
        cutter.push(Bytes{stream}.subspan(at, std::min(step, stream.size() - at)));
        while (auto piece = cutter.take()) {
            if (piece->header) ++messages;
            out = out + piece->bytes;
        }
    }
    return out + cutter.take_rest();
}

TEST(MessageCutter, GivesBackWhatItGotHoweverItIsCut) {
    const auto stream =
        mini(4, ByteVector(12)) + mini(103, {}) + mini(8, ByteVector(300)) + "01 00 ff ff"_hex;
    for (std::size_t step = 1; step <= stream.size(); ++step) {
        std::size_t messages = 0;
        EXPECT_EQ(cut_and_joined(HeaderKind::mini, stream, step, messages), stream);
        EXPECT_EQ(messages, 3);
    }
}

TEST(MessageCutter, AMessageWithoutEndPassesInPieces) {
    MessageCutter cutter{HeaderKind::mini};
    cutter.push("01 00 ff ff ff ff"_hex);
    EXPECT_FALSE(cutter.take());
    cutter.push(ByteVector(MessageCutter::largest_whole));
    const auto first = cutter.take();
    ASSERT_TRUE(first);
    EXPECT_EQ(first->bytes.size(), MessageCutter::largest_whole + 6);
    EXPECT_FALSE(first->ends);
    cutter.push(ByteVector(10));
    const auto next = cutter.take();
    ASSERT_TRUE(next);
    EXPECT_FALSE(next->header);
    EXPECT_EQ(next->bytes.size(), 10);
}

} // namespace
