"""What TurboJPEG alone needs for the frames of an MJPEG stream: the limit for any client that decodes with it."""

import ctypes
import struct
import time

STREAM_DATA = 123  # SPICE_MSG_DISPLAY_STREAM_DATA
MESSAGE = struct.Struct("<HI")  # mini header: type, size
FRAME = struct.Struct("<III")  # stream, mm_time, size
BGRX = 3  # TJPF_BGRX
FAST = 256 | 2048  # TJFLAG_FASTUPSAMPLE | TJFLAG_FASTDCT


def frames_of(said):
    """The frames that a server sent on a display channel under the mini header; `said` begins with its handshake."""
    (reply,) = struct.unpack_from("<I", said, 12)
    offset = 16 + reply + 4  # SpiceLinkHeader, SpiceLinkReply, result of the ticket
    frames = []
    while offset + MESSAGE.size <= len(said):
        kind, size = MESSAGE.unpack_from(said, offset)
        body = said[offset + MESSAGE.size : offset + MESSAGE.size + size]
        if kind == STREAM_DATA and len(body) == size:
            frames.append(body[FRAME.size : FRAME.size + FRAME.unpack_from(body)[2]])
        offset += MESSAGE.size + size
    return frames


def costs(frames, width, height):
    """[(what, seconds of CPU for a frame)]"""
    library = ctypes.CDLL("libturbojpeg.so.0")
    library.tjInitDecompress.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(library.tjInitDecompress())
    pixels = ctypes.create_string_buffer(width * height * 4)
    planes = [ctypes.create_string_buffer(width * height) for _ in range(3)]
    rows = (ctypes.c_void_p * 3)(*map(ctypes.addressof, planes))

    def to_pixels(flags):
        return lambda frame: library.tjDecompress2(
            handle, frame, ctypes.c_ulong(len(frame)), pixels, width, 0, height, BGRX, flags)

    def to_planes(frame):
        return library.tjDecompressToYUVPlanes(handle, frame, ctypes.c_ulong(len(frame)), rows, width, None, height, 0)

    found = []
    for name, decode in (("TurboJPEG alone, to BGRX", to_pixels(0)),
                         ("TurboJPEG alone, to BGRX, less exact", to_pixels(FAST)),
                         ("TurboJPEG alone, to planes", to_planes)):
        decode(frames[0])
        before = time.thread_time()
        for frame in frames:
            if decode(frame) != 0:
                raise RuntimeError(f"{name}: a frame cannot be decoded")
        found.append((name, (time.thread_time() - before) / len(frames)))
    library.tjDestroy(handle)
    return found
