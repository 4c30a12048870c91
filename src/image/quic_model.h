/// What QUIC learns while it decodes (quic.h): which code suits which context.
#pragma once

#include "image/quic_bits.h"

#include <limits>

namespace sumac::image::quic {

/// How well each code would have done, per bucket of contexts, for one component.
template <std::uint32_t component_bits>
class Model {
public:
    /// The code for a value whose left neighbour was coded as `context`.
    std::uint32_t code_after(std::uint32_t context) const {
        return best_[codes_of<component_bits>.bucket[context]];
    }

    /// Learns from a coded value. Halves the counters of its bucket when even the smallest is above
    /// `trigger`, so that what is long ago counts less.
    ///
    /// They fit 16 bits: a code has at most 26 bits and at least 1, so the largest is below
    /// 2 * 26 * (900 + 26) when the smallest, at 900, halves them.
    void learn(std::uint32_t context, std::uint32_t value, std::uint32_t trigger) {
        const std::uint32_t bucket = codes_of<component_bits>.bucket[context];
        auto& counters = counters_[bucket];
        const auto& length = codes_of<component_bits>.length[value];
        std::uint32_t smallest = std::numeric_limits<std::uint32_t>::max();
        std::uint32_t best = 0;
        for (std::uint32_t l = 0; l < component_bits; ++l) {
            const std::uint32_t counter = std::uint32_t{counters[l]} + length[l];
            counters[l] = static_cast<std::uint16_t>(counter);
            if (counter <= smallest) { // of equals the last
                smallest = counter;
                best = l;
            }
        }
        best_[bucket] = static_cast<std::uint8_t>(best);
        if (smallest <= trigger) return;
        for (std::uint16_t& counter : counters)
            counter = static_cast<std::uint16_t>(counter >> 1U);
    }

private:
    static constexpr std::array<std::uint8_t, component_bits> start() {
        std::array<std::uint8_t, component_bits> best{};
        best.fill(component_bits - 1);
        return best;
    }

    std::array<std::array<std::uint16_t, 8>, component_bits> counters_{};
    std::array<std::uint8_t, component_bits> best_ = start();
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
