#include "draw_bitmap.h"

#include <algorithm>
#include <cstring>

namespace sumac::host {

unsigned bits_per_pixel(std::uint8_t format) {
    switch (format) {
    case SPICE_BITMAP_FMT_1BIT_LE:
    case SPICE_BITMAP_FMT_1BIT_BE:
        return 1;
    case SPICE_BITMAP_FMT_4BIT_BE:
        return 4;
    case SPICE_BITMAP_FMT_8BIT:
        return 8;
    case SPICE_BITMAP_FMT_16BIT:
        return 16;
    case SPICE_BITMAP_FMT_24BIT:
        return 24;
    default:
        return 32;
    }
}

std::size_t row_bytes(std::uint8_t format, int width) {
    return (static_cast<std::size_t>(width) * bits_per_pixel(format) + 7) / 8;
}

std::uint32_t premultiplied(Pixel colour, std::uint32_t alpha) {
    const auto channel = [&](unsigned shift) {
        return (colour >> shift & 0xff) * alpha / 255 << shift;
    };
    return alpha << 24 | channel(16) | channel(8) | channel(0);
}

Bitmap make_bitmap(std::uint8_t format, Size size, std::size_t stride_bytes) {
    return {.format = format,
            .size = size,
            .stride_bytes = stride_bytes,
            .rows = std::vector<std::uint8_t>(stride_bytes * static_cast<std::size_t>(size.height)),
            .palette = 0};
}

QXLPHYSICAL
make_image(const Bitmap& bitmap, const ImageName& name, Dice& dice, DrawMemory& memory) {
    auto& image = memory.make<QXLImage>();
    image.descriptor.id = std::uint64_t{name.unique} << 32 | QXL_IMAGE_GROUP_DRIVER;
    image.descriptor.type = SPICE_IMAGE_TYPE_BITMAP;
    image.descriptor.flags = name.cached ? QXL_IMAGE_CACHE : 0;
    image.descriptor.width = image.bitmap.x = static_cast<std::uint32_t>(bitmap.size.width);
    image.descriptor.height = image.bitmap.y = static_cast<std::uint32_t>(bitmap.size.height);
    image.bitmap.format = bitmap.format;
    image.bitmap.stride = static_cast<std::uint32_t>(bitmap.stride_bytes);
    image.bitmap.palette = bitmap.palette;
    if (dice.one_in(2)) image.bitmap.flags |= QXL_BITMAP_TOP_DOWN;
    if (dice.one_in(2)) {
        image.bitmap.flags |= QXL_BITMAP_DIRECT;
        const auto flat = memory.bytes(bitmap.rows.size());
        std::ranges::copy(bitmap.rows, flat.begin());
        image.bitmap.data = address_in_guest(flat.data());
    } else {
        auto& chunk = memory.make<QXLDataChunk>(bitmap.rows.size());
        fill_chunks(chunk, bitmap.rows, bitmap.stride_bytes, dice, memory);
        image.bitmap.data = address_in_guest(&chunk);
    }
    return address_in_guest(&image);
}

QXLPHYSICAL
make_palette(std::span<const std::uint32_t> colours, std::uint32_t unique, DrawMemory& memory) {
    auto& palette = memory.make<QXLPalette>(colours.size_bytes());
    palette.unique = unique;
    palette.num_ents = static_cast<std::uint16_t>(colours.size());
    std::memcpy(reinterpret_cast<std::uint8_t*>(&palette) + sizeof(QXLPalette),
                colours.data(),
                colours.size_bytes());
    return address_in_guest(&palette);
}

} // namespace sumac::host
