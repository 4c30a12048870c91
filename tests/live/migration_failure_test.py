"""Migrations that fail, are cancelled, or lose one of their parts on the way: the session goes on where the machine is, or
ends with a reason; it never hangs.

usage: migration_failure_test.py SUMAC SUMAC_HOST SUMAC_FAULTPROXY
"""

import contextlib
import signal
import socket
import sys
import tempfile
import threading
import time
import unittest

from hiccups import Hiccups
from host_chain import HostChain, certificates
from host_process import HostProcess
from sumac_process import Frames, SumacProcess
from xspice import free_port

SUMAC = HOST = PROXY = ""
FPS = 30
# Long enough for a test to do something meanwhile, on a slow machine, too; a trace is half a second behind.
COPYING = ("--copy-time", "5000")
STOPPED = ("--downtime", "5000")
CLIP = ("--size", "640x360", "--desktop", "640x360", "--fps", str(FPS))


class Listener:
    """Accepts connections and says nothing, or hangs up at once. Use it in a with statement."""

    def __init__(self, hangs_up):
        self._hangs_up = hangs_up
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._open = []
        threading.Thread(target=self._serve, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._socket.close()
        for client in self._open:
            client.close()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                if self._hangs_up:
                    client.close()
                else:
                    self._open.append(client)


class Failures(unittest.TestCase):
    """The source's session runs on, and can move afterwards."""

    def start(self, *options, sumac_options=(), **more):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        chain = self.enterContext(HostChain(HOST, *CLIP, *options, **more))
        self.hiccups = self.enterContext(Hiccups())
        sumac = self.enterContext(SumacProcess(SUMAC, "probe", chain.uri, folder, *sumac_options))
        sumac.wait_for("stream_created")
        sumac.wait_for_frames(10)
        return chain, sumac

    def check_goes_on(self, chain, sumac, *phases):
        """At the source, and from there to a host that works."""
        source = chain.here
        sumac.wait_for_frames(FPS)
        chain.hop()
        chain.end_source()
        sumac.wait_for("migration", phase="completed")
        sumac.wait_for_frames(FPS)
        sumac.stop()
        frames = Frames(sumac.events())
        self.assertEqual(self.hiccups.unexplained(frames.skipped), [])
        outcomes = sorted(event["frame"] for event in frames.presented + frames.skipped)
        self.assertEqual(outcomes, sorted(frames.wanted()))
        first = sumac.report()["connection"]["migrations"][0]
        self.assertIn(first["phase"], phases, first)
        self.assertIn(f":{source.wait_for('ready')['port']}", first["from"])
        return first

    def check_refused(self, port, *options):
        """A destination that cannot be reached: the client says so, the machine stays."""
        chain, sumac = self.start(*COPYING, *options)
        source = chain.here
        source.command(f"migrate 127.0.0.1 {port}")
        sumac.wait_for("migration", phase="failed")
        source.wait_for("migration", phase="connected")
        source.command("migrate-cancel")
        source.wait_for("migration", phase="cancelled")
        migration = self.check_goes_on(chain, sumac, "failed")
        self.assertTrue(migration["reason"])

    def test_a_closed_port(self):
        self.check_refused(free_port())

    def test_a_destination_with_another_password(self):
        with HostProcess(HOST, "--start-paused", *CLIP, "--ticket", "other") as other:
            self.check_refused(other.wait_for("ready")["port"])

    def test_a_destination_that_hangs_up(self):
        with Listener(hangs_up=True) as other:
            self.check_refused(other.port)

    def test_a_destination_that_says_nothing(self):
        with Listener(hangs_up=False) as other:
            self.check_refused(other.port)

    def test_semi_seamless_to_a_closed_port(self):
        chain, sumac = self.start(*COPYING, migration="semi-seamless")
        chain.here.command(f"migrate 127.0.0.1 {free_port()}")
        sumac.wait_for("migration", phase="failed")
        chain.here.wait_for("migration", phase="connected")
        chain.here.command("migrate-cancel")
        self.check_goes_on(chain, sumac, "failed")

    def check_cancelled(self, phase, *options, **more):
        chain, sumac = self.start(*options, **more)
        destination = chain.new_destination()
        chain.here.command(chain.migrate_command(destination))
        chain.here.wait_for("migration", phase=phase)
        chain.here.command("migrate-cancel")
        chain.here.wait_for("migration", phase="cancelled")
        sumac.wait_for("migration", phase="cancelled")
        self.check_goes_on(chain, sumac, "cancelled")

    def test_cancelled_while_memory_is_copied(self):
        self.check_cancelled("connected", *COPYING)

    def test_cancelled_when_the_machine_has_stopped(self):
        self.check_cancelled("stopped", *STOPPED)

    def test_semi_seamless_cancelled_when_the_machine_has_stopped(self):
        self.check_cancelled("stopped", *STOPPED, migration="semi-seamless")

    def test_cancelled_while_the_destination_says_nothing(self):
        chain, sumac = self.start()
        with Listener(hangs_up=False) as other:
            chain.here.command(f"migrate 127.0.0.1 {other.port}")
            sumac.wait_for("migration", phase="connecting")
            time.sleep(1)
            chain.here.command("migrate-cancel")
            chain.here.wait_for("migration", phase="cancelled")
            # The server has nobody to tell yet; it answers the client's answer.
            sumac.wait_for_frames(FPS)
            self.check_goes_on(chain, sumac, "cancelled", "failed")

    def test_a_destination_that_dies_before_the_machine_comes(self):
        chain, sumac = self.start(*COPYING)
        with chain.new_destination() as destination:
            chain.here.command(chain.migrate_command(destination))
            sumac.wait_for("migration", phase="connected")
        chain.here.command("migrate-cancel")
        chain.here.wait_for("migration", phase="cancelled")
        self.check_goes_on(chain, sumac, "cancelled", "failed")

    def test_a_certificate_with_another_subject(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        tls = certificates(HOST, folder)
        chain, sumac = self.start(*COPYING, sumac_options=("--ca-file", f"{folder}/ca-cert.pem"))
        with HostProcess(HOST, "--start-paused", *CLIP, *tls) as other:
            port = other.wait_for("ready")["tls_port"]
            chain.here.command(f"migrate localhost 0 {port} O=Somebody else,CN=localhost")
            sumac.wait_for("migration", phase="failed")
            chain.here.wait_for("migration", phase="connected")
            chain.here.command("migrate-cancel")
            self.check_goes_on(chain, sumac, "failed")

    def test_a_machine_that_moves_where_nobody_can_follow_ends_the_session(self):
        chain, sumac = self.start()
        port = free_port()
        chain.here.command(f"migrate 127.0.0.1 {port}")
        self.assertEqual(sumac.wait(), 1)
        # A warning that it cannot follow, then what ended the session.
        self.assertIn(str(port), sumac.errors.strip().splitlines()[-1])

    def test_a_display_that_says_nothing_at_its_destination(self):
        """The main channel waits for it, but not for long."""
        chain, sumac = self.start(*COPYING)
        source, destination = chain.here, chain.new_destination()
        port = destination.wait_for("ready")["port"]
        scenario = self.enterContext(tempfile.NamedTemporaryFile("w", suffix=".toml"))
        scenario.write(f'[[listener]]\nlisten = "0"\nupstream = "{port}"\n[[fault]]\nname = "silence"\nstall = true\n'
                       'channel = "display"\ndirection = "to_client"\non = "fire silence"\n')
        scenario.flush()
        proxy = self.enterContext(HostProcess(PROXY, scenario.name))
        source.command(f"migrate 127.0.0.1 {proxy.wait_for('ready')['port']}")
        sumac.wait_for("migration", phase="connected")
        proxy.command("fire silence")
        stopped = source.wait_for("migration", phase="stopped")
        destination.command(f"resume {stopped['next_frame']}")
        sumac.wait_for("migration", phase="completed")
        proxy.command("stop silence")
        sumac.wait_for_frames(FPS)
        sumac.stop()
        self.assertIn("not heard at the destination", sumac.errors)

    def test_two_hops_in_a_row(self):
        """The second one begins as soon as the first host has done its part."""
        chain, sumac = self.start()
        chain.hop()
        chain.hop()
        sumac.wait_for("migration", phase="completed", port=chain.here.wait_for("ready")["port"])
        sumac.wait_for_frames(FPS)
        sumac.stop()
        frames = Frames(sumac.events())
        outcomes = sorted(event["frame"] for event in frames.presented + frames.skipped)
        self.assertEqual(outcomes, sorted(frames.wanted()))


class Deaths(unittest.TestCase):
    """Nobody is left to talk to: the session ends, and says why."""

    start = Failures.start

    def move(self, chain):
        """Begins a move that nobody waits for; the destination."""
        destination = chain.new_destination()
        chain.here.command(chain.migrate_command(destination))
        return destination

    def check_ends(self, sumac, port):
        self.assertEqual(sumac.wait(), 1)
        self.assertIn(str(port), sumac.errors.strip().splitlines()[-1])

    def test_of_the_source_while_memory_is_copied(self):
        chain, sumac = self.start("--copy-time", "20000")
        self.move(chain)
        sumac.wait_for("migration", phase="connected")
        chain.here.signal(signal.SIGKILL)
        self.check_ends(sumac, chain.here.wait_for("ready")["port"])

    def check_death_of_the_destination(self, migration):
        chain, sumac = self.start(migration=migration)
        destination = chain.hop()
        sumac.wait_for("migration", phase="completed")
        destination.signal(signal.SIGKILL)
        self.check_ends(sumac, destination.wait_for("ready")["port"])

    def test_of_the_destination_after_a_seamless_move(self):
        self.check_death_of_the_destination("seamless")

    def test_of_the_destination_after_a_semi_seamless_move(self):
        self.check_death_of_the_destination("semi-seamless")

    def test_of_the_destination_after_a_switch(self):
        self.check_death_of_the_destination("switch-host")

    def start_move_to_a_destination_that_stands_still(self, migration):
        """The client has connected to it; then it stops in its tracks, and the source sends the client there."""
        chain, sumac = self.start(*COPYING, migration=migration)
        destination = self.move(chain)
        sumac.wait_for("migration", phase="connected")
        destination.signal(signal.SIGSTOP)
        chain.here.wait_for("migration", phase="ended")
        return sumac, destination

    def check_destination_that_stands_still(self, migration, phase):
        sumac, destination = self.start_move_to_a_destination_that_stands_still(migration)
        sumac.wait_for("migration", phase=phase)
        self.check_ends(sumac, destination.wait_for("ready")["port"])

    def test_of_a_semi_seamless_destination_that_stands_still(self):
        self.check_destination_that_stands_still("semi-seamless", "restarting")

    def check_ctrl_c(self, migration, phase):
        sumac, _ = self.start_move_to_a_destination_that_stands_still(migration)
        sumac.wait_for("migration", phase=phase)
        sumac.stop()
        frames = Frames(sumac.events())
        outcomes = sorted(event["frame"] for event in frames.presented + frames.skipped)
        self.assertEqual(outcomes, sorted(frames.wanted()))

    def test_ctrl_c_while_it_restarts(self):
        self.check_ctrl_c("semi-seamless", "restarting")

    def test_ctrl_c_after_a_seamless_move(self):
        self.check_ctrl_c("seamless", "completed")

    def test_ctrl_c_while_it_connects(self):
        chain, sumac = self.start()
        with Listener(hangs_up=False) as other:
            chain.here.command(f"migrate 127.0.0.1 {other.port}")
            sumac.wait_for("migration", phase="connecting")
            sumac.stop()


if __name__ == "__main__":
    PROXY = sys.argv.pop()
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
