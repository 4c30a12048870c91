#include "wire/image.h"

#include <spice/enums.h>

namespace sumac::wire {

namespace {

enum class PalettePointer { may_be_null, nonnull };

/// At the pointer: u64 unique, u16 n, n * u32.
Palette read_palette(Reader r, Reader& errors) {
    Palette palette;
    palette.unique = PaletteId{r.u64()};
    const std::uint16_t count = r.u16();
    if (count > max_palette_entries) r.fail(ErrorCode::limit, "palette is larger than 256 entries");
    if (count > r.left() / sizeof(std::uint32_t)) {
        r.fail(ErrorCode::truncated, "palette entries are missing");
    }
    if (r.failed()) {
        errors.fail(r.error());
        return palette;
    }
    palette.entries.reserve(count);
    for (std::uint16_t i = 0; i < count; ++i)
        palette.entries.push_back(r.u32());
    return palette;
}

/// PAL_FROM_CACHE: u64 id; else u32 pointer.
PaletteRef read_palette_ref(Reader& r, std::uint8_t bitmap_flags, PalettePointer pointer) {
    PaletteRef ref;
    if ((bitmap_flags & SPICE_BITMAP_FLAGS_PAL_FROM_CACHE) != 0) {
        ref.cached = PaletteId{r.u64()};
        return ref;
    }
    const std::uint32_t offset = r.u32();
    if (offset == 0) {
        if (pointer == PalettePointer::nonnull) r.fail(ErrorCode::invalid, "palette is missing");
        return ref;
    }
    ref.inline_palette = read_palette(r.at(offset), r);
    ref.cache_me = (bitmap_flags & SPICE_BITMAP_FLAGS_PAL_CACHE_ME) != 0;
    return ref;
}

/// u64 id, u8 type, u8 flags, u32 width, u32 height.
ImageDescriptor read_descriptor(Reader& r) {
    ImageDescriptor descriptor;
    descriptor.id = ImageId{r.u64()};
    descriptor.type = r.u8();
    descriptor.flags = r.u8();
    descriptor.width = r.u32();
    descriptor.height = r.u32();
    if (descriptor.width > max_image_side || descriptor.height > max_image_side) {
        r.fail(ErrorCode::limit, "image is larger than the limit");
    }
    return descriptor;
}

/// u8 format, u8 flags, u32 width, u32 height, u32 stride, palette, stride * height bytes.
BitmapImage read_bitmap(Reader& r) {
    BitmapImage bitmap;
    bitmap.format = r.u8();
    const std::uint8_t flags = r.u8();
    bitmap.top_down = (flags & SPICE_BITMAP_FLAGS_TOP_DOWN) != 0;
    bitmap.width = r.u32();
    bitmap.height = r.u32();
    bitmap.stride_bytes = r.u32();
    if (bitmap.width > max_image_side || bitmap.height > max_image_side) {
        r.fail(ErrorCode::limit, "bitmap is larger than the limit");
    }
    bitmap.palette = read_palette_ref(r, flags, PalettePointer::may_be_null);
    // 64 bits hold the product; a short read fails before anything is allocated.
    bitmap.rows = r.bytes(std::size_t{bitmap.stride_bytes} * bitmap.height);
    return bitmap;
}

/// u8 flags, u32 size, palette, bytes.
LzPaletteImage read_lz_palette(Reader& r) {
    LzPaletteImage image;
    image.flags = r.u8();
    const std::uint32_t size = r.u32();
    image.palette = read_palette_ref(r, image.flags, PalettePointer::nonnull);
    image.data = r.bytes(size);
    return image;
}

/// u32 size once inflated, u32 size, bytes.
ZlibGlzImage read_zlib_glz(Reader& r) {
    ZlibGlzImage image;
    image.glz_size_bytes = r.u32();
    image.data = r.bytes(r.u32());
    return image;
}

/// u8 flags, u32 jpeg size, u32 size of both, bytes: the JPEG, then the alpha.
JpegAlphaImage read_jpeg_alpha(Reader& r) {
    JpegAlphaImage image;
    image.flags = r.u8();
    const std::uint32_t jpeg_size = r.u32();
    const Bytes both = r.bytes(r.u32());
    if (r.failed()) return image;
    if (jpeg_size > both.size()) {
        r.fail(ErrorCode::truncated, "JPEG is larger than the image that holds it");
        return image;
    }
    image.jpeg = both.first(jpeg_size);
    image.alpha = both.subspan(jpeg_size);
    return image;
}

decltype(Image::body) read_body(std::uint8_t type, Reader& r) {
    switch (type) {
    case SPICE_IMAGE_TYPE_BITMAP:
        return read_bitmap(r);
    case SPICE_IMAGE_TYPE_QUIC:
    case SPICE_IMAGE_TYPE_LZ_RGB:
    case SPICE_IMAGE_TYPE_GLZ_RGB:
    case SPICE_IMAGE_TYPE_JPEG:
    case SPICE_IMAGE_TYPE_LZ4:
        return EncodedImage{r.bytes(r.u32())};
    case SPICE_IMAGE_TYPE_LZ_PLT:
        return read_lz_palette(r);
    case SPICE_IMAGE_TYPE_ZLIB_GLZ_RGB:
        return read_zlib_glz(r);
    case SPICE_IMAGE_TYPE_JPEG_ALPHA:
        return read_jpeg_alpha(r);
    case SPICE_IMAGE_TYPE_SURFACE:
        return SurfaceImage{SurfaceId{r.u32()}};
    case SPICE_IMAGE_TYPE_FROM_CACHE:
        return CachedImage{.lossless = false};
    case SPICE_IMAGE_TYPE_FROM_CACHE_LOSSLESS:
        return CachedImage{.lossless = true};
    default:
        r.fail(ErrorCode::unsupported, "unknown image type");
        return CachedImage{};
    }
}

} // namespace

Result<Image> parse_image(Reader r) {
    Image image;
    image.descriptor = read_descriptor(r);
    image.body = read_body(image.descriptor.type, r);
    return r.finish(std::move(image));
}

} // namespace sumac::wire
