"""Real programs on an X server look in Sumac as the X server says, with every image compression.

usage: xspice_test.py SUMAC

SUMAC_CASES=all goes through every compression and all of x11perf's drawing tests below (about ten minutes).
"""

import math
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from compression_relay import CompressionRelay
from pictures import read_png, read_xwd
from quiet import wait_until_quiet
from xspice import Xspice

SUMAC = ""
ALL = os.environ.get("SUMAC_CASES") == "all"
PATIENCE = 240

LOSSLESS = ("off", "lz", "glz", "quic", "auto_lz", "auto_glz", "lz4") if ALL else ("quic", "glz")
X11PERF = (("-dot", "-rect100", "-tilerect100", "-oddsrect100", "-line100", "-dline100", "-wline100", "-circle100",
            "-fcircle100", "-ellipse100", "-triangle100", "-complex100", "-ftext", "-fitext", "-tr24text", "-aa24text",
            "-scroll100", "-copywinwin100", "-copypixwin100", "-putimage100", "-shmput100", "-umove", "-ucirculate")
           if ALL else ("-oddsrect100", "-aa24text", "-umove"))

# A window that is moved by its own xterm, over others: no window manager is needed.
MOVES = r"for i in $(seq 1 40); do printf '\033[3;%d;%dt' $((i * 13)) $((400 - i * 7)); sleep 0.03; done; sleep 1000"


def psnr(a, b):
    """Of two pictures of the same size, in dB."""
    squares = sum((x - y) ** 2 for x, y in zip(a.bgr, b.bgr) if x != y)
    return math.inf if squares == 0 else 10 * math.log10(255 ** 2 * len(a.bgr) / squares)


class Desktop:
    """An X server with a client that watches from before the programs draw. Use it in a with statement."""

    def __init__(self, compression, **options):
        self._folder = tempfile.TemporaryDirectory()
        self.screen = Xspice(**options)
        self._relay = CompressionRelay(self.screen.port, compression)
        self._png = os.path.join(self._folder.name, "client.png")
        self._client = None
        self._programs = []
        # Without any program the X server begins anew, and hangs up on its SPICE clients.
        self.screen.start("xlogo", "-geometry", "60x60+950+700")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for program in self._programs:
            self._end(program)
        if self._client:
            self._client.kill()
            self._client.communicate()
        self._relay.__exit__()
        self.screen.__exit__()
        self._folder.cleanup()

    @staticmethod
    def _end(program):
        program.kill()
        program.wait()

    def start(self, *command):
        environment = {**os.environ, "DISPLAY": self.screen.display}
        self._programs.append(subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))

    def freeze_programs(self):
        for program in self._programs:
            program.send_signal(signal.SIGSTOP)

    def end_programs(self):
        for program in self._programs:
            self._end(program)
        self._programs.clear()

    def watch(self):
        """Starts a client, and waits until it shows what there is."""
        end = time.monotonic() + PATIENCE
        asked = self._relay.changed
        while self._relay.changed == asked:
            if time.monotonic() > end:
                raise AssertionError("no client asked for a compression")
            # A server that is still letting go of the last client hangs up on the next one.
            if self._client is None or self._client.poll() is not None:
                if self._client:
                    self._client.communicate()
                time.sleep(0.3)
                self._client = subprocess.Popen(
                    [SUMAC, "shot", f"spice://127.0.0.1:{self._relay.port}", self._png, "--settle", "3600000",
                     "--timeout", "3600"], stderr=subprocess.PIPE, text=True)
            time.sleep(0.05)
        self._rest()

    def pictures(self):
        """(what the X server has, what the client shows in the end). The client ends with this."""
        expected = read_xwd(self.screen.root_window())
        self._rest()
        self._relay.hang_up()
        errors = self._client.communicate(timeout=PATIENCE)[1]
        self._relay.wait_until_closed()
        status, self._client = self._client.returncode, None
        if status != 0:
            raise AssertionError(f"sumac ended with {status}: {errors}")
        return expected, read_png(self._png)

    def _rest(self):
        # The X server polls: it need not sleep. What it sends is in a queue.
        wait_until_quiet([self._client.pid], {self.screen.port, self._relay.port}, PATIENCE, lambda: self._relay.carrying)


class Programs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.text = os.path.join(folder.name, "text")
        with open(self.text, "w", encoding="utf-8") as out:
            for i in range(300):
                out.write(f"\033[3{i % 8}m line {i} \033[1mbold\033[0m \033[7minverse\033[0m {'wxyz' * (i % 17)}\n")

    def start_desktop(self, desktop):
        desktop.screen.run("xsetroot", "-solid", "steelblue")
        desktop.start("xterm", "-geometry", "80x24+10+10", "+sb", "-bc", "-e",
                      f"tput civis; cat {self.text}; sleep 1000")
        desktop.start("xterm", "-geometry", "30x10+300+300", "-xrm", "XTerm*allowWindowOps: true", "-e",
                      "sh", "-c", "tput civis; " + MOVES)
        desktop.start("xclock", "-geometry", "200x200+550+10", "-update", "0")
        desktop.start("xlogo", "-geometry", "220x220+790+10")
        desktop.start("xeyes", "-geometry", "300x220+650+430")
        time.sleep(5)

    def check_desktop(self, compression, **options):
        with Desktop(compression, **options) as desktop:
            desktop.watch()
            self.start_desktop(desktop)
            expected, shown = desktop.pictures()
            self.assertGreater(expected.distinct_colors(), 9, "the programs did not draw")
            desktop.watch()
            return (expected, shown), desktop.pictures()

    def test_every_pixel_in_lossless_compressions(self):
        for surfaces in ("True", "False") if ALL else ("True",):
            for compression in LOSSLESS:
                with self.subTest(compression, surfaces=surfaces):
                    for expected, shown in self.check_desktop(compression, surfaces=surfaces):
                        self.assertEqual(expected.differences(shown), [])

    def test_every_pixel_with_zlib_over_glz(self):
        for expected, shown in self.check_desktop("glz", zlib_wan="always"):
            self.assertEqual(expected.differences(shown), [])

    def test_jpeg_is_near_enough(self):
        for expected, shown in self.check_desktop("auto_glz", jpeg_wan="always"):
            self.assertGreater(psnr(expected, shown), 38)

    def test_x11perf(self):
        for compression in LOSSLESS if ALL else ("lz",):
            with Desktop(compression) as desktop:
                for test in X11PERF:
                    with self.subTest(test, compression=compression):
                        desktop.watch()
                        desktop.start("x11perf", "-repeat", "1000", "-time", "1", test)
                        time.sleep(1.5)
                        desktop.freeze_programs()
                        expected, shown = desktop.pictures()
                        self.assertEqual(expected.differences(shown), [])
                        desktop.end_programs()


if __name__ == "__main__":
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
