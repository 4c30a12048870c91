"""Random drawings of every operation look in Sumac as libspice-server itself draws them, pixel by pixel.

usage: draw_test.py SUMAC SUMAC_HOST

SUMAC_DRAW_COMMANDS=5000 draws as many for each operation (300 if it is not set), in batches of 500. A client that watches
draws what the server sends it; what the next one is shown at its start is the server's own drawing, as one image.
"""

import os
import subprocess
import sys
import tempfile
import time
import unittest

from compression_relay import CompressionRelay
from host_process import HostProcess
from pictures import read_png, read_ppm
from quiet import wait_until_quiet

SUMAC = HOST = ""
COMMANDS = int(os.environ.get("SUMAC_DRAW_COMMANDS", "300"))
BATCH = 500
# Without stroke and dash, and so without all: doc/protocol.md says how the server's lines differ.
OPERATIONS = ("fill", "opaque", "copy", "blend", "blackness", "whiteness", "invers", "rop3", "text", "transparent",
              "alpha_blend", "composite", "copy_bits")
PATIENCE = 240  # far more than it takes: a slow machine is no failure


class Screen:
    """A sumac-host on whose desktop nothing moves by itself, with a client that watches it. Use it in a with statement."""

    def __init__(self, compression, *options):
        self._folder = tempfile.TemporaryDirectory()
        self._host = HostProcess(HOST, "--port", "0", "--desktop", "640x480", "--size", "352x192", *options)
        try:
            ready = self._host.wait_for("ready", PATIENCE)
            self._port = ready["port"]
            self._relay = CompressionRelay(self._port, compression)
            self._pid = ready["pid"]
            self._host.command("video stop")
            self._host.wait_for("video", PATIENCE)
        except BaseException:
            self._host.__exit__()
            raise
        self._client = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._client:
            self._client.kill()
            self._client.communicate()
        self._relay.__exit__()
        self._host.__exit__()
        self._folder.cleanup()

    def watch(self):
        """Starts a client, and waits until it shows what there is."""
        self._png = os.path.join(self._folder.name, "client.png")
        end = time.monotonic() + PATIENCE
        asked = self._relay.changed
        while self._relay.changed == asked:
            if time.monotonic() > end:
                raise AssertionError("no client asked for a compression")
            # A server that is still letting go of the last client hangs up on the next one.
            if self._client is None or self._client.poll() is not None:
                if self._client:
                    self._client.communicate()
                # It does not end by itself: see seen().
                self._client = subprocess.Popen(
                    [SUMAC, "shot", f"spice://127.0.0.1:{self._relay.port}", self._png, "--settle", "3600000",
                     "--timeout", "3600"], stderr=subprocess.PIPE, text=True)
            time.sleep(0.05)
        self._rest()

    def draw(self, operation, count, seed):
        after = len(self._host.events)
        self._host.command(f"draw {operation} {count} {seed}")
        self._host.wait_for("drawn", PATIENCE, after)

    def drawn(self):
        """What the server has drawn."""
        after = len(self._host.events)
        path = os.path.join(self._folder.name, "host.ppm")
        self._host.command(f"screendump {path}")
        self._host.wait_for("screendump", PATIENCE, after)
        return read_ppm(path)

    def seen(self):
        """What the client shows in the end. It ends with this."""
        self._rest()
        self._relay.hang_up()
        errors = self._client.communicate(timeout=PATIENCE)[1]
        self._relay.wait_until_closed()
        status, self._client = self._client.returncode, None
        if status != 0:
            raise AssertionError(f"sumac ended with {status}: {errors}")
        return read_png(self._png)

    def asked(self):
        """How often a client has asked for the compression that we want."""
        return self._relay.changed

    def _rest(self):
        wait_until_quiet([self._pid, self._client.pid], {self._port, self._relay.port}, PATIENCE,
                         lambda: self._relay.carrying)


class Drawing(unittest.TestCase):
    def check(self, screen, operation, commands=COMMANDS):
        """Batches with seeds 1, 2, ...; a failure says which."""
        for seed, done in enumerate(range(0, commands, BATCH), 1):
            count = min(BATCH, commands - done)
            screen.watch()
            screen.draw(operation, count, seed)
            expected = screen.drawn()
            self.assertEqual(expected.differences(screen.seen()), [], f"draw {operation} {count} {seed}")

    def check_late(self, screen):
        """A client that comes now is sent images of what there is."""
        screen.watch()
        self.assertEqual(screen.drawn().differences(screen.seen()), [], "a client that came afterwards")

    def test_every_operation(self):
        with Screen("off") as screen:
            for operation in OPERATIONS:
                with self.subTest(operation):
                    self.check(screen, operation)
            self.check_late(screen)
            self.assertGreater(screen.asked(), 0)

    def test_copies_in_every_lossless_compression(self):
        for compression in ("quic", "lz", "glz", "lz4", "auto_lz", "auto_glz"):
            with self.subTest(compression), Screen(compression) as screen:
                self.check(screen, "copy", COMMANDS // 3)
                self.check_late(screen)
                self.assertGreater(screen.asked(), 0)


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
