"""Reads the frame-number cells that sumac-host draws (their layout: apps/host/cells.h)."""

COLUMNS = 21
ROWS = 2


def cell_side(width):
    """Side of a cell in pixels in a clip of this width."""
    return max(16, 8 * (width // 320))


def crc8(number):
    crc = 0
    for byte in number.to_bytes(3, "big"):
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07) & 0xFF if crc & 0x80 else crc << 1
    return crc


def _is_white(rgb, stride, left, top, side):
    inner = side // 2
    total = 0
    for y in range(top + side // 4, top + side // 4 + inner):
        start = y * stride + 3 * (left + side // 4)
        total += sum(rgb[start : start + 3 * inner])
    return total > 127 * 3 * inner * inner


def read_strip(rgb, picture_width, region, place):
    """(number, flash) of the strip at `place` ("top" or "bottom"), or None if it is damaged.

    `rgb` is the whole picture, 3 bytes a pixel, without padding; `region` is (x, y, width, height)
    of the clip in it, as in the host's "ready" event.
    """
    x, y, width, height = region
    side = cell_side(width)
    top = y if place == "top" else y + height - ROWS * side
    rows = []
    for row in range(ROWS):
        bits = 0
        for column in range(COLUMNS):
            white = _is_white(rgb, 3 * picture_width, x + column * side, top + row * side, side)
            bits = bits << 1 | white
        rows.append(bits)
    number = (rows[0] >> 1 & 0xFFFF) << 8 | rows[1] >> 9 & 0xFF
    flash = rows[0] & 1
    expected = [
        0b1010 << 17 | number >> 8 << 1 | flash,
        0b0101 << 17 | (number & 0xFF) << 9 | crc8(number) << 1 | flash,
    ]
    return (number, bool(flash)) if rows == expected else None


def read_number(rgb, picture_width, region):
    """The frame's number if both strips are sound and agree (the picture is whole), else None."""
    top = read_strip(rgb, picture_width, region, "top")
    bottom = read_strip(rgb, picture_width, region, "bottom")
    return top[0] if top is not None and top == bottom else None
