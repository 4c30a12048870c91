"""Runs a sumac-host and collects its events."""

import json
import subprocess
import threading
import time


class HostProcess:
    """A running sumac-host. Use it in a with statement: it ends with it."""

    def __init__(self, executable, *arguments):
        self.events = []
        self._changed = threading.Condition()
        self._process = subprocess.Popen(
            [executable, *arguments],
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

    def wait_for(self, name, timeout=20, after=0, **members):
        """The first event of that name (from index `after` on) with those members."""

        def fits(event):
            return event["event"] == name and all(event.get(k) == v for k, v in members.items())

        end = time.monotonic() + timeout
        with self._changed:
            while True:
                for event in self.events[after:]:
                    if fits(event):
                        return event
                left = end - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    raise AssertionError(f"no {name} {members} within {timeout} s: {self.stderr}")

    def command(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def close_input(self):
        self._process.stdin.close()

    def signal(self, number):
        self._process.send_signal(number)

    def wait(self, timeout=20):
        """Exit status, after all output has been read."""
        status = self._process.wait(timeout)
        for reader in self._readers:
            reader.join(timeout)
        return status

    def numbers(self):
        """The frames that the server took, in order."""
        return [event["number"] for event in self.events if event["event"] == "frame"]
