#include "sketchbook_images.h"

#include "desktop.h"
#include "draw_shapes.h"
#include "sketchbook_surfaces.h"

#include <array>
#include <cstring>

namespace sumac::host {

namespace {

constexpr int most_width = 67;
constexpr int most_height = 40;

constexpr std::array<std::uint8_t, 7> formats{SPICE_BITMAP_FMT_1BIT_BE,
                                              SPICE_BITMAP_FMT_4BIT_BE,
                                              SPICE_BITMAP_FMT_8BIT,
                                              SPICE_BITMAP_FMT_16BIT,
                                              SPICE_BITMAP_FMT_24BIT,
                                              SPICE_BITMAP_FMT_32BIT,
                                              SPICE_BITMAP_FMT_RGBA};

unsigned green_of(Pixel colour) {
    return colour >> 8 & 0xff;
}

std::uint32_t narrowed(Pixel colour) {
    return (colour >> 19 & 0x1f) << 10 | (colour >> 11 & 0x1f) << 5 | (colour >> 3 & 0x1f);
}

/// One pixel of a row whose bits are zero there. An index is as large as the colour is green.
void put(std::span<std::uint8_t> row, int x, std::uint8_t format, Pixel colour, unsigned alpha) {
    const unsigned bits = bits_per_pixel(format);
    const std::size_t first_bit = static_cast<std::size_t>(x) * bits;
    if (bits <= 8) { // the first pixel is in the upper bits
        const unsigned index = green_of(colour) >> (8 - bits);
        row[first_bit / 8] |= static_cast<std::uint8_t>(index << (8 - bits - first_bit % 8));
        return;
    }
    std::uint32_t value = colour & 0xffffff;
    if (format == SPICE_BITMAP_FMT_16BIT) value = narrowed(colour);
    if (format == SPICE_BITMAP_FMT_RGBA) value = premultiplied(colour, alpha);
    std::memcpy(&row[first_bit / 8], &value, bits / 8); // little-endian, as guest and server are
}

/// Where the colours of an image come from.
class Content {
public:
    Content(Dice& dice, const Picture& desktop, Size size)
        : dice_(dice),
          desktop_(desktop),
          kind_(dice.between(0, 2)),
          corner_{dice.between(0, desktop.size().width - size.width),
                  dice.between(0, desktop.size().height - size.height),
                  size.width,
                  size.height},
          start_(dice.word() & 0x7f7f7f) {}

    Pixel colour(int x, int y) {
        if (kind_ == 0) return dice_.word() & 0xffffff;
        if (kind_ == 1) return desktop_.row(corner_.y + y)[static_cast<std::size_t>(corner_.x + x)];
        // Each component stays below 256.
        return start_ + static_cast<Pixel>(x + y + dice_.between(0, 3)) * 0x010101;
    }

private:
    Dice& dice_;
    const Picture& desktop_;
    int kind_;
    Area corner_;
    Pixel start_;
};

} // namespace

ImageSheet::ImageSheet(int count, std::uint32_t seed, Size primary, std::uint32_t round)
    : count_(count),
      dice_(seed),
      desktop_(draw_desktop(primary, {primary.width / 3, primary.height / 3, 64, 48})),
      next_unique_(round << 16) {}

std::unique_ptr<Drawing> ImageSheet::next() {
    if (made_ == count_) return nullptr;
    const int place = made_++;
    const auto format = formats[static_cast<std::size_t>(place / most_width) % formats.size()];
    const Size size{1 + place % most_width, dice_.between(1, most_height)};
    const Size desktop = desktop_.size();
    const Area box{dice_.between(0, desktop.width - size.width),
                   dice_.between(0, desktop.height - size.height),
                   size.width,
                   size.height};

    auto drawing = std::make_unique<Drawing>();
    const Board primary{.id = 0, .size = desktop, .format = SPICE_SURFACE_FMT_32_xRGB};
    auto& qxl = make_drawable(drawing->memory, primary, box);
    const QXLPHYSICAL address = make_image(image(size, format, drawing->memory),
                                           {.unique = ++next_unique_, .cached = false},
                                           dice_,
                                           drawing->memory);
    const QXLRect area = qxl_rect({0, 0, size.width, size.height});
    if (format == SPICE_BITMAP_FMT_RGBA) { // for a copy alpha would not count
        qxl.type = QXL_DRAW_ALPHA_BLEND;
        qxl.u.alpha_blend.alpha = 255;
        qxl.u.alpha_blend.src_bitmap = address;
        qxl.u.alpha_blend.src_area = area;
    } else {
        qxl.type = QXL_DRAW_COPY;
        qxl.u.copy.rop_descriptor = SPICE_ROPD_OP_PUT;
        qxl.u.copy.src_bitmap = address;
        qxl.u.copy.src_area = area;
    }
    qxl.effect = QXL_EFFECT_BLEND;
    drawing->become(QXL_CMD_DRAW, qxl);
    return drawing;
}

Bitmap ImageSheet::image(Size size, std::uint8_t format, DrawMemory& memory) {
    const std::size_t padding = dice_.one_in(3) ? static_cast<std::size_t>(dice_.between(1, 9)) : 0;
    const std::size_t used = row_bytes(format, size.width);
    Bitmap bitmap = make_bitmap(format, size, used + padding);
    if (const unsigned bits = bits_per_pixel(format); bits <= 8) {
        std::vector<std::uint32_t> colours(std::size_t{1} << bits);
        for (std::uint32_t& colour : colours)
            colour = dice_.word() & 0xffffff;
        bitmap.palette = make_palette(colours, 0, memory);
    }
    Content content(dice_, desktop_, size);
    const bool has_holes = dice_.one_in(2);
    for (int y = 0; y < size.height; ++y) {
        const auto row =
            std::span(bitmap.rows).subspan(static_cast<std::size_t>(y) * bitmap.stride_bytes, used);
        for (int x = 0; x < size.width; ++x)
            put(row, x, format, content.colour(x, y), has_holes ? dice_.word() & 0xff : 0xff);
    }
    return bitmap;
}

} // namespace sumac::host
