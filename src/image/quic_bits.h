/// The bit stream and the codes of QUIC (quic.h).
#pragma once

#include "base/reader.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>

namespace sumac::image::quic {

/// No code is longer.
inline constexpr std::uint32_t max_code_bits = 26;
/// What a bit reader has after it was filled.
inline constexpr std::uint32_t filled_bits = 56;
/// A third of that.
inline constexpr std::uint32_t most_short_bits = 18;

constexpr std::uint32_t significant_bits(std::uint32_t value) {
    return 32U - static_cast<std::uint32_t>(std::countl_zero(value));
}

/// The codes for components of so many bits: code number l writes values below `split` as value >>
/// l zeros, a one and l low bits; the others as `prefix` zeros and `suffix` bits.
template <std::uint32_t component_bits>
struct Codes {
    static constexpr std::uint32_t count = component_bits;
    static constexpr std::uint32_t values = 1U << component_bits;

    struct Code {
        std::uint16_t split = 0;
        std::uint8_t prefix = 0;
        std::uint8_t suffix = 0;
    };
    std::array<Code, count> codes{};
    /// A code with fewer zeros than this is short: it has no suffix, and three of them fit into a
    /// filled reader.
    std::array<std::uint8_t, count> short_zeros{};
    /// length[value][l] in bits, padded to one vector.
    std::array<std::array<std::uint16_t, 8>, values> length{};

    constexpr Codes() {
        for (std::uint32_t l = 0; l < count; ++l) {
            const std::uint32_t prefix =
                std::min(max_code_bits - component_bits, (1U << (component_bits - l)) - 1);
            const std::uint32_t split = prefix << l;
            // ceil(log2(values - split))
            const std::uint32_t suffix = significant_bits(values - split - 1);
            codes[l] = {static_cast<std::uint16_t>(split),
                        static_cast<std::uint8_t>(prefix),
                        static_cast<std::uint8_t>(suffix)};
            short_zeros[l] = static_cast<std::uint8_t>(std::min(prefix, most_short_bits - l));
            for (std::uint32_t value = 0; value < values; ++value) {
                length[value][l] = static_cast<std::uint16_t>(value < split ? (value >> l) + 1 + l
                                                                            : prefix + suffix);
            }
        }
    }
};

template <std::uint32_t component_bits>
inline constexpr Codes<component_bits> codes_of{};

/// Little-endian words of 32 bits, the highest bit first.
///
/// `refill` reads ahead and unchecked; after the last word it finds zeros for `slack_bytes`.
/// Whoever takes bits asks `overrun` before they can be used up.
class BitReader {
public:
    /// `stream` comes from `in_reading_order` and is borrowed.
    BitReader(const std::byte* stream, std::size_t size_bytes)
        : at_(stream), end_(stream + size_bytes) {}

    /// At least `filled_bits` can be taken.
    void refill() {
        std::uint64_t next = 0;
        std::memcpy(&next, at_, sizeof next);
        ahead_ |= __builtin_bswap64(next) >> count_;
        at_ += (63 - count_) >> 3U;
        count_ |= filled_bits;
    }
    /// `count` at most 32, 0 gives 0.
    std::uint32_t take(std::uint32_t count) {
        const auto value = static_cast<std::uint32_t>((ahead_ >> 32U) >> (32U - count));
        drop(count);
        return value;
    }
    /// Three codes can be taken after a refill.
    template <std::uint32_t component_bits>
    std::uint32_t take_code(std::uint32_t number) {
        const std::uint32_t zeros = leading_zeros();
        if (zeros >= codes_of<component_bits>.short_zeros[number]) [[unlikely]]
            return take_long_code<component_bits>(number);
        return take_after_zeros(zeros, number);
    }

    /// More was taken than there was.
    bool overrun() const { return at_ - end_ > std::ptrdiff_t{count_ >> 3U}; }

private:
    /// At most 63.
    std::uint32_t leading_zeros() const {
        return static_cast<std::uint32_t>(std::countl_zero(ahead_ | 1U));
    }
    void drop(std::uint32_t count) {
        ahead_ <<= count;
        count_ -= count;
    }
    /// The zeros, a one, and the low bits.
    std::uint32_t take_after_zeros(std::uint32_t zeros, std::uint32_t number) {
        const auto low = static_cast<std::uint32_t>(ahead_ >> (63U - zeros - number));
        drop(zeros + 1 + number);
        // `low` has the one, which counts for 1 << number too much.
        return low + ((zeros - 1) << number);
    }
    /// Leaves the reader filled, as others may follow.
    template <std::uint32_t component_bits>
    std::uint32_t take_long_code(std::uint32_t number) {
        const auto code = codes_of<component_bits>.codes[number];
        refill();
        const std::uint32_t zeros = leading_zeros();
        std::uint32_t value = 0;
        if (zeros < code.prefix) {
            value = take_after_zeros(zeros, number);
        } else {
            drop(code.prefix);
            // Damaged data may have suffixes that no value has.
            value = (code.split + take(code.suffix)) & (Codes<component_bits>::values - 1);
        }
        refill();
        return value;
    }

    const std::byte* at_;
    const std::byte* end_;
    std::uint64_t ahead_ = 0; ///< the next `count_` bits at the top, below them zeros or later bits
    std::uint32_t count_ = 0;
};

/// The words' bytes in the order in which their bits are read, with `slack_bytes` zeros behind.
inline std::unique_ptr<std::byte[]> in_reading_order(Bytes words, std::size_t slack_bytes) {
    auto stream = std::make_unique_for_overwrite<std::byte[]>(words.size() + slack_bytes);
    for (std::size_t at = 0; at + 4 <= words.size(); at += 4) {
        std::uint32_t word = 0;
        std::memcpy(&word, words.data() + at, 4);
        word = __builtin_bswap32(word);
        std::memcpy(stream.get() + at, &word, 4);
    }
    const std::size_t whole = words.size() / 4 * 4;
    std::memset(stream.get() + whole, 0, words.size() - whole + slack_bytes);
    return stream;
}

} // namespace sumac::image::quic
