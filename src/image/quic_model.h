/// What QUIC learns while it decodes (quic.h): which code suits which context.
#pragma once

#include "image/quic_bits.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace sumac::image::quic {

/// How well each code would have done, per bucket of contexts, for one component.
///
/// The buckets are the contexts 0, 1 to 2, 3 to 6, ..., as many as there are codes; the last has
/// the rest.
template <std::uint32_t component_bits>
class Model {
public:
    Model() {
        best_.fill(component_bits - 1);
        for (Counters& counters : counters_)
            counters = unused;
    }

    /// The code for a value whose left neighbour was coded as `context`.
    std::uint32_t code_after(std::uint32_t context) const { return best_[context]; }

    /// Learns from a coded value. Halves the counters of its bucket when even the smallest is above
    /// `trigger`, so that what is long ago counts less.
    void learn(std::uint32_t context, std::uint32_t value, std::uint32_t trigger) {
#ifdef __SSE2__
        const std::uint32_t bucket = bucket_of(context);
        Counters& counters = counters_[bucket];
        const __m128i sums = _mm_add_epi16(load(counters), load(length_of(value)));
        const __m128i smallest = smallest_of(sums);
        const auto equal = static_cast<std::uint32_t>(
            _mm_movemask_epi8(_mm_cmpeq_epi16(sums, smallest))); // two bits for each
        const bool halve =
            static_cast<std::uint32_t>(_mm_cvtsi128_si32(smallest) & 0xFFFF) > trigger;
        store(counters, halve ? _mm_or_si128(_mm_srli_epi16(sums, 1), load(unused)) : sums);
        choose(context, bucket, (significant_bits(equal) - 1) / 2);
#else
        learn_plainly(context, value, trigger);
#endif
    }

    /// What `learn` must equal.
    void learn_plainly(std::uint32_t context, std::uint32_t value, std::uint32_t trigger) {
        const std::uint32_t bucket = bucket_of(context);
        Counters& counters = counters_[bucket];
        std::uint32_t best = 0;
        for (std::uint32_t l = 0; l < component_bits; ++l) {
            counters[l] = static_cast<std::uint16_t>(counters[l] + length_of(value)[l]);
            if (counters[l] <= counters[best]) best = l; // of equals the last
        }
        choose(context, bucket, best);
        if (counters[best] <= trigger) return;
        for (std::uint32_t l = 0; l < component_bits; ++l)
            counters[l] = static_cast<std::uint16_t>(counters[l] >> 1U);
    }

private:
    /// One for each code; the others are never the smallest. A lesson adds from 1 to 26 to each, so
    /// each is at most 26 times the smallest (and what was lost in halving), which is at most the
    /// highest trigger, 900, after a lesson: they stay below 24,000 and may be compared as signed.
    using Counters = std::array<std::uint16_t, 8>;

    static constexpr Counters unused = [] {
        Counters counters{};
        for (std::size_t l = component_bits; l < counters.size(); ++l)
            counters[l] = 0x7FFF;
        return counters;
    }();

    static std::uint32_t bucket_of(std::uint32_t context) {
        return std::min(significant_bits(context + 1), component_bits) - 1;
    }
    static const Counters& length_of(std::uint32_t value) {
        return codes_of<component_bits>.length[value];
    }

    void choose(std::uint32_t context, std::uint32_t bucket, std::uint32_t best) {
        if (best_[context] == best) return;
        const std::uint32_t first = (1U << bucket) - 1;
        const std::uint32_t end = bucket + 1 == component_bits ? values : 2 * first + 1;
        std::memset(best_.data() + first, static_cast<int>(best), end - first);
    }

#ifdef __SSE2__
    static __m128i load(const Counters& counters) {
        return _mm_loadu_si128(static_cast<const __m128i*>(static_cast<const void*>(&counters)));
    }
    static void store(Counters& counters, __m128i vector) {
        _mm_storeu_si128(static_cast<__m128i*>(static_cast<void*>(&counters)), vector);
    }
    /// In every place.
    static __m128i smallest_of(__m128i vector) {
        __m128i smallest = _mm_min_epi16(vector, _mm_shuffle_epi32(vector, 0x4E));
        smallest = _mm_min_epi16(smallest, _mm_shuffle_epi32(smallest, 0xB1));
        smallest = _mm_min_epi16(smallest, _mm_shufflelo_epi16(smallest, 0xB1));
        return _mm_shuffle_epi32(smallest, 0);
    }
#endif

    static constexpr std::uint32_t values = 1U << component_bits;

    std::array<Counters, component_bits> counters_{};
    std::array<std::uint8_t, values> best_{}; ///< by context
};

/// When it learns: at every pixel at first, then at ever fewer, which it picks at random.
class Schedule {
public:
    /// Pixels to skip before the next lesson.
    std::size_t next_wait() {
        ++seed_;
        return random[seed_] & ((1U << stage_) - 1U);
    }
    std::uint32_t trigger() const { return triggers[stage_]; }

    /// Of the next `left` pixels of a row, how many belong to the present stage; 0: the stage is
    /// over. Call until nothing is left.
    std::size_t begin_segment(std::size_t left) {
        if (stage_ == last_stage) return left;
        if (pixels_left_ > left) {
            pixels_left_ -= left;
            return left;
        }
        const std::size_t all = pixels_left_;
        pixels_left_ = 0;
        return all;
    }
    void end_segment() {
        if (stage_ == last_stage || pixels_left_ > 0) return;
        ++stage_;
        pixels_left_ = stage_pixels;
    }

private:
    static constexpr std::uint32_t last_stage = 6;
    static constexpr std::size_t stage_pixels = 2048;
    static constexpr std::array<std::uint16_t, 7> triggers{110, 550, 900, 800, 550, 400, 350};
    static constexpr std::array<std::uint8_t, 256> random{
        0x02, 0x17, 0x13, 0x15, 0x07, 0x12, 0x28, 0x0e, 0x0c, 0x20, 0x2f, 0x2c, 0x24, 0x06, 0x12,
        0x0b, 0x04, 0x13, 0x2a, 0x1d, 0x10, 0x3f, 0x39, 0x33, 0x10, 0x03, 0x05, 0x0e, 0x0f, 0x1e,
        0x14, 0x09, 0x24, 0x2d, 0x03, 0x39, 0x3d, 0x00, 0x08, 0x05, 0x29, 0x0e, 0x2b, 0x1b, 0x2b,
        0x3b, 0x1f, 0x23, 0x27, 0x3c, 0x2a, 0x26, 0x0d, 0x36, 0x3e, 0x01, 0x1a, 0x03, 0x0b, 0x3d,
        0x34, 0x22, 0x07, 0x30, 0x04, 0x3b, 0x16, 0x0c, 0x16, 0x08, 0x32, 0x04, 0x0a, 0x06, 0x2c,
        0x08, 0x0b, 0x2e, 0x1f, 0x33, 0x35, 0x11, 0x01, 0x2b, 0x2e, 0x3c, 0x24, 0x36, 0x0a, 0x1b,
        0x27, 0x2c, 0x16, 0x29, 0x17, 0x02, 0x2c, 0x00, 0x28, 0x35, 0x28, 0x30, 0x10, 0x2b, 0x20,
        0x1c, 0x21, 0x0c, 0x14, 0x02, 0x38, 0x3e, 0x37, 0x3a, 0x12, 0x14, 0x0d, 0x37, 0x26, 0x1d,
        0x39, 0x13, 0x31, 0x21, 0x2f, 0x3f, 0x3b, 0x00, 0x23, 0x3d, 0x13, 0x19, 0x2e, 0x26, 0x3c,
        0x04, 0x23, 0x01, 0x1a, 0x28, 0x1c, 0x0a, 0x05, 0x0e, 0x19, 0x12, 0x30, 0x31, 0x14, 0x3b,
        0x3e, 0x22, 0x2e, 0x07, 0x21, 0x34, 0x22, 0x3a, 0x09, 0x1d, 0x08, 0x37, 0x3e, 0x3c, 0x25,
        0x24, 0x25, 0x32, 0x06, 0x03, 0x0a, 0x1c, 0x30, 0x18, 0x1a, 0x3d, 0x39, 0x1e, 0x0b, 0x36,
        0x02, 0x06, 0x32, 0x2f, 0x07, 0x11, 0x23, 0x35, 0x20, 0x0c, 0x17, 0x11, 0x05, 0x15, 0x31,
        0x37, 0x33, 0x2d, 0x34, 0x1b, 0x27, 0x19, 0x27, 0x3f, 0x16, 0x18, 0x2a, 0x34, 0x38, 0x26,
        0x29, 0x29, 0x38, 0x20, 0x0d, 0x18, 0x1a, 0x33, 0x1b, 0x38, 0x3a, 0x25, 0x18, 0x2a, 0x0f,
        0x1c, 0x11, 0x1e, 0x1f, 0x0f, 0x10, 0x17, 0x19, 0x36, 0x21, 0x22, 0x01, 0x1d, 0x1f, 0x32,
        0x35, 0x15, 0x31, 0x0f, 0x2f, 0x09, 0x00, 0x3a, 0x25, 0x2d, 0x1e, 0x0d, 0x09, 0x2d, 0x3f,
        0x15,
    };

    std::uint8_t seed_ = 255; ///< counts modulo 256
    std::uint32_t stage_ = 0;
    std::size_t pixels_left_ = stage_pixels;
};

/// Lengths of runs: Golomb codes that adapt, as in JPEG-LS.
class RunLengths {
public:
    /// More than `limit` for a damaged stream.
    std::size_t take(BitReader& bits, std::size_t limit) {
        std::size_t length = 0;
        bits.refill();
        while (bits.take(1) != 0) {
            length += std::size_t{1} << order[state_];
            if (state_ + 1 < order.size()) ++state_;
            if (length > limit || bits.overrun()) return limit + 1;
            bits.refill();
        }
        length += bits.take(order[state_]);
        if (state_ > 0) --state_;
        return length;
    }

private:
    static constexpr std::array<std::uint8_t, 32> order{0, 0, 0, 0, 1,  1,  1,  1,  2,  2, 2,
                                                        2, 3, 3, 3, 3,  4,  4,  5,  5,  6, 6,
                                                        7, 7, 8, 9, 10, 11, 12, 13, 14, 15};

    std::size_t state_ = 0;
};

} // namespace sumac::image::quic
