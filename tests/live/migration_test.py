"""`sumac` follows a clip from host to host, to other clocks and back: nothing that reached it is lost, and what fails leaves
it where it was.

usage: migration_test.py SUMAC SUMAC_HOST     SUMAC_MIGRATION_HOPS=50 for a long way (4 hops unless asked otherwise)
"""

import contextlib
import os
import socket
import sys
import tempfile
import threading
import time
import unittest

from hiccups import Hiccups
from host_chain import HostChain
from host_process import HostProcess
from recorded import Recorded
from sumac_process import Frames, SumacProcess
from xspice import free_port

SUMAC = HOST = ""
HOPS = int(os.environ.get("SUMAC_MIGRATION_HOPS", "4"))
FPS = 30
INTERVAL_MS = 1000 / FPS
# The rule is one interval. What comes on top is this machine's: what the hosts and the recorder encode on the same cores, and
# what it keeps from running besides, which is measured (hiccups.py).
SLACK_MS = 40
# A machine that keeps a waiting thread from running for so long may have kept the client from it for a quarter of a second,
# after which the client shows the newest frame instead of all. What was skipped for that is printed.
MACHINE_STALL_MS = 100
# What a host needs to make a stream of its clip (20 frames), and a second of that stream.
STAY = 1.7
CLIP = ("--size", "640x360", "--desktop", "640x360", "--fps", str(FPS))


class Moves(unittest.TestCase):
    def follow(self, *host_options, hops=HOPS, uri=None, sumac_options=(), destination=None, **chain_options):
        """Records over so many hops; (chain, recorded, events, ms by which a gap may exceed the servers')."""
        folder = self.enterContext(tempfile.TemporaryDirectory())
        chain = self.enterContext(HostChain(HOST, *CLIP, *host_options, **chain_options))
        sumac = self.enterContext(
            SumacProcess(SUMAC, "record", uri(chain) if uri else chain.uri, folder, *sumac_options))
        hiccups = self.enterContext(Hiccups())
        sumac.wait_for("stream_created")
        time.sleep(1)
        for hop in range(hops):
            chain.hop(destination(chain) if destination else None)
            chain.end_source()
            sumac.wait_for("migration", phase="completed", after=self.phases(sumac, hop))
            time.sleep(STAY)
        sumac.wait_for("stream_created", after=len(sumac.events("stream_destroyed")))
        most_ms = INTERVAL_MS + SLACK_MS + hiccups.longest_ms
        sumac.stop()
        events = sumac.events()
        chain.here.command("quit")
        chain.here.wait()
        return chain, Recorded(chain, sumac.recording), events, most_ms

    @staticmethod
    def phases(sumac, hops):
        """How many migration events belong to the hops before this one."""
        ends = [i for i, event in enumerate(sumac.events("migration")) if event["phase"] == "completed"]
        return ends[hops - 1] + 1 if hops else 0

    def check_streams(self, events, most_ms):
        """What came in streams: each frame presented once, in order, without a gap of our making."""
        frames = Frames(events)
        superseded = {event["frame"] for event in frames.skipped if event["reason"] == "superseded"}
        if most_ms < INTERVAL_MS + SLACK_MS + MACHINE_STALL_MS or len(superseded) < len(frames.skipped):
            self.assertEqual(frames.skipped, [])
        # One stall costs the frames that came in it.
        self.assertLessEqual(len(superseded), 2 * most_ms / INTERVAL_MS)
        if superseded:
            print(f"{len(superseded)} frames skipped because this machine stood still", flush=True)
        self.assertEqual([event["frame"] for event in frames.presented], [f for f in frames.wanted() if f not in superseded])
        self.assertLess(max(frames.excess_gaps_ms()), most_ms + (MACHINE_STALL_MS if superseded else 0))
        return frames

    def check(self, *host_options, kind, hops=HOPS, **more):
        chain, recorded, events, most_ms = self.follow(*host_options, hops=hops, **more)
        frames = self.check_streams(events, most_ms)
        numbers = recorded.numbers()
        self.assertEqual(recorded.torn, 0)
        # The same picture may come twice (the source's last one, and the destination's whole screen), none comes back.
        self.assertEqual(numbers, sorted(numbers))
        # All that was received in streams is in the recording.
        received = [recorded.numbers_of(event["mm_time"])
                    for event in frames.received if event["frame"] not in frames.closed]
        self.assertNotIn([], received, "a stamp that no host gave")
        unseen = [any_of for any_of in received if not set(any_of) & set(numbers)]
        self.assertLessEqual(len(unseen), len(frames.skipped), f"received and not recorded: {unseen}")
        self.assertGreaterEqual(len(set(numbers)), len(frames.presented))
        # The rest was never sent: it was drawn before the client had come.
        missing = recorded.missing()
        self.assertLess(len(missing), 15 * hops + 1)
        at_moves, excess, where = recorded.longest_gaps_ms(after=chain.moves[0][1] - FPS)
        self.assertLess(excess, most_ms, f"after frame {where}; moves {chain.moves}")
        completed = [event for event in events if event["event"] == "migration" and event["phase"] == "completed"]
        self.assertEqual([event["kind"] for event in completed], [kind] * hops)
        print(f"{hops} {kind} migrations: {len(frames.received)} frames received in streams, {len(frames.presented)} presented; "
              f"{len(set(numbers))} pictures recorded, {len(missing)} never sent; longest gap at a move {at_moves:.0f} ms; "
              f"at most {excess:.1f} ms beyond the servers' silence, {most_ms:.0f} allowed (streams: "
              f"{max(frames.excess_gaps_ms()):.1f} ms beyond that at arrival)", flush=True)
        return chain

    def test_seamless(self):
        self.check(kind="seamless")

    def test_seamless_with_sound(self):
        self.check("--audio", kind="seamless")

    def test_semi_seamless(self):
        self.check(kind="semi-seamless", migration="semi-seamless")

    def test_semi_seamless_with_sound(self):
        self.check("--audio", kind="semi-seamless", migration="semi-seamless")

    def test_switch_host(self):
        self.check(kind="switch-host", migration="switch-host", hops=2)

    def test_seamless_refused_by_the_destination_becomes_semi_seamless(self):
        chain = self.check(kind="semi-seamless", hops=1,
                           destination=lambda chain: chain.new_destination("--refuse-seamless"))
        self.assertEqual(len(chain.hosts), 2)

    def test_tls_with_the_subject_of_the_certificate(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        tls = certificates(folder)
        chain = self.check(*tls, kind="seamless", hops=2,
                           uri=lambda chain: f"spice+tls://localhost:{chain.here.wait_for('ready')['tls_port']}",
                           sumac_options=("--ca-file", f"{folder}/ca-cert.pem"))
        for host in chain.hosts:
            channels = [e for e in host.events if e["event"] == "channel" and e["state"] == "initialized"]
            self.assertGreater(len(channels), 1)
            self.assertTrue(all(channel["tls"] for channel in channels))


def certificates(folder):
    """Makes them; the options that make hosts use them."""
    with HostProcess(HOST, "--tls", "--tls-dir", folder) as maker:
        maker.wait_for("ready")
    return ("--tls", "--cert", f"{folder}/server-cert.pem", "--key", f"{folder}/server-key.pem",
            "--ca", f"{folder}/ca-cert.pem")


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
        # A machine that stands still for a quarter of a second makes frames superfluous; nothing else may.
        self.assertLessEqual({event["reason"] for event in frames.skipped}, {"superseded"})
        outcomes = sorted(event["frame"] for event in frames.presented + frames.skipped)
        self.assertEqual(outcomes, sorted(frames.wanted()))
        first = sumac.report()["connection"]["migrations"][0]
        self.assertIn(first["phase"], phases, first)
        self.assertIn(f":{source.wait_for('ready')['port']}", first["from"])
        return first

    def check_refused(self, port, *options):
        """A destination that cannot be reached: the client says so, the machine stays."""
        chain, sumac = self.start("--copy-time", "1500", *options)
        source = chain.here
        source.command(f"migrate 127.0.0.1 {port}")
        sumac.wait_for("migration", phase="failed", timeout=20)
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
        chain, sumac = self.start("--copy-time", "1500", migration="semi-seamless")
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
        self.check_cancelled("connected", "--copy-time", "1000")

    def test_cancelled_when_the_machine_has_stopped(self):
        self.check_cancelled("stopped", "--downtime", "1000")

    def test_semi_seamless_cancelled_when_the_machine_has_stopped(self):
        self.check_cancelled("stopped", "--downtime", "1000", migration="semi-seamless")

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
        chain, sumac = self.start("--copy-time", "1500")
        with chain.new_destination() as destination:
            chain.here.command(chain.migrate_command(destination))
            sumac.wait_for("migration", phase="connected")
        chain.here.command("migrate-cancel")
        chain.here.wait_for("migration", phase="cancelled")
        self.check_goes_on(chain, sumac, "cancelled", "failed")

    def test_a_certificate_with_another_subject(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        tls = certificates(folder)
        chain, sumac = self.start("--copy-time", "1500", sumac_options=("--ca-file", f"{folder}/ca-cert.pem"))
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


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
