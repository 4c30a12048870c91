#include "cells.h"

#include <array>

namespace sumac::host {

static_assert(cell_side(least_clip_size.width) * cell_columns <= least_clip_size.width);
static_assert(48 * cell_columns <= 1920 && cell_side(1920) == 48);

namespace {

constexpr unsigned marker_upper = 0b1010;
constexpr unsigned marker_lower = 0b0101;

unsigned crc8(std::uint32_t number) {
    unsigned crc = 0;
    for (const int shift : {16, 8, 0}) {
        crc ^= number >> shift & 0xff;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc & 0x80) != 0 ? (crc << 1 ^ 0x07) & 0xff : crc << 1;
    }
    return crc;
}

/// A row's 21 cells as bits, the left one most significant.
using Row = std::uint32_t;

std::array<Row, cell_rows> encode(Cells cells) {
    const std::uint32_t number = cells.number & 0xffffff;
    const Row flash = cells.flash ? 1 : 0;
    return {marker_upper << 17 | number >> 8 << 1 | flash,
            marker_lower << 17 | (number & 0xff) << 9 | crc8(number) << 1 | flash};
}

int strip_top(const Picture& picture, StripPlace place) {
    const int side = cell_side(picture.size().width);
    return place == StripPlace::top ? 0 : picture.size().height - cell_rows * side;
}

bool is_white(const Picture& picture, int left, int top, int side) {
    unsigned long sum = 0;
    unsigned long count = 0;
    for (int y = top + side / 4; y < top + side - side / 4; ++y)
        for (int x = left + side / 4; x < left + side - side / 4; ++x) {
            const Pixel pixel = picture.row(y)[static_cast<std::size_t>(x)];
            sum += (pixel >> 16 & 0xff) + (pixel >> 8 & 0xff) + (pixel & 0xff);
            count += 3;
        }
    return sum > 127 * count;
}

Row read_row(const Picture& picture, int top, int side) {
    Row row = 0;
    for (int column = 0; column < cell_columns; ++column)
        row = row << 1 | (is_white(picture, column * side, top, side) ? 1u : 0u);
    return row;
}

} // namespace

void draw_cells(Picture& picture, Cells cells) {
    const int side = cell_side(picture.size().width);
    const auto rows = encode(cells);
    for (const StripPlace place : {StripPlace::top, StripPlace::bottom}) {
        int y = strip_top(picture, place);
        for (const Row row : rows) {
            for (int column = 0; column < cell_columns; ++column) {
                const bool set = (row >> (cell_columns - 1 - column) & 1u) != 0;
                picture.fill({column * side, y, side, side}, set ? white : black);
            }
            y += side;
        }
    }
}

std::optional<Cells> read_cells(const Picture& picture, StripPlace place) {
    const int side = cell_side(picture.size().width);
    const int top = strip_top(picture, place);
    const Row upper = read_row(picture, top, side);
    const Row lower = read_row(picture, top + side, side);
    const Cells cells{.number = (upper >> 1 & 0xffff) << 8 | (lower >> 9 & 0xff),
                      .flash = (upper & 1u) != 0};
    if (encode(cells) != std::array<Row, cell_rows>{upper, lower}) return std::nullopt;
    return cells;
}

} // namespace sumac::host
