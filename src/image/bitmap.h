/// SPICE_IMAGE_TYPE_BITMAP: uncompressed rows in every depth.
///
///     1BIT_LE  bit 0 of a byte is its left pixel    16BIT   u16 xRRRRRGGGGGBBBBB
///     1BIT_BE  bit 7 of a byte is its left pixel    24BIT   B G R
///     4BIT_LE  low nibble is the left pixel         32BIT   B G R X
///     4BIT_BE  high nibble is the left pixel        RGBA    B G R A
///     8BIT     palette index                        8BIT_A  coverage
#pragma once

#include "image/pixels.h"
#include "wire/image.h"

#include <span>

namespace sumac::image {

/// What the entries of a palette are; the depth of the destination surface decides.
enum class PaletteEntries {
    rgb888, ///< 0x00RRGGBB, for a 32-bit surface
    rgb555, ///< in the low 16 bits, for a 16-bit surface
};

/// As colours. Indexed formats need `palette`; an index past its end is black, because guests send
/// short palettes with pixels they never meant to show. X is 0 where the format has none.
/// Errors: invalid, truncated, limit.
Result<Pixels> decode_bitmap(const wire::BitmapImage& bitmap,
                             std::span<const std::uint32_t> palette,
                             PaletteEntries entries);

/// As a mask (PixelFormat::mask1): only 1BIT_LE and 1BIT_BE; a palette is not looked at.
Result<Pixels> decode_mask(const wire::BitmapImage& bitmap);

} // namespace sumac::image
