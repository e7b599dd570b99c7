"""Who is asked first: every term shows, and the order is total."""

import itertools
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backoffice.dispatch import ranking
from backoffice.dispatch.standing import Call, History
from backoffice.dispatch.travel import Transport
from tests.backoffice.dispatch.made import ago, envoy, histories, need, standing, term, weighed
from tests.clocks import START


def _first(*candidates: ranking.Candidate) -> str:
    return ranking.ranked(candidates)[0].envoy.name


def test_the_score_is_the_sum_of_the_terms_shown() -> None:
    one = weighed(envoy("a", rating=3.0), 4_000)
    assert one.score == pytest.approx(sum(t.value * t.weight for t in one.terms))
    shown = one.reasons["terms"]
    assert isinstance(shown, list)
    assert one.reasons["score_s"] == round(sum(row[3] for row in shown))


def test_whoever_arrives_sooner_is_asked_sooner_though_farther() -> None:
    """Four kilometres on a motorbike beat three in a car."""
    bike = standing("bike", transport=Transport.MOTORBIKE)
    car = standing("car", transport=Transport.CAR)
    assert _first(weighed(envoy("bike"), 4_000, bike), weighed(envoy("car"), 3_900, car)) == "bike"


def test_a_fresh_position_goes_before_a_base_at_the_same_distance() -> None:
    fresh, based = envoy("fresh"), envoy("based", position=None, position_at=None)
    assert _first(weighed(based), weighed(fresh)) == "fresh"
    assert term(weighed(based), "freshness").value == 1.0


def test_a_position_loses_worth_with_its_age() -> None:
    old = weighed(envoy("old", position_at=ago(minutes=15)))
    assert term(old, "freshness").value == pytest.approx(0.5)


def test_whoever_usually_accepts_goes_first_among_the_equally_near() -> None:
    eager = standing("eager", histories=histories(sos=History(accepted=40)))
    silent = standing("silent", histories=histories(sos=History(silent=40)))
    assert _first(weighed(envoy("silent"), record=silent), weighed(envoy("eager"), record=eager)) == "eager"


def test_answers_to_orders_say_nothing_about_a_cry() -> None:
    record = standing("a", histories=histories(order=History(silent=100)))
    assert weighed(envoy("a"), record=record).likelihood == pytest.approx(0.3)
    assert weighed(envoy("a"), record=record, call=Call.ORDER).likelihood < 0.1


def test_a_near_unlikely_envoy_still_goes_before_a_likely_one_far_away() -> None:
    """Likelihood is one term among others: an hour's way outweighs it."""
    likely = standing("far", histories=histories(sos=History(accepted=500)))
    unlikely = standing("near", histories=histories(sos=History(silent=500)))
    near, far = weighed(envoy("near"), 500, unlikely), weighed(envoy("far"), 30_000, likely)
    assert _first(far, near) == "near"


def test_whoever_comes_straight_from_a_job_goes_after_the_rested() -> None:
    tired = standing("tired", worked_until=ago(minutes=5))
    assert _first(weighed(envoy("tired"), record=tired), weighed(envoy("rested"))) == "rested"
    assert term(weighed(envoy("tired"), record=standing("t", worked_until=ago(hours=9))), "rest").value == 0


@pytest.mark.parametrize(
    ("worse", "given_"),
    [
        ({"languages": ["fr"]}, {"languages": frozenset({"zh"})}),
        ({"services": ["shopping"]}, {"skills": frozenset({"interpret"})}),
        ({"sex": "male"}, {"sex": "female"}),
        ({"rating": 2.0}, {}),
    ],
)
def test_fit_counts(worse: dict[str, object], given_: dict[str, object]) -> None:
    """Language, skill, sex asked for and rating each move somebody down."""
    good = envoy("good", sex="female", rating=5.0)
    bad = envoy("bad", **({"sex": "female", "rating": 5.0} | worse))
    assert _first(weighed(bad, **given_), weighed(good, **given_)) == "good"


def test_for_a_cry_the_wrong_language_is_last_but_not_left_out() -> None:
    alone = weighed(envoy("a", languages=["fr"]), languages=frozenset({"zh"}))
    assert ranking.ranked([alone]) == [alone]


def test_equals_take_turns() -> None:
    """Within a minute of arrival whoever was asked longest ago goes first, then whoever was never asked by id."""
    just = weighed(envoy("a"), 1_000, standing("a", asked_at=ago(minutes=5)))
    long_ago = weighed(envoy("b"), 1_010, standing("b", asked_at=ago(days=5)))
    never = weighed(envoy("d"), 1_020)
    never_too = weighed(envoy("c"), 1_020)
    assert [c.envoy.name for c in ranking.ranked([just, long_ago, never, never_too])] == ["c", "d", "b", "a"]


def test_the_order_does_not_depend_on_the_order_of_finding() -> None:
    crowd = [
        weighed(envoy(name), metres) for name, metres in zip("abcd", (900, 910, 905, 4_000), strict=True)
    ]
    orders = {tuple(c.envoy.name for c in ranking.ranked(p)) for p in itertools.permutations(crowd)}
    assert len(orders) == 1


@given(st.lists(st.tuples(st.floats(0, 60_000), st.floats(0, 90), st.integers(0, 50)), max_size=30))
def test_more_of_a_bad_thing_never_helps(rows: list[tuple[float, float, int]]) -> None:
    """Farther, older or less willing, all else equal: never a better rank."""
    for metres, age_min, silent in rows:
        one = envoy("a", position_at=START - timedelta(minutes=age_min))
        record = standing("a", histories=histories(sos=History(silent=silent)))
        worse_record = standing("a", histories=histories(sos=History(silent=silent + 1)))
        base = weighed(one, metres, record).score
        assert weighed(one, metres + 100, record).score >= base
        assert weighed(one, metres, worse_record).score >= base


def test_nearest_first_is_the_distance_alone() -> None:
    around = ranking.Around(need(), START, weights=ranking.NEAREST_FIRST)
    one = ranking.weigh(envoy("a"), 1_234.0, standing("a"), around)
    assert [(t.name, t.contribution) for t in one.terms] == [("distance", 1_234.0)]


def test_a_cry_asks_a_full_wave_and_an_order_enough_for_one_yes() -> None:
    crowd = [weighed(envoy(str(i)), 1_000 + i) for i in range(60)]
    assert ranking.wave(crowd, Call.SOS, 30) == 30
    assert ranking.wave(crowd, Call.ORDER, 30) == 9
