"""How long this machine keeps a program that is due from running: what a test of times has to forgive."""

import threading
import time

PERIOD = 0.005


class Hiccups:
    """Measures while it is open. Use it in a with statement.

    longest_ms  the longest time that a thread of ours slept beyond what it had asked for
    """

    def __init__(self):
        self.longest_ms = 0.0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._measure, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self._thread.join()

    def _measure(self):
        while not self._stop.is_set():
            before = time.monotonic()
            time.sleep(PERIOD)
            self.longest_ms = max(self.longest_ms, 1000 * (time.monotonic() - before - PERIOD))
