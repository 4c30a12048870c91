/// From the image in a message to pixels, through the caches and the GLZ window.
#pragma once

#include "image/bitmap.h"
#include "image/image_cache.h"
#include "image/palette_cache.h"

#include <optional>
#include <string_view>
#include <variant>

namespace sumac::image {

enum class ImageUse { colours, mask };

/// The message needs an image that another display channel has not delivered yet: try again after
/// that channel's next image.
struct WaitForImage {
    /// What FROM_CACHE named; or what a GLZ image refers to.
    std::variant<ImageId, GlzImageId> id;
    bool lossless = false; ///< present, but only in a lossy version
    bool operator==(const WaitForImage&) const = default;
};

/// The cached image came, but could not be decoded.
struct Undecoded {
    std::string_view because; ///< a literal: "damaged"
    bool operator==(const Undecoded&) const = default;
};

using DecodedImage = std::variant<PixelsPtr, WaitForImage, Undecoded>;

/// Pixels that were decoded before their turn.
struct DecodedAhead {
    PaletteEntries entries = PaletteEntries::rgb888; ///< what `decode_ahead` was given
    ImageUse use = ImageUse::colours;
    Result<PixelsPtr> pixels;
};

/// What decoding reads and changes besides the image. Borrowed for the call.
struct DecodeContext {
    ImageCache& images;
    PaletteCache& palettes;
    PaletteEntries entries = PaletteEntries::rgb888; ///< by the depth of the destination surface
    ImageUse use = ImageUse::colours;
    const DecodedAhead* ahead = nullptr; ///< of this image; not used if it was made for other use
};

/// Decodes any image but SURFACE (the canvas has those). Every image of every message must come
/// here, drawn or not: images and palettes enter their caches here, GLZ images their window, and a
/// damaged image that was to be cached is remembered as such, so that nobody waits for it.
Result<DecodedImage> decode_image(const wire::Image& image, const DecodeContext& context);

/// Whether the pixels follow from the image alone: it needs neither cache nor window.
bool can_decode_ahead(const wire::Image& image);
/// Most of the work of decode_image for such an image: on any thread, in any order. The image still
/// has to go through decode_image when it is its turn.
DecodedAhead decode_ahead(const wire::Image& image, PaletteEntries entries, ImageUse use);

/// Decodes straight into `pixels` of the image's size, for which nobody else needs the image. None:
/// it has to go through decode_image. An error leaves a part of it there.
std::optional<Result<Done>> decode_into(const wire::Image& image, Pixels& pixels);

/// "bitmap", "quic", "lz palette", ...; "unknown" for a type without a name.
std::string_view image_type_name(std::uint8_t type);

} // namespace sumac::image
