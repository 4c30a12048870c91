#!/usr/bin/env python3
"""A clip with sound moves live to a host whose clock is 28 hours away, while Sumac records it.

Leaves the recording, the trace and a page with pictures; says in a few lines what happened. Exit status: 0 if nothing was
lost and picture and sound went on together, 1 if not, 2 for wrong usage.
"""

import argparse
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests", "live"))

import page  # noqa: E402
from host_chain import HostChain  # noqa: E402
from measure import Measurement, percentile  # noqa: E402
from sumac_process import SumacProcess  # noqa: E402

FPS = 30
# A demo on a busy machine may show a picture a little later than it should. These are what a viewer would notice.
MOST_GAP_MS = 150  # beyond the servers' own silence
MOST_SKEW_MS = 45  # sound ahead of the picture (ITU-R BT.1359)
SETTLING = 2.5  # seconds after a change in which sound and picture may still find each other


def parse_arguments():
    parser = argparse.ArgumentParser(prog="demo", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=6, help="how long the clip stays on each host (default 6, at least 4)")
    parser.add_argument("--kind", choices=("seamless", "semi-seamless", "switch-host"), default="seamless",
                        help="kind of migration (default seamless)")
    parser.add_argument("--output", default="demo-output", help="folder for what it leaves (default demo-output)")
    parser.add_argument("--build", default="build/release", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.seconds < 4:
        parser.error("--seconds: the sound needs at least 4")
    return arguments


def say(text):
    print(text, flush=True)


def play(arguments):
    """Plays, records and moves; what was measured."""
    build = arguments.build
    host = os.path.join(build, "apps", "host", "sumac-host")
    with HostChain(host, "--audio", "--fps", str(FPS), "--size", "640x360", "--desktop", "800x500",
                   migration=arguments.kind) as chain:
        with SumacProcess(os.path.join(build, "apps", "sumac", "sumac"), "record", chain.uri, arguments.output) as sumac:
            say(f"host 1 plays a clip with sound on {chain.uri}; sumac records it ...")
            sumac.wait_for("stream_created")
            time.sleep(arguments.seconds)
            destination = chain.new_destination()
            clock = "28 hours ahead" if destination.clock_is_far else "the same (no time namespaces here)"
            say(f"host 2 is up, its clock is {clock}: {arguments.kind} migration ...")
            streams = len(sumac.events("stream_created"))
            chain.hop(destination)
            sumac.wait_for("migration", phase="completed")
            say("moved; host 2 plays on ...")
            sumac.wait_for("stream_created", after=streams)
            time.sleep(arguments.seconds)
            sumac.stop()
        for each in chain.hosts:
            each.command("quit")
            each.wait()
        say("looking at every picture of the recording ...")
        return Measurement(chain, sumac.recording, sumac.events(), FPS), sumac.recording, clock


def judge(measured):
    """[(what, value, whether that is good)], and the verdict."""
    delays = measured.delays_ms()
    settled = [ms for at, ms in measured.skews if all(not 0 <= at - move < SETTLING for move in [0, *measured.moves])]
    skew = percentile([abs(ms) for ms in settled], 0.95) if settled else None
    kinds = [event["phase"] for event in measured.phases]
    return [
        ("frames lost", str(len(measured.lost())), not measured.lost()),
        ("in order, no picture torn", "yes" if measured.in_order() else "no", measured.in_order()),
        ("longest gap at the move, ms", f"{measured.gap_at_move_ms():.0f}", measured.gap_beyond_silence_ms() <= MOST_GAP_MS),
        ("most beyond the hosts' own silence, ms", f"{max(0, measured.gap_beyond_silence_ms()):.0f}",
         measured.gap_beyond_silence_ms() <= MOST_GAP_MS),
        ("sound skew, 95 % within, ms", "no sound" if skew is None else f"{skew:.0f}", skew is not None and skew <= MOST_SKEW_MS),
        ("delay, median, ms", f"{percentile(delays, 0.5):.0f}", None),
        ("migrations completed", str(kinds.count("completed")), kinds.count("completed") == 1),
    ]


def main():
    arguments = parse_arguments()
    os.makedirs(arguments.output, exist_ok=True)
    measured, recording, clock = play(arguments)
    four = json.loads(subprocess.run(
        [os.path.join(arguments.build, "tests", "four_cases")], capture_output=True, check=True).stdout)
    facts = judge(measured)
    story = (f"Two sumac-hosts on libspice-server play one clip with sound; the second one's clock is {clock}. "
             f"In mid-clip the session moved from one to the other ({arguments.kind}), while sumac record watched. "
             f"{len(measured.frames)} frames were drawn, {len(measured.streams.received)} came in streams, "
             f"{len(measured.never_sent())} were never sent: the client was between the hosts, or the server had no time.")
    path = os.path.join(arguments.output, "index.html")
    with open(path, "w", encoding="utf-8") as out:
        out.write(page.build(measured, recording, four, [(value, what, good) for what, value, good in facts], story))
    say("")
    for what, value, good in facts:
        say(f"  {what:<42} {value}{'' if good in (None, True) else '   <-- not as it should be'}")
    say("")
    for case in four["cases"]:
        with_policy, without = case["policies"]
        say(f"  case {case['case']}, simulated: {with_policy['lost']} frames lost, {with_policy['longest_gap_ms']:.0f} ms gap; "
            f"a client that follows the clock: {without['lost']} lost, {without['longest_gap_ms']:.0f} ms")
    say(f"\n  page       {path}\n  recording  {recording}\n  trace      {os.path.join(arguments.output, 'trace.jsonl')}")
    return 0 if all(good is not False for _, _, good in facts) else 1


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (AssertionError, OSError, subprocess.SubprocessError) as error:
        sys.exit(f"demo: {error}")
