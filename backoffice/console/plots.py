"""Pictures of figures as SVG drawn by the server: lines by day, bars, and a map of squares. Colours come by class."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from backoffice.console.figures import CELL_DEG, Square

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 26
OUTLINES = Path(__file__).parent / "static" / "outlines.json"


@dataclass(frozen=True, slots=True)
class Series:
    """One line or set of bars. `look` is the class that gives it its colour and dash; None is a gap."""

    name: str
    look: str
    values: Sequence[float | None]


@dataclass(frozen=True, slots=True)
class Frame:
    """What a picture is of: a sentence for who cannot see it, names along the bottom, the unit at the side."""

    title: str
    labels: Sequence[str]
    unit: str
    target: float | None = None


def lines(frame: Frame, series: Sequence[Series]) -> Markup:
    """By day. A single day stands as a point."""
    values = [v for s in series for v in s.values if v is not None]
    top = _nice(max([*values, frame.target or 0, 1]), frame.unit)
    body = [_grid(frame, top), _target(frame, top)]
    body += [_line(frame, one, top) for one in series]
    return _svg(frame.title, body)


def bars(frame: Frame, series: Sequence[Series]) -> Markup:
    """Stacked: the first at the bottom."""
    sums = [sum(s.values[n] or 0 for s in series) for n in range(len(frame.labels))]
    top = _nice(max([*sums, frame.target or 0, 1]), frame.unit)
    body = [_grid(frame, top), _target(frame, top)]
    for n in range(len(frame.labels)):
        below = 0.0
        for one in series:
            value = one.values[n] or 0
            body.append(_bar(frame, (n, below, value), (one, top)))
            below += value
    return _svg(frame.title, body)


def _svg(title: str, body: Sequence[str], height: int = HEIGHT) -> Markup:
    inside = "".join(body)
    found = f'<svg class="plot" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">{inside}</svg>'
    return Markup(found)  # noqa: S704 numbers and escaped words only


def _grid(frame: Frame, top: float) -> str:
    drawn = []
    for part in range(5):
        value, y = top * part / 4, _y(top * part / 4, top)
        drawn.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        drawn.append(
            f'<text x="{LEFT - 6}" y="{y + 4:.1f}" class="at-end">{escape(_short(value, frame.unit))}</text>'
        )
    every = max(1, math.ceil(len(frame.labels) / 12))
    for n, label in enumerate(frame.labels):
        if n % every == 0:
            drawn.append(
                f'<text x="{_x(n, frame):.1f}" y="{HEIGHT - 8}" class="middle">{escape(label)}</text>'
            )
    return "".join(drawn)


def _target(frame: Frame, top: float) -> str:
    if frame.target is None:
        return ""
    y = _y(frame.target, top)
    return f'<line class="target" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _line(frame: Frame, one: Series, top: float) -> str:
    drawn, path = [], ""
    for n, value in enumerate(one.values):
        if value is None:
            path = path if not path or path.endswith("M") else f"{path} "
            continue
        x, y = _x(n, frame), _y(value, top)
        before = n > 0 and one.values[n - 1] is not None
        path += f"{'L' if before else 'M'}{x:.1f} {y:.1f}"
        label = f"{one.name} {frame.labels[n]}: {_short(value, frame.unit)}"
        drawn.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{escape(label)}</title></circle>')
    return f'<g class="{one.look}"><path d="{path}"/>{"".join(drawn)}</g>'


def _bar(frame: Frame, at: tuple[int, float, float], of: tuple[Series, float]) -> str:
    (n, below, value), (one, top) = at, of
    if not value:
        return ""
    width = (WIDTH - LEFT - RIGHT) / max(1, len(frame.labels)) * 0.7
    y, base = _y(below + value, top), _y(below, top)
    label = f"{one.name} {frame.labels[n]}: {_short(value, frame.unit)}"
    rect = (
        f'<rect x="{_x(n, frame) - width / 2:.1f}" y="{y:.1f}" width="{width:.1f}" height="{base - y:.1f}">'
    )
    return f'<g class="{one.look}">{rect}<title>{escape(label)}</title></rect></g>'


def _x(n: int, frame: Frame) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * (n + 0.5) / max(1, len(frame.labels))


def _y(value: float, top: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / top


SECONDS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 86_400, 604_800)
"""Steps of an axis of time that people read without counting."""


def _nice(value: float, unit: str) -> float:
    """The end of an axis with four equal steps that read as numbers, or as times."""
    if unit == "s":
        return next((4.0 * step for step in SECONDS if value <= 4 * step), 4.0 * math.ceil(value / 4))
    size = 10.0 ** math.floor(math.log10(value))
    return max(4.0, next((step * size for step in (1.0, 2.0, 4.0, 8.0) if value <= step * size), 10.0 * size))


def _short(value: float, unit: str) -> str:
    """Seconds as people say them; everything else as it is."""
    if unit != "s":
        return f"{value:g}{unit}"
    if value < 120:
        return f"{value:g} s"
    return f"{value / 60:.3g} min" if value < 7200 else f"{value / 3600:.3g} h"


MAP_HEIGHT = 320
NARROWEST_DEG = 24.0


def squares(title: str, found: Sequence[Square]) -> Markup:
    """Each square where a case was: full where nobody came, open where somebody did; land in outline."""
    west, south, east, north = _box(found)
    scale = min(WIDTH / (east - west), MAP_HEIGHT / (north - south))
    body = [f'<path class="land" d="{_land((west, south, east, north), scale)}"/>']
    for one in found:
        x, y = (one.corner.lon - west) * scale, (north - one.corner.lat - CELL_DEG) * scale
        size = max(7.0, CELL_DEG * scale)
        look = "alone" if one.alone else "reached"
        label = f"{one.corner.lat:.1f}, {one.corner.lon:.1f}: {one.alone} / {one.cases}"
        body.append(
            f'<g class="{look}"><rect x="{x:.1f}" y="{y:.1f}" width="{size:.1f}" height="{size:.1f}">'
            f"<title>{escape(label)}</title></rect></g>"
        )
    return _svg(title, body, MAP_HEIGHT)


Box = tuple[float, float, float, float]


def _box(found: Sequence[Square]) -> Box:
    """West, south, east, north: all squares with some land around, in the picture's own proportions."""
    lats, lons = [s.corner.lat for s in found] or [0.0], [s.corner.lon for s in found] or [100.0]
    middle = ((min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2)
    wide = max(max(lons) - min(lons), (max(lats) - min(lats)) * WIDTH / MAP_HEIGHT, NARROWEST_DEG) * 1.2
    high = wide * MAP_HEIGHT / WIDTH
    return middle[1] - wide / 2, middle[0] - high / 2, middle[1] + wide / 2, middle[0] + high / 2


def _land(box: Box, scale: float) -> str:
    west, south, east, north = box
    path = []
    for ring, (left, low, right, high) in _outlines():
        if right < west or left > east or high < south or low > north:
            continue
        points, last = [], (-9.0, -9.0)
        for lon, lat in ring:
            at = (lon - west) * scale, (north - lat) * scale
            if abs(at[0] - last[0]) + abs(at[1] - last[1]) >= 2:
                points.append(f"{at[0]:.0f} {at[1]:.0f}")
                last = at
        if len(points) > 2:
            path.append(f"M{'L'.join(points)}")
    return "".join(path)


@cache
def _outlines() -> list[tuple[list[tuple[float, float]], Box]]:
    """Lines of the world's countries with the box around each; read once."""
    found = []
    for feature in json.loads(OUTLINES.read_text("utf-8"))["features"]:
        for ring in feature["geometry"]["coordinates"]:
            points = [(float(lon), float(lat)) for lon, lat in ring]
            lons, lats = [p[0] for p in points], [p[1] for p in points]
            found.append((points, (min(lons), min(lats), max(lons), max(lats))))
    return found
