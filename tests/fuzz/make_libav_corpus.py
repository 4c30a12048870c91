#!/usr/bin/env python3
"""Makes tests/fuzz/corpus/libav: streams of a few tiny frames by FFmpeg's encoders, cut into frames.

usage: make_libav_corpus.py [FOLDER]
"""

import pathlib
import re
import struct
import subprocess
import sys

# In the order of `codecs` in libav_fuzz.cpp.
CODECS = ["vp8", "vp9", "h264", "h265"]
STREAMS = [  # name, codec, encoder's options, size, pixel format
    ("vp8", "vp8", ["-c:v", "libvpx", "-deadline", "realtime", "-lag-in-frames", "0"], "48x32", "yuv420p"),
    ("vp8_odd", "vp8", ["-c:v", "libvpx", "-deadline", "realtime", "-error-resilient", "1"], "33x17", "yuv420p"),
    ("vp9", "vp9", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-lag-in-frames", "0"], "48x32", "yuv420p"),
    ("vp9_444", "vp9", ["-c:v", "libvpx-vp9", "-deadline", "realtime", "-lag-in-frames", "0"], "33x17", "yuv444p"),
    ("vp9_hidden", "vp9", ["-c:v", "libvpx-vp9", "-lag-in-frames", "8", "-auto-alt-ref", "1"], "48x32", "yuv420p"),
    ("h264", "h264", ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-x264-params", "aud=1"],
     "48x32", "yuv420p"),
    ("h264_444", "h264", ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-x264-params",
                          "aud=1:intra-refresh=1"], "33x17", "yuv444p"),
    ("h264_main", "h264", ["-c:v", "libx264", "-preset", "medium", "-x264-params", "aud=1:keyint=4"], "48x32", "yuv420p"),
    ("h264_interlaced", "h264", ["-c:v", "libx264", "-x264-params", "aud=1:tff=1", "-flags", "+ildct+ilme"],
     "64x64", "yuv420p"),
    ("h265", "h265", ["-c:v", "libx265", "-preset", "ultrafast", "-tune", "zerolatency", "-x265-params",
                      "aud=1:log-level=none"], "48x32", "yuv420p"),
    ("h265_444", "h265", ["-c:v", "libx265", "-preset", "medium", "-x265-params", "aud=1:log-level=none"],
     "66x34", "yuv444p"),
]
FRAMES = 5


def encode(options, size, pixels, container):
    return subprocess.run(
        ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=30", "-frames:v", str(FRAMES),
         "-pix_fmt", pixels, *options, "-b:v", "200k", "-bitexact", "-f", container, "-"],
        check=True, stdout=subprocess.PIPE).stdout


def frames_of_ivf(data):
    at = 32
    while at < len(data):
        (size,) = struct.unpack_from("<I", data, at)
        yield data[at + 12 : at + 12 + size]
        at += 12 + size


def frames_of_annex_b(data, delimiter):
    starts = [found.start() for found in re.finditer(re.escape(b"\0\0\0\1" + delimiter), data)]
    for begin, end in zip(starts, starts[1:] + [len(data)]):
        yield data[begin:end]


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent / "corpus" / "libav")
    folder.mkdir(parents=True, exist_ok=True)
    for name, codec, options, size, pixels in STREAMS:
        container = {"h264": "h264", "h265": "hevc"}.get(codec, "ivf")
        data = encode(options, size, pixels, container)
        if container == "ivf":
            frames = list(frames_of_ivf(data))
        else:  # access unit delimiters
            frames = list(frames_of_annex_b(data, b"\x09" if codec == "h264" else b"\x46\x01"))
        assert len(frames) >= FRAMES, (name, len(frames))
        for form in (0, 4):
            seed = bytes([CODECS.index(codec) + form])
            seed += b"".join(struct.pack("<H", len(frame)) + frame for frame in frames)
            (folder / f"{name}_{'planes' if form else 'pixels'}").write_bytes(seed)


main()
