"""Runs a sumac-host and collects its events."""

import json
import os
import subprocess
import threading
import time

import time_namespace
from child import DIE_WITH_US, PATIENCE


class HostProcess:
    """A running sumac-host. Use it in a with statement: it ends with it.

    With `clock_ahead` its clock is that many seconds ahead of ours, where the kernel can do that; its events' mm_time
    and t_us are by its own clock. `to_ours` converts.
    """

    def __init__(self, executable, *arguments, clock_ahead=0):
        prefix, self._ahead_seconds = time_namespace.ahead(clock_ahead)
        self.events = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [*DIE_WITH_US, *prefix, executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.stderr = ""
        self._readers = [
            threading.Thread(target=self._read_events, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for reader in self._readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self._process.poll() is None:
            self._process.kill()
        self.wait()
        for pipe in (self._process.stdin, self._process.stdout, self._process.stderr):
            pipe.close()

    def _read_events(self):
        for line in self._process.stdout:
            with self._changed:
                self.events.append(json.loads(line))
                self._changed.notify_all()

    def _read_errors(self):
        for line in self._process.stderr:
            self.stderr += line

    def wait_for(self, name, timeout=PATIENCE, after=0, **members):
        """The first event of that name (from index `after` on) with those members."""

        def fits(event):
            return event["event"] == name and all(event.get(k) == v for k, v in members.items())

        return self._wait_until(fits, after, timeout, f"{name} {members}")

    def wait_for_frame(self, number, timeout=PATIENCE):
        """The first frame of at least that number: a busy machine makes a host leave out some, which it calls missed."""
        return self._wait_until(
            lambda event: event["event"] == "frame" and event["number"] >= number, 0, timeout, f"frame {number}")

    def _wait_until(self, fits, after, timeout, what):
        end = time.monotonic() + timeout
        with self._changed:
            while True:
                for event in self.events[after:]:
                    if fits(event):
                        return event
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise AssertionError(f"no {what} within {timeout} s: {self.stderr}")

    def command(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def close_input(self):
        self._process.stdin.close()

    def signal(self, number):
        """To the host itself: a namespace's `unshare` in front of it would keep the signal. Call it after "ready"."""
        if self._process.poll() is None:
            os.kill(self.wait_for("ready")["pid"], number)

    def to_ours(self, t_us):
        """A t_us of one of its events by our clock."""
        return t_us - 1_000_000 * self._ahead_seconds

    @property
    def clock_is_far(self):
        """Whether its clock really is another one."""
        return self._ahead_seconds != 0

    def wait(self, timeout=PATIENCE):
        """Exit status, after all output has been read."""
        status = self._process.wait(timeout)
        for reader in self._readers:
            reader.join(timeout)
        return status

    def clicks_left_out(self):
        """How many of its clicks it left out between the first and the last: what comes due while it stands still for 100 ms
        is lost, as on a sound card (Sound::step)."""
        seconds = [event["number"] for event in list(self.events) if event["event"] == "click"]
        return seconds[-1] - seconds[0] + 1 - len(seconds) if seconds else 0

    def numbers(self):
        """The frames that the server took, in order."""
        return [event["number"] for event in self.events if event["event"] == "frame"]
