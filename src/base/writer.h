/// Appends little-endian wire data to a vector.
#pragma once

#include "base/reader.h"

#include <string_view>
#include <vector>

namespace sumac {

class Writer {
public:
    void u8(std::uint8_t value) { little_endian(value, 1); }
    void u16(std::uint16_t value) { little_endian(value, 2); }
    void u32(std::uint32_t value) { little_endian(value, 4); }
    void u64(std::uint64_t value) { little_endian(value, 8); }
    void i32(std::int32_t value) { u32(static_cast<std::uint32_t>(value)); }
    void bytes(Bytes data) { data_.insert(data_.end(), data.begin(), data.end()); }
    void text(std::string_view text) { bytes(std::as_bytes(std::span{text})); }

    std::size_t size() const { return data_.size(); }
    std::vector<std::byte> take() { return std::move(data_); }

private:
    void little_endian(std::uint64_t value, std::size_t size) {
        for (std::size_t i = 0; i < size; ++i)
            data_.push_back(static_cast<std::byte>(value >> (8 * i) & 0xff));
    }

    std::vector<std::byte> data_;
};

} // namespace sumac
