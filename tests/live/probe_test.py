"""`sumac probe`: pictures in planes, the compression that it asks for.

usage: probe_test.py SUMAC SUMAC_HOST
"""

import json
import subprocess
import sys
import tempfile
import unittest

from host_process import HostProcess
from sumac_process import SumacProcess

SUMAC = HOST = ""
PATIENCE = 60  # far more than it takes: a slow machine is no failure


class Probe(unittest.TestCase):
    def probe(self, *options, host_options=()):
        with HostProcess(HOST, "--port", "0", "--size", "352x192", "--desktop", "640x360", *host_options) as host:
            uri = f"spice://127.0.0.1:{host.wait_for('ready')['port']}"
            result = subprocess.run([SUMAC, "probe", uri, "--json", "-", *options], capture_output=True, text=True, timeout=60)
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)

    def probe_frames(self, *options):
        """(report, frames presented) once a stream has shown some. A slow machine makes the server stream it in pieces."""
        with tempfile.TemporaryDirectory() as folder, \
                HostProcess(HOST, "--port", "0", "--size", "352x192", "--desktop", "640x360") as host:
            uri = f"spice://127.0.0.1:{host.wait_for('ready', PATIENCE)['port']}"
            with SumacProcess(SUMAC, "probe", uri, folder, *options) as sumac:
                sumac.wait_for_frames(20, PATIENCE)
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
            report = self.probe("--duration", "2", *compression, host_options=("--streaming", "off", "--fps", "1", "--compression", "off"))
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
