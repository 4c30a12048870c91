/// Random clips, paths and strings of glyphs, as a guest's driver lays them out. Pure.
#pragma once

#include "draw_dice.h"
#include "draw_memory.h"
#include "picture.h"

#include <spice.h>

namespace sumac::host {

QXLRect qxl_rect(const Area& area);

/// Up to eight rectangles that lie in and about `box` and may overlap.
QXLClip make_clip(Dice& dice, DrawMemory& memory, const Area& box);

/// The same, but each below the one before.
QXLClip make_column_clip(Dice& dice, DrawMemory& memory, const Area& box);

/// QXLPath: lines and Bezier curves in and about `box`.
QXLPHYSICAL make_path(Dice& dice, DrawMemory& memory, const Area& box);

/// Dashes and gaps of a pixel and more.
QXLLineAttr make_dashes(Dice& dice, DrawMemory& memory);

/// QXLString: glyphs of one or four bits a pixel, in and about `box`.
QXLPHYSICAL make_string(Dice& dice, DrawMemory& memory, const Area& box);

/// Sixteen fractional bits; scales, shears or shifts.
QXLPHYSICAL make_transform(Dice& dice, DrawMemory& memory);

} // namespace sumac::host
