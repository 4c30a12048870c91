/// From the image in a message to pixels, through the caches.
#pragma once

#include "image/bitmap.h"
#include "image/image_cache.h"
#include "image/palette_cache.h"

#include <string_view>
#include <variant>

namespace sumac::image {

enum class ImageUse { colours, mask };

/// FROM_CACHE named an image that another display channel has not delivered yet: try again after
/// that channel's next image.
struct WaitForImage {
    ImageId id;
    bool lossless = false; ///< present, but only in a lossy version
    bool operator==(const WaitForImage&) const = default;
};

/// The image came, but we cannot decode it.
struct Undecoded {
    std::string_view because; ///< a literal: "quic", "lz", "glz", "jpeg", ... or "damaged"
    bool operator==(const Undecoded&) const = default;
};

using DecodedImage = std::variant<PixelsPtr, WaitForImage, Undecoded>;

/// What decoding reads and changes besides the image. Borrowed for the call.
struct DecodeContext {
    ImageCache& images;
    PaletteCache& palettes;
    PaletteEntries entries = PaletteEntries::rgb888; ///< by the depth of the destination surface
    ImageUse use = ImageUse::colours;
};

/// Decodes any image but SURFACE (the canvas has those). Every image of every message must come
/// here, drawn or not: images and palettes enter their caches here, and a damaged or undecodable
/// image that was to be cached is remembered as such, so that nobody waits for it.
Result<DecodedImage> decode_image(const wire::Image& image, const DecodeContext& context);

/// "bitmap", "quic", "lz palette", ...; "unknown" for a type without a name.
std::string_view image_type_name(std::uint8_t type);

} // namespace sumac::image
