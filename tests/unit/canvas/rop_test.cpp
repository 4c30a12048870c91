#include "canvas/rop.h"

#include <gtest/gtest.h>

#include <array>

namespace sumac::canvas {
namespace {

/// Longer than what is done at a time, and no multiple of it.
constexpr std::size_t size_bytes = 2200;
using Row = std::array<std::byte, size_bytes>;

Row row_of(std::uint32_t state) {
    Row row;
    for (std::byte& byte : row) {
        state = state * 1664525U + 1013904223U;
        byte = static_cast<std::byte>(state >> 24U);
    }
    return row;
}

/// Bit by bit, as rop.h defines it.
std::byte plain(unsigned table, std::byte p, std::byte s, std::byte d) {
    unsigned result = 0;
    for (unsigned bit = 0; bit < 8; ++bit) {
        const auto of = [&](std::byte byte) { return std::to_integer<unsigned>(byte) >> bit & 1U; };
        result |= (table >> (of(p) << 2U | of(s) << 1U | of(d)) & 1U) << bit;
    }
    return static_cast<std::byte>(result);
}

TEST(Rop, IsItsTruthTableForEachBit) {
    const Row s = row_of(1);
    const Row before = row_of(2);
    for (unsigned table = 0; table < 16; ++table) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{77}, size_bytes - 3}) {
            Row d = before;
            apply_rop(static_cast<Rop>(table), &d[1], &s[2], size);
            EXPECT_EQ(d[0], before[0]);
            for (std::size_t i = 0; i < size; ++i)
                ASSERT_EQ(d[i + 1], plain(table, {}, s[i + 2], before[i + 1])) << table;
            EXPECT_EQ(d[size + 1], before[size + 1]) << table;
        }
    }
}

TEST(Rop, OfThreeInputsIsItsTruthTableForEachBit) {
    const Row s = row_of(1);
    const Row p = row_of(3);
    const Row before = row_of(2);
    for (unsigned table = 0; table < 256; ++table) {
        for (const std::size_t size : {std::size_t{1}, std::size_t{77}, size_bytes - 3}) {
            Row d = before;
            apply_rop3(static_cast<std::uint8_t>(table), &d[1], &s[2], &p[3], size);
            for (std::size_t i = 0; i < size; ++i)
                ASSERT_EQ(d[i + 1], plain(table, p[i + 3], s[i + 2], before[i + 1])) << table;
            EXPECT_EQ(d[size + 1], before[size + 1]) << table;
        }
    }
}

} // namespace
} // namespace sumac::canvas
