/// The moves of the LZ family (LZ, GLZ): literals, and copies of what was decoded before.
///
/// Output is an array of units (a pixel, or a byte of indices or alpha). A `Kind` says what a unit
/// is, how many bytes a literal has and how it becomes a unit:
///
///     Unit                  the type of an element
///     literal_bytes         what a literal takes from the input
///     length_bias           added to every length on the wire
///     read(word)            the unit of a literal, which stands in the word's low bytes
///     keep                  the bits of a unit that are not written
///
/// Copies go 16 bytes at a time and may write past their end where the array goes on; what is
/// overwritten there is decoded later. `copy_plainly` is what they must equal.
#pragma once

#include "base/reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace sumac::image::lz {

/// Bytes B, G, R; X becomes 0.
struct Rgb32 {
    using Unit = std::uint32_t;
    static constexpr std::size_t literal_bytes = 3;
    static constexpr std::size_t length_bias = 0;
    static constexpr Unit keep = 0;
    static Unit read(std::uint32_t word) { return word & 0x00FFFFFFU; }
};

/// The fourth byte of pixels that have their colours already.
struct Alpha32 {
    using Unit = std::uint32_t;
    static constexpr std::size_t literal_bytes = 1;
    static constexpr std::size_t length_bias = 2;
    static constexpr Unit keep = 0x00FFFFFFU;
    static Unit read(std::uint32_t word) { return word << 24U; }
};

/// xRRRRRGG GGGBBBBB, the high byte first.
struct Rgb555 {
    using Unit = std::uint16_t;
    static constexpr std::size_t literal_bytes = 2;
    static constexpr std::size_t length_bias = 1;
    static constexpr Unit keep = 0;
    static Unit read(std::uint32_t word) {
        return static_cast<Unit>((word & 0xFFU) << 8U | (word >> 8U & 0xFFU));
    }
};

/// The same, widened to 32 bits by repetition; X becomes 0.
struct Rgb555Wide {
    using Unit = std::uint32_t;
    static constexpr std::size_t literal_bytes = 2;
    static constexpr std::size_t length_bias = 1;
    static constexpr Unit keep = 0;
    static Unit read(std::uint32_t word) {
        const std::uint32_t narrow = Rgb555::read(word);
        const std::uint32_t spread =
            (narrow & 0x7C00U) << 9U | (narrow & 0x03E0U) << 6U | (narrow & 0x001FU) << 3U;
        return spread | (spread >> 5U & 0x00070707U);
    }
};

/// Indices, or alpha without colours.
struct Octets {
    using Unit = std::uint8_t;
    static constexpr std::size_t literal_bytes = 1;
    static constexpr std::size_t length_bias = 2;
    static constexpr Unit keep = 0;
    static Unit read(std::uint32_t word) { return static_cast<Unit>(word); }
};

/// The body's bytes. After the first read past the end it has failed, and gives zeros.
class Input {
public:
    explicit Input(Bytes data) : at_(data.data()), left_(data.size()) {}

    std::uint32_t u8() {
        if (left_ == 0) {
            failed_ = true;
            return 0;
        }
        --left_;
        return std::to_integer<std::uint32_t>(*at_++);
    }
    /// The length that begins with the three bits `first`: each 255 says that another byte follows.
    std::size_t length(std::uint32_t first) {
        std::size_t result = first;
        if (first != 7) return result;
        std::uint32_t more = 255;
        while (more == 255) {
            more = u8();
            result += more;
        }
        return result;
    }
    const std::byte* take(std::size_t count) {
        const std::byte* taken = at_;
        at_ += count;
        left_ -= count;
        return taken;
    }
    std::size_t left() const { return left_; }
    Bytes rest() const { return {at_, left_}; }
    bool failed() const { return failed_; }

private:
    const std::byte* at_;
    std::size_t left_;
    bool failed_ = false;
};

/// What the copies below must equal: one unit after the other, upwards.
template <class Kind>
void copy_plainly(typename Kind::Unit* to, const typename Kind::Unit* from, std::size_t count) {
    using Unit = typename Kind::Unit;
    constexpr auto copied = static_cast<Unit>(~Kind::keep);
    for (std::size_t i = 0; i < count; ++i)
        to[i] = static_cast<Unit>((to[i] & Kind::keep) | (from[i] & copied));
}

inline constexpr std::size_t chunk_bytes = 16;

/// In chunks of 16 bytes, so up to 15 bytes more than `count` are read and written. `from` may be
/// any memory but the chunk before `to`.
template <class Kind>
void copy_chunks(typename Kind::Unit* to, const typename Kind::Unit* from, std::size_t count) {
    using Unit = typename Kind::Unit;
    constexpr std::size_t step = chunk_bytes / sizeof(Unit);
    for (std::size_t i = 0; i < count; i += step) {
        if constexpr (Kind::keep == 0) {
            std::array<Unit, step> chunk;
            std::memcpy(chunk.data(), from + i, chunk_bytes);
            std::memcpy(to + i, chunk.data(), chunk_bytes);
        } else {
            // Two halves of 64 bits: as fast as a vector and the same everywhere.
            constexpr std::uint64_t kept = Kind::keep | std::uint64_t{Kind::keep} << 32U;
            std::array<std::uint64_t, 2> old;
            std::array<std::uint64_t, 2> add;
            std::memcpy(old.data(), to + i, chunk_bytes);
            std::memcpy(add.data(), from + i, chunk_bytes);
            old[0] = (old[0] & kept) | (add[0] & ~kept);
            old[1] = (old[1] & kept) | (add[1] & ~kept);
            std::memcpy(to + i, old.data(), chunk_bytes);
        }
    }
}

/// The array that is being decoded.
template <class Kind>
class Output {
public:
    using Unit = typename Kind::Unit;

    Output(Unit* first, std::size_t total) : first_(first), total_(total) {}

    bool complete() const { return done_ == total_; }
    std::size_t done() const { return done_; }

    /// False: the input or the place for it ends before.
    bool literals(Input& in, std::size_t count) {
        if (count > total_ - done_ || count * Kind::literal_bytes > in.left()) return false;
        Unit* to = first_ + done_;
        done_ += count;
        const bool spare = in.left() - count * Kind::literal_bytes >= sizeof(std::uint32_t);
        const std::byte* from = in.take(count * Kind::literal_bytes);
        if (spare) {
            read_literals<sizeof(std::uint32_t)>(to, from, count);
        } else {
            read_literals<Kind::literal_bytes>(to, from, count);
        }
        return true;
    }

    /// Copies what stands `distance` units back; what it writes becomes its source if it is longer
    /// than that. False: that is before the first unit, or the copy does not fit.
    bool repeat(std::size_t distance, std::size_t count) {
        if (distance == 0 || distance > done_ || count > total_ - done_) return false;
        Unit* to = first_ + done_;
        const Unit* from = to - distance;
        if (total_ - done_ - count < step) {
            copy_plainly<Kind>(to, from, count);
        } else {
            repeat_chunks(to, from, distance, count);
        }
        done_ += count;
        return true;
    }

    /// Copies from another array. False: that is too short, or the copy does not fit.
    bool
    copy(const Unit* other, std::size_t other_total, std::size_t other_first, std::size_t count) {
        if (other_first > other_total || count > other_total - other_first) return false;
        if (count > total_ - done_) return false;
        const std::size_t room = std::min(total_ - done_, other_total - other_first) - count;
        const auto move = room < step ? copy_plainly<Kind> : copy_chunks<Kind>;
        move(first_ + done_, other + other_first, count);
        done_ += count;
        return true;
    }

private:
    static constexpr std::size_t step = chunk_bytes / sizeof(Unit);

    /// `read_bytes` of the input per literal: all four where they are there, which is faster.
    template <std::size_t read_bytes>
    static void read_literals(Unit* to, const std::byte* from, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            std::uint32_t word = 0;
            std::memcpy(&word, from + i * Kind::literal_bytes, read_bytes);
            to[i] = static_cast<Unit>((to[i] & Kind::keep) | Kind::read(word));
        }
    }

    /// With room for a chunk behind the copy.
    static void repeat_chunks(Unit* to, const Unit* from, std::size_t distance, std::size_t count) {
        // A short pattern is doubled until a chunk of it stands before `to`.
        while (distance < step && count > 0) {
            const std::size_t once = std::min(distance, count);
            copy_plainly<Kind>(to, from, once);
            to += once;
            count -= once;
            distance += once;
        }
        copy_chunks<Kind>(to, from, count);
    }

    Unit* first_;
    std::size_t total_;
    std::size_t done_ = 0;
};

} // namespace sumac::image::lz
