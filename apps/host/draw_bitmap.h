/// Uncompressed images, as a guest's driver lays them out.
#pragma once

#include "draw_dice.h"
#include "draw_memory.h"
#include "picture.h"

#include <spice.h>

#include <cstdint>
#include <span>
#include <vector>

namespace sumac::host {

/// Of SPICE_BITMAP_FMT_*.
unsigned bits_per_pixel(std::uint8_t format);
std::size_t row_bytes(std::uint8_t format, int width);

/// A guest's drivers premultiply: 0xAARRGGBB.
std::uint32_t premultiplied(Pixel colour, std::uint32_t alpha);

struct Bitmap {
    std::uint8_t format = SPICE_BITMAP_FMT_32BIT;
    Size size;
    std::size_t stride_bytes = 0;
    std::vector<std::uint8_t> rows;
    QXLPHYSICAL palette = 0; ///< 0: none
};

/// Zeroed.
Bitmap make_bitmap(std::uint8_t format, Size size, std::size_t stride_bytes);

/// Which id an image has, and whether the client may keep it.
struct ImageName {
    std::uint32_t unique = 0;
    bool cached = false;
};

/// Top row first or last, in one piece or in several.
QXLPHYSICAL
make_image(const Bitmap& bitmap, const ImageName& name, Dice& dice, DrawMemory& memory);

/// With `unique` 0 it is kept by nobody.
QXLPHYSICAL
make_palette(std::span<const std::uint32_t> colours, std::uint32_t unique, DrawMemory& memory);

} // namespace sumac::host
