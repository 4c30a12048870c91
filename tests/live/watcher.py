"""A client that watches a server from before something is drawn, until it is asked what it shows."""

import os
import subprocess
import tempfile
import time

from child import DIE_WITH_US, PATIENCE
from compression_relay import CompressionRelay
from pictures import read_png
from quiet import wait_until_quiet

LONG_PATIENCE = 4 * PATIENCE  # for much drawing by an X server, with a client that is checked as it runs


class Watcher:
    """`sumac shot` at the server on that port, of that process, in an image compression of ours. Use it in a with statement."""

    def __init__(self, sumac, port, compression, server_pid):
        self._sumac = sumac
        self._folder = tempfile.TemporaryDirectory()
        self._png = os.path.join(self._folder.name, "client.png")
        self._relay = CompressionRelay(port, compression)
        self._ports = {port, self._relay.port}
        self._server_pid = server_pid
        self._client = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._end_client()
        self._relay.__exit__()
        self._folder.cleanup()

    def _end_client(self):
        if self._client:
            self._client.kill()
            self._client.communicate()
            self._client = None

    def watch(self):
        """Starts a client, and waits until it shows what there is."""
        self._end_client()  # one that a failed test has left
        end = time.monotonic() + LONG_PATIENCE
        asked = self._relay.changed
        while self._relay.changed == asked:
            if time.monotonic() > end:
                raise AssertionError("no client asked for a compression")
            # A server that is still letting go of the last client hangs up on the next one.
            if self._client is None or self._client.poll() is not None:
                if self._client:
                    self._end_client()
                    time.sleep(0.3)
                # It does not end by itself: see seen().
                self._client = subprocess.Popen(
                    [*DIE_WITH_US, self._sumac, "shot", f"spice://127.0.0.1:{self._relay.port}", self._png, "--settle", "3600000",
                     "--timeout", "3600"], stderr=subprocess.PIPE, text=True)
            time.sleep(0.05)
        self._rest()

    def seen(self):
        """What the client shows once nothing is under way. It ends with this."""
        self._rest()
        self._relay.hang_up()
        errors = self._client.communicate(timeout=LONG_PATIENCE)[1]
        self._relay.wait_until_closed()
        status, self._client = self._client.returncode, None
        if status != 0:
            raise AssertionError(f"sumac ended with {status}: {errors}")
        return read_png(self._png)

    def image_types(self):
        """The types of the images that were sent so far."""
        return set(self._relay.images.counts)

    def _rest(self):
        # An X server that only polls is found asleep, too: it polls for far less time than it sleeps in between, so that few
        # looks hit a poll; one that does only makes this take longer.
        wait_until_quiet([self._server_pid, self._client.pid], self._ports, LONG_PATIENCE, lambda: self._relay.carrying)
