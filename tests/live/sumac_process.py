"""Runs `sumac record` or `sumac probe` with a trace that can be read while it grows."""

import json
import os
import signal
import subprocess
import time

from child import DIE_WITH_US, PATIENCE


class SumacProcess:
    """A running `sumac record` (to `recording`) or `sumac probe` (with a report). Use it in a with statement."""

    def __init__(self, executable, command, uri, folder, *options):
        self.recording = os.path.join(folder, "recording.mkv")
        self._trace_path, self._report_path = os.path.join(folder, "trace.jsonl"), os.path.join(folder, "report.json")
        target = [uri, self.recording] if command == "record" else [uri, "--json", self._report_path]
        self._process = subprocess.Popen(
            [*DIE_WITH_US, executable, command, *target, "--trace", self._trace_path, *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.status, self.errors = None, ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.kill()
        if self.status is None:
            self._process.communicate()

    @property
    def pid(self):
        return self._process.pid

    def events(self, name=None):
        """What has been traced up to now."""
        if not os.path.exists(self._trace_path):
            return []
        with open(self._trace_path, encoding="utf-8") as lines:
            events = [json.loads(line) for line in lines if line.endswith("\n")]
        return [event for event in events if name in (None, event["event"])]

    def wait_for(self, name, timeout=PATIENCE, after=0, **members):
        """The first event of that name (from the `after`th of it on) with those members."""
        end = time.monotonic() + timeout
        while True:
            ended = self._process.poll() is not None  # before we look: the last it says is in the trace then
            for event in self.events(name)[after:]:
                if all(event.get(key) == value for key, value in members.items()):
                    return event
            if time.monotonic() > end or ended:
                gone = f"; it ended: {self._process.stderr.read()}" if ended else ""
                raise AssertionError(f"no {name} {members} in the trace within {timeout} s{gone}")
            time.sleep(0.1)

    def wait_for_frames(self, count, timeout=PATIENCE):
        """Waits until so many more frames have been presented."""
        end = time.monotonic() + timeout
        wanted = len(self.events("frame_presented")) + count
        while len(self.events("frame_presented")) < wanted:
            if time.monotonic() > end or self._process.poll() is not None:
                raise AssertionError(f"no {count} more frames within {timeout} s")
            time.sleep(0.1)

    def wait(self, timeout=2 * PATIENCE):
        """Waits for its own end; the exit status."""
        self.errors = self._process.communicate(timeout=timeout)[1]
        self.status = self._process.returncode
        return self.status

    def stop(self):
        """Ends it as Ctrl-C does; it must have run until then."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self.wait()
            if self.status == 0:
                return
        else:
            self.wait()
        raise AssertionError(f"sumac ended with {self.status}: {self.errors}")

    def report(self):
        with open(self._report_path, encoding="utf-8") as text:
            return json.load(text)


class Frames:
    """What became of the frames that came in streams, from a trace."""

    def __init__(self, events):
        self.received = [event for event in events if event["event"] == "frame_received"]
        self.presented = [event for event in events if event["event"] == "frame_presented"]
        # What still waited when the session was closed was not lost: we hung up.
        self.closed = {e["frame"] for e in events if e["event"] == "frame_skipped" and e["reason"] == "session_closed"}
        self.skipped = [e for e in events if e["event"] == "frame_skipped" and e["reason"] != "session_closed"]

    def wanted(self):
        return [event["frame"] for event in self.received if event["frame"] not in self.closed]

    def excess_gaps_ms(self):
        """For each two frames in a row: how much longer the gap was when they were shown than when they came."""
        arrival = {event["frame"]: event["t_us"] for event in self.received}
        return [((b["t_us"] - a["t_us"]) - (arrival[b["frame"]] - arrival[a["frame"]])) / 1000
                for a, b in zip(self.presented, self.presented[1:])]
