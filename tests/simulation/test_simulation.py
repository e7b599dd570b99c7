"""The simulation itself: the same seed gives the same day, its figures are what they say, its minds stay hidden."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from backoffice.dispatch import ranking
from tests.simulation import city, figures, plot, running
from tests.simulation.city import CENTRE
from tests.simulation.day import Lived, Plan
from tests.simulation.minds import Call, Minds

VILLAGE = Plan(3, envoys=120, cries=1, orders=1)


def _told(day: Lived) -> list[tuple[object, ...]]:
    return [(o.call.number, o.yes_s, o.there_s, o.sizes) for o in day.outcomes]


@pytest.fixture(scope="module")
def village() -> Lived:
    """One small day."""
    return running.run(VILLAGE)


def test_the_same_seed_gives_the_same_day(village: Lived) -> None:
    assert _told(running.run(VILLAGE)) == _told(village)
    assert [o.call.sos for o in village.outcomes].count(True) == 1
    assert all(o.asked for o in village.outcomes)


def test_both_rankings_ask_equally_many() -> None:
    """The comparison gives each order one wave of the same size, whoever is in it."""
    plan = replace(VILLAGE, cries=0, fixed=2)
    days = [running.run(replace(plan, policy=p)) for p in (ranking.WEIGHTS, ranking.NEAREST_FIRST)]
    assert [o.sizes for o in days[0].outcomes] == [o.sizes for o in days[1].outcomes] == [[2]]


def test_a_plot_is_written(village: Lived, tmp_path: Path) -> None:
    plot.draw(village, [0.1, -0.02, 0.2], tmp_path / "plot.png")
    with Image.open(tmp_path / "plot.png") as picture:
        assert picture.size == (plot.WIDTH, plot.HEIGHT)
        assert len(picture.convert("RGB").getcolors(1_000_000) or []) > 3


def test_somebody_has_the_same_luck_whoever_else_is_asked() -> None:
    """Both rankings meet the same people: what they would say does not depend on the order of asking."""
    crowd, minds = city.people(1, 50), Minds(1)
    call = Call(7, True, CENTRE, 12)
    forth = [minds.reply(one, call) for one in crowd]
    back = [minds.reply(one, call) for one in reversed(crowd)]
    assert forth == back[::-1]


def test_people_accept_as_published() -> None:
    """Over a day and a city between 17 and 49 %."""
    crowd, rng = city.people(5, 400), random.Random(5)
    said = [
        Minds(seed).reply(one, Call(n, n % 2 == 0, city.near(rng, 7_000), rng.randrange(8, 22))).says == "yes"
        for seed in range(5)
        for n, one in enumerate(crowd)
    ]
    assert 0.17 <= sum(said) / len(said) <= 0.49


@pytest.mark.parametrize(
    ("values", "expected"), [([1, 1, 1, 1], 0.0), ([0, 0, 0, 4], 0.75), ([0, 0], 0.0), ([1, 3], 0.25)]
)
def test_gini(values: list[float], expected: float) -> None:
    assert figures.gini(values) == pytest.approx(expected)


def test_the_interval_of_a_median_covers_it_as_often_as_it_says() -> None:
    """Thirty values: the 10th and the 21st, 95.7 %; checked by drawing."""
    found = figures.median_interval(list(range(1, 31)))
    assert (found.low, found.high) == (10, 21)
    assert found.coverage == pytest.approx(0.957, abs=0.001)
    rng, held = random.Random(4), 0
    for _ in range(2_000):
        one = figures.median_interval([rng.gauss(0, 1) for _ in range(30)])
        held += one.low <= 0 <= one.high
    assert held / 2_000 == pytest.approx(0.957, abs=0.015)
