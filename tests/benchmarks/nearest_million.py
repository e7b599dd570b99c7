"""`nearest` with 1,000,000 envoys available, beside SQLite's R*Tree, Redis GEOSEARCH and PostGIS where installed.

python -m tests.benchmarks.nearest_million [--short]

All engines in one run, by turns: each round 1,000 envoys move in every engine, then 20 SOS ask each for the ten nearest
within 20 km. Trust the ratios of one run, not the microseconds. Lists are judged against the geodesic by geopy; Redis
measures on a sphere, PostGIS orders by one, so theirs may differ: that is part of the answer. What is not installed is
said. Exit status 1 when a list of ours differs.
"""

import argparse
import asyncio
import gc
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import quantiles
from typing import Protocol

import asyncpg
import redis

from backoffice.adapters.envoy_index import CsrEnvoyIndex
from tests import servers
from tests.benchmarks.nearest import RADIUS_M, TOP, Found, RTree, World, _timed

ENVOYS = 1_000_000
MOVES, SOS = 1_000, 20
BATCH = 10_000
Rows = list[tuple[str, float, float]]


class Engine(Protocol):
    """What is compared."""

    def move(self, moved: Rows) -> None: ...
    def nearest(self, lat: float, lon: float, n: int, radius_m: float) -> Found: ...


class Ours:
    """The index of the service, in this process."""

    def __init__(self, world: World) -> None:
        self._index, self._turn = CsrEnvoyIndex(), 0.0
        self._index.load(world.rows())

    def move(self, moved: Rows) -> None:
        self._turn += 1
        for envoy, lat, lon in moved:
            self._index.upsert(envoy, lat, lon, self._turn)

    def nearest(self, lat: float, lon: float, n: int, radius_m: float) -> Found:
        return self._index.nearest(lat, lon, n, radius_m)


class Redis:
    """One sorted set of everybody, over loopback."""

    def __init__(self, url: str, world: World) -> None:
        self._client = redis.Redis.from_url(url)
        rows = [(envoy, lat, lon) for envoy, lat, lon, _ in world.rows()]
        for start in range(0, len(rows), BATCH):
            self.move(rows[start : start + BATCH])

    def move(self, moved: Rows) -> None:
        self._client.geoadd("envoys", [value for envoy, lat, lon in moved for value in (lon, lat, envoy)])

    def nearest(self, lat: float, lon: float, n: int, radius_m: float) -> Found:
        found = self._client.geosearch(
            "envoys",
            longitude=lon,
            latitude=lat,
            radius=radius_m,
            unit="m",
            sort="ASC",
            count=n,
            withdist=True,
        )
        return [(envoy.decode(), metres) for envoy, metres in found]


class PostGis:
    """A geography column with a GiST index, asked by KNN within a distance."""

    def __init__(self, url: str, world: World) -> None:
        self._loop = asyncio.Runner()
        self._run = self._loop.run
        self._conn = self._run(asyncpg.connect(url.replace("+asyncpg", "")))
        self._run(self._conn.execute("CREATE EXTENSION postgis"))
        self._run(self._conn.execute("CREATE TABLE e (id text PRIMARY KEY, at geography(Point))"))
        self._put([(envoy, lat, lon) for envoy, lat, lon, _ in world.rows()])
        self._run(self._conn.execute("CREATE INDEX ON e USING gist (at)"))
        self._run(self._conn.execute("ANALYZE e"))

    def _put(self, rows: Rows) -> None:
        sql = (
            "INSERT INTO e SELECT i, ST_MakePoint(x, y)::geography"
            " FROM unnest($1::text[], $2::float8[], $3::float8[]) AS r(i, x, y)"
            " ON CONFLICT (id) DO UPDATE SET at = excluded.at"
        )
        ids, lats, lons = zip(*rows, strict=True)
        self._run(self._conn.execute(sql, ids, lons, lats))

    def move(self, moved: Rows) -> None:
        self._put(moved)

    def nearest(self, lat: float, lon: float, n: int, radius_m: float) -> Found:
        sql = (
            "SELECT id, ST_Distance(at, p) AS d FROM e, (SELECT ST_MakePoint($1, $2)::geography AS p) q"
            " WHERE ST_DWithin(at, p, $3) ORDER BY at <-> p LIMIT $4"
        )
        rows = self._run(self._conn.fetch(sql, lon, lat, radius_m, n))
        return [(row["id"], row["d"]) for row in rows]

    def close(self) -> None:
        self._run(self._conn.close())
        self._loop.close()


@contextmanager
def engines(world: World) -> Iterator[dict[str, Engine]]:
    """Everything that can be started here, with what cannot said."""
    with ExitStack() as stack:
        found: dict[str, Engine] = {}
        _add(found, "index", lambda: Ours(world))
        _add(found, "R*Tree", lambda: RTree(world.rows()))
        program, programs = servers.find_redis(), servers.find_postgres()
        if program:
            url = stack.enter_context(servers.redis(program))
            _add(found, "Redis", lambda: Redis(url, world))
        else:
            print("Redis: not installed")
        if programs and _has_postgis(programs):
            postgres = stack.enter_context(servers.postgres(programs))
            _add(found, "PostGIS", lambda: PostGis(postgres, world))
            stack.callback(found["PostGIS"].close)  # type: ignore[attr-defined]
        else:
            print("PostGIS: not installed")
        yield found


def _add(found: dict[str, Engine], name: str, make: Callable[[], Engine]) -> None:
    found[name], seconds = _timed(make)
    print(f"{name}: loaded in {seconds:.1f} s", flush=True)


def _has_postgis(programs: Path) -> bool:
    """Debian keeps a version's extensions beside its programs' version."""
    return (Path("/usr/share/postgresql") / programs.parent.name / "extension/postgis.control").exists()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--short", action="store_true", help="a tenth of the envoys and rounds")
    short = parser.parse_args().short
    envoys, rounds, judged = (ENVOYS // 10, 10, 10) if short else (ENVOYS, 50, 60)
    world = World(random.Random(26), envoys)
    print(f"{envoys:,} envoys")
    with engines(world) as found:
        gc.collect()
        gc.freeze()
        _race(world, found, rounds)
        return _judge(world, found, judged)


def _race(world: World, found: dict[str, Engine], rounds: int) -> None:
    asked: dict[str, list[float]] = {name: [] for name in found}
    moved: dict[str, list[float]] = {name: [] for name in found}
    for _ in range(rounds):
        moves = world.moves(MOVES)
        for name, engine in found.items():
            moved[name].append(_timed(engine.move, moves)[1] / len(moves))
        for lat, lon in [world.sos() for _ in range(SOS)]:
            if abs(lat) > 85:
                continue
            for name, engine in found.items():
                asked[name].append(_timed(engine.nearest, lat, lon, TOP, RADIUS_M)[1])
    _tell(f"nearest {TOP} within {RADIUS_M / 1000:.0f} km, µs", asked)
    _tell(f"one move, µs (batches of {MOVES:,})", moved)


def _tell(what: str, seconds: dict[str, list[float]]) -> None:
    """Ratios are to the best of the others."""
    print(f"{what} (ratio to the best peer):")
    cuts = {name: quantiles(values, n=100) for name, values in seconds.items()}
    peers = [name for name in seconds if name != "index"]
    for name in seconds:
        shown = []
        for label, place in (("p50", 49), ("p99", 98)):
            best = min(cuts[peer][place] for peer in peers)
            shown.append(f"{label} {cuts[name][place] * 1e6:9.1f} ({cuts[name][place] / best:5.2f})")
        print(f"  {name:8} {'  '.join(shown)}  mean {sum(seconds[name]) / len(seconds[name]) * 1e6:9.1f}")


def _judge(world: World, found: dict[str, Engine], judged: int) -> int:
    wrong = dict.fromkeys(found, 0)
    for _ in range(judged):
        lat, lon = world.sos()
        truth = [envoy for envoy, _ in world.truth(lat, lon)]
        for name, engine in found.items():
            wrong[name] += [envoy for envoy, _ in engine.nearest(lat, lon, TOP, RADIUS_M)] != truth
    lists = ", ".join(f"{name} {number}" for name, number in wrong.items())
    print(f"lists differing from geopy's geodesic, of {judged}: {lists}")
    return 1 if wrong["index"] else 0


if __name__ == "__main__":
    sys.exit(main())
