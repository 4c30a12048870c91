"""A recording of a clip that moved from host to host, beside what the hosts drew."""

from host_cells import read_number
from pictures import recorded_frames


class Recorded:
    """What a recording of a HostChain shows.

    drawn   number -> (our t_us, index of the host, mm_time) of what the servers took
    shown   [(seconds, number)] of the recording's pictures, from the first whole one on, without torn ones
    before  how many pictures stand before that
    torn    how many are neither one frame nor another

    `held_up_ms(t_us)`: how long this machine may have kept a server from stamping what the host drew then.
    """

    def __init__(self, chain, recording, held_up_ms=lambda t_us: 0):
        region = chain.region
        self.drawn = {}
        for number, mm_time, t_us, host in chain.drawn():
            self.drawn.setdefault(number, (t_us, host, mm_time))
        # (from, until, number): the server may have stamped it with any of these
        self._stamps = sorted((stamp - 16, stamp + 16 + held_up_ms(t_us), number)
                              for number, (t_us, _, stamp) in self.drawn.items())
        self._ended = {index + 1: host.to_ours(host.wait_for("migration", phase="ended")["t_us"])
                       for index, host in enumerate(chain.hosts[:-1])}
        shown = [(seconds, read_number(rgb, region[2], (0, 0, *region[2:])))
                 for seconds, rgb in recorded_frames(recording, region)]
        first = next(i for i, (_, number) in enumerate(shown) if number is not None)
        self.before = first
        self.torn = sum(number is None for _, number in shown[first:])
        self.shown = [(seconds, number) for seconds, number in shown[first:] if number is not None]

    def number_of(self, stamp):
        """The frame with that mm_time, or None."""
        return min(self.numbers_of(stamp), key=lambda number: (abs(self.drawn[number][2] - stamp), -number), default=None)

    def numbers_of(self, stamp):
        """The frames that may have that mm_time. The server stamps a little after the host has looked at its clock: at
        once, or when a busy machine lets it; then several may have nearly the same, and only the last one is sent."""
        return [number for first, last, number in self._stamps if first <= stamp <= last]

    def unseen(self, received):
        """Of these frames, in order, each given as the numbers that it may be, those for which no picture is left: each has
        its own, after that of the one before."""
        shown, last, unseen = set(self.numbers()), -1, []
        for any_of in received:
            number = next((n for n in any_of if n > last and n in shown), None)
            if number is None:
                unseen.append(any_of)
            else:
                last = number
        return unseen

    def first_shown(self):
        """number -> seconds"""
        times = {}
        for seconds, number in self.shown:
            times.setdefault(number, seconds)
        return times

    def numbers(self):
        return [number for _, number in self.shown]

    def missing(self):
        """Numbers that were drawn in that time and not shown."""
        numbers = self.numbers()
        return sorted(n for n in self.drawn if numbers[0] <= n <= numbers[-1] and n not in set(numbers))

    def longest_gaps_ms(self, after=0):
        """(longest gap shown at a move, the most by which such a gap exceeds the servers' silence, the same for all gaps,
        and after which number that was). Frames from `after` on count: before, the client has only just come."""
        first_shown = self.first_shown()
        at_moves, excess_at_moves, excess = 0.0, 0.0, (0.0, None)
        # A destination begins with the picture before its first one, which a source without time may have left out.
        order = sorted(number for number in first_shown if number >= after and number in self.drawn)
        for a, b in zip(order, order[1:]):
            gap = 1000 * (first_shown[b] - first_shown[a])
            (drawn_a, host_a, _), (drawn_b, host_b, _) = self.drawn[a], self.drawn[b]
            if host_a != host_b:
                at_moves = max(at_moves, gap)
                drawn_b = max(drawn_b, self._ended[host_b])  # nobody listened before
            beyond = gap - (drawn_b - drawn_a) / 1000
            if host_a != host_b:
                excess_at_moves = max(excess_at_moves, beyond)
            excess = max(excess, (beyond, a), key=lambda found: found[0])
        return at_moves, excess_at_moves, *excess
