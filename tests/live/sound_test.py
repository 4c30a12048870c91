"""Sound of a sumac-host: `sumac record` has it in the file, in time with the pictures; `sumac probe` says how it went.

usage: sound_test.py SUMAC SUMAC_HOST
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

from hearing import RATE, click_times
from hiccups import Hiccups
from host_cells import read_number
from host_process import HostProcess
from pictures import recorded_frames
from sumac_process import Frames

SUMAC = HOST = ""
SECONDS = 10
FPS = 30


def samples_of(path):
    """The left channel."""
    command = ["ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-f", "s16le", "-"]
    data = subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout
    return memoryview(data).cast("h")[::2]


def tracks_of(path):
    command = ["ffprobe", "-v", "error", "-show_streams", "-of", "json", path]
    streams = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)["streams"]
    return {stream["codec_type"]: stream for stream in streams}


def last_picture(path):
    """Seconds from the recording's beginning."""
    command = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries", "frame=pts_time", "-of", "csv=p=0", path]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()[-1].strip(","))


def numbered(path, region):
    """(seconds, number of the clip's frame) for each picture of a recording that shows a whole one."""
    for seconds, rgb in recorded_frames(path, region):
        number = read_number(rgb, region[2], (0, 0, *region[2:]))
        if number is not None:
            yield seconds, number


class Sound(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def host(self, *options):
        host = HostProcess(HOST, "--port", "0", "--size", "640x360", "--fps", str(FPS), "--audio", *options)
        return host, f"spice://127.0.0.1:{host.wait_for('ready')['port']}"

    def probe(self, uri, *options):
        path = os.path.join(self.folder, "report.json")
        command = [SUMAC, "probe", uri, "--duration", str(SECONDS), "--json", path, *options]
        tool = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        self.addCleanup(tool.kill)
        return tool, path

    def report(self, tool, path):
        _, errors = tool.communicate(timeout=SECONDS + 120)
        self.assertEqual(tool.returncode, 0, errors)
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
        print(json.dumps(report["audio"]), flush=True)
        return report

    def test_the_recording_has_the_sound_as_long_as_the_pictures(self):
        host, uri = self.host()
        path = os.path.join(self.folder, "out.mkv")
        with host, Hiccups() as hiccups:
            command = [SUMAC, "record", uri, path, "--duration", str(SECONDS)]
            subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=SECONDS + 120)
        sound = tracks_of(path)["audio"]
        self.assertEqual((sound["codec_name"], sound["sample_rate"], sound["channels"]), ("flac", str(RATE), 2))
        samples = samples_of(path)
        pictures = max(SECONDS, last_picture(path))  # a busy machine ends it late
        self.assertAlmostEqual(len(samples) / RATE, pictures, delta=0.5 + hiccups.longest_ms / 1000)
        clicks = click_times(samples)
        self.assertGreaterEqual(len(clicks), max(2, SECONDS - 2 - host.clicks_left_out()))
        # A loaded machine may move one by an underrun; the rate itself is right.
        gaps = sorted(after - before for before, after in zip(clicks, clicks[1:]))
        self.assertAlmostEqual(gaps[len(gaps) // 2], 1, delta=0.02)

    def test_raw_sound_is_recorded_in_time_with_the_pictures(self):
        host, uri = self.host("--audio-codec", "raw")
        path = os.path.join(self.folder, "out.mkv")
        with host:
            command = [SUMAC, "record", uri, path, "--duration", str(SECONDS)]
            subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=SECONDS + 120)
            region = tuple(host.wait_for("ready")["region"][key] for key in ("x", "y", "width", "height"))
        clicks = click_times(samples_of(path))
        self.assertGreaterEqual(len(clicks), SECONDS - 2 - host.clicks_left_out())
        # How far each click is from the whole second of the clip, by the pictures that are shown around it. The rule is
        # 20 ms for most; a busy machine may move some.
        pictures, errors = list(numbered(path, region)), []
        for click in clicks:
            starts = sorted(seconds - number / FPS for seconds, number in pictures if abs(seconds - click) < 0.5)
            if len(starts) > 3:
                since_start = click - starts[len(starts) // 2]
                errors.append(since_start - round(since_start))
        print(f"clicks are off their pictures by {[round(1000 * error) for error in errors]} ms", flush=True)
        self.assertGreaterEqual(len(errors), SECONDS // 2)
        self.assertLess(sorted(map(abs, errors))[len(errors) // 2], 0.06)

    def test_a_recording_without_sound_has_no_track(self):
        host, uri = self.host()
        path = os.path.join(self.folder, "out.mkv")
        with host:
            command = [SUMAC, "record", uri, path, "--duration", "2", "--sound", "none"]
            subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=120)
        self.assertEqual(list(tracks_of(path)), ["video"])

    def watch(self, *commands):
        """The report, the trace and the hiccups of a run."""
        host, uri = self.host()
        trace = os.path.join(self.folder, "trace.jsonl")
        with host, Hiccups() as hiccups:
            tool, path = self.probe(uri, "--trace", trace)
            time.sleep(3)
            for command in commands:
                host.command(command)
                time.sleep(1.5)
            report = self.report(tool, path)
        with open(trace, encoding="utf-8") as lines:
            return report, [json.loads(line) for line in lines], hiccups

    def check_gaps(self, events, hiccups):
        """No frame lost, and no gap that the server did not make."""
        frames = Frames(events)
        self.assertEqual(hiccups.unexplained(frames.skipped), [])
        gap = max(frames.excess_gaps_ms())
        print(f"at most {gap:.1f} ms between two frames beyond their gap at arrival", flush=True)
        self.assertLess(gap, hiccups.allowed_ms(2 * 1000 / FPS))

    def test_pictures_follow_the_sound(self):
        report, events, hiccups = self.watch()
        audio = report["audio"]
        self.assertEqual(audio["device"], "null")
        # 100 packets a second once the channel is open.
        self.assertGreater(audio["packets"], 60 * (SECONDS - 2))
        self.assertEqual(report["clock"]["source"], "playback")
        created = next(event["t_us"] for event in events if event["event"] == "stream_created")
        skews = sorted(abs(event["skew_ms"]) for event in events
                       if event["event"] == "frame_presented" and "skew_ms" in event and event["t_us"] > created + 2e6)
        self.assertGreater(len(skews), 50)
        # A step of the player that comes late moves the sound, and the pictures after it.
        self.assertLessEqual(skews[len(skews) // 2], 60)
        self.assertLessEqual(skews[int(0.95 * (len(skews) - 1))], hiccups.allowed_ms(20))
        self.check_gaps(events, hiccups)
        channel = [one for one in report["connection"]["channels"] if one["type"] == "playback"][0]
        self.assertEqual((channel["damaged"], channel["ignored"]), ({}, {}))

    def test_sound_that_comes_and_goes_costs_no_frame(self):
        _, events, hiccups = self.watch("audio off", "audio on", "audio off", "audio beep")
        self.check_gaps(events, hiccups)


if __name__ == "__main__":
    SUMAC, HOST = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
