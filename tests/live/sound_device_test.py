"""The system's loudspeaker and microphone: `sumac probe` with a real PulseAudio, which has no hardware, before a sumac-host.

usage: sound_device_test.py SUMAC SUMAC_HOST

The environment variable SUMAC_DRIFT_SECONDS makes the tests of sound cards whose clocks drift longer (default 15).
"""

import array
import math
import os
import statistics
import sys
import tempfile
import time
import unittest
from unittest import mock

from hearing import (RATE, TONE_HZ, TONE_PEAK, click_peaks, click_times, heard, is_tone, switch_recording, wait_for_clicks,
                     wait_until_heard)
from hiccups import Hiccups
from host_process import HostProcess
from pulse import PulseServer, drifting_card, null_sink
from sumac_process import Frames, SumacProcess

SUMAC = HOST = ""
FPS = 30
SECONDS = 12
DRIFT_SECONDS = int(os.environ.get("SUMAC_DRIFT_SECONDS", 15))
SETTLE_SECONDS = 90
# What the client keeps ready is more than this: a machine that stands still for less is no excuse.
RING_MS = 20
# So much more than is wanted is thrown away (AudioRegulator::flood).
FLOOD_MS = 150
# The client tries a device again after 5 s; then PulseAudio takes its time, 2 s and more.
BACK_SECONDS = 12
LOST = "the system's sound device failed"


def tone(hz, peak):
    """A second of it, in stereo."""
    samples = [round(peak * math.sin(2 * math.pi * hz * i / RATE)) for i in range(RATE)]
    return array.array("h", [sample for sample in samples for _ in range(2)]).tobytes()


class SoundDevice(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def start_pulse(self, *modules, started=True):
        pulse = self.enterContext(PulseServer(*modules))
        if started:
            pulse.start()
        return pulse

    def start_host(self, *options):
        # libspice-server says how the sound is packed nowhere else.
        with mock.patch.dict(os.environ, G_MESSAGES_DEBUG="Spice"):
            return self.enterContext(HostProcess(HOST, "--port", "0", "--fps", str(FPS), *options))

    def start_sumac(self, pulse, host, *options):
        with mock.patch.dict(os.environ, pulse.environment):
            return self.enterContext(SumacProcess(
                SUMAC, "probe", f"spice://127.0.0.1:{host.wait_for('ready')['port']}", self.folder, *options))

    def play(self, pulse, *options):
        """A sumac that plays a clip with clicks on the system's device, its host and the hiccups from now on."""
        host = self.start_host("--size", "640x360", "--audio")
        hiccups = self.enterContext(Hiccups())
        return self.start_sumac(pulse, host, "--sound", "system", *options), host, hiccups

    def report(self, sumac):
        sumac.stop()
        report = sumac.report()
        print(report["audio"], flush=True)
        self.assertEqual(report["audio"]["device"], "pulse")
        return report

    def check_frames(self, sumac, hiccups):
        """No frame lost, and no gap that the server did not make."""
        frames = Frames(sumac.events())
        self.assertEqual(hiccups.unexplained(frames.skipped), [])
        self.assertEqual(len(frames.presented), len(frames.wanted()) - len(frames.skipped))
        gap = max(frames.excess_gaps_ms())
        print(f"{len(frames.presented)} frames, {len(frames.skipped)} skipped; at most {gap:.1f} ms between two beyond their "
              f"gap at arrival; the machine stood still for {hiccups.longest_ms:.1f} ms at most", flush=True)
        self.assertLess(gap, hiccups.allowed_ms(2 * 1000 / FPS))

    def check_steady(self, report, hiccups):
        """Sound without a gap, neither too little of it nor too much."""
        audio = report["audio"]
        # What a stall held up comes in one go, and what is too much of it is thrown away.
        stalls = hiccups.count(RING_MS)
        self.assertLessEqual(audio["discarded_ms"], stalls * (FLOOD_MS + hiccups.longest_ms), audio)
        # One more: what the machine does to the client need not be just what it does to us.
        self.assertLessEqual(audio["underruns"], stalls + 1, audio)
        self.assertGreater(audio["buffered_ms"]["p50"], RING_MS)
        self.assertLess(audio["buffered_ms"]["p95"], hiccups.allowed_ms(250))

    def check_clicks(self, clicks, host, report, hiccups):
        """One each second, none lost and none twice. Sound is played up to 0.5 % faster or slower; only a stall of this
        machine makes silence, or throws sound away."""
        self.assertGreater(len(clicks), 1)
        gaps = [after - before for before, after in zip(clicks, clicks[1:])]
        print(f"{len(clicks)} clicks, {1000 * min(gaps):.1f} to {1000 * max(gaps):.1f} ms apart", flush=True)
        # What is thrown away after a stall may hold a click, one in each second of it.
        lost = sum(max(0, round(gap) - 1) for gap in gaps)
        thrown_away = math.ceil(report["audio"]["discarded_ms"] / 1000)
        self.assertLessEqual(lost, host.clicks_left_out() + thrown_away)
        off = sorted(abs(gap - max(1, round(gap))) for gap in gaps)
        self.assertLess(off[len(off) // 2], 0.008)
        self.assertLess(off[-1], 0.008 if hiccups.count(RING_MS) == 0 else 0.5 + hiccups.longest_ms / 1000)

    def check_pictures(self, host, sumac, listener, clicks, hiccups):
        """What is heard at the device is seen at that time: by the sound server's clock, not by the client's."""
        stamps = [event["mm_time"] for event in list(host.events) if event["event"] == "click"]
        shown = [(event["mm_time"], event["t_us"] / 1e6) for event in sumac.events("frame_presented")]
        errors = []
        for click in clicks:
            at = listener.began + click
            # Of the second that this click stands for, the frame nearest to its stamp.
            off = [at - (t - (mm - stamp) / 1000) for stamp in stamps for mm, t in shown if abs(mm - stamp) <= 1000 / FPS]
            errors.append(1000 * min(off, key=abs))
        errors.sort()
        print(f"clicks come {errors[0]:.1f} to {errors[-1]:.1f} ms after their pictures, median {errors[len(errors) // 2]:.1f}",
              flush=True)
        self.assertLess(abs(errors[len(errors) // 2]), hiccups.allowed_ms(60))

    def test_the_loudspeaker_plays_each_click_once_with_its_picture(self):
        pulse = self.start_pulse(null_sink("here"))
        sumac, host, hiccups = self.play(pulse)
        with pulse.listen("here.monitor") as listener:
            listener.wait_until_loud()
            time.sleep(SECONDS)
            wait_for_clicks(listener, SECONDS - 1)
        report = self.report(sumac)
        clicks = click_times(listener.left)[1:]  # the first may have been cut
        self.assertGreaterEqual(len(clicks), SECONDS - 2)
        self.check_clicks(clicks, host, report, hiccups)
        # Of a click that a stall cut off, Opus makes up to a fifth more: the usual one counts.
        peak = statistics.median(click_peaks(listener.left, clicks))
        print(f"peak {peak} of 32767", flush=True)
        self.assertTrue(14000 < peak < 18000, peak)  # 16000 by the host
        self.check_steady(report, hiccups)
        self.assertEqual(report["audio"]["device_lost"], 0)
        self.assertLessEqual(report["audio"]["skew_ms"]["p95"], hiccups.allowed_ms(20))
        self.check_frames(sumac, hiccups)
        self.check_pictures(host, sumac, listener, clicks, hiccups)

    def heard_again(self, pulse, source, since, hiccups):
        """Until the clicks are heard there, and go on."""
        with pulse.listen(source) as listener:
            took = listener.wait_until_loud() - since
            print(f"heard again after {took:.1f} s", flush=True)
            self.assertLess(1000 * took, hiccups.allowed_ms(1000 * BACK_SECONDS))
            wait_for_clicks(listener, 3)

    def test_a_sound_server_that_dies_and_comes_back_costs_no_frame(self):
        pulse = self.start_pulse(null_sink("here"))
        sumac, _, hiccups = self.play(pulse)
        self.heard_again(pulse, "here.monitor", time.monotonic(), hiccups)
        pulse.kill()
        died = time.monotonic()
        sumac.wait_for_frames(3 * FPS)
        came_back = time.monotonic()
        pulse.start()
        self.heard_again(pulse, "here.monitor", time.monotonic(), hiccups)
        report = self.report(sumac)
        self.assertEqual(report["audio"]["device_lost"], 1)
        self.assertEqual(sumac.errors.count(LOST), 1, sumac.errors)
        # Meanwhile the null device hears the sound.
        meanwhile = [event for event in sumac.events("clock_observed")
                     if event["source"] == "playback" and 1e6 * (died + 1) < event["t_us"] < 1e6 * came_back]
        self.assertGreater(len(meanwhile), 5)
        self.check_frames(sumac, hiccups)

    def test_a_sound_server_that_comes_late_is_found(self):
        pulse = self.start_pulse(null_sink("here"), started=False)
        sumac, _, hiccups = self.play(pulse)
        sumac.wait_for_frames(3 * FPS)
        pulse.start()
        self.heard_again(pulse, "here.monitor", time.monotonic(), hiccups)
        self.report(sumac)
        self.assertEqual(sumac.errors.count("no sound is heard"), 1, sumac.errors)
        self.check_frames(sumac, hiccups)

    def test_the_sound_follows_the_system_to_another_device_and_back(self):
        pulse = self.start_pulse(null_sink("here"), null_sink("there", 44100))
        pulse.control("set-default-sink", "here")
        sumac, _, hiccups = self.play(pulse)
        self.heard_again(pulse, "here.monitor", time.monotonic(), hiccups)
        pulse.control("set-default-sink", "there")
        self.heard_again(pulse, "there.monitor", time.monotonic(), hiccups)
        pulse.control("unload-module", self.module_of(pulse, "there"))  # as if it were unplugged
        self.heard_again(pulse, "here.monitor", time.monotonic(), hiccups)
        report = self.report(sumac)
        self.assertEqual(report["audio"]["device_lost"], 0)
        self.assertNotIn(LOST, sumac.errors)
        self.check_frames(sumac, hiccups)

    @staticmethod
    def module_of(pulse, sink):
        """Its index."""
        return next(line.split()[0] for line in pulse.control("list", "short", "modules").splitlines()
                    if f"sink_name={sink} " in line)

    def test_a_device_that_stands_still_costs_no_frame(self):
        pulse = self.start_pulse(null_sink("here"))
        sumac, _, hiccups = self.play(pulse)
        self.heard_again(pulse, "here.monitor", time.monotonic(), hiccups)
        pulse.control("suspend-sink", "here", "1")
        sumac.wait_for_frames(4 * FPS)
        pulse.control("suspend-sink", "here", "0")
        self.heard_again(pulse, "here.monitor", time.monotonic(), hiccups)
        report = self.report(sumac)
        self.assertEqual(report["audio"]["device_lost"], 1)
        self.assertIn("it stands still", sumac.errors)
        self.check_frames(sumac, hiccups)

    def test_a_sound_server_that_hangs_costs_no_frame(self):
        pulse = self.start_pulse(null_sink("here"), null_sink("mouth"))
        pulse.control("set-default-sink", "here")
        self.start_microphone(pulse)
        # Both hang, and pictures are decoded all the same.
        sumac, host, hiccups = self.play(pulse, "--microphone", "system")
        after = switch_recording(host, "on")
        wait_until_heard(host, after, is_tone)
        self.heard_again(pulse, "here.monitor", time.monotonic(), hiccups)
        pulse.hang()
        sumac.wait_for_frames(4 * FPS)
        # The guest changes its mind: the microphone is closed, and opened again.
        for state in ("off", "on", "off", "on"):
            switch_recording(host, state)
        sumac.wait_for_frames(4 * FPS)
        pulse.go_on()
        after = len(host.events)
        self.heard_again(pulse, "here.monitor", time.monotonic(), hiccups)
        wait_until_heard(host, after, is_tone)
        self.report(sumac)
        self.assertIn("it stands still", sumac.errors)
        self.check_frames(sumac, hiccups)

    def check_end(self, sumac, hiccups):
        """Ctrl-C ends the client soon, whatever its sound server does."""
        began = time.monotonic()
        sumac.stop()
        took = time.monotonic() - began
        print(f"ended after {took:.1f} s", flush=True)
        self.assertLess(1000 * took, hiccups.allowed_ms(10000))  # 2 s, and a busy machine

    def test_a_sound_server_that_hangs_does_not_keep_the_client_from_ending(self):
        pulse = self.start_pulse(null_sink("here"))
        sumac, _, hiccups = self.play(pulse)
        self.heard_again(pulse, "here.monitor", time.monotonic(), hiccups)
        pulse.hang()
        sumac.wait_for_frames(FPS)
        self.check_end(sumac, hiccups)
        self.check_frames(sumac, hiccups)

    def test_a_sound_server_that_never_answers_does_not_keep_the_client_from_ending(self):
        pulse = self.start_pulse(null_sink("here"))
        pulse.hang()
        sumac, _, hiccups = self.play(pulse)
        sumac.wait_for_frames(2 * FPS)
        self.check_end(sumac, hiccups)
        self.check_frames(sumac, hiccups)

    def wait_until_settled(self, card, second):
        """Until a second of sound takes that long by the card's clock: a stall of this machine takes a while to make up for."""
        end = time.monotonic() + SETTLE_SECONDS
        while True:
            clicks = click_times(card.left[-8 * RATE :])[1:]  # the first may have been cut
            mean = (clicks[-1] - clicks[0]) / (len(clicks) - 1) if len(clicks) > 1 else math.nan
            print(f"by the card's clock 1 s takes {mean:.5f} s", flush=True)
            if abs(mean - second) <= 0.0008:
                return
            self.assertLess(time.monotonic(), end, "the sound does not follow the card's clock")
            time.sleep(1)

    def check_drift(self, ppm):
        """The sound card's clock goes that much faster than ours, which is the server's."""
        card, module = drifting_card(self.folder, ppm)
        self.enterContext(card)
        pulse = self.start_pulse(module)
        sumac, host, hiccups = self.play(pulse)
        card.wait_until_loud()
        time.sleep(DRIFT_SECONDS)
        self.wait_until_settled(card, 1 + ppm / 1e6)
        report = self.report(sumac)
        self.check_clicks(click_times(card.left)[5:], host, report, hiccups)
        self.check_steady(report, hiccups)
        self.check_frames(sumac, hiccups)

    def test_a_sound_card_with_a_fast_clock_never_runs_dry(self):
        self.check_drift(2000)

    def test_a_sound_card_with_a_slow_clock_is_never_flooded(self):
        self.check_drift(-2000)

    def start_microphone(self, pulse):
        """Someone says a tone into the system's microphone, for the rest of the test."""
        pulse.control("set-default-source", "mouth.monitor")
        self.enterContext(pulse.speaking("mouth", tone(TONE_HZ, TONE_PEAK)))

    def check_codec(self, codec):
        pulse = self.start_pulse(null_sink("mouth"))
        self.start_microphone(pulse)
        host = self.start_host("--audio-codec", codec)
        sumac = self.start_sumac(pulse, host, "--microphone", "system")
        for _ in range(2):
            after = switch_recording(host, "on")
            wait_until_heard(host, after, lambda event: is_tone(event) and event["samples"] > 0.9 * RATE)
            after = switch_recording(host, "off")
            time.sleep(1.2)
            self.assertEqual(heard(host, after), [])
        sumac.stop()
        print([event for event in heard(host)], flush=True)
        host.command("quit")
        host.wait()
        self.assertIn(f"using mode {codec}", host.stderr)

    def test_the_guest_hears_the_microphone_as_opus(self):
        self.check_codec("opus")

    def test_the_guest_hears_the_microphone_raw(self):
        self.check_codec("raw")

    def test_the_guest_hears_the_microphone_again_after_the_sound_server_died(self):
        pulse = self.start_pulse(null_sink("mouth"))
        self.start_microphone(pulse)
        host = self.start_host("--record")
        sumac = self.start_sumac(pulse, host, "--microphone", "system")
        wait_until_heard(host, 0, is_tone)
        pulse.kill()
        after = len(host.events)
        wait_until_heard(host, after, lambda event: event["samples"] == 0)
        hiccups = self.enterContext(Hiccups())
        pulse.start()
        self.start_microphone(pulse)
        after, came_back = len(host.events), time.monotonic()
        wait_until_heard(host, after, is_tone)
        took = time.monotonic() - came_back
        print(f"heard again after {took:.1f} s", flush=True)
        self.assertLess(1000 * took, hiccups.allowed_ms(1000 * BACK_SECONDS))
        sumac.stop()
        self.assertEqual(sumac.errors.count("the microphone failed"), 1, sumac.errors)


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
