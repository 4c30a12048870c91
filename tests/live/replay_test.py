"""Captures: what `sumac record --wire` writes, `sumac replay` shows again, picture by picture; in virtual time frame by frame.

usage: replay_test.py SUMAC SUMAC_HOST
"""

import contextlib
import glob
import json
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
import unittest

from child import PATIENCE
from hiccups import Hiccups
from host_chain import HostChain
from host_process import HostProcess

SUMAC = HOST = ""
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "golden")
HEADER = struct.Struct("<BBBBIQI")
CHECKPOINT = 3
# Playout::catch_up_spacing
CATCH_UP_SPACING_US = 20_000
# Playout::catch_up_lateness
CATCH_UP_LATENESS_US = 250_000
# That a capture is to have.
FRAMES = 60
CLIP = ("--size", "352x192", "--desktop", "640x360")


def records(path):
    """[(kind, offset of the record's body, size of that)]"""
    with open(path, "rb") as file:
        data = file.read()
    found, offset = [], 8
    while offset < len(data):
        kind, _, _, _, _, _, size = HEADER.unpack_from(data, offset)
        found.append((kind, offset + HEADER.size, size))
        offset += HEADER.size + size
    return found


def traced_so_far(path, kind):
    """Lines with such events."""
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as lines:
        return [line for line in lines if f'"{kind}"' in line]


def of_kind(events, kind):
    return [event for event in events if event["event"] == kind]


def frames(events, kind):
    """[(stream's number, frame, stamp)] of such events, in their order"""
    return [(event["stream"], event["frame"], event["mm_time"]) for event in of_kind(events, kind)]


def by_stream(events):
    """[the frames that came of a stream]: stamps of two streams may be two servers'."""
    streams = []
    for event in events:
        if event["event"] == "stream_created":
            streams.append([])
        if event["event"] == "frame_received":
            streams[-1].append(event)
    return [frames_of_stream for frames_of_stream in streams if frames_of_stream]


def phases(events):
    """How its migrations went."""
    return [event["phase"] for event in of_kind(events, "migration")]


def span_us(events):
    """From the first frame that came to the last that was shown."""
    return of_kind(events, "frame_presented")[-1]["t_us"] - of_kind(events, "frame_received")[0]["t_us"]


def shown_at(events):
    """[(frame, microseconds since the first event)]"""
    return [(event["frame"], event["t_us"] - events[0]["t_us"]) for event in of_kind(events, "frame_presented")]


class Replay(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.capture = os.path.join(self.folder, "session.capture")

    def replay(self, capture, *options, status=0):
        result = subprocess.run([SUMAC, "replay", capture, *options], capture_output=True, text=True, timeout=240)
        self.assertEqual(result.returncode, status, result.stdout + result.stderr)
        return result

    @contextlib.contextmanager
    def taking(self, uri):
        """Captures what happens within the with statement; yields the client's trace."""
        trace = os.path.join(self.folder, "capture.jsonl")
        for path in (trace, self.capture):  # of an earlier one
            with contextlib.suppress(FileNotFoundError):
                os.remove(path)
        tool = subprocess.Popen([SUMAC, "record", uri, "--wire", self.capture, "--trace", trace],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(tool.kill)
        yield trace
        tool.send_signal(signal.SIGINT)
        _, errors = tool.communicate(timeout=120)
        self.assertEqual(tool.returncode, 0, errors)
        self.assertIn(CHECKPOINT, [kind for kind, _, _ in records(self.capture)])

    @staticmethod
    def wait_for_frames(trace, count):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and len(traced_so_far(trace, "frame_received")) < count:
            time.sleep(0.1)

    def stand_still(self, host):
        """Until the picture has been noted."""
        host.command("video stop")
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            time.sleep(0.5)
            if CHECKPOINT in [kind for kind, _, _ in self.records_so_far()]:
                break

    def take(self, *host_options):
        """A capture of a clip that plays and then stands still."""
        with HostProcess(HOST, "--port", "0", *CLIP, *host_options) as host:
            with self.taking(f"spice://127.0.0.1:{host.wait_for('ready')['port']}") as trace:
                self.wait_for_frames(trace, FRAMES)
                self.stand_still(host)

    def records_so_far(self):
        try:
            return records(self.capture)
        except (OSError, struct.error):  # the last one is not complete yet
            return []

    def test_shows_the_same_picture_again(self):
        self.take("--audio")
        for pace in ((), ("--fast",)):
            result = self.replay(self.capture, *pace, "--picture", os.path.join(self.folder, "last.png"))
            self.assertRegex(result.stdout, r"checkpoints: [1-9]\d* passed, 0 different")
            self.assertRegex(result.stdout, r"mjpeg 352x192: [1-9]\d* frames received")
        self.assertGreater(os.path.getsize(os.path.join(self.folder, "last.png")), 1000)
        self.check_that_a_wrong_picture_is_found()
        self.check_that_a_damaged_capture_is_refused()

    def traced(self, *pace):
        """The events of a replay."""
        trace = os.path.join(self.folder, "trace.jsonl")
        began = time.monotonic()
        result = self.replay(self.capture, *pace, "--trace", trace)
        self.assertRegex(result.stdout, r"checkpoints: [1-9]\d* passed, 0 different")
        print(f"{' '.join(pace) or 'as captured'}: {time.monotonic() - began:.2f} s")
        with open(trace) as file:
            return [json.loads(line) for line in file]

    def test_virtual_time(self):
        """No frame is lost, each is shown when it is due, and a second replay is as the first."""
        self.take("--audio")
        with Hiccups() as hiccups:
            real = self.traced()
        first, second = self.traced("--fast"), self.traced("--fast")
        received = frames(real, "frame_received")
        self.assertGreater(len(received), 30)
        # What a stall of this machine held up when it was captured is held up in each replay.
        held_up = self.held_up(first)
        self.assertEqual([event for event in hiccups.unexplained(of_kind(real, "frame_skipped"))
                          if (event["frame"], event["mm_time"]) not in held_up], [])
        for events in (first, second):
            self.check_that_none_is_lost(events, received)
            self.assertLessEqual(abs(span_us(events) - span_us(real)) / 1000, hiccups.allowed_ms(100))
            self.check_that_each_is_in_time(of_kind(events, "frame_presented"))
        if not of_kind(real, "frame_skipped"):
            self.assertEqual(frames(real, "frame_presented"), received)
        self.assertEqual(shown_at(first), shown_at(second))

    def test_migrations(self):
        """What the servers that the client went to said is replayed as well."""
        for kind in ("seamless", "semi-seamless"):
            with self.subTest(kind=kind):
                with HostChain(HOST, *CLIP, "--audio", migration=kind) as chain, self.taking(chain.uri) as trace:
                    for hop in (1, 2):
                        self.wait_for_frames(trace, hop * FRAMES)
                        chain.hop()
                    self.wait_for_frames(trace, 3 * FRAMES)
                    self.stand_still(chain.here)
                with open(trace, encoding="utf-8") as lines:
                    taken = [json.loads(line) for line in lines]
                received = frames(taken, "frame_received")
                self.assertGreaterEqual(len(received), 3 * FRAMES)
                self.assertEqual(phases(taken).count("completed"), 2)
                self.assertEqual(phases(self.traced()), phases(taken))
                first, second = self.traced("--fast"), self.traced("--fast")
                for events in (first, second):
                    self.assertEqual(phases(events), phases(taken))
                    self.check_that_none_is_lost(events, received)
                self.assertEqual(shown_at(first), shown_at(second))

    def check_that_none_is_lost(self, events, received):
        """All frames came, and all but those that the network held up are shown."""
        self.assertEqual(frames(events, "frame_received"), received)
        skipped = {frame[1:] for frame in frames(events, "frame_skipped")}
        self.assertLessEqual(skipped, self.held_up(events))
        self.assertEqual(frames(events, "frame_presented"), [frame for frame in received if frame[1:] not in skipped])

    @staticmethod
    def held_up(events):
        """The frames that came so late, by their stamps, that only the newest need be shown. The client counts from when a
        frame is due, and that may be a frame interval (34 ms) before what the least transit says."""
        found = set()
        for frames_of_stream in by_stream(events):
            transit = {(event["frame"], event["mm_time"]): event["t_us"] - 1000 * event["mm_time"] for event in frames_of_stream}
            least = min(transit.values())
            found |= {frame for frame, late in transit.items() if late - least > CATCH_UP_LATENESS_US - 34_000}
        return found

    def check_that_each_is_in_time(self, presented):
        """When it is due and here; where several are, each keeps its distance from the one before."""
        before = 0
        for event in presented:
            possible = max(event["due_us"], event["arrival_us"], before)
            self.assertGreaterEqual(event["t_us"], event["arrival_us"])
            self.assertLessEqual(event["t_us"] - possible, CATCH_UP_SPACING_US, event)
            before = event["t_us"]

    def check_that_a_wrong_picture_is_found(self):
        _, offset, size = next(record for record in records(self.capture) if record[0] == CHECKPOINT)
        with open(self.capture, "r+b") as file:
            file.seek(offset + size - 1)
            last = file.read(1)
            file.seek(offset + size - 1)
            file.write(bytes([last[0] ^ 1]))
        result = self.replay(self.capture, "--fast", status=1)
        self.assertIn("the picture is not the captured one", result.stderr)

    def check_that_a_damaged_capture_is_refused(self):
        os.truncate(self.capture, os.path.getsize(self.capture) - 5)
        self.assertIn("ends within a record", self.replay(self.capture, status=2).stderr)

    def test_what_is_no_capture(self):
        self.assertIn("this is no capture", self.replay(SUMAC, status=2).stderr)
        self.assertIn("cannot read", self.replay(self.capture, status=2).stderr)

    def test_golden_captures(self):
        captures = sorted(glob.glob(os.path.join(GOLDEN, "*.capture")))
        self.assertGreater(len(captures), 0)
        for capture in captures:
            with self.subTest(capture=os.path.basename(capture)):
                result = self.replay(capture, "--fast")
                self.assertRegex(result.stdout, r"checkpoints: [1-9]\d* passed, 0 different")
                self.assertIn("not drawn: none", result.stdout)


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
