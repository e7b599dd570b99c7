"""How likely a yes is, and how many must be asked for one."""

import random

import pytest

from backoffice.dispatch import acceptance
from backoffice.dispatch.acceptance import Prior
from backoffice.dispatch.standing import History


@pytest.mark.parametrize(
    ("chance", "asked"),
    [(0.47, (3, 4, 5, 8)), (0.30, (5, 7, 9, 13)), (0.17, (9, 13, 17, 25))],
)
def test_a_wave_is_as_large_as_the_published_table(chance: float, asked: tuple[int, ...]) -> None:
    """Field facts 3.1: how many for 80, 90, 95 and 99 % that one accepts."""
    sizes = tuple(acceptance.wave_size([chance] * 99, 99, sure) for sure in (0.80, 0.90, 0.95, 0.99))
    assert sizes == asked


def test_a_wave_never_exceeds_what_may_be_asked_or_who_is_there() -> None:
    assert acceptance.wave_size([0.01] * 99, 30) == 30
    assert acceptance.wave_size([0.2] * 4, 30) == 4
    assert acceptance.wave_size([], 30) == 0


def test_somebody_never_asked_is_judged_by_the_others() -> None:
    assert acceptance.likelihood(History(), Prior(0.4, 20)) == pytest.approx(0.4)


def test_two_answers_move_a_judgement_little_and_two_hundred_much() -> None:
    """Shrunk towards the mean: small numbers are mostly luck."""
    around = Prior(0.3, 20)
    few, many = History(accepted=2), History(accepted=200)
    assert 0.3 < acceptance.likelihood(few, around) < 0.4
    assert acceptance.likelihood(many, around) > 0.9


def test_a_history_never_makes_a_yes_impossible_or_certain() -> None:
    around = Prior(0.3, 20)
    assert acceptance.likelihood(History(silent=10_000), around) > 0
    assert acceptance.likelihood(History(accepted=10_000), around) < 1


def test_without_any_history_the_published_mean_holds() -> None:
    assert acceptance.prior([History()] * 100) == Prior(acceptance.PUBLISHED_MEAN, acceptance.USUAL_STRENGTH)


def test_measurements_here_replace_the_published_mean() -> None:
    measured = acceptance.prior([History(accepted=8, silent=12)] * 100)
    assert measured.mean == pytest.approx(0.4, abs=0.01)


def test_people_who_differ_much_are_judged_sooner_by_themselves() -> None:
    """The weight of the mean is estimated from how much people differ."""
    chance = random.Random(5)

    def crowd(low: float, high: float) -> list[History]:
        made = []
        for _ in range(400):
            p = chance.uniform(low, high)
            accepted = sum(chance.random() < p for _ in range(40))
            made.append(History(accepted=accepted, silent=40 - accepted))
        return made

    alike, unlike = acceptance.prior(crowd(0.29, 0.31)), acceptance.prior(crowd(0.0, 0.7))
    assert alike.strength == acceptance.MOST_STRENGTH
    assert unlike.strength < 8


def test_the_estimate_is_closer_to_the_truth_than_the_raw_share() -> None:
    """Over people whose true chances are spread over 17–49 %, after ten questions each."""
    chance = random.Random(6)
    truths = [chance.uniform(0.17, 0.49) for _ in range(500)]
    seen = [sum(chance.random() < p for _ in range(10)) for p in truths]
    crowd = [History(accepted=a, silent=10 - a) for a in seen]
    around = acceptance.prior(crowd)
    shrunk = sum((acceptance.likelihood(h, around) - p) ** 2 for h, p in zip(crowd, truths, strict=True))
    raw = sum((h.accepted / 10 - p) ** 2 for h, p in zip(crowd, truths, strict=True))
    assert shrunk < raw / 2
