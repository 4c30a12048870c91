"""Which types of images a server sends, seen from between it and its client."""

import collections
import struct

# SpiceImageType
NAMES = {0: "bitmap", 1: "quic", 100: "lz_plt", 101: "lz_rgb", 102: "glz_rgb", 103: "from_cache", 104: "surface",
         105: "jpeg", 106: "from_cache_lossless", 107: "zlib_glz_rgb", 108: "jpeg_alpha", 109: "lz4"}
# Messages that say where their image is right behind what all drawings begin with: DRAW_OPAQUE, COPY, BLEND, TRANSPARENT;
# ALPHA_BLEND has two bytes more. No other channel has messages of these numbers.
_IMAGE_AT = {303: 0, 304: 0, 305: 0, 312: 0, 313: 2}
_HEADER = struct.Struct("<HI")  # the mini header: type, size


class ImageTypes:
    """counts   how often each was sent"""

    def __init__(self):
        self.counts = collections.Counter()

    def reader(self):
        """A function to call with all that the server says on a new connection, piece by piece."""
        parser = self._parse()
        next(parser)
        return parser.send

    def _parse(self):
        data = bytearray((yield))

        def missing(size):
            while len(data) < size:
                data.extend((yield))

        # SpiceLinkReply and the result of the authentication
        yield from missing(16)
        reply = 16 + struct.unpack_from("<I", data, 12)[0] + 4
        yield from missing(reply)
        del data[:reply]
        while True:
            yield from missing(_HEADER.size)
            kind, size = _HEADER.unpack_from(data)
            yield from missing(_HEADER.size + size)
            if kind in _IMAGE_AT:
                self._count(kind, data[_HEADER.size : _HEADER.size + size])
            del data[: _HEADER.size + size]

    def _count(self, kind, body):
        # DrawBase: u32 surface, rect, u8 clip type, and for rects u32 their number and the rects
        clip = 4 * struct.unpack_from("<I", body, 21)[0] * 4 + 4 if body[20] else 0
        image = struct.unpack_from("<I", body, 21 + clip + _IMAGE_AT[kind])[0]
        if image:  # u64 id, u8 type
            self.counts[NAMES.get(body[image + 8], "unknown")] += 1
