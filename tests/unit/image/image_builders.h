/// Images as a message would bring them, and decoded pixels as numbers.
#pragma once

#include "image/pixels.h"
#include "wire/image.h"

#include <spice/enums.h>

#include <cstring>
#include <initializer_list>
#include <vector>

namespace sumac::image {

using ByteVector = std::vector<std::byte>;

inline ByteVector bytes(std::initializer_list<int> values) {
    ByteVector result;
    for (const int value : values)
        result.push_back(static_cast<std::byte>(value));
    return result;
}

/// Top-down; `rows` is borrowed.
inline wire::BitmapImage bitmap(std::uint8_t format,
                                std::uint32_t width,
                                std::uint32_t height,
                                std::uint32_t stride_bytes,
                                const ByteVector& rows) {
    wire::BitmapImage result;
    result.format = format;
    result.top_down = true;
    result.width = width;
    result.height = height;
    result.stride_bytes = stride_bytes;
    result.rows = rows;
    return result;
}

/// All pixels, row by row; the value as it stands in memory.
inline std::vector<std::uint32_t> values(const Pixels& pixels) {
    std::vector<std::uint32_t> result;
    const std::size_t size = row_bytes(pixels.format(), 1);
    for (std::int32_t y = 0; y < pixels.size().height; ++y) {
        for (std::size_t x = 0; x < static_cast<std::size_t>(pixels.size().width); ++x) {
            std::uint32_t value = 0;
            if (pixels.format() == PixelFormat::mask1) {
                value = std::to_integer<unsigned>(pixels.row(y)[x / 8]) >> (x % 8) & 1U;
            } else {
                std::memcpy(&value, pixels.row(y) + x * size, size);
            }
            result.push_back(value);
        }
    }
    return result;
}

} // namespace sumac::image
