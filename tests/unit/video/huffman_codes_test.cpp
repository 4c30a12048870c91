#include "video/huffman_codes.h"

#include <gtest/gtest.h>

namespace sumac::video {
namespace {

using Counts = std::array<std::uint8_t, 17>;
using Symbols = std::array<std::uint8_t, 256>;

constexpr std::uint64_t at_the_top(std::uint64_t bits, unsigned count) {
    return bits << (64 - count);
}

TEST(HuffmanCodes, SayLengthRunAndNumber) {
    // 0: the block ends. 10: two zeros and a number of 3 bits. 110: sixteen zeros.
    HuffmanCodes codes;
    ASSERT_TRUE(codes.build(Counts{0, 1, 1, 1}, Symbols{0x00, 0x23, 0xF0}, Coefficient::ac));

    const HuffmanStep end = codes.find(at_the_top(0b0, 1));
    EXPECT_EQ(end.length(), 1U);
    EXPECT_EQ(end.advance(), HuffmanStep::block_ends);

    const HuffmanStep positive = codes.find(at_the_top(0b10'101'1, 6));
    EXPECT_EQ(positive.length(), 5U);
    EXPECT_EQ(positive.advance(), 3U);
    EXPECT_EQ(positive.value(), 5);
    EXPECT_EQ(positive.end(), 0U);

    const HuffmanStep negative_and_end = codes.find(at_the_top(0b10'010'0, 6));
    EXPECT_EQ(negative_and_end.length(), 6U);
    EXPECT_EQ(negative_and_end.value(), -5);
    EXPECT_EQ(negative_and_end.end(), HuffmanStep::block_ends);
    EXPECT_EQ(codes.end_of_block().length, 1U);

    const HuffmanStep zeros = codes.find(at_the_top(0b110, 3));
    EXPECT_EQ(zeros.length(), 3U);
    EXPECT_EQ(zeros.advance(), 16U);
    EXPECT_EQ(zeros.value(), 0);

    EXPECT_EQ(codes.search(at_the_top(0b111, 3)).advance(), HuffmanStep::no_code);
}

TEST(HuffmanCodes, AreSearchedIfTheTableIsTooShort) {
    HuffmanCodes codes;
    Counts counts{}; // 0, 10, 110 and so on
    for (std::size_t length = 1; length <= 16; ++length)
        counts[length] = 1;
    Symbols symbols{};
    symbols[0] = 15; // 0, then 15 bits
    for (std::uint8_t i = 1; i < 16; ++i)
        symbols[i] = static_cast<std::uint8_t>(15 - i);
    symbols[15] = 15; // fifteen ones and a 0, then 15 bits
    ASSERT_TRUE(codes.build(counts, symbols, Coefficient::dc));

    EXPECT_FALSE(codes.find(0).in_table());
    EXPECT_EQ(codes.search(0).length(), 16U);
    EXPECT_EQ(codes.search(0).value(), -32767);
    const std::uint64_t longest = at_the_top(0xFFFE, 16) | at_the_top(0x7FFF, 31);
    EXPECT_FALSE(codes.find(longest).in_table());
    EXPECT_EQ(codes.search(longest).length(), 31U);
    EXPECT_EQ(codes.search(longest).value(), 32767);
}

TEST(HuffmanCodes, RefuseWhatLibjpegRefuses) {
    HuffmanCodes codes;
    EXPECT_TRUE(codes.build(Counts{0, 1}, Symbols{}, Coefficient::dc));
    EXPECT_FALSE(codes.build(Counts{0, 2}, Symbols{}, Coefficient::dc)) << "nothing but ones";
    EXPECT_FALSE(codes.build(Counts{0, 3}, Symbols{}, Coefficient::dc)) << "too many of a length";
    EXPECT_FALSE(
        codes.build(Counts{0, 1, 0, 0, 0, 0, 0, 0, 0, 255, 255}, Symbols{}, Coefficient::dc))
        << "too many";
    EXPECT_FALSE(codes.build(Counts{0, 1}, Symbols{16}, Coefficient::dc)) << "too large for DC";
    EXPECT_TRUE(codes.build(Counts{0, 1}, Symbols{16}, Coefficient::ac));
}

TEST(HuffmanCodes, FollowEachChangeOfTheTable) {
    HuffmanCodes codes;
    const auto value = [&] { return codes.search(at_the_top(0b011, 3)).value(); };
    ASSERT_TRUE(codes.build(Counts{0, 1}, Symbols{1}, Coefficient::dc));
    EXPECT_EQ(value(), 1);
    ASSERT_TRUE(codes.build(Counts{0, 1}, Symbols{2}, Coefficient::dc));
    EXPECT_EQ(value(), 3);
    ASSERT_TRUE(codes.build(Counts{0, 0, 2}, Symbols{2, 1}, Coefficient::dc));
    EXPECT_EQ(value(), 1);
    EXPECT_EQ(codes.find(0).advance(), 0U);
    ASSERT_TRUE(codes.build(Counts{0, 0, 2}, Symbols{2, 1}, Coefficient::ac));
    EXPECT_EQ(codes.find(0).advance(), 1U);
    ASSERT_FALSE(codes.build(Counts{0, 2}, Symbols{}, Coefficient::dc));
    ASSERT_FALSE(codes.build(Counts{0, 2}, Symbols{}, Coefficient::dc)) << "remembered as good";
}

} // namespace
} // namespace sumac::video
