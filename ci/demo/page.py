"""The page: what was measured, to look at. One file, nothing from elsewhere."""

import base64
import os
import subprocess
import tempfile
from html import escape

from chart import Chart

STYLE = """
:root { color-scheme: light dark; --back: #fbfbfa; --card: #fff; --ink: #1d2126; --soft: #6a7280; --rule: #e4e6ea;
  --one: #2f6fde; --two: #d9772b; --due: #9aa3b2; --bad: #cf2e3b; --good: #1e8e5a; --move: #8a5cd133; --ok: #1e8e5a1f; }
@media (prefers-color-scheme: dark) { :root { --back: #14171b; --card: #1c2026; --ink: #e8eaee; --soft: #98a1b0; --rule: #2d333c;
  --one: #6ea2ff; --two: #f2a05c; --due: #6b7484; --bad: #ff6b76; --good: #55c990; --move: #a884ee40; --ok: #55c9901f; } }
* { box-sizing: border-box } body { margin: 0; background: var(--back); color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 32px 20px 64px } h1 { font-size: 26px; margin: 0 0 4px }
h2 { font-size: 17px; margin: 34px 0 4px } p { margin: 2px 0 10px; max-width: 78ch } .soft { color: var(--soft) }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; padding: 12px }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(136px, 1fr)); gap: 12px; margin: 18px 0 }
.tile b { display: block; font-size: 26px; line-height: 1.25; font-variant-numeric: tabular-nums }
.tile.good b { color: var(--good) } .tile.bad b { color: var(--bad) }
.strip { display: flex; gap: 6px; overflow-x: auto } .strip figure { margin: 0; flex: 1 1 0; min-width: 116px }
.strip img { width: 100%; display: block; border-radius: 5px; border-bottom: 4px solid var(--one) }
.strip .two img { border-color: var(--two) } figcaption { font-size: 12px; color: var(--soft); text-align: center }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 12px } .pair h3 { font-size: 14px; margin: 2px 0 0 6px; font-weight: 600 }
.case { margin-top: 14px } svg { width: 100%; height: auto; display: block }
.grid { stroke: var(--rule); stroke-width: 1 } .tick, .label, .note { fill: var(--soft); font-size: 12px } .note { font-weight: 600 }
.one { fill: var(--one) } .two { fill: var(--two) } .bad { fill: var(--bad) } .good { fill: var(--good) }
.due { fill: none; stroke: var(--due); stroke-width: 1.2 } .lost { stroke: var(--bad); stroke-width: 1.3; fill: none }
.drawn { fill: none; stroke: var(--due); stroke-width: 1.2 } .move { fill: var(--move) } .ok { fill: var(--ok) }
.key i { display: inline-block; width: 10px; height: 10px; border-radius: 50%; margin: 0 5px 0 14px }
@media (max-width: 760px) { .pair { grid-template-columns: 1fr } }
"""


def thumbnails(recording, indices, width=236):
    """Pictures of a recording, by their index, as data URIs."""
    chosen = "+".join(f"eq(n,{index})" for index in indices)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["ffmpeg", "-v", "error", "-i", recording, "-vf", f"select='{chosen}',setpts=N/TB,scale={width}:-2", "-fps_mode", "passthrough",
             "-q:v", "4", os.path.join(folder, "%03d.jpg")], check=True)
        pictures = []
        for name in sorted(os.listdir(folder)):
            with open(os.path.join(folder, name), "rb") as picture:
                pictures.append("data:image/jpeg;base64," + base64.b64encode(picture.read()).decode())
        return pictures


def key(*entries):
    return '<p class="soft key">' + "".join(
        f'<i style="background:var(--{colour})"></i>{escape(text)}' for colour, text in entries) + "</p>"


def _mark_moves(chart, measured):
    for begin, end in zip(measured.moves, measured.ends):
        chart.band(begin, end, "move", "migration")


def _frame_dots(chart, measured, value):
    for host, kind in ((0, "one"), (1, "two")):
        chart.dots([(frame.shown, value(frame), f"frame {frame.number}: drawn at {frame.drawn:.3f} s, shown at {frame.shown:.3f} s")
                    for frame in measured.frames if frame.shown is not None and frame.host % 2 == host], kind)


def numbers_chart(measured):
    frames = measured.frames
    chart = Chart((0, frames[-1].drawn + 0.2), (frames[0].number, frames[-1].number), "seconds", "frame number", height=300)
    _mark_moves(chart, measured)
    for host in sorted({frame.host for frame in frames}):
        chart.line([(frame.drawn, frame.number) for frame in frames if frame.host == host], "drawn")
    _frame_dots(chart, measured, lambda frame: frame.number)
    return chart.svg("frame number over time")


def delay_chart(measured):
    top = max(60, 1.15 * max(measured.delays_ms()))
    chart = Chart((0, measured.frames[-1].drawn + 0.2), (0, top), "seconds", "ms after drawing")
    _mark_moves(chart, measured)
    for host in sorted({frame.host for frame in measured.frames}):
        chart.line([(frame.due, 1000 * (frame.due - frame.drawn))
                    for frame in measured.frames if frame.due is not None and frame.host == host], "due")
    _frame_dots(chart, measured, lambda frame: 1000 * (frame.shown - frame.drawn))
    chart.spikes([frame.drawn for frame in measured.frames if frame.shown is None], "lost")
    return chart.svg("delay of each frame over time")


def skew_chart(measured):
    most = max(60.0, 1.15 * max((abs(ms) for _, ms in measured.skews), default=0))
    chart = Chart((0, measured.frames[-1].drawn + 0.2), (-most, most), "seconds", "ms", height=190)
    chart.stripe(-20, 20, "ok")
    _mark_moves(chart, measured)
    chart.dots([(at, ms, f"{ms:+.0f} ms") for at, ms in measured.skews], "good", radius=5)
    return chart.svg("skew between picture and sound")


def case_chart(policy, lasts_ms):
    points = policy["points"]
    low, high = points[0][0] / 1000, points[-1][0] / 1000
    top = 2800  # ms, for all of them: they are to be compared
    chart = Chart((low, high), (0, top), "seconds", "delay, ms", width=520, height=170)
    chart.band(0, lasts_ms / 1000, "move")
    protected = policy["policy"] == "protected"
    chart.dots([(drawn / 1000, shown - drawn) for drawn, shown, lost in points if not lost], "good" if protected else "two", 1.8)
    chart.spikes([drawn / 1000 for drawn, _, lost in points if lost], "lost")
    return chart.svg("delay of each frame")


def _filmstrip(measured, recording):
    """The last pictures of the first host, and the first of the next one."""
    shown = measured.recorded.shown
    torn = measured.recorded.torn
    host_of = {frame.number: frame.host for frame in measured.frames}
    turn = next((i for i, (_, number) in enumerate(shown) if host_of.get(number) == 1), None)
    if turn is None or torn:
        return ""
    # The recording's pictures, first ones that are not of the clip included.
    before = measured.recorded.before
    chosen = [i for i in range(turn - 4, turn + 4) if 0 <= i < len(shown)]
    figures = []
    for i, picture in zip(chosen, thumbnails(recording, [before + i for i in chosen])):
        seconds, number = shown[i]
        gap = f" (+{1000 * (seconds - shown[i - 1][0]):.0f} ms)" if i else ""
        figures.append(f'<figure class="{"one" if host_of[number] == 0 else "two"}"><img alt="frame {number}" src="{picture}">'
                       f"<figcaption>{number}{gap}</figcaption></figure>")
    return f'<h2>Across the move</h2><p class="soft">Frame numbers, and the time since the picture before.</p>' \
           f'<div class="strip card">{"".join(figures)}</div>'


def _cases(four):
    parts = []
    for case in four["cases"]:
        charts = []
        for policy in case["policies"]:
            name = "with Sumac's policy" if policy["policy"] == "protected" else "following the clock"
            charts.append(f'<div class="card"><h3>{name}: {policy["lost"]} of {policy["frames"]} frames lost, picture stood still '
                          f'for up to {policy["longest_gap_ms"]:.0f} ms</h3>{case_chart(policy, four["lasts_ms"])}</div>')
        parts.append(f'<div class="case"><p><b>{case["case"]}</b> {escape(case["title"])}</p>'
                     f'<div class="pair">{"".join(charts)}</div></div>')
    return "".join(parts)


def tile(value, text, good=None):
    state = "" if good is None else " good" if good else " bad"
    return f'<div class="card tile{state}"><b>{escape(value)}</b><span class="soft">{escape(text)}</span></div>'


def build(measured, recording, four, tiles, story):
    """The whole page as HTML. `tiles`: [(value, text, good)]; `story`: a sentence of what was done."""
    body = [
        "<h1>A clip moves to another host</h1>", f'<p class="soft">{escape(story)}</p>',
        f'<div class="tiles">{"".join(tile(*entry) for entry in tiles)}</div>',
        _filmstrip(measured, recording),
        '<h2>Every frame</h2><p class="soft">The line is when the hosts drew it, the dots are when Sumac showed it.</p>',
        key(("one", "first host"), ("two", "second host")), f'<div class="card">{numbers_chart(measured)}</div>',
        '<h2>Delay</h2><p class="soft">From drawing to presentation (dots), and when it was due (line; frames of streams only: '
        "what the server sends as drawing has no time stamp and is shown at once). Red marks at the foot: drawn, but never sent "
        "by the hosts, because the client was between them or the server had no time.</p>",
        f'<div class="card">{delay_chart(measured)}</div>',
        '<h2>Sound and picture</h2><p class="soft">At each whole second the clip clicks and flashes. How much later the flash is seen '
        "than the click is heard, both taken from the recording. The stripe is 20 ms either way.</p>",
        f'<div class="card">{skew_chart(measured)}</div>',
        "<h2>The four cases</h2><p class=\"soft\">When a machine moves, frames and clock travel on connections of their own, so for a "
        f"while they speak of different hosts: here for {four['lasts_ms'] / 1000:g} s (shaded), with clocks {four['jump_ms'] / 3.6e6:g} "
        "hours apart, with sound, in simulation. Left the policy that Sumac uses, right a client that shows each frame when the clock "
        "that it was last told reaches its stamp. A mark at the foot is a frame that was never shown.</p>",
        _cases(four),
    ]
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
            f"<title>Sumac: a clip moves to another host</title><style>{STYLE}</style><main>{''.join(body)}</main></html>\n")
