#include "draw_images.h"

#include "draw_bitmap.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace sumac::host {

namespace {

// More would not fit the purpose: an image has to come back while the client still has it.
constexpr std::size_t most_cached = 12;

std::uint32_t widened(std::uint32_t colour_555) {
    const auto channel = [&](unsigned shift) {
        const std::uint32_t bits = colour_555 >> shift & 0x1f;
        return bits << 3 | bits >> 2;
    };
    return channel(10) << 16 | channel(5) << 8 | channel(0);
}

} // namespace

DrawImage ImageMaker::image(Drawing& drawing, const Wish& wish) {
    if (wish.may_be_cached && dice_.one_in(4)) {
        if (const auto* found = find_cached(wish.least, wish.surface_format, false)) {
            drawing.share(found->memory);
            return found->image;
        }
    }
    const Size size{wish.least.width + dice_.between(0, wish.most_extra),
                    wish.least.height + dice_.between(0, wish.most_extra)};
    if (!wish.may_be_cached || !dice_.one_in(4))
        return make_image(drawing.memory, size, wish, false);
    auto memory = std::make_unique<DrawMemory>();
    const DrawImage image = make_image(*memory, size, wish, true);
    return remember(drawing,
                    std::move(memory),
                    {.image = image,
                     .surface_format = wish.surface_format,
                     .is_mask = false,
                     .memory = nullptr});
}

DrawImage ImageMaker::mask(Drawing& drawing, Size size) {
    if (dice_.one_in(4)) {
        if (const auto* found = find_cached(size, 0, true)) {
            drawing.share(found->memory);
            return found->image;
        }
    }
    if (!dice_.one_in(4)) return make_mask(drawing.memory, size, false);
    auto memory = std::make_unique<DrawMemory>();
    const DrawImage image = make_mask(*memory, size, true);
    return remember(drawing,
                    std::move(memory),
                    {.image = image, .surface_format = 0, .is_mask = true, .memory = nullptr});
}

const ImageMaker::Cached*
ImageMaker::find_cached(Size least, std::uint32_t surface_format, bool is_mask) const {
    const auto found = std::ranges::find_if(cached_, [&](const Cached& entry) {
        return entry.is_mask == is_mask && entry.surface_format == surface_format &&
               entry.image.size.width >= least.width && entry.image.size.height >= least.height;
    });
    return found == cached_.end() ? nullptr : &*found;
}

DrawImage ImageMaker::remember(Drawing& drawing, std::unique_ptr<DrawMemory> memory, Cached entry) {
    entry.memory = std::move(memory);
    drawing.share(entry.memory);
    if (cached_.size() == most_cached) cached_.erase(cached_.begin());
    cached_.push_back(entry);
    return entry.image;
}

// --- one image

DrawImage ImageMaker::make_image(DrawMemory& memory, Size size, const Wish& wish, bool cached) {
    constexpr std::uint8_t formats[] = {SPICE_BITMAP_FMT_1BIT_BE,
                                        SPICE_BITMAP_FMT_4BIT_BE,
                                        SPICE_BITMAP_FMT_8BIT,
                                        SPICE_BITMAP_FMT_16BIT,
                                        SPICE_BITMAP_FMT_24BIT,
                                        SPICE_BITMAP_FMT_32BIT,
                                        SPICE_BITMAP_FMT_32BIT,
                                        SPICE_BITMAP_FMT_RGBA};
    std::uint8_t format = dice_.pick(formats);
    if (wish.with_alpha && dice_.one_in(2)) format = SPICE_BITMAP_FMT_RGBA;
    // To the server the colours of a palette are transparent there: they have no alpha.
    if ((wish.with_alpha || cached) && wish.surface_format == SPICE_SURFACE_FMT_32_ARGB &&
        bits_per_pixel(format) <= 8)
        format = SPICE_BITMAP_FMT_24BIT;
    const unsigned bits = bits_per_pixel(format);
    const QXLPHYSICAL palette =
        bits > 8 ? 0
                 : make_palette(memory, 1 << bits, wish.surface_format == SPICE_SURFACE_FMT_16_555);
    return make_bitmap(memory, size, format, palette, cached);
}

DrawImage ImageMaker::make_mask(DrawMemory& memory, Size size, bool cached) {
    constexpr std::uint8_t formats[] = {SPICE_BITMAP_FMT_1BIT_LE, SPICE_BITMAP_FMT_1BIT_BE};
    return make_bitmap(memory, size, dice_.pick(formats), 0, cached);
}

DrawImage ImageMaker::make_bitmap(
    DrawMemory& memory, Size size, std::uint8_t format, QXLPHYSICAL palette, bool cached) {
    const std::size_t used = row_bytes(format, size.width);
    const std::size_t padding =
        dice_.one_in(3) ? 4 * static_cast<std::size_t>(dice_.between(1, 3)) : 0;
    Bitmap bitmap = host::make_bitmap(format, size, (used + 3) / 4 * 4 + padding);
    bitmap.palette = palette;
    const std::uint32_t colour = dice_.word() & 0xffffff;
    for (std::size_t row = 0; row < bitmap.rows.size(); row += bitmap.stride_bytes)
        fill_pixels(std::span(bitmap.rows).subspan(row, used), format, colour);
    return {.address = host::make_image(
                bitmap, {.unique = ++next_unique_, .cached = cached}, dice_, memory),
            .size = size,
            .some_colour = format == SPICE_BITMAP_FMT_16BIT ? widened(colour) : colour};
}

/// Stretches of one colour, as compressors and colour keys want them, between noise.
void ImageMaker::fill_pixels(std::span<std::uint8_t> row,
                             std::uint8_t format,
                             std::uint32_t colour) {
    const std::size_t pixel = std::max(1U, bits_per_pixel(format) / 8);
    std::size_t at = 0;
    while (at + pixel <= row.size()) {
        const bool flat = dice_.one_in(2);
        const std::uint32_t alpha = dice_.one_in(3) ? dice_.word() & 0xff : 0xff;
        std::size_t left = static_cast<std::size_t>(dice_.between(1, 12));
        for (; left > 0 && at + pixel <= row.size(); --left, at += pixel) {
            std::uint32_t value = flat ? colour : dice_.word();
            if (format == SPICE_BITMAP_FMT_32BIT) value &= 0xffffff;
            if (format == SPICE_BITMAP_FMT_16BIT) value &= 0x7fff;
            if (format == SPICE_BITMAP_FMT_RGBA) value = premultiplied(value, alpha);
            std::memcpy(&row[at], &value, pixel); // little-endian, as guest and server are
        }
    }
}

/// A palette's content belongs to its id, as the client keeps both.
QXLPHYSICAL ImageMaker::make_palette(DrawMemory& memory, int entries, bool for_16_bits) {
    const auto kind = static_cast<std::uint32_t>(dice_.between(0, 2));
    const std::uint32_t unique =
        kind == 0 ? 0
                  : (round_ << 12 | static_cast<std::uint32_t>(entries) << 2 | kind) << 1 |
                        (for_16_bits ? 1 : 0);
    Dice colours(unique == 0 ? dice_.word() : unique);
    std::vector<std::uint32_t> entry(static_cast<std::size_t>(entries));
    for (std::uint32_t& value : entry)
        value = colours.word() & (for_16_bits ? 0x7fff : 0xffffff);
    return host::make_palette(entry, unique, memory);
}

} // namespace sumac::host
