"""How long this machine keeps a program that is due from running: what a test of gaps and delays has to forgive.

Tests pass or fail by what happened, not by how fast this machine is: a bound in milliseconds gets what was measured here on
top, and FREEZE_MS, far above what a machine does to a client and far below what clocks do to one that follows them. The
environment variable SUMAC_TIMES=strict leaves FREEZE_MS out: for a quiet machine, to measure.
"""

import os
import threading
import time

STRICT = os.environ.get("SUMAC_TIMES") == "strict"
FREEZE_MS = 0 if STRICT else 1500
# A machine that keeps one of our threads from running for so long may have kept the client from it for a quarter of a
# second, after which the client shows the newest frame instead of all.
STALL_MS = 100
# Why a frame is not shown, and how long a stall of ours explains it: a decoder is relieved half a second after a frame was due.
EXPLAINED_BY_MS = {"superseded": STALL_MS, "decoder_behind": 2 * STALL_MS}
# What is shorter is not noted.
NOTED_MS = 10
PERIOD = 0.005


class Hiccups:
    """Measures while it is open, on each core. Use it in a with statement.

    longest_ms  the longest time that a thread of ours slept beyond what it had asked for
    """

    def __init__(self):
        self.longest_ms = 0.0
        self._stalls = []  # (began us, ended us, longer than asked for ms)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._measure, args=(core,), daemon=True)
                         for core in sorted(os.sched_getaffinity(0))]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def allowed_ms(self, bound_ms):
        """The bound, and what this machine may have added to it."""
        return bound_ms + self.longest_ms + FREEZE_MS

    def count(self, longer_than_ms):
        """How often a thread of ours slept that much (NOTED_MS or more) beyond what it had asked for; at once on several
        cores is once."""
        count, until = 0, 0.0
        for began, ended, beyond_ms in sorted(self._stalls):
            if beyond_ms > longer_than_ms:
                count += began >= until
                until = max(until, ended)
        return count

    def stood_still_ms(self, longer_than_ms, since_us, until_us):
        """How long in that time a thread of ours slept beyond what it had asked for, where that was so much (NOTED_MS or
        more); at once on several cores is once."""
        total, until = 0.0, since_us
        for began, ended, beyond_ms in sorted(self._stalls):
            if beyond_ms > longer_than_ms:
                total += max(0.0, min(ended, until_us) - max(began + 1e6 * PERIOD, until))
                until = max(until, ended)
        return total / 1000

    def longer_than(self, beyond_ms, since_us, until_us):
        """Whether this machine stood still for that long at any time in between."""
        return any(began < until_us and ended > since_us for began, ended, beyond in self._stalls if beyond > beyond_ms)

    def held_up_ms(self, t_us):
        """The longest time that this machine stood still at about that time of the monotonic clock, if it was NOTED_MS."""
        return max((beyond_ms for began, ended, beyond_ms in self._stalls if began - 1e6 <= t_us <= ended + 1e6), default=0.0)

    def explain(self, t_us, for_ms=STALL_MS):
        """Whether this machine stood still, for that long, at about that time of the monotonic clock."""
        return any(began - 1e6 <= t_us <= ended + 1e6 for began, ended, beyond_ms in self._stalls if beyond_ms >= for_ms)

    def unexplained(self, skipped):
        """Of these frame_skipped events, those that are not the newest frame's due after a stall of this machine, nor what a
        decoder was relieved of that stood still."""
        return [e for e in skipped if not self.explain(e["t_us"], EXPLAINED_BY_MS.get(e["reason"], float("inf")))]

    def _measure(self, core):
        os.sched_setaffinity(0, {core})  # of this thread
        while not self._stop.is_set():
            before = time.monotonic_ns()
            time.sleep(PERIOD)
            now = time.monotonic_ns()
            beyond_ms = (now - before) / 1e6 - 1000 * PERIOD
            self.longest_ms = max(self.longest_ms, beyond_ms)
            if beyond_ms >= NOTED_MS:
                self._stalls.append((before / 1000, now / 1000, beyond_ms))
