#!/usr/bin/env python3
"""Writes the seeds of the targets for framing, link, messages and addresses into corpus/.

Run it after a change here; the files are checked in. They are built from the protocol description,
not with the code under test.
"""
import struct
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"

# The public half of an RSA key of 1024 bits, as a server sends it.
PUBLIC_KEY = bytes.fromhex(
    "30819f300d06092a864886f70d010101050003818d0030818902818100c73fbf4e3aa7db096cb26d11f96bffb500"
    "61c0c9ad2a194e4a3ee52b8ef4b58ff05cb1c07b6f76050c100b59b39bc08c0168353e0ae18eb4a15d246d939df2"
    "2e56e3d1b740909476f50c781e4d0e3a0fc34befe3dc4295476d27779226bfc78cf54da60c3156cacb8cd36caaa5"
    "ae6e032d22aadd511528cc7c622d00e1be31710203010001")


def u8(*values):
    return struct.pack(f"<{len(values)}B", *values)


def u16(*values):
    return struct.pack(f"<{len(values)}H", *values)


def u32(*values):
    return struct.pack(f"<{len(values)}I", *values)


def u64(*values):
    return struct.pack(f"<{len(values)}Q", *values)


def i32(*values):
    return struct.pack(f"<{len(values)}i", *values)


def write(target, seeds):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in seeds.items():
        (folder / name).write_bytes(content)


def messages(target, seeds):
    write(target, {name: u16(kind) + body for name, (kind, body) in seeds.items()})


# Base messages of every channel.
COMMON = {
    "migrate": (1, u32(3)),
    "migrate_data": (2, b"state"),
    "set_ack": (3, u32(1, 20)),
    "ping": (4, u32(7) + u64(8) + b"payload"),
    "wait_for_channels": (5, u8(1, 2, 0) + u64(9)),
    "disconnecting": (6, u64(1) + u32(0)),
    "notify": (7, u64(1) + u32(1, 2, 3, 5) + b"hello\0"),
    "list": (8, u16(0)),
}

DESTINATION = (u16(5900, 0xFFFF) + u32(5, 24, 5, 29) + u32(1) + b"host\0" + b"CN=h\0")

MAIN = {
    "init": (103, u32(0x1234, 1, 3, 1, 1, 10, 1000, 1 << 26)),
    "channels_list": (104, u32(3) + u8(2, 0, 4, 0, 5, 0)),
    "mouse_mode": (105, u16(3, 2)),
    "multi_media_time": (106, u32(1000)),
    "agent_disconnected": (108, u32(0)),
    "agent_data": (109, u32(1, 6) + u64(0) + u32(4, 0)),
    "agent_token": (110, u32(5)),
    "name": (113, u32(4) + b"vm1\0"),
    "uuid": (114, bytes(range(16))),
    "agent_connected_tokens": (115, u32(10)),
    "migrate_begin": (101, DESTINATION),
    "migrate_switch_host": (111, DESTINATION),
    "migrate_begin_seamless": (116, DESTINATION),
}

PLAYBACK = {
    "data": (101, u32(1000) + bytes(32)),
    "mode": (102, u32(1000) + u16(3)),
    "start": (103, u32(2) + u16(1) + u32(48000, 1000)),
    "stop": (104, b""),
    "volume": (105, u8(2) + u16(65535, 32768)),
    "mute": (106, u8(1)),
    "latency": (107, u32(200)),
}
RECORD = {
    "start": (101, u32(2) + u16(1) + u32(48000)),
    "stop": (102, b""),
    "volume": (103, u8(2) + u16(65535, 32768)),
    "mute": (104, u8(1)),
}
OPUS_SILENCE = bytes.fromhex("fcfffe")  # CELT, 20 ms, stereo


def rect(left, top, right, bottom):
    return i32(top, left, bottom, right)


BOX = rect(1, 2, 11, 12)
BASE = u32(0) + BOX + u8(0)
CLIPPED = u32(0) + BOX + u8(1) + u32(2) + rect(0, 0, 5, 5) + rect(4, 4, 9, 9)
NO_MASK = u8(0) + i32(0, 0) + u32(0)
NO_BRUSH = u8(0)
RED = u8(1) + u32(0xFF0000)
PALETTE = u64(42) + u16(2) + u32(0x112233, 0x445566)


def descriptor(kind, flags=1):
    return u64(5) + u8(kind, flags) + u32(4, 2)


def draw(before, after, *pointed):
    """A body whose parts point behind it: `before`, then per part a u32 pointer and what `after`
    holds for it, then the parts. A part may be a function of its own offset."""
    size = len(before) + sum(4 + len(part) for part in after)
    head, tail = before, b""
    for text, part in zip(after, pointed):
        content = part(size + len(tail)) if callable(part) else part
        head += u32(size + len(tail)) + text
        tail += content
    return head + tail


BITMAP = descriptor(0) + u8(8, 4) + u32(4, 2, 16, 0) + bytes(range(32))


def indexed(at):
    head = descriptor(0) + u8(5, 1) + u32(4, 2, 4)
    return head + u32(at + len(head) + 4 + 8) + bytes(8) + PALETTE


def lz_palette(at):
    head = descriptor(100) + u8(1) + u32(6)
    return head + u32(at + len(head) + 4 + 6) + bytes(6) + PALETTE


IMAGES = {
    "bitmap": BITMAP,
    "indexed": indexed,
    "palette_from_cache": descriptor(0) + u8(5, 2) + u32(4, 2, 4) + u64(42) + bytes(8),
    "quic": descriptor(1) + u32(4) + b"QUIC",
    "lz_rgb": descriptor(101) + u32(4) + b"LZ  ",
    "lz_plt": lz_palette,
    "glz_rgb": descriptor(102) + u32(4) + b"GLZ ",
    "from_cache": descriptor(103, 0),
    "surface": descriptor(104, 0) + u32(1),
    "jpeg": descriptor(105) + u32(4) + b"JPEG",
    "from_cache_lossless": descriptor(106, 0),
    "zlib_glz": descriptor(107) + u32(100, 4) + b"ZLIB",
    "jpeg_alpha": descriptor(108) + u8(1) + u32(4, 7) + b"JPEGLZ ",
    "lz4": descriptor(109) + u32(4) + b"LZ4 ",
}

COPY_TAIL = BOX + u16(8) + u8(0) + NO_MASK
PATH = (u32(2) + u8(1) + u32(2) + i32(0, 0, 160, 160)
        + u8(2) + u32(1) + i32(320, 0))
GLYPH = i32(1, 2, 0, 0) + u16(9, 2) + bytes(4)
IDENTITY = i32(65536, 0, 0, 0, 65536, 0)

DISPLAY = {
    "mode": (101, u32(640, 480, 32)),
    "mark": (102, b""),
    "copy_bits": (104, CLIPPED + i32(7, 8)),
    "inval_list": (105, u16(2) + u8(1) + u64(5) + u8(1) + u64(6)),
    "inval_all_pixmaps": (106, u8(1, 2, 1) + u64(9)),
    "inval_palette": (107, u64(42)),
    "stream_create": (122, u32(0, 3) + u8(1, 1) + u64(0) + u32(640, 360, 640, 360) + BOX
                      + u8(1) + u32(1) + BOX),
    "stream_data": (123, u32(3, 1000, 4) + b"MJPG"),
    "stream_clip": (124, u32(3) + u8(0)),
    "stream_destroy": (125, u32(3)),
    "draw_fill": (302, BASE + RED + u16(8) + NO_MASK),
    "draw_fill_pattern": (302, draw(BASE + u8(2), [i32(3, 4) + u16(8) + u8(1) + i32(0, 0), b""],
                                    BITMAP, descriptor(103, 0))),
    "draw_opaque": (303, draw(BASE, [BOX + RED + u16(8) + u8(1) + NO_MASK], BITMAP)),
    "draw_copy_clipped": (304, draw(CLIPPED, [COPY_TAIL], BITMAP)),
    "draw_blend": (305, draw(BASE, [COPY_TAIL], BITMAP)),
    "draw_blackness": (306, BASE + NO_MASK),
    "draw_rop3": (309, draw(BASE, [BOX + NO_BRUSH + u8(0xCC, 0) + NO_MASK], BITMAP)),
    "draw_stroke": (310, draw(BASE, [u8(8, 2), RED + u16(8, 0)], PATH, i32(16, 32))),
    "draw_text": (311, draw(BASE, [BOX + RED + NO_BRUSH + u16(8, 0)],
                            u16(2) + u8(1) + GLYPH + GLYPH)),
    "draw_transparent": (312, draw(BASE, [BOX + u32(0, 0xFF00FF)], BITMAP)),
    "draw_alpha_blend": (313, draw(BASE + u8(0, 128), [BOX], BITMAP)),
    "surface_create": (314, u32(0, 640, 480, 32, 1)),
    "surface_destroy": (315, u32(0)),
    "stream_data_sized": (316, u32(3, 1000, 320, 240) + BOX + u32(4) + b"MJPG"),
    "monitors_config": (317, u16(1, 4) + u32(0, 0, 640, 480, 0, 0, 0)),
    "draw_composite": (318, draw(BASE + u32(3 | 7 << 19),
                                 [b"", IDENTITY + IDENTITY + u16(1, 2, 3, 4)],
                                 BITMAP, descriptor(103, 0))),
    "stream_activate_report": (319, u32(3, 99, 5, 1000)),
}
for image_name, image in IMAGES.items():
    DISPLAY[f"draw_copy_{image_name}"] = (304, draw(BASE, [COPY_TAIL], image))

RGBA = descriptor(0, 0) + u8(9, 4) + u32(4, 2, 16, 0) + bytes(range(32))
PATTERN_AT = u8(2)
CURVE = u32(1) + u8(0x1B) + u32(4) + i32(16, 16, 100, 400, 300, -200, 500, 160)
GLYPH_4_BITS = i32(3, 4, 1, -1) + u16(3, 2) + bytes([0x5F, 0xA0, 0xFF, 0x10])
HALF = i32(32768, 0, 65536, 0, 32768, 0)

# On surfaces 0 (32 bits), 1 (16 bits), 5 (565): see canvas_fuzz.cpp.
CANVAS = {
    "rop3_pattern": (309, draw(BASE, [BOX + PATTERN_AT, i32(3, 4) + u8(0xE2, 1) + NO_MASK],
                               BITMAP, RGBA)),
    "rop3_scaled": (309, draw(BASE, [rect(0, 0, 4, 2) + RED + u8(0x6A, 0) + NO_MASK], BITMAP)),
    "stroke": DISPLAY["draw_stroke"],
    "stroke_solid": (310, draw(BASE, [u8(0) + RED + u16(0x40, 0)], PATH)),
    "stroke_curve": (310, draw(BASE, [u8(0xC, 3), RED + u16(0x40, 0)], CURVE, i32(48, 32, 16))),
    "text_1_bit": DISPLAY["draw_text"],
    "text_4_bits": (311, draw(CLIPPED, [BOX + RED + RED + u16(8, 0)],
                              u16(2) + u8(2) + GLYPH_4_BITS + GLYPH_4_BITS)),
    "transparent": DISPLAY["draw_transparent"],
    "alpha_blend": (313, draw(BASE + u8(3, 128), [BOX], RGBA)),
    "alpha_blend_scaled": (313, draw(BASE + u8(1, 255), [rect(0, 0, 4, 2)], descriptor(104, 0) + u32(1))),
    "composite": DISPLAY["draw_composite"],
    "composite_nearest": (318, draw(BASE + u32(9 | 3 << 8 | 1 << 14 | 1 << 20), [HALF + u16(1, 2, 0, 0)],
                                    RGBA)),
    "composite_mask": (318, draw(BASE + u32(3 | 4 << 8 | 3 << 11 | 2 << 14 | 3 << 16 | 3 << 18 | 1 << 21),
                                 [b"", HALF + u16(1, 2, 3, 4)], RGBA, descriptor(104, 0) + u32(3))),
}


def mini(kind, body):
    return u16(kind) + u32(len(body)) + body


def full(serial, kind, body, sub_list=0):
    return u64(serial) + u16(kind) + u32(len(body), sub_list) + body


SUB_MESSAGES = [mini(5, u8(1, 2, 0) + u64(9)), mini(105, u16(1) + u8(1) + u64(5))]


def sub_list(at):
    head = u16(len(SUB_MESSAGES))
    place = at + 2 + 4 * len(SUB_MESSAGES)
    for sub in SUB_MESSAGES:
        head += u32(place)
        place += len(sub)
    return head + b"".join(SUB_MESSAGES)


def link_reply(error=0, key=PUBLIC_KEY, common=0x0B, version=(2, 2)):
    body = u32(error) + key + u32(1, 1, 178) + u32(common, 7)
    return b"REDQ" + u32(*version, len(body)) + body


NO_KEY = bytes(162)
VV = b"""[virt-viewer]
type=spice
host=example.org
port=5900
tls-port=5901
password=a\\sb\\\\c
ca=-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n
host-subject=O=Test,CN=example.org
title=My VM
"""

messages("main_messages", COMMON | MAIN)
messages("playback_messages", PLAYBACK)
messages("record_messages", RECORD)
write("opus", {
    "silence": u8(3) + OPUS_SILENCE,
    "lost": u8(3) + OPUS_SILENCE + u8(0) + u8(3) + OPUS_SILENCE,
    "silk": u8(20) + bytes([0x4C]) + bytes(range(19)),
    "hybrid": u8(40) + bytes([0x7C]) + bytes(range(100, 139)),
    "several_frames": u8(12) + bytes([0xFF, 0x03]) + bytes(10),
    "damaged": u8(2) + bytes([0xFF, 0x00]) + u8(3) + OPUS_SILENCE,
})
messages("display_messages", DISPLAY)
write("canvas", {name: u16(kind) + u16(len(body)) + body for name, (kind, body) in CANVAS.items()})
write("framing", {
    "mini": u8(1) + mini(4, u32(7) + u64(8)) + mini(103, b""),
    "mini_cut_small": u8(5) + mini(4, u32(7) + u64(8)) + mini(103, bytes(100)),
    "mini_list": u8(255) + mini(8, sub_list(0)),
    "full": u8(0) + full(1, 4, u32(7) + u64(8)) + full(2, 103, b""),
    "full_sub_list": u8(254) + full(9, 304, b"body" + sub_list(4), 4),
    "huge": u8(1) + u16(103) + u32(0xFFFFFFFF) + bytes(10),
    "large": u8(255) + mini(103, bytes(2000)) + mini(104, bytes(1)),
})
write("link", {
    "ok": u8(255) + link_reply() + u32(0),
    "cut_small": u8(3) + link_reply() + u32(0) + b"more",
    "full_header": u8(255) + link_reply(common=3) + u32(0),
    "no_selection": u8(255) + link_reply(common=0) + u32(0),
    "sasl": u8(255) + link_reply(common=0x0D),
    "denied": u8(255) + link_reply() + u32(7),
    "mechanism_refused": u8(255) + link_reply() + link_reply(3, NO_KEY),
    "need_secured": u8(255) + link_reply(5, NO_KEY),
    "no_key": u8(255) + link_reply(0, NO_KEY),
    "version": u8(255) + link_reply(version=(3, 1)),
    "http": u8(255) + b"HTTP/1.1 400 Bad Request\r\n",
    "tls": u8(255) + bytes.fromhex("15030300020246"),
})
write("uri", {
    "plain": b"spice://example.org:5900",
    "options": b"spice://h?port=5900&tls-port=5901&password=a%20b",
    "tls": b"spice+tls://[::1]:5901/",
    "unix": b"spice+unix:///run/my%20vm?password=x",
    "unknown_option": b"spice://h:1?proxy=x",
    "bad_port": b"spice://h:65536",
})
write("vv", {
    "all": VV,
    "windows": VV.replace(b"\n", b"\r\n"),
    "unix": b"[virt-viewer]\ntype=spice\nunix-path=/run/vm\n",
    "proxy": b"[virt-viewer]\ntype=spice\nhost=h\ntls-port=1\nproxy=http://p:3128\n",
    "groups": b"# comment\n[ovirt]\nhost=x\n[virt-viewer]\ntype=vnc\n",
})
