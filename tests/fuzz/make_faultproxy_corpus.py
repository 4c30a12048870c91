#!/usr/bin/env python3
"""Writes the seeds of the targets for the fault proxy into corpus/. Run it after a change here; the files are checked in."""
import struct
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
SCENARIOS = Path(__file__).parent.parent.parent / "apps" / "faultproxy" / "scenarios"

MINI_DISPLAY, FULL_PLAYBACK, MINI_MAIN, REWRITE = 0x11, 0x23, 0x01, 0x04


def mini(kind, body):
    return struct.pack("<HI", kind, len(body)) + body


def full(serial, kind, body, sub_list=0):
    return struct.pack("<QHII", serial, kind, len(body), sub_list) + body


def u32(*values):
    return struct.pack(f"<{len(values)}I", *values)


def to_client(data):
    pieces = [data[i : i + 100] for i in range(0, len(data), 100)]
    return b"".join(bytes([len(piece) << 1]) + piece for piece in pieces)


def link_mess(channel, common=0x0B):
    return b"REDQ" + u32(2, 2, 22, 0) + bytes([channel, 0]) + u32(1, 0, 18, common)


TAP = {
    "frames": bytes([MINI_DISPLAY | REWRITE]) + to_client(mini(123, u32(49, 7, 2) + b"ab") + mini(124, b"")),
    "list": bytes([MINI_DISPLAY | REWRITE]) + to_client(mini(8, struct.pack("<HI", 1, 6) + mini(123, u32(49, 7, 0)))),
    "sound_full": bytes([FULL_PLAYBACK | REWRITE])
    + to_client(full(1, 103, struct.pack("<IHII", 2, 1, 48000, 9)) + full(2, 101, u32(9, 10))),
    "sub_messages": bytes([FULL_PLAYBACK | REWRITE])
    + to_client(full(9, 101, u32(5) + struct.pack("<HI", 1, 10) + mini(102, u32(5) + b"\1\0"), sub_list=4)),
    "main": bytes([MINI_MAIN | REWRITE]) + to_client(mini(103, u32(1, 2, 3, 4, 5, 6, 7, 8)) + mini(106, u32(9))),
    "handshake": bytes([0]) + bytes([len(link_mess(2)) << 1 | 1]) + link_mess(2),
    "tls": bytes([0]) + bytes([3 << 1 | 1]) + b"\x16\x03\x01",
}

BROKEN = {
    "unknown_key": b"[[fault]]\nstall = true\ncolour = 1\n",
    "no_unit": b'[[fault]]\ndelay = "20"\n',
    "not_toml": b"[[fault\n",
    "dotted": b'fault = [{cut.message = "frame", cut.count = 3}]\n',
}


def write(target, seeds):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in seeds.items():
        (folder / name).write_bytes(content)


write("faultproxy_tap", TAP)
write("faultproxy_scenario", BROKEN | {path.stem: path.read_bytes() for path in SCENARIOS.glob("*.toml")})
