/// Reads little-endian wire data. Fails for good at the first short read and yields zeros after it,
/// so a parser reads all its fields straight down and asks once, with `finish`.
#pragma once

#include <sumac/result.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace sumac {

using Bytes = std::span<const std::byte>;

class Reader {
public:
    /// `data` is borrowed and must outlive the reader and every span taken from it.
    explicit Reader(Bytes data) : data_(data) {}

    std::uint8_t u8() { return static_cast<std::uint8_t>(little_endian(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(little_endian(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(little_endian(4)); }
    std::uint64_t u64() { return little_endian(8); }
    std::int16_t i16() { return static_cast<std::int16_t>(u16()); }
    std::int32_t i32() { return static_cast<std::int32_t>(u32()); }

    /// The next `count` bytes, borrowed; empty (and failed) if there are fewer.
    Bytes bytes(std::size_t count) {
        if (!require(count)) return {};
        const Bytes taken = data_.subspan(offset_, count);
        offset_ += count;
        return taken;
    }
    Bytes rest() { return bytes(left()); }
    void skip(std::size_t count) { bytes(count); }

    /// A reader of the same data at another offset from its first byte, for the wire's pointers.
    Reader at(std::size_t offset) const {
        Reader other{data_};
        if (offset > data_.size()) {
            other.fail({ErrorCode::truncated, "pointer past the end of the message", offset});
        } else {
            other.offset_ = offset;
        }
        return other;
    }

    std::size_t left() const { return failed_ ? 0 : data_.size() - offset_; }
    std::size_t offset() const { return offset_; }
    bool failed() const { return failed_; }
    const Error& error() const { return error_; }

    /// The first failure stays.
    void fail(Error error) {
        if (failed_) return;
        failed_ = true;
        error_ = error;
    }
    void fail(ErrorCode code, std::string_view text) { fail({code, text, offset_}); }

    /// The value if nothing failed, else the first error.
    template <class T>
    Result<T> finish(T value) const {
        if (failed_) return error_;
        return value;
    }

private:
    bool require(std::size_t count) {
        if (failed_) return false;
        if (count <= data_.size() - offset_) return true;
        fail({ErrorCode::truncated, "message is too short", offset_});
        return false;
    }
    std::uint64_t little_endian(std::size_t size) {
        std::uint64_t value = 0;
        const Bytes taken = bytes(size);
        for (std::size_t i = 0; i < taken.size(); ++i)
            value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
        return value;
    }

    Bytes data_;
    std::size_t offset_ = 0;
    bool failed_ = false;
    Error error_;
};

} // namespace sumac
