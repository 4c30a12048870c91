"""The guest hears the client's microphone, and only while it listens: `sumac probe` with a tone, before a sumac-host that records.

usage: microphone_test.py SUMAC SUMAC_HOST
"""

import os
import sys
import tempfile
import time
import unittest
from unittest import mock

from host_chain import HostChain
from host_process import HostProcess
from sumac_process import SumacProcess

SUMAC = HOST = ""
RATE = 48000
CLIP = ("--size", "352x192", "--desktop", "352x192", "--fps", "10")
TONE_HZ, TONE_RMS = 440, 3000 / 2**0.5
RECORD = 6  # SPICE_CHANNEL_RECORD


def heard(host, after=0):
    return [event for event in list(host.events)[after:] if event["event"] == "heard"]


def is_tone(event):
    """A quarter of a second of it will do: a busy machine may keep the client from sending for a while."""
    return (event["samples"] > RATE / 4 and event["frequency_hz"] is not None
            and abs(event["frequency_hz"] - TONE_HZ) < 5 and event["rms"] > TONE_RMS / 2 and event["peak"] < 4000)


class Microphone(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def start_host(self, *options):
        # libspice-server says how the sound is packed nowhere else.
        with mock.patch.dict(os.environ, G_MESSAGES_DEBUG="Spice"):
            return self.enterContext(HostProcess(HOST, "--port", "0", *CLIP, *options))

    def start_sumac(self, uri, *options):
        return self.enterContext(SumacProcess(SUMAC, "probe", uri, self.folder, *options))

    @staticmethod
    def uri(host):
        return f"spice://127.0.0.1:{host.wait_for('ready')['port']}"

    def wait_for(self, host, after, found, timeout=30):
        """Until one of the events in which the host says what it hears is as it should be."""
        end = time.monotonic() + timeout
        while not any(found(event) for event in heard(host, after)):
            self.assertLess(time.monotonic(), end, f"heard: {heard(host, after)}")
            time.sleep(0.1)

    def switch(self, host, state):
        """From where on events tell of what was heard after it."""
        after = len(host.events)
        host.command(f"record {state}")
        host.wait_for("record", after=after, state=state)
        return len(host.events)

    def check_codec(self, codec):
        host = self.start_host("--audio-codec", codec)
        sumac = self.start_sumac(self.uri(host), "--microphone", "tone")
        for _ in range(2):
            after = self.switch(host, "on")
            self.wait_for(host, after, is_tone)
            after = self.switch(host, "off")
            time.sleep(1.2)
            self.assertEqual(heard(host, after), [])
        sumac.stop()
        channel = [one for one in sumac.report()["connection"]["channels"] if one["type"] == "record"][0]
        self.assertEqual((channel["damaged"], channel["ignored"]), ({}, {}))
        self.assertGreaterEqual(channel["messages"], 4)  # START and STOP, twice
        host.command("quit")
        host.wait()
        modes = {line.split()[-1] for line in host.stderr.splitlines() if "record client" in line and "using mode" in line}
        self.assertEqual(modes, {codec})

    def test_a_tone_comes_as_opus_and_again_after_a_stop(self):
        self.check_codec("opus")

    def test_a_tone_comes_raw_and_again_after_a_stop(self):
        self.check_codec("raw")

    def test_a_guest_that_listens_first_hears_a_client_that_comes_later(self):
        host = self.start_host("--record")
        self.wait_for(host, 0, lambda event: event["samples"] == 0)
        self.start_sumac(self.uri(host), "--microphone", "tone")
        self.wait_for(host, 0, is_tone)

    def test_nothing_is_sent_without_a_microphone(self):
        host = self.start_host("--record")
        self.start_sumac(self.uri(host))
        host.wait_for("client", state="connected")
        after = len(host.events)
        self.wait_for(host, after, lambda _: len(heard(host, after)) > 1)
        self.assertEqual({event["samples"] for event in heard(host)}, {0})
        self.assertNotIn(RECORD, {event["type"] for event in host.events if event["event"] == "channel"})

    def check_move(self, kind):
        chain = self.enterContext(HostChain(HOST, *CLIP, "--record", migration=kind))
        sumac = self.start_sumac(chain.uri, "--microphone", "tone")
        self.wait_for(chain.here, 0, is_tone)
        destination = chain.hop()
        chain.end_source()
        sumac.wait_for("migration", phase="completed")
        self.wait_for(destination, 0, is_tone)
        sumac.stop()
        self.assertEqual([one["kind"] for one in sumac.report()["connection"]["migrations"]], [kind])

    def test_the_microphone_moves_along_seamlessly(self):
        self.check_move("seamless")

    def test_the_microphone_moves_along_semi_seamlessly(self):
        self.check_move("semi-seamless")


if __name__ == "__main__":
    SUMAC, HOST = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
