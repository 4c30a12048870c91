/// Images inside display messages (the wrapper, not the codecs; those are in src/image).
///
///     0   u64 id | 8 u8 type | 9 u8 flags | 10 u32 width | 14 u32 height | 18 body by type
///
/// Everything borrows from the message body.
#pragma once

#include "base/ids.h"
#include "base/reader.h"

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

namespace sumac::wire {

struct Palette {
    PaletteId unique;
    std::vector<std::uint32_t> entries; ///< 0x00RRGGBB; 555 in the low 16 bits on a 16-bit surface
    bool operator==(const Palette&) const = default;
};

/// Where an indexed image finds its colours: inline, in the palette cache, or nowhere (not
/// indexed).
struct PaletteRef {
    std::optional<Palette> inline_palette;
    std::optional<PaletteId> cached;
    bool cache_me = false; ///< store the inline palette under its `unique`
    bool operator==(const PaletteRef&) const = default;
};

/// SPICE_IMAGE_TYPE_BITMAP. `rows` holds stride * height bytes.
struct BitmapImage {
    std::uint8_t format = 0; ///< SPICE_BITMAP_FMT_*
    bool top_down = false;
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    std::uint32_t stride_bytes = 0;
    PaletteRef palette;
    Bytes rows;
};

/// QUIC, LZ_RGB, GLZ_RGB, JPEG, LZ4: one run of codec bytes; which, says ImageDescriptor::type.
struct EncodedImage {
    Bytes data;
};

/// SPICE_IMAGE_TYPE_LZ_PLT.
struct LzPaletteImage {
    std::uint8_t flags = 0; ///< SPICE_BITMAP_FLAGS_*
    PaletteRef palette;
    Bytes data;
};

/// SPICE_IMAGE_TYPE_ZLIB_GLZ_RGB.
struct ZlibGlzImage {
    std::uint32_t glz_size_bytes = 0; ///< after inflating
    Bytes data;
};

/// SPICE_IMAGE_TYPE_JPEG_ALPHA.
struct JpegAlphaImage {
    std::uint8_t flags = 0; ///< SPICE_JPEG_ALPHA_FLAGS_*
    Bytes jpeg;
    Bytes alpha; ///< LZ, type XXXA
};

/// SPICE_IMAGE_TYPE_SURFACE: the pixels of another surface of the same channel.
struct SurfaceImage {
    SurfaceId surface;
};

/// SPICE_IMAGE_TYPE_FROM_CACHE and _FROM_CACHE_LOSSLESS; the key is ImageDescriptor::id.
struct CachedImage {
    bool lossless = false;
};

struct ImageDescriptor {
    ImageId id;
    std::uint8_t type = 0;  ///< SPICE_IMAGE_TYPE_*
    std::uint8_t flags = 0; ///< SPICE_IMAGE_FLAGS_*
    std::uint32_t width = 0;
    std::uint32_t height = 0;
    bool operator==(const ImageDescriptor&) const = default;
};

struct Image {
    ImageDescriptor descriptor;
    std::variant<BitmapImage,
                 EncodedImage,
                 LzPaletteImage,
                 ZlibGlzImage,
                 JpegAlphaImage,
                 SurfaceImage,
                 CachedImage>
        body;
};

/// Reads the image at the reader's place; the offsets inside count from the first byte of the
/// message, so `r` must come from Reader::at on the whole body. Declared limits: width and height
/// at most `max_image_side`, palettes at most `max_palette_entries`.
Result<Image> parse_image(Reader r);

/// GTK, Qt and X11 stop at 32767; larger images are hostile.
inline constexpr std::uint32_t max_image_side = 32767;
/// 8-bit indices reach 256 entries; larger palettes are hostile.
inline constexpr std::uint16_t max_palette_entries = 256;

} // namespace sumac::wire
