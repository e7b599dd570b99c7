"""The picture of a simulation: how soon people said yes and were there, who was asked how often, the gain by seed."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from tests.simulation.day import Lived, Outcome

WIDTH, HEIGHT, MARGIN = 1200, 800, 70
PAPER, INK, FAINT = "#ffffff", "#1d2733", "#c3cbd4"
BLUE, ORANGE = "#1f6fb2", "#d9822b"
Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Panel:
    """One chart: its corner and size in pixels, the range of its axes, what they are."""

    at: tuple[int, int]
    size: tuple[int, int]
    reach: tuple[float, float]
    title: str
    axis: str

    def pixel(self, x: float, y: float) -> tuple[float, float]:
        width, height = self.size
        return self.at[0] + width * min(1.0, x / self.reach[0]), self.at[1] + height * (1 - y / self.reach[1])


def draw(day: Lived, gains: Sequence[float], path: Path) -> None:
    """Write a PNG. `gains` are shares, one per seed; without any that chart stays away."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    pen = ImageDraw.Draw(picture)
    size = ((WIDTH - 3 * MARGIN) // 2, (HEIGHT - 3 * MARGIN) // 2)
    left, right, low = MARGIN, 2 * MARGIN + size[0], 2 * MARGIN + size[1]
    _shares(pen, Panel((left, MARGIN), size, (600.0, 1.0), "First yes", "seconds (600)"), day, "yes_s")
    _shares(
        pen,
        Panel((right, MARGIN), size, (3600.0, 1.0), "Somebody is there", "seconds (3600)"),
        day,
        "there_s",
    )
    _lorenz(
        pen, Panel((left, low), size, (1.0, 1.0), "Who is asked how often", "share of envoys on duty"), day
    )
    if gains:
        most = max(0.01, max(abs(g) for g in gains))
        axis = f"held-out seeds; bars up to {most:.0%}"
        _gains(pen, Panel((right, low), size, (len(gains), 2 * most), "Gain over nearest-first", axis), gains)
    picture.save(path)


def _frame(pen: ImageDraw.ImageDraw, panel: Panel) -> None:
    (x, y), (width, height) = panel.at, panel.size
    pen.rectangle((x, y, x + width, y + height), outline=FAINT)
    font = ImageFont.load_default(16)
    pen.text((x, y - 24), panel.title, INK, font)
    pen.text((x, y + height + 6), panel.axis, INK, ImageFont.load_default(13))


def _shares(pen: ImageDraw.ImageDraw, panel: Panel, day: Lived, what: str) -> None:
    """The share of cases that had it by a time: cries blue, orders orange."""
    _frame(pen, panel)
    for sos, colour, name in ((True, BLUE, "SOS"), (False, ORANGE, "orders")):
        cases = [o for o in day.outcomes if o.call.sos is sos]
        pen.line([panel.pixel(x, y) for x, y in _steps(cases, what, panel.reach[0])], colour, 2)
        place = panel.pixel(panel.reach[0] * 0.7, 0.12 if sos else 0.05)
        pen.text(place, name, colour, ImageFont.load_default(13))


def _steps(cases: Sequence[Outcome], what: str, until: float) -> Points:
    times = sorted(t for t in (getattr(o, what) for o in cases) if t is not None)
    points: Points = [(0.0, 0.0)]
    for number, t in enumerate(times, 1):
        points += [(t, points[-1][1]), (t, number / len(cases))]
    return [*points, (until, points[-1][1])]


def _lorenz(pen: ImageDraw.ImageDraw, panel: Panel, day: Lived) -> None:
    """How much of all questions the least asked share of envoys had; the diagonal is perfect equality."""
    _frame(pen, panel)
    pen.line([panel.pixel(0, 0), panel.pixel(1, 1)], FAINT, 1)
    for values, colour in ((day.questions, BLUE), (day.jobs, ORANGE)):
        ordered, total, so_far = sorted(values.values()), max(1, sum(values.values())), 0
        points: Points = [(0.0, 0.0)]
        for number, value in enumerate(ordered, 1):
            so_far += value
            points.append((number / len(ordered), so_far / total))
        pen.line([panel.pixel(x, y) for x, y in points], colour, 2)
    pen.text(panel.pixel(0.05, 0.95), "questions", BLUE, ImageFont.load_default(13))
    pen.text(panel.pixel(0.05, 0.87), "jobs", ORANGE, ImageFont.load_default(13))


def _gains(pen: ImageDraw.ImageDraw, panel: Panel, gains: Sequence[float]) -> None:
    _frame(pen, panel)
    middle = panel.reach[1] / 2
    for number, gain in enumerate(sorted(gains)):
        (x0, y0), (x1, y1) = panel.pixel(number + 0.15, middle), panel.pixel(number + 0.85, middle + gain)
        pen.rectangle((x0, min(y0, y1), x1, max(y0, y1)), fill=BLUE if gain > 0 else ORANGE)
    pen.line([panel.pixel(0, middle), panel.pixel(len(gains), middle)], INK, 1)
