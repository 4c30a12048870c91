"""A sound card whose clock is wrong: it takes sound from its standard input, a pipe that does not block, as fast as that clock
goes, and tells on its standard output what it plays: silence where it found nothing.

usage: drifting_card.py PPM

PPM is by how many parts in a million its clock goes faster than ours. A process of its own, with real-time priority where
that is allowed: what a test does beside it must not make the card stand still.
"""

import contextlib
import fcntl
import os
import sys
import time

from hearing import RATE

PERIOD = 0.005
SAID_BYTES = 1 << 20  # 5 s, in which nobody needs to listen


def take(size):
    try:
        return os.read(sys.stdin.fileno(), size)
    except BlockingIOError:
        return b""


def play(ppm):
    bytes_per_second = 4 * RATE * (1 + ppm / 1e6)
    fcntl.fcntl(sys.stdout, fcntl.F_SETPIPE_SZ, SAID_BYTES)
    began, played = time.monotonic(), 0
    while True:
        time.sleep(PERIOD)
        due = int((time.monotonic() - began) * bytes_per_second) // 4 * 4
        piece = take(due - played)
        os.write(sys.stdout.fileno(), piece + bytes(due - played - len(piece)))  # it does not wait for sound
        played = due


if __name__ == "__main__":
    with contextlib.suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    play(float(sys.argv[1]))
