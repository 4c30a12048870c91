#include "image/decode_image.h"

#include "image/glz.h"
#include "image/jpeg.h"
#include "image/lz.h"
#include "image/lz4.h"
#include "image/quic.h"
#include "image/zlib_glz.h"

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

/// The parts of an image that decoding it alone takes.
struct Alone {
    const wire::ImageDescriptor& descriptor;
    Colours palette;
    PaletteEntries entries = PaletteEntries::rgb888;
    ImageUse use = ImageUse::colours;

    Size size() const {
        return {static_cast<std::int32_t>(descriptor.width),
                static_cast<std::int32_t>(descriptor.height)};
    }
};

Result<Pixels> decode_body(const wire::BitmapImage& bitmap, const Alone& alone) {
    if (bitmap.width != alone.descriptor.width || bitmap.height != alone.descriptor.height)
        return Error{ErrorCode::invalid, "bitmap size differs from its descriptor"};
    if (alone.use == ImageUse::mask) return decode_mask(bitmap);
    return decode_bitmap(bitmap, alone.palette, alone.entries);
}

Result<Pixels> decode_body(const wire::EncodedImage& encoded, const Alone& alone) {
    switch (alone.descriptor.type) {
    case SPICE_IMAGE_TYPE_QUIC:
        return decode_quic(encoded.data, alone.size());
    case SPICE_IMAGE_TYPE_LZ_RGB:
        return decode_lz_rgb(encoded.data, alone.size());
    case SPICE_IMAGE_TYPE_JPEG:
        return decode_jpeg(encoded.data, alone.size());
    case SPICE_IMAGE_TYPE_LZ4:
        return decode_lz4(encoded.data, alone.size());
    default:
        return Error{ErrorCode::unsupported, image_type_name(alone.descriptor.type)};
    }
}

Result<Pixels> decode_body(const wire::LzPaletteImage& lz, const Alone& alone) {
    return decode_lz_palette(lz.data, alone.size(), alone.palette, alone.entries);
}

Result<Pixels> decode_body(const wire::JpegAlphaImage& image, const Alone& alone) {
    return decode_jpeg_alpha(image.jpeg, image.alpha, alone.size());
}

/// The kinds of image that are not decoded alone.
template <class Body>
Result<Pixels> decode_body(const Body&, const Alone& alone) {
    return Error{ErrorCode::unsupported, image_type_name(alone.descriptor.type)};
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

bool wants_high_bits(const wire::ImageDescriptor& descriptor, const Pixels& pixels) {
    return (descriptor.flags & SPICE_IMAGE_FLAGS_HIGH_BITS_SET) != 0 &&
           pixels.format() == PixelFormat::bgrx32;
}

Result<PixelsPtr> decode_alone(const wire::Image& image, const Alone& alone) {
    const wire::ImageDescriptor& descriptor = image.descriptor;
    if (descriptor.width > wire::max_image_side || descriptor.height > wire::max_image_side)
        return Error{ErrorCode::limit, "image side above 32767"};
    if (alone.use == ImageUse::mask && !std::holds_alternative<wire::BitmapImage>(image.body))
        return Error{ErrorCode::invalid, "compressed image as a mask"};
    Result<Pixels> pixels =
        std::visit([&](const auto& body) { return decode_body(body, alone); }, image.body);
    if (!pixels) return pixels.error();
    if (wants_high_bits(descriptor, *pixels)) set_high_bits(*pixels);
    return PixelsPtr{std::make_shared<const Pixels>(*std::move(pixels))};
}

const wire::PaletteRef* palette_of(const wire::Image& image) {
    if (const auto* bitmap = std::get_if<wire::BitmapImage>(&image.body)) return &bitmap->palette;
    if (const auto* lz = std::get_if<wire::LzPaletteImage>(&image.body)) return &lz->palette;
    return nullptr;
}

bool is_glz(const wire::Image& image) {
    return image.descriptor.type == SPICE_IMAGE_TYPE_GLZ_RGB ||
           std::holds_alternative<wire::ZlibGlzImage>(image.body);
}

/// The window keeps its pixels as they are.
Result<PixelsPtr> with_high_bits(const Pixels& pixels) {
    Result<Pixels> copy = Pixels::allocate(pixels.format(), pixels.size());
    if (!copy) return copy.error();
    std::memcpy(copy->row(0), pixels.row(0), pixels.size_bytes());
    set_high_bits(*copy);
    return PixelsPtr{std::make_shared<const Pixels>(*std::move(copy))};
}

Result<GlzPicture> decode_glz_image(const wire::Image& image, GlzWindow& window) {
    const wire::ImageDescriptor& descriptor = image.descriptor;
    const Size size{static_cast<std::int32_t>(descriptor.width),
                    static_cast<std::int32_t>(descriptor.height)};
    if (const auto* plain = std::get_if<wire::EncodedImage>(&image.body))
        return decode_through_window(plain->data, size, window);
    const auto& packed = std::get<wire::ZlibGlzImage>(image.body);
    const Result<Inflated> inflated = inflate_glz(packed.data, packed.glz_size_bytes);
    if (!inflated) return inflated.error();
    return decode_through_window(inflated->bytes(), size, window);
}

/// The depth of the surface counts for palettes only.
bool suits(const DecodedAhead* ahead, const wire::Image& image, const DecodeContext& context) {
    if (ahead == nullptr || ahead->use != context.use) return false;
    return palette_of(image) == nullptr || ahead->entries == context.entries;
}

Result<GlzPicture> decode_fresh(const wire::Image& image, const DecodeContext& context) {
    if (is_glz(image)) {
        Result<GlzPicture> glz = decode_glz_image(image, context.images.glz_window());
        if (!glz) return glz;
        const auto* pixels = std::get_if<PixelsPtr>(&*glz);
        if (pixels == nullptr || !wants_high_bits(image.descriptor, **pixels)) return glz;
        const Result<PixelsPtr> copy = with_high_bits(**pixels);
        if (!copy) return copy.error();
        return GlzPicture{*copy};
    }
    Result<Colours> palette = Colours{};
    if (const wire::PaletteRef* ref = palette_of(image))
        palette = resolve_palette(*ref, context.palettes);
    if (!palette) return palette.error();
    const Result<PixelsPtr> pixels =
        suits(context.ahead, image, context)
            ? context.ahead->pixels
            : decode_alone(image, {image.descriptor, *palette, context.entries, context.use});
    if (!pixels) return pixels.error();
    return GlzPicture{*pixels};
}

bool wants_cache(const wire::ImageDescriptor& descriptor) {
    return (descriptor.flags & (SPICE_IMAGE_FLAGS_CACHE_ME | SPICE_IMAGE_FLAGS_CACHE_REPLACE_ME)) !=
           0;
}

Error settle_failure(const wire::ImageDescriptor& descriptor,
                     const Error& error,
                     ImageCache& cache) {
    if (!wants_cache(descriptor)) return error;
    const Result<Done> stored = cache.store_undecoded(descriptor.id, damaged);
    return stored ? error : stored.error();
}

} // namespace

Result<DecodedImage> decode_image(const wire::Image& image, const DecodeContext& context) {
    const wire::ImageDescriptor& descriptor = image.descriptor;
    if (const auto* cached = std::get_if<wire::CachedImage>(&image.body))
        return fetch_cached(descriptor.id, cached->lossless, context.images);
    if (std::holds_alternative<wire::SurfaceImage>(image.body))
        return Error{ErrorCode::invalid, "surface as an image where none can be"};

    const Result<GlzPicture> decoded = decode_fresh(image, context);
    if (!decoded) return settle_failure(descriptor, decoded.error(), context.images);
    if (const auto* missing = std::get_if<GlzImageId>(&*decoded))
        return DecodedImage{WaitForImage{*missing}};
    const auto& pixels = std::get<PixelsPtr>(*decoded);
    if (wants_cache(descriptor)) {
        const Result<Done> stored = context.images.store(descriptor.id, pixels);
        if (!stored) return stored.error();
    }
    return DecodedImage{pixels};
}

bool can_decode_ahead(const wire::Image& image) {
    if (std::holds_alternative<wire::CachedImage>(image.body)) return false;
    if (std::holds_alternative<wire::SurfaceImage>(image.body)) return false;
    const wire::PaletteRef* palette = palette_of(image);
    return !is_glz(image) && (palette == nullptr || !palette->cached);
}

DecodedAhead decode_ahead(const wire::Image& image, PaletteEntries entries, ImageUse use) {
    const wire::PaletteRef* ref = palette_of(image);
    const Colours palette =
        ref != nullptr && ref->inline_palette ? Colours{ref->inline_palette->entries} : Colours{};
    return {entries, use, decode_alone(image, {image.descriptor, palette, entries, use})};
}

std::optional<Result<Done>> decode_into(const wire::Image& image, Pixels& pixels) {
    const auto* encoded = std::get_if<wire::EncodedImage>(&image.body);
    if (encoded == nullptr || image.descriptor.type != SPICE_IMAGE_TYPE_LZ4 ||
        wants_cache(image.descriptor) || wants_high_bits(image.descriptor, pixels))
        return std::nullopt;
    return decode_lz4_into(encoded->data, pixels);
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
