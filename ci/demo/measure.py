"""What happened to each frame and to the sound, from the recording, the trace and the hosts' events."""

import array
import dataclasses
import statistics
import subprocess

from recorded import Recorded
from sumac_process import Frames

SAMPLE_RATE = 48000
CLICK_LEVEL = 4000  # a click has 16000, silence nothing
QUIET_BEFORE_CLICK = 0.3  # seconds


@dataclasses.dataclass
class Frame:
    """Times in seconds since the first one was drawn."""

    number: int
    host: int  # 0: the first one
    drawn: float
    shown: float | None  # None: not in the recording
    due: float | None = None  # only of those that came in a stream
    in_stream: bool = False


def percentile(values, fraction):
    return sorted(values)[min(len(values) - 1, int(len(values) * fraction))]


def clicks(recording):
    """The moments, in the recording's seconds, at which a click begins."""
    raw = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", recording, "-map", "0:a:0?", "-af", "aresample=async=1:first_pts=0", "-ac", "1",
         "-ar", str(SAMPLE_RATE), "-f", "s16le", "-"], capture_output=True, check=False).stdout
    samples = array.array("h", raw[: len(raw) // 2 * 2])
    found, last = [], -SAMPLE_RATE
    for i, value in enumerate(samples):
        if abs(value) > CLICK_LEVEL:
            if i - last > QUIET_BEFORE_CLICK * SAMPLE_RATE:
                found.append(i / SAMPLE_RATE)
            last = i
    return found


class Measurement:
    """Of a chain of hosts, which have ended, its recording and its trace."""

    def __init__(self, chain, recording, events, fps):
        self.recorded = Recorded(chain, recording)
        self.streams = Frames(events)
        self.fps = fps
        self.interval_ms = 1000 / fps
        self._recording_start_us = self._find_start()
        first = self.recorded.numbers()[0]
        self._zero_us = self.recorded.drawn[first][0]
        self.frames = self._all_frames()
        self.moves = [(t_us - self._zero_us) / 1e6 for t_us, _ in chain.moves]
        self.ends = [(host.to_ours(host.wait_for("migration", phase="ended")["t_us"]) - self._zero_us) / 1e6
                     for host in chain.hosts[:-1]]
        self.phases = [event for event in events if event["event"] == "migration"]
        self.skews = self._skews(recording)

    def _number_of(self, event):
        return self.recorded.number_of(event["mm_time"])

    def _find_start(self):
        """Our clock at the recording's second 0, from the frames that trace and recording both know."""
        shown = self.recorded.first_shown()
        pairs = [event["t_us"] - 1e6 * shown[number] for event in self.streams.presented
                 if (number := self._number_of(event)) in shown]
        if not pairs:
            raise AssertionError("no frame of a stream is in the recording")
        return statistics.median(pairs)

    def _seconds(self, t_us):
        return (t_us - self._zero_us) / 1e6

    def _all_frames(self):
        shown = self.recorded.first_shown()
        first, last = min(shown), max(shown)
        frames = {}
        for number, (t_us, host, _) in sorted(self.recorded.drawn.items()):
            if first <= number <= last:
                at = self._seconds(self._recording_start_us + 1e6 * shown[number]) if number in shown else None
                frames[number] = Frame(number, host, self._seconds(t_us), at)
        for event in self.streams.presented:
            frame = frames.get(self._number_of(event))
            if frame:
                frame.in_stream, frame.due, frame.shown = True, self._seconds(event["due_us"]), self._seconds(event["t_us"])
        return list(frames.values())

    def _skews(self, recording):
        """[(seconds, ms that the picture of a whole second came after its click)]"""
        heard = [self._seconds(self._recording_start_us + 1e6 * at) for at in clicks(recording)]
        skews = []
        for frame in self.frames:
            if frame.number % self.fps == 0 and frame.shown is not None and heard:
                nearest = min(heard, key=lambda at, shown=frame.shown: abs(at - shown))
                if abs(nearest - frame.shown) < 0.5:
                    skews.append((frame.shown, 1000 * (frame.shown - nearest)))
        return skews

    # ---- in figures

    def delays_ms(self):
        return [1000 * (frame.shown - frame.drawn) for frame in self.frames if frame.shown is not None]

    def lost(self):
        """Frames that came and were not shown."""
        presented = {event["frame"] for event in self.streams.presented}
        return [frame for frame in self.streams.wanted() if frame not in presented]

    def never_sent(self):
        return [frame for frame in self.frames if frame.shown is None]

    def in_order(self):
        numbers = self.recorded.numbers()
        return numbers == sorted(numbers) and self.recorded.torn == 0

    def gap_at_move_ms(self):
        return self._gaps()[0]

    def gap_beyond_silence_ms(self):
        return self._gaps()[1]

    def _gaps(self):
        """Without the first second, in which recorder and server get going."""
        return self.recorded.longest_gaps_ms(after=self.frames[0].number + self.fps)
