#include "video/inverse_dct.h"

#include "base/check.h"

#include <algorithm>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sumac::video {

#if defined(__x86_64__)

namespace {

/// In 8192ths, as libjpeg has it: C. Loeffler, A. Ligtenberg and G. Moschytz, "Practical Fast 1-D
/// DCT Algorithms with 11 Multiplications", ICASSP 1989; their figure 1, its numbers times sqrt(2).
constexpr int scale_bits = 13;
constexpr int scaled(double number) {
    return static_cast<int>(number * (1 << scale_bits) + 0.5);
}
constexpr int c0_298 = scaled(0.298631336);
constexpr int c0_390 = scaled(0.390180644);
constexpr int c0_541 = scaled(0.541196100);
constexpr int c0_765 = scaled(0.765366865);
constexpr int c0_899 = scaled(0.899976223);
constexpr int c1_175 = scaled(1.175875602);
constexpr int c1_501 = scaled(1.501321110);
constexpr int c1_847 = scaled(1.847759065);
constexpr int c1_961 = scaled(1.961570560);
constexpr int c2_053 = scaled(2.053119869);
constexpr int c2_562 = scaled(2.562915447);
constexpr int c3_072 = scaled(3.072711026);

/// What is kept of the scale between the two passes, and what the transform itself adds to it.
constexpr int kept_bits = 2;
constexpr int gained_bits = 3;

/// Eight numbers of 32 bits, or eight pairs of 16.
using Eight = __m256i;
/// No std::array: as a template's argument the type would lose its attributes.
struct Lines {
    Eight at[DctBlock::side]; // NOLINT(modernize-avoid-c-arrays)
};

/// Lines of numbers, two by two as they are multiplied.
struct Pairs {
    Eight of_0_4;
    Eight of_2_6;
    Eight of_7_1;
    Eight of_3_5;
};

[[gnu::target("avx2")]] inline Eight times(Eight pairs, int first, int second) {
    const std::uint32_t low = static_cast<std::uint32_t>(first) & 0xFFFFU;
    const std::uint32_t both = static_cast<std::uint32_t>(second) << 16U | low;
    return _mm256_madd_epi16(pairs, _mm256_set1_epi32(static_cast<int>(both)));
}

template <int dropped_bits>
[[gnu::target("avx2")]] inline void
add_and_subtract(Eight even, Eight odd, Eight& sum, Eight& difference) {
    sum = _mm256_srai_epi32(_mm256_add_epi32(even, odd), dropped_bits);
    difference = _mm256_srai_epi32(_mm256_sub_epi32(even, odd), dropped_bits);
}

/// One pass for eight columns at a time. `sum` and `difference`: of lines 0 and 4, in 8192ths.
template <int dropped_bits>
[[gnu::target("avx2")]] inline Lines pass(Eight sum, Eight difference, const Pairs& in) {
    const Eight half = _mm256_set1_epi32(1 << (dropped_bits - 1));
    sum = _mm256_add_epi32(sum, half);
    difference = _mm256_add_epi32(difference, half);
    const Eight inner = times(in.of_2_6, c0_541, c0_541 - c1_847);
    const Eight outer = times(in.of_2_6, c0_541 + c0_765, c0_541);
    const Eight both = _mm256_add_epi16(in.of_7_1, in.of_3_5);
    const Eight z3 = times(both, c1_175 - c1_961, c1_175);
    const Eight z4 = times(both, c1_175, c1_175 - c0_390);

    // Without a loop: arrays would go through memory.
    Lines out;
    add_and_subtract<dropped_bits>(_mm256_add_epi32(sum, outer),
                                   _mm256_add_epi32(z4, times(in.of_7_1, -c0_899, c1_501 - c0_899)),
                                   out.at[0],
                                   out.at[7]);
    add_and_subtract<dropped_bits>(_mm256_add_epi32(difference, inner),
                                   _mm256_add_epi32(z3, times(in.of_3_5, c3_072 - c2_562, -c2_562)),
                                   out.at[1],
                                   out.at[6]);
    add_and_subtract<dropped_bits>(_mm256_sub_epi32(difference, inner),
                                   _mm256_add_epi32(z4, times(in.of_3_5, -c2_562, c2_053 - c2_562)),
                                   out.at[2],
                                   out.at[5]);
    add_and_subtract<dropped_bits>(_mm256_sub_epi32(sum, outer),
                                   _mm256_add_epi32(z3, times(in.of_7_1, c0_298 - c0_899, -c0_899)),
                                   out.at[3],
                                   out.at[4]);
    return out;
}

template <int which>
[[gnu::target("avx2")]] inline Eight pick(Eight first, Eight second) {
    return _mm256_castps_si256(
        _mm256_shuffle_ps(_mm256_castsi256_ps(first), _mm256_castsi256_ps(second), which));
}

/// Rows become columns. The order of columns in a DctBlock makes that short: pairs that the next
/// pass wants stand side by side, two of them in either half of a register.
[[gnu::target("avx2")]] inline Pairs turned(const Lines& rows) {
    const Eight rows_0_1 = _mm256_packs_epi32(rows.at[0], rows.at[1]);
    const Eight rows_2_3 = _mm256_packs_epi32(rows.at[2], rows.at[3]);
    const Eight rows_4_5 = _mm256_packs_epi32(rows.at[4], rows.at[5]);
    const Eight rows_6_7 = _mm256_packs_epi32(rows.at[6], rows.at[7]);
    constexpr int even = 0b10'00'10'00;
    constexpr int odd = 0b11'01'11'01;
    const Eight first_even = pick<even>(rows_0_1, rows_2_3);
    const Eight first_odd = pick<odd>(rows_0_1, rows_2_3);
    const Eight second_even = pick<even>(rows_4_5, rows_6_7);
    const Eight second_odd = pick<odd>(rows_4_5, rows_6_7);
    constexpr int lower_halves = 0x20;
    constexpr int upper_halves = 0x31;
    return {_mm256_permute2x128_si256(first_odd, second_odd, lower_halves),
            _mm256_permute2x128_si256(first_even, second_even, lower_halves),
            _mm256_permute2x128_si256(first_even, second_even, upper_halves),
            _mm256_permute2x128_si256(first_odd, second_odd, upper_halves)};
}

/// 16-bit numbers, each with another 16 bits below it, in 8192ths.
[[gnu::target("avx2")]] inline Eight upper_scaled(Eight pairs) {
    constexpr int to_the_top = 16;
    return _mm256_srai_epi32(_mm256_slli_epi32(pairs, to_the_top), to_the_top - scale_bits);
}

/// Two rows of eight samples.
[[gnu::target("avx2")]] inline void
store(std::byte* to, std::ptrdiff_t stride_bytes, __m128i rows) {
    const std::int64_t first = _mm_cvtsi128_si64(rows);
    const std::int64_t second = _mm_extract_epi64(rows, 1);
    std::memcpy(to, &first, sizeof first);
    std::memcpy(to + stride_bytes, &second, sizeof second);
}

/// Columns of numbers around 0 into rows of samples.
[[gnu::target("avx2")]] inline void
write(const Lines& columns, std::byte* to, std::ptrdiff_t stride_bytes) {
    const Eight left = _mm256_packs_epi16(_mm256_packs_epi32(columns.at[0], columns.at[1]),
                                          _mm256_packs_epi32(columns.at[2], columns.at[3]));
    const Eight right = _mm256_packs_epi16(_mm256_packs_epi32(columns.at[4], columns.at[5]),
                                           _mm256_packs_epi32(columns.at[6], columns.at[7]));
    const Eight turn = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
    const Eight middle = _mm256_set1_epi8(-128);
    const Eight left_rows = _mm256_shuffle_epi8(_mm256_add_epi8(left, middle), turn);
    const Eight right_rows = _mm256_shuffle_epi8(_mm256_add_epi8(right, middle), turn);
    const Eight rows_0_1_4_5 = _mm256_unpacklo_epi32(left_rows, right_rows);
    const Eight rows_2_3_6_7 = _mm256_unpackhi_epi32(left_rows, right_rows);
    store(to, stride_bytes, _mm256_castsi256_si128(rows_0_1_4_5));
    store(to + 2 * stride_bytes, stride_bytes, _mm256_castsi256_si128(rows_2_3_6_7));
    store(to + 4 * stride_bytes, stride_bytes, _mm256_extracti128_si256(rows_0_1_4_5, 1));
    store(to + 6 * stride_bytes, stride_bytes, _mm256_extracti128_si256(rows_2_3_6_7, 1));
}

[[gnu::target("avx2")]] inline void transform(DctBlock& block) {
    auto* const in = static_cast<Eight*>(static_cast<void*>(block.at.data()));
    const Pairs rows{in[0], in[1], in[2], in[3]};
    in[0] = in[1] = in[2] = in[3] = _mm256_setzero_si256();
    constexpr int one = 1 << scale_bits;
    const Pairs columns = turned(pass<scale_bits - kept_bits>(
        times(rows.of_0_4, one, one), times(rows.of_0_4, one, -one), rows));
    // libjpeg adds 0 and 4 in 16 bits.
    const Eight of_4_0 = _mm256_or_si256(_mm256_slli_epi32(columns.of_0_4, 16),
                                         _mm256_srli_epi32(columns.of_0_4, 16));
    write(pass<scale_bits + kept_bits + gained_bits>(
              upper_scaled(_mm256_add_epi16(columns.of_0_4, of_4_0)),
              upper_scaled(_mm256_sub_epi16(columns.of_0_4, of_4_0)),
              columns),
          block.to,
          block.stride_bytes);
}

/// The same for a block of one colour: both passes round only once.
void fill(DctBlock& block) {
    const int dc = block.at[DctBlock::place(0, 0)];
    block.at[DctBlock::place(0, 0)] = 0;
    const std::ptrdiff_t stride_bytes = block.stride_bytes;
    const int sample = std::clamp(((dc + (1 << (gained_bits - 1))) >> gained_bits) + 128, 0, 255);
    std::byte* to = block.to;
    for (std::size_t row = 0; row < DctBlock::side; ++row, to += stride_bytes)
        std::memset(to, sample, DctBlock::side);
}

[[gnu::target("avx2")]] void transform_all(std::span<DctBlock> blocks) {
    for (DctBlock& block : blocks) {
        if (block.only_dc) {
            fill(block);
        } else {
            transform(block);
        }
    }
}

} // namespace

bool has_inverse_dct() {
    return __builtin_cpu_supports("avx2") != 0;
}

void inverse_dct(std::span<DctBlock> blocks) {
    transform_all(blocks);
}

#else

bool has_inverse_dct() {
    return false;
}

void inverse_dct(std::span<DctBlock> /*blocks*/) {
    CHECK(has_inverse_dct());
}

#endif

} // namespace sumac::video
