/// Random images of every kind that libspice-server draws, as a guest's driver lays them out.
#pragma once

#include "draw_dice.h"
#include "drawing.h"
#include "picture.h"

#include <spice.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace sumac::host {

/// An image in guest memory.
struct DrawImage {
    QXLPHYSICAL address = 0;
    Size size;
    std::uint32_t some_colour = 0; ///< that it very probably contains, as 0x00RRGGBB
};

/// Makes images for drawings, some of which are used again and again and carry the flag that lets
/// the client cache them. Image ids and palette ids are unique for each `round`.
class ImageMaker {
public:
    ImageMaker(Dice& dice, std::uint32_t round)
        : dice_(dice), round_(round), next_unique_(round << 16) {}

    struct Wish {
        Size least;
        int most_extra = 24; ///< how much larger than `least` it may be
        std::uint32_t surface_format = SPICE_SURFACE_FMT_32_xRGB; ///< where it is drawn
        bool with_alpha = false; ///< wants pixels with alpha more often
        bool may_be_cached = true;
    };
    DrawImage image(Drawing& drawing, const Wish& wish);
    /// One bit a pixel.
    DrawImage mask(Drawing& drawing, Size size);

private:
    struct Cached {
        DrawImage image;
        /// The server keeps an image as the first surface's format wanted it, and then takes the
        /// colours of a palette for transparent ones elsewhere: no two formats share an image.
        std::uint32_t surface_format = 0;
        bool is_mask = false;
        std::shared_ptr<const DrawMemory> memory = nullptr;
    };
    const Cached* find_cached(Size least, std::uint32_t surface_format, bool is_mask) const;
    DrawImage remember(Drawing& drawing, std::unique_ptr<DrawMemory> memory, Cached entry);
    DrawImage make_image(DrawMemory& memory, Size size, const Wish& wish, bool cached);
    DrawImage make_mask(DrawMemory& memory, Size size, bool cached);
    DrawImage make_bitmap(
        DrawMemory& memory, Size size, std::uint8_t format, QXLPHYSICAL palette, bool cached);
    void fill_pixels(std::span<std::uint8_t> row, std::uint8_t format, std::uint32_t colour);
    QXLPHYSICAL make_palette(DrawMemory& memory, int entries, bool for_16_bits);

    Dice& dice_;
    const std::uint32_t round_;
    std::uint32_t next_unique_;
    std::vector<Cached> cached_;
};

} // namespace sumac::host
