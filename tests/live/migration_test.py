"""`sumac` follows a clip from host to host, to other clocks and back: nothing that reached it is lost.

usage: migration_test.py SUMAC SUMAC_HOST     SUMAC_MIGRATION_HOPS=50 for a long way (4 hops unless asked otherwise)
"""

import collections
import os
import sys
import tempfile
import time
import unittest

from hiccups import Hiccups
from host_chain import HostChain, certificates
from recorded import Recorded
from sumac_process import Frames, SumacProcess

SUMAC = HOST = ""
HOPS = int(os.environ.get("SUMAC_MIGRATION_HOPS", "4"))
FPS = 30
INTERVAL_MS = 1000 / FPS
# The rule is one interval. What comes on top is what the hosts and the recorder encode on the same cores.
SLACK_MS = 40
# What a host needs to make a stream of its clip (20 frames), and a second of that stream.
STAY = 1.7
# Of these 20 a client is sent so many at least, even by a busy host that hides some by the next one; 15 and more as a rule.
DRAWN = 6
CLIP = ("--size", "640x360", "--desktop", "640x360", "--fps", str(FPS))


class Moves(unittest.TestCase):
    def follow(self, *host_options, hops=HOPS, uri=None, sumac_options=(), destination=None, **chain_options):
        """Records over so many hops; (chain, recorded, events, hiccups)."""
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
        sumac.stop()
        events = sumac.events()
        chain.here.command("quit")
        chain.here.wait()
        return chain, Recorded(chain, sumac.recording, hiccups.held_up_ms), events, hiccups

    @staticmethod
    def phases(sumac, hops):
        """How many migration events belong to the hops before this one."""
        ends = [i for i, event in enumerate(sumac.events("migration")) if event["phase"] == "completed"]
        return ends[hops - 1] + 1 if hops else 0

    def check_streams(self, events, hiccups):
        """What came in streams: each frame presented once, in order, without a gap of our making."""
        frames = Frames(events)
        self.assertEqual(hiccups.unexplained(frames.skipped), [])
        skipped = {event["frame"] for event in frames.skipped}
        self.assertEqual([event["frame"] for event in frames.presented], [f for f in frames.wanted() if f not in skipped])
        self.assertLess(max(frames.excess_gaps_ms()), hiccups.allowed_ms(INTERVAL_MS + SLACK_MS))
        return frames

    def check(self, *host_options, kind, hops=HOPS, **more):
        chain, recorded, events, hiccups = self.follow(*host_options, hops=hops, **more)
        most_ms = hiccups.allowed_ms(INTERVAL_MS + SLACK_MS)
        frames = self.check_streams(events, hiccups)
        numbers = recorded.numbers()
        self.assertEqual(recorded.torn, 0)
        # The same picture may come twice (the source's last one, and the destination's whole screen), none comes back.
        self.assertEqual(numbers, sorted(numbers))
        # All that was received in streams and was to be shown is in the recording.
        skipped = {event["frame"] for event in frames.skipped}
        received = [recorded.numbers_of(event["mm_time"])
                    for event in frames.received if event["frame"] not in frames.closed | skipped]
        self.assertNotIn([], received, "a stamp that no host gave")
        self.assertEqual(recorded.unseen(received), [], "received and not recorded")
        # So is what each host sends as drawing.
        stood_still_ms = hiccups.stood_still_ms(INTERVAL_MS, events[0]["t_us"], events[-1]["t_us"])
        as_drawing = len(set(numbers)) - len(frames.presented)
        self.assertGreaterEqual(as_drawing, DRAWN * (hops + 1) - stood_still_ms / INTERVAL_MS)
        # The rest was never sent: it was drawn before the client had come, or hidden by the next one before a server without
        # time had sent it, of the 20 that each host sends as drawing above all.
        missing = recorded.missing()
        self.assertLess(len(missing), FPS * (hops + 1 + stood_still_ms / 1000))
        at_moves, excess_at_moves, excess, where = recorded.longest_gaps_ms(after=chain.moves[0][1] - FPS)
        self.assertLess(excess, most_ms, f"after frame {where}; moves {chain.moves}")
        completed = [event for event in events if event["event"] == "migration" and event["phase"] == "completed"]
        self.assertEqual([event["kind"] for event in completed], [kind] * hops)
        reasons = dict(collections.Counter(event["reason"] for event in frames.skipped))
        print(f"{hops} {kind} migrations: {len(frames.received)} frames received in streams, {len(frames.presented)} presented, "
              f"{len(frames.closed)} still waiting when the session was closed, skipped {reasons}; "
              f"{len(set(numbers))} pictures recorded, {as_drawing} of them as drawing, {len(missing)} never sent; "
              f"longest gap at a move {at_moves:.0f} ms, "
              f"{excess_at_moves:.1f} ms beyond the servers' silence; any gap: {excess:.1f} ms, {most_ms:.0f} allowed (streams: "
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
        tls = certificates(HOST, folder)
        chain = self.check(*tls, kind="seamless", hops=2,
                           uri=lambda chain: f"spice+tls://localhost:{chain.here.wait_for('ready')['tls_port']}",
                           sumac_options=("--ca-file", f"{folder}/ca-cert.pem"))
        for host in chain.hosts:
            channels = [e for e in host.events if e["event"] == "channel" and e["state"] == "initialized"]
            self.assertGreater(len(channels), 1)
            self.assertTrue(all(channel["tls"] for channel in channels))


if __name__ == "__main__":
    HOST = sys.argv.pop()
    SUMAC = sys.argv.pop()
    unittest.main(verbosity=2)
