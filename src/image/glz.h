/// SPICE_IMAGE_TYPE_GLZ_RGB, and what is inside ZLIB_GLZ_RGB: LZ with references into the images of
/// a window.
///
///     0   u32 magic 0x20205A4C | 4 u32 version 0x00010001
///     8   u8: low 4 bits type (RGB16, RGB24, RGB32 or RGBA), bit 4 top_down
///     9   u32 width | 13 u32 height | 17 u32 stride in bytes
///     21  u64 image number, over all channels of the session | 29 u32 reach (glz_window.h)
///     33  body; for RGBA a second one for alpha
///
/// All numbers are big-endian. The body is that of LZ (lz.h) but for its references:
///
///     c >= 32   length as in LZ; F = bit 4, pixel distance P = low 4 bits
///     k         P += k << 4
///     k         n = k >> 6 bytes of image distance I follow (low byte first)
///               F = 0: I = k & 63 + those << 6
///               F = 1: I = those; P += (k & 31) << 12; if bit 5 of k: P += one more byte << 17
///
/// I = 0: from P + 1 pixels back in this image; else from pixel P of the image I numbers before it.
#pragma once

#include "base/reader.h"
#include "image/glz_window.h"

#include <variant>

namespace sumac::image {

struct GlzHeader {
    GlzImageId id;
    std::uint32_t reach = 0;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint8_t type = 0;
    bool top_down = false;
    bool operator==(const GlzHeader&) const = default;
};

/// Errors: invalid, truncated.
Result<GlzHeader> parse_glz_header(Bytes data);

/// The image, or the number of the one that must be decoded before it.
using GlzDecoded = std::variant<GlzImage, GlzImageId>;

/// Decodes an image as bgrx32 or bgra32; RGB16 is widened. The window is only read. `size` is the
/// descriptor's. Errors: invalid (also for a reference to what the window holds no more),
/// truncated, limit.
Result<GlzDecoded> decode_glz(Bytes data, Size size, const GlzWindow& window);

/// A picture, or the number of the image that must be decoded before it.
using GlzPicture = std::variant<PixelsPtr, GlzImageId>;

/// Decodes an image through the window: adds it, or that it was damaged; finds it if it is there
/// already, because its message was executed before and had to wait for something else. Errors: as
/// above.
Result<GlzPicture> decode_through_window(Bytes data, Size size, GlzWindow& window);

} // namespace sumac::image
