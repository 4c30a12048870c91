#include "canvas/rop.h"

#include <spice/enums.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace sumac::canvas {

namespace {

// The inputs' own truth tables: combining these bytes combines the functions.
constexpr std::uint8_t s_table = 0b1100;
constexpr std::uint8_t d_table = 0b1010;
constexpr std::uint8_t all = 0b1111;

/// Word by word, which is as fast as memory; then the last bytes.
template <class Function>
void for_each_word(std::byte* d, const std::byte* s, std::size_t size_bytes, Function function) {
    std::size_t i = 0;
    for (; i + 8 <= size_bytes; i += 8) {
        std::uint64_t dw = 0;
        std::uint64_t sw = 0;
        std::memcpy(&dw, d + i, 8);
        std::memcpy(&sw, s + i, 8);
        dw = function(sw, dw);
        std::memcpy(d + i, &dw, 8);
    }
    for (; i < size_bytes; ++i)
        d[i] = static_cast<std::byte>(
            function(std::to_integer<std::uint64_t>(s[i]), std::to_integer<std::uint64_t>(d[i])) &
            0xFF);
}

/// So many at a time: loops of a fixed length become SIMD.
using Words = std::array<std::uint64_t, 8>;

Words load(const std::byte* from) {
    Words words;
    std::memcpy(words.data(), from, sizeof words);
    return words;
}

/// d = p ? set : clear, bit by bit.
void select(std::byte* d,
            const std::byte* p,
            const std::byte* set,
            const std::byte* clear,
            std::size_t size_bytes) {
    std::size_t i = 0;
    for (; i + sizeof(Words) <= size_bytes; i += sizeof(Words)) {
        const Words pw = load(p + i);
        const Words sw = load(set + i);
        Words dw = load(clear + i);
        for (std::size_t k = 0; k < dw.size(); ++k)
            dw[k] = (pw[k] & sw[k]) | (~pw[k] & dw[k]);
        std::memcpy(d + i, dw.data(), sizeof dw);
    }
    for (; i < size_bytes; ++i)
        d[i] = (p[i] & set[i]) | (~p[i] & clear[i]);
}

} // namespace

Rop parse_rop(std::uint16_t descriptor, RopInputs inputs) {
    const unsigned s = (descriptor & inputs.invert_s) != 0 ? ~s_table & all : s_table;
    const unsigned d = (descriptor & inputs.invert_d) != 0 ? ~d_table & all : d_table;
    const unsigned inverted = (descriptor & SPICE_ROPD_INVERS_RES) != 0 ? all : 0;
    const auto rop = [](unsigned table) { return static_cast<Rop>(table & all); };
    // The first that is named counts.
    if ((descriptor & SPICE_ROPD_OP_PUT) != 0) return rop(s ^ inverted);
    if ((descriptor & SPICE_ROPD_OP_OR) != 0) return rop((s | d) ^ inverted);
    if ((descriptor & SPICE_ROPD_OP_AND) != 0) return rop((s & d) ^ inverted);
    if ((descriptor & SPICE_ROPD_OP_XOR) != 0) return rop(s ^ d ^ inverted);
    if ((descriptor & SPICE_ROPD_OP_BLACKNESS) != 0) return Rop::black;
    if ((descriptor & SPICE_ROPD_OP_WHITENESS) != 0) return Rop::white;
    if ((descriptor & SPICE_ROPD_OP_INVERS) != 0) return Rop::invert; // of D as it is
    return Rop::copy;
}

bool inverts(Rop rop) {
    const auto table = static_cast<unsigned>(rop);
    constexpr unsigned not_d = 0b01; // of the two bits for one value of S
    return (table & 0b11) == not_d || table >> 2 == not_d;
}

void apply_rop(Rop rop, std::byte* d, const std::byte* s, std::size_t size_bytes) {
    const auto with = [&](auto function) { for_each_word(d, s, size_bytes, function); };
    using Word = std::uint64_t;
    switch (static_cast<unsigned>(rop)) {
    case 0b0000:
        std::memset(d, 0, size_bytes);
        break;
    case 0b0001:
        with([](Word sw, Word dw) { return ~(sw | dw); });
        break;
    case 0b0010:
        with([](Word sw, Word dw) { return ~sw & dw; });
        break;
    case 0b0011:
        with([](Word sw, Word) { return ~sw; });
        break;
    case 0b0100:
        with([](Word sw, Word dw) { return sw & ~dw; });
        break;
    case 0b0101:
        with([](Word, Word dw) { return ~dw; });
        break;
    case 0b0110:
        with([](Word sw, Word dw) { return sw ^ dw; });
        break;
    case 0b0111:
        with([](Word sw, Word dw) { return ~(sw & dw); });
        break;
    case 0b1000:
        with([](Word sw, Word dw) { return sw & dw; });
        break;
    case 0b1001:
        with([](Word sw, Word dw) { return ~(sw ^ dw); });
        break;
    case 0b1010:
        break;
    case 0b1011:
        with([](Word sw, Word dw) { return ~sw | dw; });
        break;
    case 0b1100:
        std::memcpy(d, s, size_bytes);
        break;
    case 0b1101:
        with([](Word sw, Word dw) { return sw | ~dw; });
        break;
    case 0b1110:
        with([](Word sw, Word dw) { return sw | dw; });
        break;
    default:
        std::memset(d, 0xFF, size_bytes);
        break;
    }
}

void apply_rop3(std::uint8_t rop3,
                std::byte* d,
                const std::byte* s,
                const std::byte* p,
                std::size_t size_bytes) {
    // The upper half of the table is the function of S and D where P is 1, the lower where it is 0.
    const auto where_set = static_cast<Rop>(rop3 >> 4);
    const auto where_clear = static_cast<Rop>(rop3 & 0xF);
    std::array<std::byte, 1024> set;
    std::array<std::byte, 1024> clear;
    for (std::size_t done = 0; done < size_bytes;) {
        const std::size_t size = std::min(set.size(), size_bytes - done);
        std::memcpy(set.data(), d + done, size);
        std::memcpy(clear.data(), d + done, size);
        apply_rop(where_set, set.data(), s + done, size);
        apply_rop(where_clear, clear.data(), s + done, size);
        select(d + done, p + done, set.data(), clear.data(), size);
        done += size;
    }
}

} // namespace sumac::canvas
