/// SPICE_IMAGE_TYPE_LZ_RGB, LZ_PLT, and the alpha of JPEG_ALPHA.
///
///     0   7 x u32 big-endian: magic 0x20205A4C, version 0x00010001, type, width, height,
///         stride in bytes, top_down
///     28  body: units, until there are enough of them
///
/// A unit is a pixel, or a byte of indices. The body is a sequence of
///
///     c < 32    c + 1 literals
///     c >= 32   a copy: length c >> 5, if that is 7 plus bytes until one is not 255, plus the
///     type's
///               bias; distance 1 + (c & 31) * 256 + next byte; if all of those bits are set,
///               8192 + the next two bytes
///
/// RGBA has a second body for alpha behind the first. Bytes behind the last body are ignored.
#pragma once

#include "base/reader.h"
#include "image/bitmap.h"
#include "image/pixels.h"

#include <span>

namespace sumac::image {

/// RGB16 (as rgb555), RGB24, RGB32 (bgrx32), RGBA (bgra32), A8 and XXXA (alpha8). `size` is the
/// descriptor's. Errors: invalid, truncated, limit.
Result<Pixels> decode_lz_rgb(Bytes data, Size size);

/// PLT1_LE, PLT1_BE, PLT4_LE, PLT4_BE, PLT8. What decode_bitmap says of palettes goes for this.
Result<Pixels> decode_lz_palette(Bytes data,
                                 Size size,
                                 std::span<const std::uint32_t> palette,
                                 PaletteEntries entries);

/// A8 and XXXA only, as alpha8.
Result<Pixels> decode_lz_alpha(Bytes data, Size size);

} // namespace sumac::image
