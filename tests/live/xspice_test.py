"""Real programs on an X server look in Sumac as the X server says, with every image compression.

usage: xspice_test.py SUMAC

SUMAC_CASES=all goes through every compression and all of x11perf's drawing tests below (about a quarter of an hour).
"""

import math
import os
import signal
import sys
import tempfile
import time
import unittest

from pictures import read_raw, read_xwd
from watcher import Watcher
from xspice import SCREEN_SIZE, Xspice

SUMAC = ""
ALL = os.environ.get("SUMAC_CASES") == "all"

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
        self.screen = Xspice(**options)
        try:
            # Without any program the X server begins anew, and hangs up on its SPICE clients.
            self.screen.start("xlogo", "-geometry", "60x60+950+700")
            self.client = Watcher(SUMAC, self.screen.port, compression, self.screen.pid)
        except BaseException:
            self.screen.__exit__()
            raise
        self._programs = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end_programs()
        self.client.__exit__()
        self.screen.__exit__()

    def start(self, *command):
        self._programs.append(self.screen.start(*command))

    def freeze_programs(self):
        for program in self._programs:
            program.send_signal(signal.SIGSTOP)

    def end_programs(self):
        for program in self._programs:
            program.kill()
            program.wait()
        self._programs.clear()

    def pictures(self):
        """(what the X server has, what the client shows in the end). The client ends with this."""
        return read_raw(SCREEN_SIZE, self.screen.grabbed()), self.client.seen()


PYTHON = "/usr/bin/python3"  # the system's: it has the bindings of GTK
GTK_WINDOW = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gtk_window.py")


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
        desktop.start("xclock", "-geometry", "200x200+550+10", "-update", "3600")
        desktop.start("xlogo", "-geometry", "220x220+790+10")
        desktop.start("xeyes", "-geometry", "300x220+650+430")
        desktop.start("ffplay", "-v", "error", "-an", "-f", "lavfi", "-i", "testsrc2=size=320x240:rate=15",
                      "-left", "20", "-top", "420")
        desktop.start(PYTHON, GTK_WINDOW, "300", "260", "340", "460")
        desktop.screen.wait_until_drawn(("xterm", "xclock", "xlogo", "xeyes", "ffplay", "gtk_window.py"), 100)
        desktop.freeze_programs()

    def check_desktop(self, compression, **options):
        with Desktop(compression, **options) as desktop:
            desktop.client.watch()
            self.start_desktop(desktop)
            expected, shown = desktop.pictures()
            self.assertGreater(expected.distinct_colors(), 100, "the programs did not draw")
            desktop.client.watch()
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

    def test_windows_with_alpha(self):
        with Desktop("quic") as desktop:
            desktop.client.watch()
            desktop.start(PYTHON, GTK_WINDOW, "420", "300", "60", "50", "rgba")
            desktop.screen.wait_until_drawn(("gtk_window.py",), 9)
            expected = read_raw(SCREEN_SIZE, desktop.screen.grabbed())
            self.assertGreater(expected.distinct_colors(), 9, "the program did not draw")
            self.assertEqual(expected.differences(desktop.client.seen()), [])

    def test_x11perf(self):
        for compression in LOSSLESS if ALL else ("lz",):
            with Desktop(compression) as desktop:
                for test in X11PERF:
                    with self.subTest(test, compression=compression):
                        desktop.client.watch()
                        desktop.start("x11perf", "-repeat", "1000", "-time", "1", test)
                        time.sleep(1.5)
                        desktop.freeze_programs()
                        dumped = read_xwd(desktop.screen.root_window())
                        expected, shown = desktop.pictures()
                        self.assertEqual(expected.differences(dumped), [], "xwd")
                        self.assertEqual(expected.differences(shown), [])
                        desktop.end_programs()


if __name__ == "__main__":
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
