"""`sumac probe`: pictures in planes, the compression that it asks for.

usage: probe_test.py SUMAC SUMAC_HOST
"""

import sys
import tempfile
import time
import unittest

from host_process import HostProcess
from quiet import wait_until_quiet
from sumac_process import SumacProcess

SUMAC = HOST = ""
DISPLAY = 2  # SPICE_CHANNEL_DISPLAY


class Probe(unittest.TestCase):
    def probe_still(self, *options, host_options=()):
        """The report of a session with a screen on which nothing moves, once all of it has come."""
        with tempfile.TemporaryDirectory() as folder, \
                HostProcess(HOST, "--port", "0", "--size", "352x192", "--desktop", "640x360", *host_options) as host:
            ready = host.wait_for("ready")
            with SumacProcess(SUMAC, "probe", f"spice://127.0.0.1:{ready['port']}", folder, *options) as sumac:
                host.wait_for("channel", type=DISPLAY, state="initialized")
                time.sleep(1)
                wait_until_quiet([ready["pid"], sumac.pid], {ready["port"]})
                sumac.stop()
                return sumac.report()

    def probe_frames(self, *options):
        """(report, frames presented) once a stream has shown some. A slow machine makes the server stream it in pieces."""
        with tempfile.TemporaryDirectory() as folder, \
                HostProcess(HOST, "--port", "0", "--size", "352x192", "--desktop", "640x360") as host:
            uri = f"spice://127.0.0.1:{host.wait_for('ready')['port']}"
            with SumacProcess(SUMAC, "probe", uri, folder, *options) as sumac:
                sumac.wait_for_frames(20)
                sumac.stop()
                report = sumac.report()
        self.assertEqual({stream["codec"] for stream in report["streams"]}, {"mjpeg"})
        return report, sum(stream["frames_presented"] for stream in report["streams"])

    def test_frames_of_a_stream_in_planes(self):
        report, presented = self.probe_frames("--planes")
        self.assertEqual(report["shown"]["planes"], presented)
        self.assertGreater(report["shown"]["updates"], 0, "what came before the stream was drawing")

    def test_frames_of_a_stream_in_pixels(self):
        report, presented = self.probe_frames()
        self.assertEqual(report["shown"]["planes"], 0)
        self.assertGreater(report["shown"]["updates"], presented)
        self.assertGreater(report["draw_delay_ms"]["count"], 0)

    def test_the_server_sends_in_the_compression_asked_for(self):
        def size(*compression):
            report = self.probe_still(
                *compression, host_options=("--streaming", "off", "--start-paused", "--compression", "off"))
            return sum(channel["bytes"] for channel in report["connection"]["channels"])

        screen = 4 * 640 * 360
        self.assertGreater(size("--compression", "server"), screen)
        self.assertGreater(size("--compression", "off"), screen)
        self.assertLess(size("--compression", "auto-glz"), screen)
        self.assertLess(size(), screen)


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
