"""Real virtual machines that move between QEMUs with clocks far apart: `sumac record` goes along, the picture is right.

usage: qemu_migration_test.py SUMAC
"""

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

import time_namespace
from child import PATIENCE
from pictures import Picture, recorded_frames
from qemu import Qemu
from quiet import wait_until_quiet

SUMAC = ""
SCREEN = (0, 0, 640, 400)
STREAMS = ",streaming-video=all"


class Machine:
    """A guest that draws, on one QEMU after the other. Use it in a with statement."""

    def __init__(self, folder, **options):
        self._folder, self._options = folder, options
        self._stack = contextlib.ExitStack()
        self._started = 0
        self.qemu = None

    def __enter__(self):
        self.qemu = self._start()
        self.qemu.wait_until_it_draws()
        return self

    def __exit__(self, *_):
        self._stack.close()

    def _start(self, incoming=None):
        far = time_namespace.FAR if self._started % 2 else 0
        self._started += 1
        return self._stack.enter_context(
            Qemu(self._folder, f"qemu{self._started}", incoming=incoming, clock_ahead=far, **self._options))

    def move(self, recorder):
        incoming = os.path.join(self._folder, f"incoming{self._started}")
        destination = self._start(incoming)
        before = recorder.destinations()
        self.qemu.migrate_to(destination, incoming, lambda: recorder.destinations() > before)
        source, self.qemu = self.qemu, destination
        return source


class Recorder:
    """`sumac record` of a machine. Use it in a with statement."""

    def __init__(self, machine, path):
        self.path = path
        self._trace = path + ".trace"
        self._process = subprocess.Popen(
            [SUMAC, "record", machine.qemu.uri, path, "--trace", self._trace],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        end = time.monotonic() + PATIENCE
        while not machine.qemu.has_display_client():
            if time.monotonic() > end or self._process.poll() is not None:
                raise AssertionError(f"sumac record does not connect: {self._process.communicate(timeout=5)}")
            time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        self._process.communicate()

    def wait_until_it_shows_all(self, qemu):
        """Of a guest that stands still: a stream ends, and what it leaves is drawn again without loss."""
        end = time.monotonic() + PATIENCE
        while self._streams() > 0:
            if time.monotonic() > end:
                raise AssertionError("the stream does not end")
            time.sleep(0.2)
        time.sleep(2.5)
        wait_until_quiet([qemu.pid, self._process.pid], {qemu.spice_port})

    def destinations(self):
        """How many it was connected to."""
        return self._told().count('"phase":"connected"')

    def _streams(self):
        """How many there are."""
        return self._told().count('"stream_created"') - self._told().count('"stream_destroyed"')

    def _told(self):
        with open(self._trace, encoding="utf-8") as lines:
            return lines.read()

    def stop(self):
        """Ends it; every picture that it recorded: [(seconds, rgb)]."""
        still_there = self._process.poll() is None
        self._process.send_signal(signal.SIGINT)
        errors = self._process.communicate(timeout=2 * PATIENCE)[1]
        if not still_there or self._process.returncode != 0:
            raise AssertionError(f"sumac record ended with {self._process.returncode}: {errors}")
        return list(recorded_frames(self.path, SCREEN))


def to_picture(rgb):
    bgr = bytearray(rgb)
    bgr[0::3], bgr[2::3] = rgb[2::3], rgb[0::3]
    return Picture(SCREEN[2], SCREEN[3], bytes(bgr))


class Moves(unittest.TestCase):
    def check_display_arrived_before_main(self, qemu):
        """A destination whose main channel has its state first may crash: see doc/protocol.md."""
        end = time.monotonic() + PATIENCE
        while True:
            log = qemu.log()
            display, main = (re.search(rf"{channel}:0 .* rcc .* size", log) for channel in ("display", "main"))
            if display and main:
                break
            if time.monotonic() > end:
                raise AssertionError(f"the destination does not say what came: {log}")
            time.sleep(0.05)
        self.assertLess(display.start(), main.start(), log)

    def check(self, moves, **options):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        machine = self.enterContext(Machine(folder, **options))
        recorder = self.enterContext(Recorder(machine, os.path.join(folder, "out.mkv")))
        time.sleep(1)
        for _ in range(moves):
            source = machine.move(recorder)
            if options["seamless"]:
                self.check_display_arrived_before_main(machine.qemu)
            time.sleep(4)  # long enough for a stream
            source.end()
        machine.qemu.press_a_key()
        machine.qemu.wait_until_it_stands_still()
        recorder.wait_until_it_shows_all(machine.qemu)
        expected = machine.qemu.screen()
        self.assertGreater(expected.distinct_colors(), 100)
        recorded = recorder.stop()
        self.assertEqual(expected.differences(to_picture(recorded[-1][1])), [])
        times = [seconds for seconds, _ in recorded]
        after = [seconds for seconds in times if times[-1] - 6.5 < seconds]
        # The guest draws 18 pictures a second; a loaded machine fewer.
        self.assertGreater(len(after), 10, "the picture stood still after the move")
        # Without the wait for the picture that replaces a stream which has ended.
        gaps = [b - a for a, b in zip(times, times[1:]) if b < times[-1] - 1.5]
        print(f"{moves} moves, {len(recorded)} pictures, longest gap {1000 * max(gaps):.0f} ms", flush=True)

    def test_seamless(self):
        self.check(1, seamless=True)

    def test_seamless_with_streams(self):
        self.check(1, seamless=True, spice_options=STREAMS)

    def test_semi_seamless(self):
        self.check(1, seamless=False)

    def test_semi_seamless_with_streams(self):
        self.check(1, seamless=False, spice_options=STREAMS)

    def test_several_in_a_row(self):
        self.check(3, seamless=True)


if __name__ == "__main__":
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
