#include "canvas/glyphs.h"

#include <spice/enums.h>

#include <algorithm>

namespace sumac::canvas {

namespace {

GlyphBounds bounds_of(const wire::Glyph& glyph) {
    const std::int64_t left = std::int64_t{glyph.render_pos.x} + glyph.origin.x;
    const std::int64_t top = std::int64_t{glyph.render_pos.y} + glyph.origin.y;
    return {left, top, left + glyph.width, top + glyph.height};
}

unsigned bits_of(std::uint8_t flags) {
    if ((flags & SPICE_STRING_FLAGS_RASTER_A1) != 0) return 1;
    return (flags & SPICE_STRING_FLAGS_RASTER_A4) != 0 ? 4 : 8;
}

/// Coverage of pixel x of a row; the upper bits of a byte are to the left.
std::byte coverage_at(const std::byte* row, std::size_t x, unsigned bits) {
    switch (bits) {
    case 1:
        return (row[x / 8] >> (7 - x % 8) & std::byte{1}) != std::byte{0} ? std::byte{0xFF}
                                                                          : std::byte{0};
    case 4:
        return x % 2 == 0 ? row[x / 2] & std::byte{0xF0} : row[x / 2] << 4;
    default:
        return row[x];
    }
}

/// Of two pixels in a byte, libspice-server's canvas compares the right one as if the left one were
/// its upper bits: it wins over an earlier glyph if the left one is not empty.
bool replaces(const std::byte* row, std::size_t x, unsigned bits) {
    return bits == 4 && x % 2 != 0 && (row[x / 2] & std::byte{0xF0}) != std::byte{0};
}

void merge(const wire::Glyph& glyph, unsigned bits, const Rect& area, Surface& mask) {
    const GlyphBounds box = bounds_of(glyph);
    const std::int64_t left = std::max<std::int64_t>(box.left, area.left);
    const std::int64_t right = std::min<std::int64_t>(box.right, area.right);
    const std::int64_t top = std::max<std::int64_t>(box.top, area.top);
    const std::int64_t bottom = std::min<std::int64_t>(box.bottom, area.bottom);
    const std::size_t stride = (glyph.width * std::size_t{bits} + 7) / 8;
    for (std::int64_t y = top; y < bottom; ++y) {
        const std::byte* row =
            glyph.data.data() + static_cast<std::size_t>(box.bottom - 1 - y) * stride;
        std::byte* to = mask.at(0, static_cast<std::int32_t>(y - area.top));
        for (std::int64_t x = left; x < right; ++x) {
            const auto place = static_cast<std::size_t>(x - box.left);
            std::byte& pixel = to[x - area.left];
            const std::byte coverage = coverage_at(row, place, bits);
            pixel = replaces(row, place, bits) ? coverage : std::max(pixel, coverage);
        }
    }
}

} // namespace

GlyphBounds bounds_of(const wire::GlyphString& string) {
    if (string.glyphs.empty()) return {};
    GlyphBounds bounds = bounds_of(string.glyphs.front());
    for (const wire::Glyph& glyph : string.glyphs) {
        const GlyphBounds box = bounds_of(glyph);
        bounds = {std::min(bounds.left, box.left),
                  std::min(bounds.top, box.top),
                  std::max(bounds.right, box.right),
                  std::max(bounds.bottom, box.bottom)};
    }
    return bounds;
}

Result<Surface> coverage_of(const wire::GlyphString& string, const Rect& area) {
    Result<Surface> mask = Surface::create(
        SurfaceFormat::a8,
        {static_cast<std::int32_t>(area.width()), static_cast<std::int32_t>(area.height())});
    if (!mask) return mask;
    for (const wire::Glyph& glyph : string.glyphs)
        merge(glyph, bits_of(string.flags), area, *mask);
    return mask;
}

} // namespace sumac::canvas
