/// The codes of a baseline JPEG's coefficients: ITU-T T.81, annexes C and F.
/// For this folder's sources only.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace sumac::video {

/// The first coefficient of a block, and the 63 others.
enum class Coefficient { dc, ac };

/// What a code says together with the number behind it. Packed, so that a table of them stays in
/// the cache: from the lowest bit on, 6 bits of length, "not in the table", "the block ends", 8
/// bits of advance, 16 of value.
class HuffmanStep {
public:
    /// In advance() and end(). Counting on from any coefficient, each leaves its mark in the sum.
    static constexpr unsigned block_ends = 128;
    static constexpr unsigned no_code = 64;

    constexpr HuffmanStep() = default;
    constexpr HuffmanStep(unsigned length, unsigned advance, int value)
        : packed_(length | advance << 8U | static_cast<std::uint32_t>(value) << 16U) {}
    static constexpr HuffmanStep not_in_table() { return {absent, 0, 0}; }
    /// This one, and behind it the end of the block, which takes `length` bits.
    [[nodiscard]] constexpr HuffmanStep with_end(unsigned length) const {
        HuffmanStep step = *this;
        step.packed_ = (packed_ + length) | block_ends;
        return step;
    }

    [[nodiscard]] constexpr bool in_table() const { return (packed_ & absent) == 0; }
    /// Bits to go on by: 0 to 31.
    [[nodiscard]] constexpr unsigned length() const { return packed_ & (absent - 1); }
    /// Of AC: from one coefficient to the next, 1 to 16, or block_ends. Of both: no_code.
    [[nodiscard]] constexpr unsigned advance() const { return packed_ >> 8U & 0xFFU; }
    /// block_ends if the block ends behind this coefficient, or 0.
    [[nodiscard]] constexpr unsigned end() const { return packed_ & block_ends; }
    /// The coefficient; of DC, its difference from the last. 16 bits with sign.
    [[nodiscard]] constexpr int value() const { return static_cast<std::int32_t>(packed_) >> 16; }

private:
    static constexpr unsigned absent = 64;

    std::uint32_t packed_ = 0;
};

class HuffmanCodes {
public:
    /// `counts`: of codes of 1 to 16 bits, from [1] on; `symbols` in the codes' order, as a DHT has
    /// both. False: no table that libjpeg would take.
    bool build(std::span<const std::uint8_t, 17> counts,
               std::span<const std::uint8_t, 256> symbols,
               Coefficient of);

    /// The step that `bits` begin with, the first as the topmost, if it is in the table. Ten of
    /// them must be there.
    [[nodiscard]] HuffmanStep find(std::uint64_t bits) const {
        return table_[bits >> (64 - table_bits)];
    }
    /// The same for those that are not; never with end(). 31 bits must be there.
    [[nodiscard]] HuffmanStep search(std::uint64_t bits) const;

    /// The code that a step with end() has taken along.
    struct Code {
        std::uint64_t bits = 0;
        unsigned length = 0;
    };
    [[nodiscard]] Code end_of_block() const { return end_; }

private:
    static constexpr unsigned table_bits = 10;

    [[nodiscard]] HuffmanStep
    step_of(unsigned code_length, std::uint8_t symbol, std::uint64_t bits) const;
    void fill(unsigned code, unsigned length, std::uint8_t symbol);
    void take_ends_along();

    Coefficient of_ = Coefficient::dc;
    bool built_ = false;
    std::array<std::uint8_t, 17> counts_{};
    std::array<HuffmanStep, 1U << table_bits> table_{};
    std::array<std::uint32_t, 17> limits_{}; ///< by length: first 16 bits that are beyond its codes
    std::array<std::int32_t, 17> symbol_at_{}; ///< by length: symbol's place less code
    std::array<std::uint8_t, 256> symbols_{};
    Code end_;
};

} // namespace sumac::video
