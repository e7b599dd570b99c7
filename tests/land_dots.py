"""Makes the wall's land out of dots: `python -m tests.land_dots` writes backoffice/console/static/wall-land.json.

Rows are evenly far apart on a Mercator map, so the dots are a square grid there. Each row is a latitude and runs:
first column, length, first column, length … `west` is the longitude of column 0: the picture is cut in the Atlantic.
"""

import json
from collections.abc import Iterator
from math import atan, degrees, exp, pi, radians
from pathlib import Path

from timezonefinder import TimezoneFinder

OUT = Path(__file__).parents[1] / "backoffice/console/static/wall-land.json"
STEP, WEST, SOUTH, NORTH = 1.5, -29.5, -56.0, 76.0


def runs(finder: TimezoneFinder, lat: float) -> Iterator[int]:
    """Columns of land along a parallel, as starts and lengths. The sea has zones of its own, named Etc/."""
    start: int | None = None
    columns = round(360 / STEP)
    for column in range(columns + 1):
        lon = (WEST + column * STEP + 180) % 360 - 180
        zone = finder.timezone_at(lng=lon, lat=lat) if column < columns else None
        if zone and not zone.startswith("Etc/"):
            start = column if start is None else start
        elif start is not None:
            yield start
            yield column - start
            start = None


def main() -> None:
    finder = TimezoneFinder()
    heights = [-72 + STEP * n for n in range(125)]
    lats = [round(degrees(2 * atan(exp(radians(y))) - pi / 2), 2) for y in heights]
    rows = [[lat, found] for lat in lats if SOUTH < lat < NORTH and (found := list(runs(finder, lat)))]
    OUT.write_text(json.dumps({"west": WEST, "step": STEP, "rows": rows}, separators=(",", ":")))


if __name__ == "__main__":
    main()
