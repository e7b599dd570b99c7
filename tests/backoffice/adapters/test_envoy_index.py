"""Nearest envoys: the same lists as a geodesic solver and as SQLite's R*Tree, through moves, poles and date line."""

import random
import sqlite3

import pytest
from geopy.distance import geodesic

from backoffice import ports
from backoffice.adapters.envoy_index import CsrEnvoyIndex
from backoffice.kernel import geodesy

AREAS = {
    "Bangkok": (13.75, 100.50),
    "the date line in Fiji": (-16.80, 179.98),
    "the equator at 180": (0.0, -180.0),
    "the North Pole": (89.97, 40.0),
    "the South Pole": (-89.99, -170.0),
    "Tromsø": (69.65, 18.95),
    "Greenwich": (51.48, 0.001),
}


class Solver:
    """The oracle: every envoy measured by geopy."""

    def __init__(self) -> None:
        self.places: dict[str, tuple[float, float]] = {}

    def within(self, lat: float, lon: float, radius_m: float) -> list[tuple[str, float]]:
        found = [(e, geodesic((lat, lon), place).meters) for e, place in self.places.items()]
        return sorted(((e, m) for e, m in found if m <= radius_m), key=lambda f: (f[1], f[0]))


class RTree:
    """The second opinion: SQLite's R*Tree over ECEF boxes, distances by the kernel's chord."""

    def __init__(self) -> None:
        self.db = sqlite3.connect(":memory:")
        self.db.execute("CREATE VIRTUAL TABLE e USING rtree(id, x0, x1, y0, y1, z0, z1, +envoy, +x, +y, +z)")
        self.numbers: dict[str, int] = {}

    def upsert(self, envoy: str, lat: float, lon: float) -> None:
        x, y, z = geodesy.ecef(lat, lon)
        self.remove(envoy)
        number = self.numbers.setdefault(envoy, len(self.numbers))
        row = (number, x, x, y, y, z, z, envoy, x, y, z)
        self.db.execute("INSERT INTO e VALUES (?,?,?,?,?,?,?,?,?,?,?)", row)

    def remove(self, envoy: str) -> None:
        self.db.execute("DELETE FROM e WHERE id = ?", (self.numbers.get(envoy, -1),))

    def within(self, lat: float, lon: float, radius_m: float) -> list[tuple[str, float]]:
        here = geodesy.ecef(lat, lon)
        box = [edge for c in here for edge in (c - radius_m, c + radius_m)]
        where = "x1 >= ? AND x0 <= ? AND y1 >= ? AND y0 <= ? AND z1 >= ? AND z0 <= ?"
        rows = self.db.execute(f"SELECT envoy, x, y, z FROM e WHERE {where}", box)
        found = [(envoy, geodesy.chord_to_arc(here, (x, y, z))) for envoy, x, y, z in rows]
        return sorted(((e, m) for e, m in found if m <= radius_m), key=lambda f: (f[1], f[0]))


def _around(chance: random.Random, centre: tuple[float, float], metres: float) -> tuple[float, float]:
    there = geodesic(meters=chance.uniform(0, metres)).destination(centre, chance.uniform(0, 360))
    return there.latitude, there.longitude


def _same(found: list[tuple[str, float]], truth: list[tuple[str, float]]) -> None:
    assert [e for e, _ in found] == [e for e, _ in truth]
    assert all(abs(a - b) < 0.001 for (_, a), (_, b) in zip(found, truth, strict=True))


@pytest.mark.parametrize("slots", [8, 64, 4096], ids=["mostly body", "body and delta", "plain scan"])
@pytest.mark.parametrize("area", AREAS.values(), ids=AREAS)
def test_lists_are_those_of_a_geodesic_solver_through_moves_and_removals(area, slots):
    chance = random.Random(f"{area}{slots}")
    index, solver, tree = CsrEnvoyIndex(slots), Solver(), RTree()
    for step in range(260):
        envoy = f"e{chance.randrange(140):03d}"
        if chance.random() < 0.2:
            index.remove(envoy)
            tree.remove(envoy)
            solver.places.pop(envoy, None)
            continue
        place = _around(chance, area, 45_000)
        index.upsert(envoy, *place, float(step))
        tree.upsert(envoy, *place)
        solver.places[envoy] = place
    assert len(index) == len(solver.places)
    for _ in range(6):
        at, radius = _around(chance, area, 20_000), chance.choice([3_000.0, 20_000.0, 40_000.0])
        truth = solver.within(*at, radius)
        _same(index.within(*at, radius), truth)
        _same(index.nearest(*at, 10, radius), truth[:10])
        _same(tree.within(*at, radius), truth)


def test_twenty_thousand_envoys_give_the_lists_of_the_r_tree():
    chance = random.Random(5)
    index, tree = CsrEnvoyIndex(512), RTree()
    rows = [(f"e{i}", chance.uniform(13.0, 14.5), chance.uniform(99.8, 101.2), 0.0) for i in range(20_000)]
    index.load(rows)
    for envoy, lat, lon, _ in rows:
        tree.upsert(envoy, lat, lon)
    for i in range(1_500):
        envoy, place = (
            f"e{chance.randrange(20_000)}",
            (chance.uniform(13.0, 14.5), chance.uniform(99.8, 101.2)),
        )
        index.upsert(envoy, *place, float(i))
        tree.upsert(envoy, *place)
    for _ in range(60):
        at = chance.uniform(13.0, 14.5), chance.uniform(99.8, 101.2)
        truth = tree.within(*at, 20_000)
        _same(index.within(*at, 20_000), truth)
        _same(index.nearest(*at, 30, 20_000), truth[:30])


def test_large_circles_are_exact_to_a_millimetre():
    chance = random.Random(6)
    index, solver = CsrEnvoyIndex(16), Solver()
    for i in range(300):
        place = _around(chance, (62.0, 15.0), 160_000)
        index.upsert(f"e{i}", *place, 0.0)
        solver.places[f"e{i}"] = place
    _same(index.within(62.0, 15.0, 150_000), solver.within(62.0, 15.0, 150_000))


@pytest.mark.parametrize(("metres", "inside"), [(39_999.999, True), (40_000.001, False), (40_000.03, False)])
def test_the_edge_of_the_circle_is_measured_along_the_ground(metres, inside):
    """At 40 km the straight line through the earth is 65 mm shorter than the way over it."""
    there = geodesic(meters=metres).destination((13.75, 100.50), 77.0)
    index = CsrEnvoyIndex()
    index.upsert("e", there.latitude, there.longitude, 0.0)
    assert bool(index.within(13.75, 100.50, 40_000)) == inside
    assert bool(index.nearest(13.75, 100.50, 1, 40_000)) == inside


@pytest.mark.parametrize("slots", [2, 4096])
def test_envoys_in_the_same_building_are_listed_by_id(slots):
    index = CsrEnvoyIndex(slots)
    for envoy in ("d", "b", "a", "c", "e"):
        index.upsert(envoy, 13.7563, 100.5018, 0.0)
    index.upsert("far", 13.8, 100.5, 0.0)
    near = index.nearest(13.75, 100.50, 4, 20_000)
    assert [e for e, _ in near] == ["a", "b", "c", "d"]
    assert len({m for _, m in near}) == 1
    assert [e for e, _ in index.within(13.75, 100.50, 20_000)] == ["a", "b", "c", "d", "e", "far"]


def test_an_envoy_counts_at_the_newest_fix_however_late_an_old_one_arrives():
    index = CsrEnvoyIndex()
    index.upsert("e", 13.75, 100.50, 200.0)
    index.upsert("e", 14.75, 100.50, 100.0)
    assert index.nearest(13.75, 100.50, 1, 1_000) == [("e", 0.0)]
    index.upsert("e", 14.75, 100.50, 200.0)
    assert index.nearest(13.75, 100.50, 1, 1_000) == []


def test_who_goes_off_duty_is_gone_and_may_come_back():
    index = CsrEnvoyIndex(1)
    for envoy in ("a", "b", "c"):
        index.upsert(envoy, 13.75, 100.50, 5.0)
    index.remove("b")
    index.remove("b")
    index.remove("never seen")
    assert [e for e, _ in index.within(13.75, 100.50, 10)] == ["a", "c"]
    index.upsert("b", 13.75, 100.50, 1.0)
    assert [e for e, _ in index.within(13.75, 100.50, 10)] == ["a", "b", "c"]
    assert len(index) == 3


def test_longitude_180_is_one_meridian():
    index = CsrEnvoyIndex()
    index.load([("east", 10.0, 180.0, 0.0), ("west", 10.0, -180.0, 0.0)])
    for lon in (180.0, -180.0):
        assert index.within(10.0, lon, 1.0) == [("east", 0.0), ("west", 0.0)]


def test_nobody_anywhere_is_an_empty_list():
    index = CsrEnvoyIndex()
    assert index.within(13.75, 100.5, 20_000) == []
    assert index.nearest(13.75, 100.5, 10, 20_000) == []
    index.upsert("e", 13.75, 100.5, 0.0)
    assert index.nearest(13.75, 100.5, 0, 20_000) == []


@pytest.mark.parametrize(("lat", "lon"), [(float("nan"), 1.0), (91.0, 0.0), (0.0, 0.0), (10.0, 181.0)])
def test_impossible_places_are_refused_and_nothing_is_lost(lat, lon):
    index = CsrEnvoyIndex()
    index.upsert("e", 13.75, 100.5, 0.0)
    with pytest.raises(ValueError, match="nobody can be"):
        index.upsert("e", lat, lon, 1.0)
    assert index.within(13.75, 100.5, 1.0) == [("e", 0.0)]


def test_a_radius_beyond_the_formulas_range_is_refused():
    with pytest.raises(ValueError, match="radius"):
        CsrEnvoyIndex().within(13.75, 100.5, 250_000)


def test_it_is_the_index_the_business_asks_for():
    index: ports.EnvoyIndex = CsrEnvoyIndex()
    assert index.within(1.0, 1.0, 1.0) == []
