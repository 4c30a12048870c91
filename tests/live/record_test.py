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
    def record(self, size, seconds, *host_options, stop=None):
        """Records a host; returns (numbers in the recording, host, numbers that it drew meanwhile)."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = os.path.join(folder.name, "out.mkv")
        with HostProcess(HOST, "--port", "0", "--size", size, "--fps", "30", *host_options) as host:
            ready = host.wait_for("ready")
            command = [SUMAC, "record", f"spice://127.0.0.1:{ready['port']}", path]
            if stop is None:
                command += ["--duration", str(seconds)]
            tool = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
            if stop is not None:
                time.sleep(seconds)
                tool.send_signal(stop)
            _, errors = tool.communicate(timeout=seconds + 60)
            self.assertEqual(tool.returncode, 0, errors)
            host.command("quit")
            host.wait()
        region = tuple(ready["region"][key] for key in ("x", "y", "width", "height"))
        numbers = [read_number(frame, region[2], (0, 0, *region[2:])) for _, frame in recorded_frames(path, region)]
        return numbers, host, errors

    def check(self, size, seconds=10, *host_options, stop=None):
        numbers, host, errors = self.record(size, seconds, *host_options, stop=stop)
        # Before the first frame arrives the screen is that of the server's surface, or black.
        while numbers and numbers[0] is None:
            numbers.pop(0)
        drawn = host.numbers()
        self.assertNotIn(None, numbers, "a picture is neither one frame nor another")
        self.assertGreater(len(numbers), (seconds - 3) * 30 * 0.9, errors)
        expected = [number for number in drawn if numbers[0] <= number <= numbers[-1]]
        self.assertEqual(numbers, expected)

    def test_640x360(self):
        self.check("640x360")

    def test_1280x720(self):
        self.check("1280x720")

    def test_1920x1080(self):
        self.check("1920x1080")

    def test_interrupted_with_control_c(self):
        self.check("640x360", 5, stop=signal.SIGINT)


class Probe(unittest.TestCase):
    def probe(self, *host_options, seconds=6, commands=()):
        with HostProcess(HOST, "--port", "0", *host_options) as host, tempfile.TemporaryDirectory() as folder:
            port = host.wait_for("ready")["port"]
            trace = os.path.join(folder, "trace")
            tool = subprocess.Popen(
                [SUMAC, "probe", f"spice://127.0.0.1:{port}", "--duration", str(seconds), "--json", "-", "--trace", trace],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
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
            seconds=10, commands=[(3, "video stop"), (2, "video start"), (3, "video stop")])
        self.assertEqual(len(report["streams"]), 2)
        self.check_accounts(report, trace)

    def test_frames_are_presented_in_order(self):
        _, trace = self.probe()
        presented = [event["frame"] for event in trace if event["event"] == "frame_presented"]
        self.assertEqual(presented, sorted(set(presented)))

    def test_a_codec_that_we_lack_comes_as_drawing(self):
        report, _ = self.probe("--codec", "vp8", seconds=4)
        self.assertEqual(sum(stream["frames_presented"] for stream in report["streams"] if stream["codec"] == "vp8"), 0)
        self.assertGreater(report["draws"]["copy"], 60)


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
