#include "video/huffman_codes.h"

#include <algorithm>

namespace sumac::video {
namespace {

constexpr unsigned longest = 16;

/// T.81, F.2.2.1 (EXTEND): the number in `size` bits whose upper half stands for itself and whose
/// lower half for what is negative.
constexpr int extended(unsigned number, unsigned size) {
    const int value = static_cast<int>(number);
    const bool negative = size != 0 && number >> (size - 1) == 0;
    return negative ? value + 1 - (1 << size) : value;
}

/// `count` of `bits`, from the topmost but `from` on.
constexpr unsigned cut(std::uint64_t bits, unsigned from, unsigned count) {
    return count == 0 ? 0 : static_cast<unsigned>(bits << from >> (64 - count));
}

} // namespace

bool HuffmanCodes::build(std::span<const std::uint8_t, 17> counts,
                         std::span<const std::uint8_t, 256> symbols,
                         Coefficient of) {
    // A server's stream has the same tables in every picture.
    const bool known = built_ && of == of_ && std::ranges::equal(counts, counts_) &&
                       std::ranges::equal(symbols, symbols_);
    if (known) return true;
    built_ = false;
    of_ = of;
    std::ranges::copy(counts, counts_.begin());
    end_ = {};
    table_.fill(HuffmanStep::not_in_table());
    std::ranges::copy(symbols, symbols_.begin());
    unsigned code = 0;
    std::size_t place = 0;
    for (unsigned length = 1; length <= longest; ++length, code <<= 1U) {
        symbol_at_[length] = static_cast<std::int32_t>(place) - static_cast<std::int32_t>(code);
        for (unsigned i = 0; i < counts[length]; ++i, ++code, ++place) {
            if (place == symbols.size()) return false;
            if (of == Coefficient::dc && symbols[place] > 15) return false;
            fill(code, length, symbols[place]);
        }
        // A code of nothing but ones is not to be used.
        if (counts[length] != 0 && code >> length != 0) return false;
        limits_[length] = code << (longest - length);
    }
    if (of == Coefficient::ac) take_ends_along();
    built_ = true;
    return true;
}

HuffmanStep
HuffmanCodes::step_of(unsigned code_length, std::uint8_t symbol, std::uint64_t bits) const {
    const unsigned size = symbol & 15U;
    const int value = extended(cut(bits, code_length, size), size);
    if (of_ == Coefficient::dc) return {code_length + size, 0, value};
    const unsigned run = symbol >> 4U;
    const bool ends = size == 0 && run != 15;
    return {code_length + size, ends ? HuffmanStep::block_ends : run + 1, value};
}

void HuffmanCodes::fill(unsigned code, unsigned length, std::uint8_t symbol) {
    if (of_ == Coefficient::ac && symbol == 0) end_ = {code, length};
    if (length > table_bits || length + (symbol & 15U) > table_bits) return;
    const unsigned open = table_bits - length;
    // A table that has too many codes is found out only behind its fill.
    for (std::size_t i = std::size_t{code} << open;
         i < std::min((std::size_t{code} + 1) << open, table_.size());
         ++i)
        table_[i] = step_of(length, symbol, std::uint64_t{i} << (64 - table_bits));
}

/// Where a block ends behind a small number: one step for both.
void HuffmanCodes::take_ends_along() {
    if (end_.length == 0) return;
    for (std::size_t i = 0; i < table_.size(); ++i) {
        const HuffmanStep step = table_[i];
        const bool number = step.in_table() && step.advance() <= 16 && step.value() != 0;
        if (!number || step.length() + end_.length > table_bits) continue;
        const std::uint64_t bits = std::uint64_t{i} << (64 - table_bits);
        if (cut(bits, step.length(), end_.length) == end_.bits)
            table_[i] = step.with_end(end_.length);
    }
}

HuffmanStep HuffmanCodes::search(std::uint64_t bits) const {
    const auto top = static_cast<std::uint32_t>(bits >> (64 - longest));
    unsigned length = 1;
    while (length <= longest && top >= limits_[length])
        ++length;
    if (length > longest) return {0, HuffmanStep::no_code, 0};
    const auto code = static_cast<std::int32_t>(top >> (longest - length));
    const std::int32_t place = code + symbol_at_[length];
    return step_of(length, symbols_[static_cast<std::size_t>(place)], bits);
}

} // namespace sumac::video
