#include "video/full_range.h"

#include <bit>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace sumac::video {

#if defined(__x86_64__)

namespace {

constexpr int one = 1 << 16;
/// Pixels at a time: half as many colour samples fill a register of 16-bit numbers.
constexpr std::size_t block = 32;

/// A weight does not fit 16 bits; its distance from the nearest whole number does.
struct Split {
    explicit Split(int weight) : whole((weight + one / 2) >> 16), rest(weight - whole * one) {}
    int whole;
    int rest;
};

/// What U and V add to brightness, for one of red, green and blue.
struct Addition {
    __m256i whole_u;
    __m256i whole_v;
    __m256i rest; ///< of U, of V, of U, ...
};

[[gnu::target("avx2")]] inline Addition addition(int weight_u, int weight_v) {
    const Split u{weight_u};
    const Split v{weight_v};
    const auto low = static_cast<std::uint32_t>(u.rest) & 0xFFFFU;
    const auto pair = static_cast<int>(static_cast<std::uint32_t>(v.rest) << 16U | low);
    return {_mm256_set1_epi16(static_cast<short>(u.whole)),
            _mm256_set1_epi16(static_cast<short>(v.whole)),
            _mm256_set1_epi32(pair)};
}

/// 16 numbers, from 16 of U and of V less 128.
[[gnu::target("avx2")]] inline __m256i add_up(const Addition& weights, __m256i u, __m256i v) {
    const __m256i half = _mm256_set1_epi32(one / 2);
    const auto rest = [&](__m256i pairs) __attribute__((target("avx2"))) {
        const __m256i sum = _mm256_madd_epi16(pairs, weights.rest);
        return _mm256_srai_epi32(_mm256_add_epi32(sum, half), 16);
    };
    const __m256i rests =
        _mm256_packs_epi32(rest(_mm256_unpacklo_epi16(u, v)), rest(_mm256_unpackhi_epi16(u, v)));
    return _mm256_add_epi16(rests,
                            _mm256_add_epi16(_mm256_mullo_epi16(u, weights.whole_u),
                                             _mm256_mullo_epi16(v, weights.whole_v)));
}

[[gnu::target("avx2")]] inline __m256i centred(const std::byte* samples) {
    const __m128i bytes =
        _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(samples)));
    return _mm256_sub_epi16(_mm256_cvtepu8_epi16(bytes), _mm256_set1_epi16(128));
}

/// 32 bytes of brightness, each with the addition of its pair, in 0 to 255.
[[gnu::target("avx2")]] inline __m256i levels(__m256i y, __m256i additions) {
    const __m256i zero = _mm256_setzero_si256();
    const __m256i low = _mm256_add_epi16(_mm256_unpacklo_epi8(y, zero),
                                         _mm256_unpacklo_epi16(additions, additions));
    const __m256i high = _mm256_add_epi16(_mm256_unpackhi_epi8(y, zero),
                                          _mm256_unpackhi_epi16(additions, additions));
    return _mm256_packus_epi16(low, high);
}

template <Into into>
[[gnu::target("avx2")]] inline void store(std::byte* to, __m256i value) {
    auto* const place = static_cast<__m256i*>(static_cast<void*>(to));
    if constexpr (into == Into::memory) {
        _mm256_stream_si256(place, value);
    } else {
        _mm256_storeu_si256(place, value);
    }
}

/// 32 pixels B, G, R, 255. The instructions below work on the halves of a register apart from each
/// other; the last step puts them in a row.
template <Into into>
[[gnu::target("avx2")]] inline void
store_pixels(std::byte* to, __m256i blue, __m256i green, __m256i red) {
    const __m256i full = _mm256_set1_epi8(-1);
    const __m256i bg_low = _mm256_unpacklo_epi8(blue, green);
    const __m256i bg_high = _mm256_unpackhi_epi8(blue, green);
    const __m256i rx_low = _mm256_unpacklo_epi8(red, full);
    const __m256i rx_high = _mm256_unpackhi_epi8(red, full);
    const __m256i first = _mm256_unpacklo_epi16(bg_low, rx_low);   // pixels 0-3 and 16-19
    const __m256i second = _mm256_unpackhi_epi16(bg_low, rx_low);  // 4-7 and 20-23
    const __m256i third = _mm256_unpacklo_epi16(bg_high, rx_high); // 8-11 and 24-27
    const __m256i fourth = _mm256_unpackhi_epi16(bg_high, rx_high);
    store<into>(to, _mm256_permute2x128_si256(first, second, 0x20));
    store<into>(to + 32, _mm256_permute2x128_si256(third, fourth, 0x20));
    store<into>(to + 64, _mm256_permute2x128_si256(first, second, 0x31));
    store<into>(to + 96, _mm256_permute2x128_si256(third, fourth, 0x31));
}

template <Into into>
[[gnu::target("avx2")]] std::size_t convert(const FullRangeWeights& weights,
                                            const SharedColour& shared) {
    const Addition add_red = addition(0, weights.red_v);
    const Addition add_green = addition(weights.green_u, weights.green_v);
    const Addition add_blue = addition(weights.blue_u, 0);
    std::size_t x = 0;
    for (; x + block <= shared.width; x += block) {
        const __m256i u = centred(shared.u + x / 2);
        const __m256i v = centred(shared.v + x / 2);
        const __m256i red = add_up(add_red, u, v);
        const __m256i green = add_up(add_green, u, v);
        const __m256i blue = add_up(add_blue, u, v);
        for (int row = 0; row < shared.rows; ++row) {
            const std::byte* const from = shared.y + row * shared.y_stride + x;
            const __m256i y =
                _mm256_loadu_si256(static_cast<const __m256i*>(static_cast<const void*>(from)));
            store_pixels<into>(shared.pixels + row * shared.pixel_stride + 4 * x,
                               levels(y, blue),
                               levels(y, green),
                               levels(y, red));
        }
    }
    return x;
}

} // namespace

bool has_fast_full_range() {
    static const bool has = __builtin_cpu_supports("avx2") != 0;
    return has;
}

std::size_t convert_full_range(const FullRangeWeights& weights, const SharedColour& shared) {
    const auto begin = std::bit_cast<std::uintptr_t>(shared.pixels);
    const auto stride = static_cast<std::uintptr_t>(shared.pixel_stride);
    const bool aligned = (begin | stride) % sizeof(__m256i) == 0;
    return shared.into == Into::memory && aligned ? convert<Into::memory>(weights, shared)
                                                  : convert<Into::cache>(weights, shared);
}

#else

bool has_fast_full_range() {
    return false;
}

std::size_t convert_full_range(const FullRangeWeights&, const SharedColour&) {
    return 0;
}

#endif

} // namespace sumac::video
