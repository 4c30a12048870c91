/// Frame numbers as black and white cells that survive any codec and any sane quality. Pure.
///
/// The same strip stands twice in every picture, flush with its left edge: at the top (y = 0) and
/// at the bottom (y = height - 2 * cell). A picture in which the two differ is torn.
///
/// A strip has 2 rows of 21 square cells; a cell is max(16, 8 * (width / 320)) pixels (integer
/// division): 16 at 640x360, 32 at 1280x720, 48 at 1920x1080. White is 1.
///
///     column   0 1 2 3   4 ............ 11   12 .............. 19   20
///     row 0    1 0 1 0   number bits 23..16  number bits 15..8      flash
///     row 1    0 1 0 1   number bits  7..0   CRC-8 of the number    flash
///
/// The most significant bit stands left. The number is the frame's number modulo 2^24. The CRC
/// (polynomial 0x07, start 0, not reflected) goes over the three bytes of the number, most
/// significant first. The flash cells are white while the clip flashes (the first 100 ms of each
/// second of the clip, at least one frame), black otherwise.
///
/// To read a cell, take the mean brightness of its middle half in both directions: above 127 is
/// white. Trust a strip if both markers (columns 0 to 3) and the CRC are right.
#pragma once

#include "picture.h"

#include <cstdint>
#include <optional>

namespace sumac::host {

constexpr int cell_columns = 21;
constexpr int cell_rows = 2;
/// The least picture that holds both strips and something to look at between them.
constexpr Size least_clip_size{352, 192};

/// Side of a cell in pixels in a picture of this width.
constexpr int cell_side(int width) {
    const int side = 8 * (width / 320);
    return side < 16 ? 16 : side;
}

/// What a strip says.
struct Cells {
    std::uint32_t number = 0; ///< modulo 2^24
    bool flash = false;
    bool operator==(const Cells&) const = default;
};

/// Draws both strips. The picture has at least `least_clip_size`.
void draw_cells(Picture& picture, Cells cells);

enum class StripPlace { top, bottom };
/// Reads one strip back; nothing if its markers or its CRC are wrong.
std::optional<Cells> read_cells(const Picture& picture, StripPlace place);

} // namespace sumac::host
