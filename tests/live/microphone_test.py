"""The guest hears the client's microphone, and only while it listens: `sumac probe` with a tone, before a sumac-host that records.

usage: microphone_test.py SUMAC SUMAC_HOST
"""

import os
import sys
import tempfile
import time
import unittest
from unittest import mock

from hearing import heard, is_tone, switch_recording, wait_until_heard
from host_chain import HostChain
from host_process import HostProcess
from sumac_process import SumacProcess

SUMAC = HOST = ""
CLIP = ("--size", "352x192", "--desktop", "352x192", "--fps", "10")
RECORD = 6  # SPICE_CHANNEL_RECORD


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

    def check_codec(self, codec):
        host = self.start_host("--audio-codec", codec)
        sumac = self.start_sumac(self.uri(host), "--microphone", "tone")
        for _ in range(2):
            after = switch_recording(host, "on")
            wait_until_heard(host, after, is_tone)
            after = switch_recording(host, "off")
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
        wait_until_heard(host, 0, lambda event: event["samples"] == 0)
        self.start_sumac(self.uri(host), "--microphone", "tone")
        wait_until_heard(host, 0, is_tone)

    def test_nothing_is_sent_without_a_microphone(self):
        host = self.start_host("--record")
        self.start_sumac(self.uri(host))
        host.wait_for("client", state="connected")
        after = len(host.events)
        wait_until_heard(host, after, lambda _: len(heard(host, after)) > 1)
        self.assertEqual({event["samples"] for event in heard(host)}, {0})
        self.assertNotIn(RECORD, {event["type"] for event in host.events if event["event"] == "channel"})

    def check_move(self, kind):
        chain = self.enterContext(HostChain(HOST, *CLIP, "--record", migration=kind))
        sumac = self.start_sumac(chain.uri, "--microphone", "tone")
        wait_until_heard(chain.here, 0, is_tone)
        destination = chain.hop()
        chain.end_source()
        sumac.wait_for("migration", phase="completed")
        wait_until_heard(destination, 0, is_tone)
        sumac.stop()
        self.assertEqual([one["kind"] for one in sumac.report()["connection"]["migrations"]], [kind])

    def test_the_microphone_moves_along_seamlessly(self):
        self.check_move("seamless")

    def test_the_microphone_moves_along_semi_seamlessly(self):
        self.check_move("semi-seamless")


if __name__ == "__main__":
    SUMAC, HOST = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1], verbosity=2)
