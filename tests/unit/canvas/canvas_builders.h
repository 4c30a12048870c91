/// Drawing messages and images as a server would send them.
#pragma once

#include "wire/display.h"

#include <spice/enums.h>

#include <cstring>
#include <memory>
#include <vector>

namespace sumac::canvas {

/// A bitmap with pixels of its own: row by row, top first, each pixel the value that stands in
/// memory (the index, for indexed formats).
struct TestImage {
    std::uint8_t format = SPICE_BITMAP_FMT_32BIT;
    std::int32_t width = 0;
    std::int32_t height = 0;
    std::vector<std::uint32_t> pixels;
    std::vector<std::uint32_t> palette;
    bool top_down = true;
    std::uint32_t padding_bytes = 0; ///< at the end of each row
    std::uint64_t id = 1;
    std::uint8_t flags = 0;           ///< SPICE_IMAGE_FLAGS_*
    std::vector<std::byte> rows = {}; ///< as encoded by wire()

    std::uint32_t at(std::int32_t x, std::int32_t y) const {
        return pixels[static_cast<std::size_t>(y * width + x)];
    }
    std::uint32_t bits() const {
        switch (format) {
        case SPICE_BITMAP_FMT_1BIT_LE:
        case SPICE_BITMAP_FMT_1BIT_BE:
            return 1;
        case SPICE_BITMAP_FMT_8BIT:
        case SPICE_BITMAP_FMT_8BIT_A:
            return 8;
        case SPICE_BITMAP_FMT_16BIT:
            return 16;
        case SPICE_BITMAP_FMT_24BIT:
            return 24;
        default:
            return 32;
        }
    }
    /// The message's image; it borrows from this object.
    wire::Image wire() {
        const std::uint32_t stride =
            (static_cast<std::uint32_t>(width) * bits() + 7) / 8 + padding_bytes;
        rows.assign(std::size_t{stride} * static_cast<std::size_t>(height), std::byte{0xA5});
        for (std::int32_t y = 0; y < height; ++y) {
            const std::int32_t line = top_down ? y : height - 1 - y;
            std::byte* row = rows.data() + std::size_t{stride} * static_cast<std::size_t>(line);
            for (std::int32_t x = 0; x < width; ++x)
                put(row, static_cast<std::size_t>(x), at(x, y));
        }
        wire::BitmapImage body;
        body.format = format;
        body.top_down = top_down;
        body.width = static_cast<std::uint32_t>(width);
        body.height = static_cast<std::uint32_t>(height);
        body.stride_bytes = stride;
        if (!palette.empty()) body.palette.inline_palette = wire::Palette{PaletteId{1}, palette};
        body.rows = rows;
        return {{ImageId{id}, SPICE_IMAGE_TYPE_BITMAP, flags, body.width, body.height}, body};
    }

private:
    void put(std::byte* row, std::size_t x, std::uint32_t value) const {
        if (bits() != 1) {
            std::memcpy(row + x * bits() / 8, &value, bits() / 8);
            return;
        }
        const std::size_t place = format == SPICE_BITMAP_FMT_1BIT_LE ? x % 8 : 7 - x % 8;
        const auto bit = static_cast<std::byte>(1U << place);
        row[x / 8] = value != 0 ? row[x / 8] | bit : row[x / 8] & ~bit;
    }
};

inline wire::Image surface_image(std::uint32_t id) {
    return {{ImageId{0}, SPICE_IMAGE_TYPE_SURFACE, 0, 0, 0}, wire::SurfaceImage{SurfaceId{id}}};
}

inline wire::Image cached_image(std::uint64_t id, bool lossless = false) {
    return {{ImageId{id}, SPICE_IMAGE_TYPE_FROM_CACHE, 0, 0, 0}, wire::CachedImage{lossless}};
}

/// An image of a codec that is not built in.
inline wire::Image quic_image(std::uint64_t id, std::uint8_t flags = 0) {
    return {{ImageId{id}, SPICE_IMAGE_TYPE_QUIC, flags, 1, 1}, wire::EncodedImage{}};
}

inline wire::DrawBase base(std::uint32_t surface, const Rect& box, wire::Clip clip = {}) {
    return {SurfaceId{surface}, box, std::move(clip)};
}

inline wire::SurfaceCreate
create(std::uint32_t id, std::uint32_t format, std::uint32_t width, std::uint32_t height) {
    return {SurfaceId{id}, width, height, format, 0};
}

inline wire::DrawFill fill(std::uint32_t surface, const Rect& box, std::uint32_t color) {
    return {base(surface, box), wire::SolidBrush{color}, SPICE_ROPD_OP_PUT, {}};
}

inline wire::DrawCopy
copy(std::uint32_t surface, const Rect& box, wire::Image image, const Rect& src_area) {
    return {base(surface, box),
            std::move(image),
            src_area,
            SPICE_ROPD_OP_PUT,
            SPICE_IMAGE_SCALE_MODE_NEAREST,
            {}};
}

} // namespace sumac::canvas
