/// Images that take their time to decode, as a server would send them.
#pragma once

#include "wire/image.h"

#include <spice/enums.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

namespace sumac::client {

/// An LZ_RGB image of literals, with pixels that follow from `seed`.
struct LzImage {
    std::uint32_t side = 0;
    std::uint32_t seed = 0;
    std::shared_ptr<std::vector<std::byte>> data = std::make_shared<std::vector<std::byte>>();

    LzImage(std::uint32_t pixels_a_side, std::uint32_t first) : side(pixels_a_side), seed(first) {
        constexpr std::uint32_t rgb32 = 8;
        constexpr std::uint32_t top_down = 1;
        for (const std::uint32_t number :
             {0x20205A4CU, 0x00010001U, rgb32, side, side, 4 * side, top_down})
            put_u32(number);
        for (std::uint32_t i = 0; i < side * side; ++i) {
            if (i % 32 == 0) put(std::min(31U, side * side - i - 1)); // so many literals and one
            put(pixel(i));
            put(pixel(i) >> 8U);
            put(pixel(i) >> 16U);
        }
    }
    /// 0xRRGGBB, row by row.
    std::uint32_t pixel(std::uint32_t place) const {
        return (place * 2654435761U ^ seed * 40503U) & 0xFFFFFFU;
    }
    /// It borrows from `data`.
    wire::Image wire(std::uint64_t id = 1, std::uint8_t flags = 0) const {
        return {{ImageId{id}, SPICE_IMAGE_TYPE_LZ_RGB, flags, side, side},
                wire::EncodedImage{*data}};
    }

private:
    void put(std::uint32_t value) { data->push_back(static_cast<std::byte>(value & 0xFFU)); }
    void put_u32(std::uint32_t value) {
        for (const unsigned shift : {24U, 16U, 8U, 0U})
            put(value >> shift);
    }
};

} // namespace sumac::client
