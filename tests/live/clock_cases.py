"""The cases of clocks that disagree, as scenarios for sumac-faultproxy that are fired one after the other in one session.

A case is what a live migration between hosts whose clocks differ does to a client: frames and the session's clock (INIT,
MULTI_MEDIA_TIME, the stamps of sound) jump, one of them later than the other. Offsets add up, so that the next case
starts where the last one ended.
"""

import time
from dataclasses import dataclass

WHICH = ("1a", "1b", "2a", "2b")
JUMPS = ("3s", "100s", "28h", "wrap")
FOR_EVER = None
# How long a disagreement without end is watched before both clocks agree again.
WATCHED = 3.0
# From the end of one case to the next: longer than any delay of a client that has one.
SETTLE = 1.3


@dataclass(frozen=True)
class Case:
    which: str  # 1a, 1b: frames first; 2a, 2b: the clock first; a: ahead, b: back
    jump: str  # a time; "wrap": 3 s, across 2^32
    disagreement: float | None  # seconds, or FOR_EVER

    @property
    def name(self):
        lasts = "ever" if self.disagreement is FOR_EVER else f"{self.disagreement}s"
        return f"{self.which}-{self.jump}-{lasts}"

    @property
    def watched(self):
        """Seconds from the case's start in which it can do harm."""
        return (WATCHED if self.disagreement is FOR_EVER else self.disagreement) + SETTLE

    def faults(self):
        back = self.which.endswith("b")
        offset = ("-" if back else "") + ("3s" if self.jump == "wrap" else self.jump)
        on = f'on = "fire {self.name}"\n'
        later = 0 if self.disagreement is FOR_EVER else self.disagreement
        frames_later, clock_later = (0, later) if self.which.startswith("1") else (later, 0)
        frames = f'[[fault]]\n{on}from = "{frames_later}s"\nrewrite = "frames"\noffset = "{offset}"\n'
        clock = f'[[fault]]\n{on}from = "{clock_later}s"\nrewrite = "clock"\noffset = "{offset}"\n' + tell_clock(on, clock_later)
        text = frames + clock
        if self.disagreement is FOR_EVER:
            text = (frames if self.which.startswith("1") else clock) + tell_clock(f'on = "fire agree-{self.name}"\n', 0)
        if self.jump == "wrap":
            # When the case begins, SETTLE later, the clock stands before its end, or (to jump back) behind it.
            align = f'on = "fire align-{self.name}"\n'
            wrap_in = "0.3s" if back else f"{SETTLE + 1}s"
            text += f'[[fault]]\n{align}rewrite = "all"\noffset = "wrap in {wrap_in}"\n' + tell_clock(align, 0)
        return text

    def play(self, proxy):
        """Fires the case and waits until it is over: (start, end) in CLOCK_MONOTONIC microseconds."""
        if self.jump == "wrap":
            proxy.command(f"fire align-{self.name}")
            time.sleep(SETTLE)
        start = time.monotonic_ns() // 1000
        proxy.command(f"fire {self.name}")
        time.sleep(self.watched)
        if self.disagreement is FOR_EVER:  # back to agreement, for those that come after
            proxy.command(f"stop {self.name}")
            proxy.command(f"fire agree-{self.name}")
        end = time.monotonic_ns() // 1000
        if self.disagreement is FOR_EVER:
            time.sleep(SETTLE)
        return start, end


def tell_clock(on, later):
    """Servers without sound say what time it is only now and then; here, when the clock jumps."""
    return f'[[fault]]\n{on}from = "{later}s"\ninject = "multi_media_time"\n'


def scenario(upstream_port, cases=()):
    """As TOML: a listener on a free port, and nothing that acts before it is fired."""
    listener = f'[[listener]]\nlisten = "127.0.0.1:0"\nupstream = "127.0.0.1:{upstream_port}"\n'
    return listener + "".join(case.faults() for case in cases)
