"""A hundred faked positions give no place away (short form of the campaign in `tests/chaos/trilateration`)."""

import random

from backoffice.kernel import geodesy
from backoffice.kernel.geo import Point
from tests.chaos import trilateration

BANGKOK = Point(13.7563, 100.5018)


def test_offers_leave_half_a_cell_open_and_more() -> None:
    """Whatever is computed from the answers, the point may still lie half a cell away."""
    chance = random.Random(20260301)
    results = [trilateration.attack(chance, BANGKOK) for _ in range(2)]
    results += [trilateration.attack(chance, trilateration._somewhere(chance)) for _ in range(20)]
    assert all(open_m >= geodesy.SMALLEST_CELL_M / 2 for _, _, open_m in results)


def test_a_point_given_away_would_be_noticed() -> None:
    """The attack finds a place from bands around the exact point: it is the cell that stops it."""
    chance = random.Random(1)
    fakes = [trilateration._around(chance, BANGKOK) for _ in range(trilateration.FAKES)]
    leaky = [trilateration.Answer(at, "", str(geodesy.band(geodesy.distance_m(at, BANGKOK)))) for at in fakes]
    assert geodesy.distance_m(trilateration.trilaterated(leaky), BANGKOK) < geodesy.SMALLEST_CELL_M / 2
