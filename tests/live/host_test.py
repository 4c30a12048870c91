"""sumac-host alone: its command line, commands, events, sockets and end. No client needed.

usage: host_test.py SUMAC_HOST
"""

import os
import signal
import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
import unittest

from child import PATIENCE
from hiccups import Hiccups
from host_process import HostProcess

EXECUTABLE = ""


def start(*arguments):
    host = HostProcess(EXECUTABLE, *arguments)
    return host, host.wait_for("ready")


def run(*arguments):
    return subprocess.run(
        [EXECUTABLE, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def first_number(host, after=0):
    """Of the first frame (from event `after` on), drawn or missed."""
    return next(event["number"] for event in host.events[after:] if event["event"] in ("frame", "frame_missed"))


class Clip(unittest.TestCase):
    def test_every_frame_is_drawn_or_reported_as_missed(self):
        host, ready = start("--fps", "30")
        with host:
            self.assertEqual(host.events[0], ready)
            host.wait_for_frame(80)
            host.command("quit")
            self.assertEqual(host.wait(), 0)
            accounted = set(host.numbers())
            for event in host.events:
                if event["event"] == "frame_missed":
                    accounted |= set(range(event["number"], event["number"] + event["count"]))
            self.assertGreater(len(accounted), 60)
            self.assertEqual(accounted, set(range(max(accounted) + 1)))

    def test_frames_come_in_order_with_the_time_of_the_server(self):
        host, _ = start("--fps", "60")
        with host:
            time.sleep(1)
            host.command("quit")
            host.wait()
            numbers = host.numbers()
            self.assertEqual(numbers, sorted(set(numbers)))
            for event in host.events:
                self.assertEqual(event["mm_time"], event["t_us"] // 1000 % 2**32)

    def test_the_clip_clock_goes_on_while_video_is_stopped(self):
        host, _ = start()
        with host:
            host.wait_for_frame(5)
            host.command("video stop")
            stopped = host.wait_for("video", state="stopped")
            time.sleep(1)
            host.command("video start")
            started = host.wait_for("video", state="started")
            self.assertGreater(started["next_frame"], stopped["next_frame"] + 25)
            host.wait_for_frame(started["next_frame"] + 10)
            late = [n for n in host.numbers() if n >= stopped["next_frame"]]
            self.assertGreaterEqual(late[0], started["next_frame"])

    def test_the_clip_clock_stands_while_the_vm_is_paused(self):
        host, _ = start()
        with host:
            host.wait_for_frame(5)
            host.command("pause")
            stopped = host.wait_for("vm", state="stopped")
            after = len(host.events)
            time.sleep(0.5)
            host.command("resume")
            host.wait_for_frame(stopped["next_frame"])
            # A busy machine may miss this one, and says so.
            self.assertEqual(first_number(host, after), stopped["next_frame"])

    def test_a_paused_host_waits_for_its_number(self):
        host, _ = start("--start-paused")
        with host:
            time.sleep(0.5)
            self.assertEqual(host.numbers(), [])
            host.command("resume 1000")
            host.wait_for_frame(1000)
            self.assertEqual(first_number(host), 1000)

    def test_a_click_stands_at_each_whole_second_of_the_clip(self):
        host, _ = start("--audio", "--fps", "20")
        with host, Hiccups() as hiccups:
            self.check_clicks(host, hiccups)
            host.command("audio off")
            host.wait_for("audio", state="off")

    def check_clicks(self, host, hiccups):
        """Of the next five seconds. A busy machine may keep the host from one of them, or move one."""
        host.wait_for_frame(20 * 5 + 10)
        clicks = {event["number"]: event["t_us"] for event in list(host.events) if event["event"] == "click"}
        frames = {event["number"] / 20: event["t_us"] for event in list(host.events) if event["event"] == "frame"}
        off = [abs(clicks[second] - frames[second]) / 1000 for second in range(1, 6) if second in clicks and second in frames]
        self.assertGreater(len(off), 2)
        self.assertLess(statistics.median(off), 60 + hiccups.longest_ms, off)

    def test_beeps_leave_the_server_without_sound_between_them(self):
        host, _ = start("--fps", "20")
        with host, Hiccups() as hiccups:
            host.command("audio beep")
            host.wait_for("audio", state="beep")
            self.check_clicks(host, hiccups)
            host.command("audio off")
            off = host.events.index(host.wait_for("audio", state="off"))
            time.sleep(1.2)
            self.assertEqual([event for event in host.events[off:] if event["event"] == "click"], [])


class Commands(unittest.TestCase):
    def test_what_is_not_understood_is_answered_and_survived(self):
        host, _ = start("--start-paused")
        with host:
            for line in ("fly", "migrate", "migrate x 0", "migrate x 1 y", "audio loud", "migrate-cancel now", "resume -1", "audio", "record", "record beep", "x" * 3000):
                after = len(host.events)
                host.command(line)
                self.assertIn("migrate HOST PORT", host.wait_for("error", after=after)["message"])
            host.command("migrate 127.0.0.1 5900")
            host.wait_for("error", message="migrate: the VM is stopped")
            host.command("migrate-cancel")
            host.wait_for("error", message="migrate-cancel: no migration is under way")
            host.command("help")
            host.wait_for("help")

    def test_the_end_of_input_is_not_the_end_and_a_signal_is(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            host, _ = start()
            with host:
                host.close_input()
                host.wait_for("input_closed")
                last = len(host.events)
                host.wait_for("frame", after=last)
                host.signal(number)
                self.assertEqual(host.wait(), 0)
                self.assertEqual(host.events[-1]["event"], "quit")


    def test_a_machine_whose_client_does_not_move_runs_on_when_cancelled(self):
        # Without a client there is nobody to ask: the server says at once that all have answered.
        for options, phase in ((["--copy-time", "60000"], "connected"), (["--downtime", "60000"], "stopped")):
            host, _ = start(*options)
            with host:
                host.wait_for_frame(5)
                host.command("migrate 127.0.0.1 1 2 O=Some one,CN=here")
                host.wait_for("migration", phase=phase)
                last = max(host.numbers())
                host.command("migrate-cancel")
                host.wait_for("migration", phase="cancelled")
                host.wait_for_frame(last + 10)

    def test_a_host_in_another_time_is_reached_by_signals(self):
        host = HostProcess(EXECUTABLE, "--port", "0", clock_ahead=1000)
        with host:
            ready = host.wait_for("ready")
            if host.clock_is_far:
                self.assertGreater(ready["t_us"], 1_000_000_000 + time.monotonic_ns() // 1000 - 20_000_000)
            self.assertLess(abs(host.to_ours(ready["t_us"]) - time.monotonic_ns() // 1000), 20_000_000)
            host.signal(signal.SIGTERM)
            self.assertEqual(host.wait(), 0)
            self.assertEqual(host.events[-1]["event"], "quit")


class Sockets(unittest.TestCase):
    def test_a_taken_port_is_said_in_one_line(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            result = run("--port", str(port))
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"port {port}: Address already in use", result.stderr)
        self.assertEqual(len(result.stderr.splitlines()), 1)

    def test_tcp_tls_and_unix_sockets_at_once(self):
        with tempfile.TemporaryDirectory() as directory:
            path = os.path.join(directory, "spice.sock")
            host, ready = start(
                "--port", "0", "--tls", "--tls-dir", directory, "--unix", path, "--ticket", "x"
            )
            with host:
                socket.create_connection(("127.0.0.1", ready["port"]), PATIENCE).close()
                with socket.socket(socket.AF_UNIX) as local:
                    local.connect(path)
                context = ssl.create_default_context(cafile=ready["ca"])
                with socket.create_connection(("127.0.0.1", ready["tls_port"]), PATIENCE) as plain:
                    with context.wrap_socket(plain, server_hostname="localhost") as secure:
                        self.assertTrue(secure.version())
                self.assertEqual(ready["subject"], "O=Sumac test host,CN=localhost")
                host.command("quit")
                self.assertEqual(host.wait(), 0)
                self.assertFalse(os.path.exists(path))


class Usage(unittest.TestCase):
    def test_wrong_usage_is_status_2(self):
        for arguments in (
            ["--fps", "0"],
            ["--fps", "61"],
            ["--size", "3840x2161"],
            ["--size", "10x10"],
            ["--size", "640"],
            ["--desktop", "500x500"],
            ["--codec", "av1"],
            ["--audio-codec", "celt"],
            ["--tls"],
            ["--port", "70000"],
            ["--ticket", "x" * 61],
            ["--ticket-file", "/nowhere"],
            ["--bad"],
        ):
            with self.subTest(arguments):
                result = run(*arguments)
                self.assertEqual(result.returncode, 2)
                self.assertTrue(result.stderr)

    def test_a_clip_that_cannot_be_read_is_status_1(self):
        result = run("--clip", __file__)
        self.assertEqual(result.returncode, 1)
        self.assertIn(__file__, result.stderr)

    def test_help_teaches(self):
        result = run("--help")
        self.assertEqual(result.returncode, 0)
        for word in ("migrate HOST PORT", "record on|off", "frame_missed", "frequency_hz", "CRC-8", "Exit status"):
            self.assertIn(word, result.stdout)


if __name__ == "__main__":
    EXECUTABLE = sys.argv.pop(1)
    unittest.main(verbosity=2)
