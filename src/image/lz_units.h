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

/// The same, widened to 32 bits by repetition; X becomes 255, as wherever 555 is widened.
struct Rgb555Wide {
    using Unit = std::uint32_t;
    static constexpr std::size_t literal_bytes = 2;
    static constexpr std::size_t length_bias = 1;
    static constexpr Unit keep = 0;
    static Unit read(std::uint32_t word) {
        const std::uint32_t narrow = Rgb555::read(word);
        const std::uint32_t spread =
            (narrow & 0x7C00U) << 9U | (narrow & 0x03E0U) << 6U | (narrow & 0x001FU) << 3U;
        return 0xFF000000U | spread | (spread >> 5U & 0x00070707U);
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
        // Two halves of 64 bits: as fast as a vector and the same everywhere.
        std::array<std::uint64_t, 2> chunk;
        std::memcpy(chunk.data(), from + i, chunk_bytes);
        if constexpr (Kind::keep != 0) {
            constexpr std::uint64_t kept = Kind::keep | std::uint64_t{Kind::keep} << 32U;
            std::array<std::uint64_t, 2> old;
            std::memcpy(old.data(), to + i, chunk_bytes);
            chunk[0] = (old[0] & kept) | (chunk[0] & ~kept);
            chunk[1] = (old[1] & kept) | (chunk[1] & ~kept);
        }
        std::memcpy(to + i, chunk.data(), chunk_bytes);
    }
}

/// Copies of at least this many bytes are left to memcpy, where nothing overlaps.
inline constexpr std::size_t long_copy_bytes = 512;

/// `from` and `to` do not overlap; no byte behind `count` is touched if that is long.
template <class Kind>
void copy_apart(typename Kind::Unit* to, const typename Kind::Unit* from, std::size_t count) {
    if (Kind::keep == 0 && count * sizeof(*to) >= long_copy_bytes) {
        std::memcpy(to, from, count * sizeof(*to));
    } else {
        copy_chunks<Kind>(to, from, count);
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
        const std::size_t left = in.left();
        const std::byte* from = in.take(count * Kind::literal_bytes);
        std::size_t i = 0;
        // Four at a time, each read as a word, while input and output go on far enough behind.
        const bool room = total_ - done_ >= 4 &&
                          left >= (count + 4) * Kind::literal_bytes + sizeof(std::uint32_t);
        for (; room && i < count; i += 4)
            read_literals<4, sizeof(std::uint32_t)>(to + i, from + i * Kind::literal_bytes);
        for (; i < count; ++i)
            read_literals<1, Kind::literal_bytes>(to + i, from + i * Kind::literal_bytes);
        return true;
    }

    /// Copies what stands `distance` units back; what it writes becomes its source if it is longer
    /// than that. False: that is before the first unit, or the copy does not fit.
    bool repeat(std::size_t distance, std::size_t count) {
        if (distance == 0 || distance > done_ || count > total_ - done_) return false;
        Unit* to = first_ + done_;
        if (count <= step && distance >= step && total_ - done_ >= step) { // most are
            copy_chunks<Kind>(to, to - distance, step);
            done_ += count;
            return true;
        }
        done_ += count;
        // What may be written in chunks without leaving the array; the rest is less than a chunk.
        const std::size_t chunked = std::min(count, without_last_chunk(total_ - (done_ - count)));
        repeat_chunks(to, distance, chunked);
        copy_plainly<Kind>(to + chunked, to + chunked - distance, count - chunked);
        return true;
    }

    /// Copies from another array. False: that is too short, or the copy does not fit.
    bool
    copy(const Unit* other, std::size_t other_total, std::size_t other_first, std::size_t count) {
        if (other_first > other_total || count > other_total - other_first) return false;
        if (count > total_ - done_) return false;
        Unit* to = first_ + done_;
        const Unit* from = other + other_first;
        const std::size_t room = std::min(total_ - done_, other_total - other_first);
        const std::size_t chunked = std::min(count, without_last_chunk(room));
        copy_apart<Kind>(to, from, chunked);
        copy_plainly<Kind>(to + chunked, from + chunked, count - chunked);
        done_ += count;
        return true;
    }

private:
    static constexpr std::size_t step = chunk_bytes / sizeof(Unit);

    static std::size_t without_last_chunk(std::size_t count) {
        return count < step ? 0 : count - (step - 1);
    }

    template <std::size_t count, std::size_t read_bytes>
    static void read_literals(Unit* to, const std::byte* from) {
        for (std::size_t i = 0; i < count; ++i) {
            std::uint32_t word = 0;
            std::memcpy(&word, from + i * Kind::literal_bytes, read_bytes);
            to[i] = static_cast<Unit>((to[i] & Kind::keep) | Kind::read(word));
        }
    }

    /// With room for the rest of the last chunk behind the copy.
    static void repeat_chunks(Unit* to, std::size_t distance, std::size_t count) {
        if (distance >= count) return copy_apart<Kind>(to, to - distance, count);
        // What is there is doubled, until a chunk does not have to wait for the one before it.
        while (distance < 4 * step && count > 0) {
            const std::size_t once = std::min(distance, count);
            if (distance < step) {
                copy_plainly<Kind>(to, to - distance, once);
            } else {
                copy_chunks<Kind>(to, to - distance, once);
            }
            to += once;
            count -= once;
            distance += once;
        }
        copy_chunks<Kind>(to, to - distance, count);
    }

    Unit* first_;
    std::size_t total_;
    std::size_t done_ = 0;
};

} // namespace sumac::image::lz
