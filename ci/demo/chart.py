"""Charts as inline SVG. Colours come from the page's style: a mark names a class, the page says how it looks."""

from html import escape


def _number(value):
    return f"{value:.1f}".rstrip("0").rstrip(".")


def ticks(low, high, most=8):
    """Round values in that range, at most so many."""
    span = high - low
    step = 10 ** 9
    for candidate in (10 ** power * digit for power in range(-3, 9) for digit in (1, 2, 5)):
        if span / candidate <= most:
            step = candidate
            break
    first = int(low // step) * step
    return [value for i in range(most + 3) if low <= (value := first + i * step) <= high]


class Chart:
    """A plot with axes. Values are given in the units of the axes; what lies outside is drawn at the edge."""

    def __init__(self, x_range, y_range, x_label, y_label, width=1060, height=260):
        self._x, self._y = x_range, y_range
        self._width, self._height = width, height
        self._left, self._right, self._top, self._bottom = 58, 14, 14, 40
        self._labels = x_label, y_label
        self._marks = []

    def x(self, value):
        low, high = self._x
        value = min(max(value, low), high)
        return self._left + (value - low) / (high - low) * (self._width - self._left - self._right)

    def y(self, value):
        low, high = self._y
        value = min(max(value, low), high)
        return self._height - self._bottom - (value - low) / (high - low) * (self._height - self._top - self._bottom)

    def band(self, x0, x1, kind, text=""):
        top, bottom = self._top, self._height - self._bottom
        self._marks.append(f'<rect class="{kind}" x="{_number(self.x(x0))}" y="{top}" '
                           f'width="{_number(max(1.5, self.x(x1) - self.x(x0)))}" height="{bottom - top}"/>')
        if text:
            self._marks.append(f'<text class="note" x="{_number(self.x(x1) + 6)}" y="{top + 12}">{escape(text)}</text>')

    def stripe(self, y0, y1, kind):
        self._marks.append(f'<rect class="{kind}" x="{self._left}" y="{_number(self.y(y1))}" '
                           f'width="{self._width - self._left - self._right}" height="{_number(self.y(y0) - self.y(y1))}"/>')

    def line(self, points, kind):
        if points:
            path = " ".join(f"{_number(self.x(x))},{_number(self.y(y))}" for x, y in points)
            self._marks.append(f'<polyline class="{kind}" points="{path}"/>')

    def dots(self, points, kind, radius=2):
        """Points are (x, y) or (x, y, what to say of it)."""
        for point in points:
            title = f"<title>{escape(point[2])}</title>" if len(point) > 2 else ""
            self._marks.append(f'<circle class="{kind}" cx="{_number(self.x(point[0]))}" '
                               f'cy="{_number(self.y(point[1]))}" r="{radius}">{title}</circle>')

    def spikes(self, xs, kind):
        """Marks at the foot of the chart."""
        bottom = self._height - self._bottom
        path = "".join(f"M{_number(self.x(x))} {bottom}v-12" for x in xs)
        if path:
            self._marks.append(f'<path class="{kind}" d="{path}"/>')

    def svg(self, title):
        grid = []
        bottom = self._height - self._bottom
        for value in ticks(*self._x, most=max(4, self._width // 90)):
            x = _number(self.x(value))
            grid.append(f'<line class="grid" x1="{x}" x2="{x}" y1="{self._top}" y2="{bottom}"/>'
                        f'<text class="tick" text-anchor="middle" x="{x}" y="{bottom + 15}">{value:g}</text>')
        for value in ticks(*self._y, most=5):
            y = _number(self.y(value))
            grid.append(f'<line class="grid" x1="{self._left}" x2="{self._width - self._right}" y1="{y}" y2="{y}"/>'
                        f'<text class="tick" text-anchor="end" x="{self._left - 7}" y="{float(y) + 4:g}">{value:g}</text>')
        x_label, y_label = self._labels
        labels = (f'<text class="label" text-anchor="middle" x="{(self._left + self._width) / 2:g}" y="{self._height - 6}">'
                  f'{escape(x_label)}</text><text class="label" text-anchor="middle" '
                  f'transform="translate(13 {(self._top + bottom) / 2:g}) rotate(-90)">{escape(y_label)}</text>')
        return (f'<svg viewBox="0 0 {self._width} {self._height}" role="img" aria-label="{escape(title)}">'
                f'{"".join(grid)}{"".join(self._marks)}{labels}</svg>')
