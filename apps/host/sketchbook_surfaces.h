/// The surfaces of random drawings, and the commands that make, show and destroy them.
#pragma once

#include "draw_dice.h"
#include "drawing.h"
#include "picture.h"

#include <spice.h>

#include <cstdint>
#include <memory>

namespace sumac::host {

/// A surface of the device.
struct Board {
    std::uint32_t id = 0;
    Size size;
    std::uint32_t format = 0; ///< SPICE_SURFACE_FMT_*
};

/// Bits of a pixel.
int depth_of(std::uint32_t format);

/// An image that is the surface as it is then.
QXLPHYSICAL surface_image(DrawMemory& memory, const Board& board);

/// A drawing in `box` that reads no surface yet, and is clipped by nothing.
QXLDrawable& make_drawable(DrawMemory& memory, const Board& target, const Area& box);

/// With random content.
std::unique_ptr<Drawing> create_surface(Dice& dice, const Board& board);

/// The first drawing on a surface that a client does not have yet is sent to it twice: in the
/// surface's image, and as itself. So this is one that changes nothing the second time.
std::unique_ptr<Drawing> introduce_surface(const Board& board);

enum class Exhibit { colours, alpha };

/// Nobody sees what is off the screen until it is copied there, to the `wall`; nor alpha, until
/// something is blended by it.
std::unique_ptr<Drawing> exhibit_surface(const Board& board, const Board& wall, Exhibit what);

std::unique_ptr<Drawing> destroy_surface(const Board& board);

} // namespace sumac::host
