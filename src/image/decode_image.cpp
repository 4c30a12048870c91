#include "image/decode_image.h"

#include "image/lz4.h"

#include <spice/enums.h>

#include <cstring>

namespace sumac::image {

namespace {

/// Why an image of a codec we know gave no pixels.
constexpr std::string_view damaged = "damaged";

using Colours = std::span<const std::uint32_t>;

/// The palette's entries, empty where there is none. Stores an inline one where asked to.
Result<Colours> resolve_palette(const wire::PaletteRef& ref, PaletteCache& cache) {
    if (ref.inline_palette) {
        if (ref.cache_me) {
            const Result<Done> stored = cache.store(*ref.inline_palette);
            if (!stored) return stored.error();
        }
        return Colours{ref.inline_palette->entries};
    }
    if (!ref.cached) return Colours{};
    const wire::Palette* palette = cache.find(*ref.cached);
    if (palette == nullptr) return Error{ErrorCode::invalid, "palette is not in the cache"};
    return Colours{palette->entries};
}

Result<DecodedImage> fetch_cached(ImageId id, bool lossless, const ImageCache& cache) {
    const ImageCache::Entry* entry = cache.find(id);
    if (entry == nullptr) return DecodedImage{WaitForImage{id, lossless}};
    if (entry->pixels == nullptr) return DecodedImage{Undecoded{entry->undecoded_because}};
    if (lossless && entry->pixels->lossy()) return DecodedImage{WaitForImage{id, true}};
    return DecodedImage{entry->pixels};
}

Result<Pixels> decode_body(const wire::BitmapImage& bitmap,
                           const wire::ImageDescriptor& descriptor,
                           const DecodeContext& context) {
    const Result<Colours> palette = resolve_palette(bitmap.palette, context.palettes);
    if (!palette) return palette.error();
    if (bitmap.width != descriptor.width || bitmap.height != descriptor.height)
        return Error{ErrorCode::invalid, "bitmap size differs from its descriptor"};
    if (context.use == ImageUse::mask) return decode_mask(bitmap);
    return decode_bitmap(bitmap, *palette, context.entries);
}

Result<Pixels> decode_body(const wire::EncodedImage& encoded,
                           const wire::ImageDescriptor& descriptor,
                           const DecodeContext& context) {
    if (descriptor.type != SPICE_IMAGE_TYPE_LZ4)
        return Error{ErrorCode::unsupported, image_type_name(descriptor.type)};
    if (context.use == ImageUse::mask) return Error{ErrorCode::invalid, "lz4 image as a mask"};
    if (descriptor.width > wire::max_image_side || descriptor.height > wire::max_image_side)
        return Error{ErrorCode::limit, "image side above 32767"};
    return decode_lz4(encoded.data,
                      {static_cast<std::int32_t>(descriptor.width),
                       static_cast<std::int32_t>(descriptor.height)});
}

Result<Pixels> decode_body(const wire::LzPaletteImage& lz,
                           const wire::ImageDescriptor& descriptor,
                           const DecodeContext& context) {
    const Result<Colours> palette = resolve_palette(lz.palette, context.palettes);
    if (!palette) return palette.error();
    return Error{ErrorCode::unsupported, image_type_name(descriptor.type)};
}

/// The codecs that are not built in.
template <class Body>
Result<Pixels>
decode_body(const Body&, const wire::ImageDescriptor& descriptor, const DecodeContext&) {
    return Error{ErrorCode::unsupported, image_type_name(descriptor.type)};
}

/// HIGH_BITS_SET: the sender's X bytes were all ones and a codec lost them.
void set_high_bits(Pixels& pixels) {
    const auto width = static_cast<std::size_t>(pixels.size().width);
    for (std::int32_t y = 0; y < pixels.size().height; ++y) {
        std::byte* row = pixels.row(y);
        for (std::size_t x = 0; x < width; ++x)
            row[4 * x + 3] = std::byte{0xFF};
    }
}

bool wants_cache(const wire::ImageDescriptor& descriptor) {
    return (descriptor.flags & (SPICE_IMAGE_FLAGS_CACHE_ME | SPICE_IMAGE_FLAGS_CACHE_REPLACE_ME)) !=
           0;
}

Result<DecodedImage>
settle_failure(const wire::ImageDescriptor& descriptor, const Error& error, ImageCache& cache) {
    const bool unsupported = error.code == ErrorCode::unsupported;
    if (wants_cache(descriptor)) {
        const Result<Done> stored =
            cache.store_undecoded(descriptor.id, unsupported ? error.text : damaged);
        if (!stored) return stored.error();
    }
    if (unsupported) return DecodedImage{Undecoded{error.text}};
    return error;
}

} // namespace

Result<DecodedImage> decode_image(const wire::Image& image, const DecodeContext& context) {
    const wire::ImageDescriptor& descriptor = image.descriptor;
    if (const auto* cached = std::get_if<wire::CachedImage>(&image.body))
        return fetch_cached(descriptor.id, cached->lossless, context.images);
    if (std::holds_alternative<wire::SurfaceImage>(image.body))
        return Error{ErrorCode::invalid, "surface as an image where none can be"};

    Result<Pixels> pixels = std::visit(
        [&](const auto& body) { return decode_body(body, descriptor, context); }, image.body);
    if (!pixels) return settle_failure(descriptor, pixels.error(), context.images);
    if ((descriptor.flags & SPICE_IMAGE_FLAGS_HIGH_BITS_SET) != 0 &&
        pixels->format() == PixelFormat::bgrx32)
        set_high_bits(*pixels);

    PixelsPtr shared = std::make_shared<const Pixels>(*std::move(pixels));
    if (wants_cache(descriptor)) {
        const Result<Done> stored = context.images.store(descriptor.id, shared);
        if (!stored) return stored.error();
    }
    return DecodedImage{std::move(shared)};
}

std::string_view image_type_name(std::uint8_t type) {
    switch (type) {
    case SPICE_IMAGE_TYPE_BITMAP:
        return "bitmap";
    case SPICE_IMAGE_TYPE_QUIC:
        return "quic";
    case SPICE_IMAGE_TYPE_LZ_PLT:
        return "lz palette";
    case SPICE_IMAGE_TYPE_LZ_RGB:
        return "lz";
    case SPICE_IMAGE_TYPE_GLZ_RGB:
        return "glz";
    case SPICE_IMAGE_TYPE_ZLIB_GLZ_RGB:
        return "zlib glz";
    case SPICE_IMAGE_TYPE_JPEG:
        return "jpeg";
    case SPICE_IMAGE_TYPE_JPEG_ALPHA:
        return "jpeg alpha";
    case SPICE_IMAGE_TYPE_LZ4:
        return "lz4";
    case SPICE_IMAGE_TYPE_SURFACE:
        return "surface";
    case SPICE_IMAGE_TYPE_FROM_CACHE:
        return "cached image";
    case SPICE_IMAGE_TYPE_FROM_CACHE_LOSSLESS:
        return "cached lossless image";
    default:
        return "unknown";
    }
}

} // namespace sumac::image
