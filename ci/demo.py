#!/usr/bin/env python3
"""Records ten seconds of a sumac-host and says what was seen. usage: demo.py SUMAC SUMAC_HOST OUTPUT_FOLDER"""

import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "tests", "live"))
from host_process import HostProcess  # noqa: E402

SECONDS = 10


def percentile(values, fraction):
    return sorted(values)[min(len(values) - 1, int(len(values) * fraction))]


def trace_events(path, kind):
    with open(path, encoding="utf-8") as lines:
        return [event for event in map(json.loads, lines) if event["event"] == kind]


def main():
    sumac, host_program, folder = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    recording, screenshot, trace = (os.path.join(folder, name) for name in ("recording.mkv", "screenshot.png", "trace.jsonl"))
    with HostProcess(host_program, "--port", "0", "--size", "640x360", "--fps", "30") as host:
        uri = f"spice://127.0.0.1:{host.wait_for('ready')['port']}"
        print(f"a sumac-host plays 640x360 at 30 frames/s on {uri}; recording {SECONDS} s ...", flush=True)
        subprocess.run([sumac, "record", uri, recording, "--duration", str(SECONDS), "--trace", trace], check=True)
        subprocess.run([sumac, "shot", uri, screenshot, "--timeout", "2"], check=True, stderr=subprocess.DEVNULL)
        host.command("quit")
        host.wait()
        # The server stamps a frame when it takes it; the host prints the same instant.
        drawn_at = {event["mm_time"]: event["t_us"] for event in host.events if event["event"] == "frame"}

    received = trace_events(trace, "frame_received")
    presented = trace_events(trace, "frame_presented")
    # Whatever still waited when the recording stopped was not lost: we hung up.
    skipped = [event for event in trace_events(trace, "frame_skipped") if event["reason"] != "session_closed"]
    if not presented:
        sys.exit("no video frame was presented: the server opened no stream")
    delays = []
    for event in presented:
        # The stamp may be read a millisecond before or after the host's own look at the clock.
        drawn = next((drawn_at[t] for t in (event["mm_time"], event["mm_time"] - 1, event["mm_time"] + 1) if t in drawn_at), None)
        if drawn is not None:
            delays.append((event["t_us"] - drawn) / 1000)
    if not delays:
        sys.exit("no stamp of a presented frame is one of the host's")
    first, last = presented[0]["mm_time"], presented[-1]["mm_time"]
    sent = sum(first - 1 <= t <= last + 1 for t in drawn_at)
    print(f"""
frames drawn by the host while the stream ran  {sent}
received                                       {len(received)}
presented                                      {len(presented)}
lost                                           {sent - len(presented)} ({max(0, sent - len(received))} not sent by the server, {len(skipped)} skipped)
delay from drawing to presentation             median {percentile(delays, 0.5):.1f} ms, 99 % within {percentile(delays, 0.99):.1f} ms

recording   {recording}
screenshot  {screenshot}
trace       {trace}""")


main()
