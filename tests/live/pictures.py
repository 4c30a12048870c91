"""Pictures as rows of B, G, R bytes, from PNG files, xwd dumps and recordings."""

import struct
import subprocess


class Picture:
    def __init__(self, width, height, bgr):
        self.width, self.height, self.bgr = width, height, bgr

    def differences(self, other, limit=5):
        """Human-readable differences: of size, or the first differing pixels; empty if equal."""
        if (self.width, self.height) != (other.width, other.height):
            return [f"size {self.width}x{self.height} against {other.width}x{other.height}"]
        if self.bgr == other.bgr:
            return []
        found = []
        total = 0
        for i in range(0, len(self.bgr), 3):
            if self.bgr[i : i + 3] != other.bgr[i : i + 3]:
                total += 1
                if len(found) < limit:
                    x, y = i // 3 % self.width, i // 3 // self.width
                    found.append(f"({x},{y}): {self.bgr[i:i+3].hex()} against {other.bgr[i:i+3].hex()}")
        return [f"{total} pixels differ"] + found

    def distinct_colors(self):
        return len({self.bgr[i : i + 3] for i in range(0, len(self.bgr), 3)})


def read_png(path):
    probe = subprocess.run(
        ["ffprobe", "-v", "error", "-show_entries", "stream=width,height", "-of", "csv=p=0", path],
        capture_output=True, text=True, check=True)
    width, height = map(int, probe.stdout.strip().split(",")[:2])
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "bgr24", "-"],
        capture_output=True, check=True)
    return Picture(width, height, raw.stdout)


def read_raw(size, bgr):
    """Rows of B, G, R bytes, as they are."""
    assert len(bgr) == 3 * size[0] * size[1], f"{len(bgr)} bytes are no picture of {size}"
    return Picture(*size, bgr)


def read_ppm(path):
    """A screendump of sumac-host or QEMU: P6, 8 bits a component."""
    with open(path, "rb") as file:
        data = file.read()
    magic, width, height, most = data.split(maxsplit=4)[:4]
    assert (magic, most) == (b"P6", b"255"), path
    width, height = int(width), int(height)
    rgb = data[-3 * width * height :]
    bgr = bytearray(rgb)
    bgr[0::3], bgr[2::3] = rgb[2::3], rgb[0::3]
    return Picture(width, height, bytes(bgr))


def _component(mask, value):
    """A masked component, widened to 8 bits by repeating its upper bits."""
    shift = (mask & -mask).bit_length() - 1
    bits = (mask >> shift).bit_length()
    value = (value & mask) >> shift
    return value if bits == 8 else value << (8 - bits) | value >> (2 * bits - 8)


def read_xwd(dump):
    """XWDFileHeader (X11/XWDFile.h): 25 big-endian words, a name, colours, then rows."""
    header = struct.unpack(">25I", dump[:100])
    size, width, height = header[0], header[4], header[5]
    byte_order, bits_per_pixel, stride = header[7], header[11], header[12]
    masks = header[14:17]
    pixels = dump[size + header[19] * 12 :]
    assert byte_order == 0, "only little-endian servers are expected here"
    # Where windows have visuals of their own (an SDL program's has alpha), xwd packs its dump to 24 bits.
    if bits_per_pixel in (24, 32) and masks == (0xFF0000, 0xFF00, 0xFF):
        pixel = bits_per_pixel // 8
        out = bytearray(width * height * 3)
        for y in range(height):
            row = pixels[y * stride : y * stride + width * pixel]
            for c in range(3):
                out[y * width * 3 + c : (y + 1) * width * 3 : 3] = row[c::pixel]
        return Picture(width, height, bytes(out))
    assert bits_per_pixel == 16, f"unexpected {bits_per_pixel} bits a pixel"
    table = [bytes(_component(mask, value) for mask in reversed(masks)) for value in range(65536)]
    rows = []
    for y in range(height):
        values = struct.unpack(f"<{width}H", pixels[y * stride : y * stride + width * 2])
        rows.append(b"".join(table[value] for value in values))
    return Picture(width, height, b"".join(rows))


def recorded_frames(path, region):
    """Yields (seconds, rgb bytes of the region) for every picture of a recording, in order."""
    x, y, width, height = region
    times = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path],
        capture_output=True, text=True, check=True).stdout.split()
    decoder = subprocess.Popen(
        ["ffmpeg", "-v", "fatal", "-i", path, "-vf", f"crop={width}:{height}:{x}:{y}:exact=1",
         "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        stdout=subprocess.PIPE)
    with decoder:
        for time in times:
            frame = decoder.stdout.read(width * height * 3)
            if len(frame) < width * height * 3:
                raise AssertionError(f"{path}: fewer pictures than time stamps")
            yield float(time.strip(",")), frame
        if decoder.stdout.read(1):
            raise AssertionError(f"{path}: more pictures than time stamps")
