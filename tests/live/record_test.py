"""`sumac record` and `sumac probe` of a sumac-host: every frame that it drew, once, in order; the accounts add up.

usage: record_test.py SUMAC SUMAC_HOST
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from host_cells import read_number
from host_process import HostProcess
from pictures import recorded_frames

SUMAC = HOST = ""


class Recording(unittest.TestCase):
    """The server may leave out frames: on a loaded machine it lowers its rate. What it sends must be in the recording."""

    def record(self, size, seconds, stop=None):
        """Records a host whose clip starts once the client is there: (recorded numbers, drawn, received in streams)."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path, trace = os.path.join(folder.name, "out.mkv"), os.path.join(folder.name, "trace")
        with HostProcess(HOST, "--port", "0", "--size", size, "--desktop", size, "--fps", "30") as host:
            ready = host.wait_for("ready")
            host.command("video stop")
            command = [SUMAC, "record", f"spice://127.0.0.1:{ready['port']}", path, "--trace", trace]
            if stop is None:
                command += ["--duration", str(seconds)]
            tool = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(tool.kill)
            host.wait_for("channel", type=2, state="initialized")  # SPICE_CHANNEL_DISPLAY
            time.sleep(0.5)
            first = len(host.numbers())
            host.command("video start")
            if stop is not None:
                time.sleep(seconds)
                tool.send_signal(stop)
            out, errors = tool.communicate(timeout=seconds + 90)
            self.assertEqual(tool.returncode, 0, errors)
            host.command("quit")
            host.wait()
        drawn = {event["number"]: event["mm_time"] for event in host.events if event["event"] == "frame"}
        region = tuple(ready["region"][key] for key in ("x", "y", "width", "height"))
        recorded = [read_number(frame, region[2], (0, 0, *region[2:])) for _, frame in recorded_frames(path, region)]
        print(out.strip(), flush=True)
        return recorded, dict(list(drawn.items())[first:]), self.received(trace)

    def received(self, trace):
        """Stamps of the frames that came in streams and were not cut off by the end."""
        with open(trace, encoding="utf-8") as lines:
            events = [json.loads(line) for line in lines]
        at_the_end = {event["frame"] for event in events
                      if event["event"] == "frame_skipped" and event["reason"] == "session_closed"}
        return [event["mm_time"] for event in events
                if event["event"] == "frame_received" and event["frame"] not in at_the_end]

    def check(self, size, seconds=6, stop=None, as_drawing=17):
        recorded, drawn, received = self.record(size, seconds, stop)
        # Far below 30 a second, so that a slow machine passes and a client that chokes the server does not.
        self.assertGreater(len(received), 10 * (seconds - 2))
        numbers = [number for number in recorded if number in drawn]
        # Before the clip starts there is the desktop with the last frame of before, and nothing half-drawn in between.
        start = recorded.index(numbers[0])
        self.assertNotIn(None, recorded[start:], "a picture is neither one frame nor another")
        self.assertEqual(numbers, sorted(set(numbers)), "each once, in order")
        # What came in the stream is the end of the recording: one frame lost would shift all before it by 33 ms.
        # (The host prints nearly the instant that the server stamps; a busy machine comes between now and then.)
        in_stream = numbers[-len(received):]
        late = [abs(drawn[number] - stamp) for number, stamp in zip(in_stream, received)]
        self.assertEqual(len(late), len(received))
        self.assertGreater(sum(ms < 16 for ms in late), 0.9 * len(late), "a frame was received, but not recorded")
        # The server makes a stream of the clip after 20 frames; it counts those that it did not send, because the
        # next one hid them while it was still compressing.
        drawing = len(numbers) - len(received)
        self.assertGreaterEqual(drawing, as_drawing, "frames before the stream are missing")
        inside = [number for number in drawn if numbers[0] <= number <= numbers[-1]]
        print(f"{size}: {len(inside)} drawn, {len(inside) - len(numbers)} not sent by the server, "
              f"{len(numbers)} recorded ({drawing} of them as drawing)", flush=True)

    def test_640x360(self):
        self.check("640x360")

    def test_1280x720(self):
        self.check("1280x720")

    def test_1920x1080(self):
        self.check("1920x1080", as_drawing=8)

    def test_interrupted_with_control_c(self):
        self.check("640x360", 3, stop=signal.SIGINT)


class Probe(unittest.TestCase):
    def probe(self, *host_options, seconds=3, commands=()):
        with HostProcess(HOST, "--port", "0", *host_options) as host, tempfile.TemporaryDirectory() as folder:
            port = host.wait_for("ready")["port"]
            trace = os.path.join(folder, "trace")
            tool = subprocess.Popen(
                [SUMAC, "probe", f"spice://127.0.0.1:{port}", "--duration", str(seconds), "--json", "-", "--trace", trace],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(tool.kill)
            for delay, line in commands:
                time.sleep(delay)
                host.command(line)
            out, errors = tool.communicate(timeout=seconds + 30)
            self.assertEqual(tool.returncode, 0, errors)
            with open(trace, encoding="utf-8") as lines:
                return json.loads(out), [json.loads(line) for line in lines]

    def check_accounts(self, report, trace):
        self.assertGreater(len(report["streams"]), 0)
        received = presented = skipped = 0
        for stream in report["streams"]:
            accounted = stream["frames_presented"] + sum(stream["frames_skipped"].values())
            self.assertEqual(stream["frames_received"], accounted, stream)
            received += stream["frames_received"]
            presented += stream["frames_presented"]
            skipped += sum(stream["frames_skipped"].values())
        kinds = [event["event"] for event in trace]
        self.assertEqual(kinds.count("frame_received"), received)
        self.assertEqual(kinds.count("frame_presented"), presented)
        self.assertEqual(kinds.count("frame_skipped"), skipped)
        self.assertEqual(kinds.count("stream_created"), len(report["streams"]))
        self.assertGreater(received, 0)

    def test_the_accounts_add_up(self):
        report, trace = self.probe()
        self.check_accounts(report, trace)
        stream = report["streams"][0]
        self.assertEqual((stream["codec"], stream["width"], stream["height"]), ("mjpeg", 640, 360))
        # What waits at the end of the session is all that may be skipped on a quiet loopback.
        self.assertLessEqual(set(stream["frames_skipped"]), {"session_closed"})

    def test_the_accounts_add_up_when_streams_come_and_go(self):
        report, trace = self.probe(
            seconds=8, commands=[(2, "video stop"), (2, "video start"), (2, "video stop")])
        self.assertEqual(len(report["streams"]), 2)
        self.check_accounts(report, trace)

    def test_frames_are_presented_in_order(self):
        _, trace = self.probe()
        presented = [event["frame"] for event in trace if event["event"] == "frame_presented"]
        self.assertEqual(presented, sorted(set(presented)))

    def test_a_server_that_prefers_vp8_sends_what_we_can_decode(self):
        report, trace = self.probe("--codec", "vp8", seconds=4)
        self.assertEqual({stream["codec"] for stream in report["streams"]}, {"mjpeg"})
        self.check_accounts(report, trace)
        self.assertGreater(report["streams"][0]["frames_presented"], 0)


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
