"""Random drawings of every operation look in Sumac as libspice-server itself draws them, pixel by pixel.

usage: draw_test.py SUMAC SUMAC_HOST

SUMAC_DRAW_COMMANDS=5000 draws as many for each operation (300 if it is not set), in batches of 500. A client that watches
draws what the server sends it; what the next one is shown at its start is the server's own drawing, as one image.
"""

import os
import sys
import tempfile
import unittest

from host_process import HostProcess
from pictures import read_ppm
from watcher import LONG_PATIENCE, Watcher

SUMAC = HOST = ""
COMMANDS = int(os.environ.get("SUMAC_DRAW_COMMANDS", "300"))
BATCH = 500
OPERATIONS = ("fill", "opaque", "copy", "blend", "blackness", "whiteness", "invers", "rop3", "stroke", "dash", "text",
              "transparent", "alpha_blend", "composite", "copy_bits", "all")
# With what each must have been tried, besides what is sent as it is.
COMPRESSIONS = {"quic": {"quic"}, "lz": {"lz_rgb", "lz_plt"}, "glz": {"glz_rgb", "lz_plt"}, "lz4": {"lz4", "lz_plt"},
                "auto_lz": {"quic", "lz_rgb", "lz_plt"}, "auto_glz": {"quic", "glz_rgb", "lz_plt"}}
# Those in which everything is drawn, and not images alone; a longer run takes all.
SWEPT = COMPRESSIONS if "SUMAC_DRAW_COMMANDS" in os.environ else ("quic", "glz", "lz4")
IMAGES = 67 * 7  # widths and formats


class Screen:
    """A sumac-host on whose desktop nothing moves by itself, with a client that watches it. Use it in a with statement."""

    def __init__(self, compression, *options):
        self._folder = tempfile.TemporaryDirectory()
        self._host = HostProcess(HOST, "--port", "0", "--desktop", "640x480", "--size", "352x192", *options)
        try:
            ready = self._host.wait_for("ready", LONG_PATIENCE)
            self._host.command("video stop")
            self._host.wait_for("video", LONG_PATIENCE)
            self.client = Watcher(SUMAC, ready["port"], compression, ready["pid"])
        except BaseException:
            self._host.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.client.__exit__()
        self._host.__exit__()
        self._folder.cleanup()

    def draw(self, operation, count, seed):
        after = len(self._host.events)
        self._host.command(f"draw {operation} {count} {seed}")
        self._host.wait_for("drawn", LONG_PATIENCE, after)

    def drawn(self):
        """What the server has drawn."""
        after = len(self._host.events)
        path = os.path.join(self._folder.name, "host.ppm")
        self._host.command(f"screendump {path}")
        self._host.wait_for("screendump", LONG_PATIENCE, after)
        return read_ppm(path)


class Drawing(unittest.TestCase):
    def check(self, screen, operation, commands=COMMANDS):
        """Batches with seeds 1, 2, ...; a failure says which."""
        for seed, done in enumerate(range(0, commands, BATCH), 1):
            count = min(BATCH, commands - done)
            screen.client.watch()
            screen.draw(operation, count, seed)
            expected = screen.drawn()
            self.assertEqual(expected.differences(screen.client.seen()), [], f"draw {operation} {count} {seed}")

    def check_late(self, screen):
        """A client that comes now is sent images of what there is."""
        screen.client.watch()
        self.assertEqual(screen.drawn().differences(screen.client.seen()), [], "a client that came afterwards")

    def test_every_operation(self):
        with Screen("off") as screen:
            for operation in OPERATIONS:
                with self.subTest(operation):
                    self.check(screen, operation)
            self.check_late(screen)

    def test_every_operation_in_every_lossless_compression(self):
        for compression in COMPRESSIONS:
            with self.subTest(compression), Screen(compression) as screen:
                for operation in ("copy", "all") if compression in SWEPT else ("copy",):
                    self.check(screen, operation)
                self.check_late(screen)

    def test_images_of_every_width(self):
        for compression, types, options in [("off", {"bitmap"}, ()),
                                            *((name, types, ()) for name, types in COMPRESSIONS.items()),
                                            ("glz", {"zlib_glz_rgb", "glz_rgb", "lz_plt"}, ("--zlib-wan", "always"))]:
            with self.subTest(compression, options=options), Screen(compression, *options) as screen:
                for seed in range(1, 1 + max(1, COMMANDS // IMAGES)):
                    screen.client.watch()
                    screen.draw("images", IMAGES, seed)
                    expected = screen.drawn()
                    self.assertEqual(expected.differences(screen.client.seen()), [], f"seed {seed}")
                self.assertLessEqual(types, screen.client.image_types())
                self.check_late(screen)


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
