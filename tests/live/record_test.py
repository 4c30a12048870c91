"""`sumac record` and `sumac probe` of a sumac-host: every frame that it drew, once, in order; the accounts add up.

usage: record_test.py SUMAC SUMAC_HOST
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

from hiccups import Hiccups
from host_cells import read_number
from host_process import HostProcess
from pictures import recorded_frames
from sumac_process import Frames, SumacProcess

SUMAC = HOST = ""
FPS = 30
INTERVAL_MS = 1000 / FPS

BARS = [(220, 60, 50), (235, 170, 50), (80, 170, 80), (60, 150, 190), (80, 80, 180), (170, 70, 160)]  # red, green, blue


def bar_colours(rgb, size, number):
    """What the clip's picture `number` has in the middle of its colour bars (SyntheticPictures::draw_bars)."""
    width, height = size
    bar = max(4, width // 80)
    limit = max(1, width - bar * 6)
    step = number * 4 % (2 * limit)
    left = step if step < limit else 2 * limit - step
    y = height * 3 // 5 + height // 16
    at = [3 * (y * width + left + i * bar + bar // 2) for i in range(6)]
    return [tuple(rgb[place : place + 3]) for place in at]


def colour_error(colours):
    """The largest difference of a bar's red, green or blue; each the median of many pictures (the ball may hide it)."""
    return max(abs(statistics.median(picture[bar][part] for picture in colours) - BARS[bar][part])
               for bar in range(6) for part in range(3))


class Recording(unittest.TestCase):
    """The server may leave out frames: on a loaded machine it lowers its rate. What it sends must be in the recording."""

    def record(self, size, seconds, stop, codec):
        """Records a host whose clip starts once the client is there:
        (recorded numbers, colours of the bars in each, drawn, received in streams, how long the machine stood still before
        the first of these in ms)."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path, trace = os.path.join(folder.name, "out.mkv"), os.path.join(folder.name, "trace")
        with HostProcess(HOST, "--port", "0", "--size", size, "--desktop", size, "--fps", str(FPS),
                         "--codec", codec) as host, Hiccups() as hiccups:
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
            began = time.monotonic_ns() / 1000
            host.command("video start")
            if stop is not None:
                time.sleep(seconds)
                tool.send_signal(stop)
            out, errors = tool.communicate(timeout=seconds + 300)
            self.assertEqual(tool.returncode, 0, errors)
            host.command("quit")
            host.wait()
        drawn = {event["number"]: event["mm_time"] for event in host.events if event["event"] == "frame"}
        region = tuple(ready["region"][key] for key in ("x", "y", "width", "height"))
        recorded, colours = [], []
        for _, frame in recorded_frames(path, region):
            recorded.append(read_number(frame, region[2], (0, 0, *region[2:])))
            colours.append(bar_colours(frame, region[2:], recorded[-1] or 0))
        print(out.strip(), flush=True)
        received, stream_began = self.received(trace, codec, hiccups)
        stood_still_ms = hiccups.stood_still_ms(INTERVAL_MS, began, stream_began)
        return recorded, colours, dict(list(drawn.items())[first:]), received, stood_still_ms

    def received(self, trace, codec, hiccups):
        """(stamps of the frames that came in streams, were not cut off by the end, nor made superfluous by a stall of this
        machine; when the first one came)."""
        with open(trace, encoding="utf-8") as lines:
            events = [json.loads(line) for line in lines]
        codecs = {event["codec"] for event in events if event["event"] == "stream_created"}
        self.assertEqual(codecs, {codec})
        frames = Frames(events)
        self.assertGreater(len(frames.received), 0, "no frame came in a stream")
        self.assertEqual(hiccups.unexplained(frames.skipped), [])
        skipped = {event["frame"] for event in frames.skipped}
        return ([event["mm_time"] for event in frames.received if event["frame"] not in frames.closed | skipped],
                frames.received[0]["t_us"])

    def check(self, size, seconds=6, stop=None, as_drawing=17, codec="mjpeg", per_second=10):
        recorded, colours, drawn, received, stood_still_ms = self.record(size, seconds, stop, codec)
        # Far below 30 a second, so that a slow machine passes and a client that chokes the server does not.
        self.assertGreater(len(received), per_second * (seconds - 2))
        numbers = [number for number in recorded if number in drawn]
        self.assertGreater(len(numbers), 0, "no frame was recorded")
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
        hidden = stood_still_ms / INTERVAL_MS  # as many come due while the machine stands still
        self.assertGreaterEqual(drawing, as_drawing - hidden, "frames before the stream are missing")
        error = colour_error(colours[-len(received):])
        self.assertLess(error, 12, "colours by another matrix are off by 15")
        inside = [number for number in drawn if numbers[0] <= number <= numbers[-1]]
        print(f"{codec} {size}: colours within {error}; {len(inside)} drawn, {len(inside) - len(numbers)} not sent by the server, "
              f"{len(numbers)} recorded ({drawing} of them as drawing)", flush=True)

    def test_640x360(self):
        self.check("640x360")

    def test_1280x720(self):
        self.check("1280x720")

    def test_1920x1080(self):
        self.check("1920x1080", as_drawing=5, per_second=5)

    # The server encodes these with one or two cores, if it gets them; newer frames hide those that it has not sent yet.
    def test_vp8(self):
        self.check("640x360", as_drawing=5, codec="vp8", per_second=2)

    def test_vp8_1280x720(self):
        self.check("1280x720", as_drawing=5, codec="vp8", per_second=2)

    def test_vp9(self):
        self.check("640x360", as_drawing=5, codec="vp9", per_second=2)

    def test_h264(self):
        self.check("640x360", as_drawing=5, codec="h264", per_second=2)

    def test_h264_1280x720(self):
        self.check("1280x720", as_drawing=5, codec="h264", per_second=2)

    def test_interrupted_with_control_c(self):
        self.check("640x360", 3, stop=signal.SIGINT)


class Probe(unittest.TestCase):
    def probe(self, *host_options, seconds=3):
        with HostProcess(HOST, "--port", "0", *host_options) as host, tempfile.TemporaryDirectory() as folder:
            port = host.wait_for("ready")["port"]
            trace = os.path.join(folder, "trace")
            tool = subprocess.Popen(
                [SUMAC, "probe", f"spice://127.0.0.1:{port}", "--duration", str(seconds), "--json", "-", "--trace", trace],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            self.addCleanup(tool.kill)
            out, errors = tool.communicate(timeout=seconds + 120)
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
        with Hiccups() as hiccups:
            report, trace = self.probe()
        self.check_accounts(report, trace)
        stream = report["streams"][0]
        self.assertEqual((stream["codec"], stream["width"], stream["height"]), ("mjpeg", 640, 360))
        # What waits at the end of the session is all that may be skipped on a quiet loopback.
        self.assertEqual(hiccups.unexplained(Frames(trace).skipped), [])

    def test_the_accounts_add_up_when_streams_come_and_go(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        with HostProcess(HOST, "--port", "0") as host:
            uri = f"spice://127.0.0.1:{host.wait_for('ready')['port']}"
            with SumacProcess(SUMAC, "probe", uri, folder) as sumac:
                streams = 0
                for _ in range(2):
                    host.command("video start")
                    sumac.wait_for("stream_created", after=streams)
                    sumac.wait_for_frames(20)
                    host.command("video stop")
                    streams = self.wait_until_no_stream(sumac)
                sumac.stop()
        report = sumac.report()
        self.assertGreaterEqual(len(report["streams"]), 2)
        self.check_accounts(report, sumac.events())

    @staticmethod
    def wait_until_no_stream(sumac):
        """The server ends a stream that gets no frames; a slow one does so in between, too. How many there were."""
        ended = 0
        while ended != (begun := len(sumac.events("stream_created"))):
            sumac.wait_for("stream_destroyed", after=begun - 1)
            ended = begun
        return ended

    def test_frames_are_presented_in_order(self):
        _, trace = self.probe()
        presented = [event["frame"] for event in trace if event["event"] == "frame_presented"]
        self.assertGreater(len(presented), 0)
        self.assertEqual(presented, sorted(set(presented)))

    def test_a_server_that_has_vp8_sends_vp8(self):
        report, trace = self.probe("--codec", "vp8", seconds=4)
        self.assertEqual({stream["codec"] for stream in report["streams"]}, {"vp8"})
        self.check_accounts(report, trace)
        self.assertGreater(report["streams"][0]["frames_presented"], 0)


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
