"""What a day came to, and whether one way of ranking is better than another."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from statistics import fmean, median

from tests.simulation.day import Lived, Outcome

NOBODY_S = 7_200.0
"""A case nobody took counts as two hours: by then the centre has found somebody another way (assumed)."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One kind of case of one day. Seconds; `untaken` and the rest are shares and means over `cases`."""

    cases: int
    yes_median_s: float
    yes_p90_s: float
    there_median_s: float
    asked_per_yes: float
    asked: float
    untaken: float


def summary(outcomes: Sequence[Outcome]) -> Summary:
    yes = sorted(o.yes_s for o in outcomes if o.yes_s is not None)
    there = [o.there_s for o in outcomes if o.there_s is not None]
    asked = sum(o.asked for o in outcomes)
    return Summary(
        cases=len(outcomes),
        yes_median_s=median(yes) if yes else float("nan"),
        yes_p90_s=yes[int(0.9 * (len(yes) - 1))] if yes else float("nan"),
        there_median_s=median(there) if there else float("nan"),
        asked_per_yes=asked / len(yes) if yes else float("inf"),
        asked=asked / len(outcomes) if outcomes else 0.0,
        untaken=1 - len(yes) / len(outcomes) if outcomes else 0.0,
    )


def gini(values: Sequence[float]) -> float:
    """0: all have the same; 1: one has everything."""
    ordered, total = sorted(values), sum(values)
    if not total:
        return 0.0
    n = len(ordered)
    return 2 * sum(i * v for i, v in enumerate(ordered, 1)) / (n * total) - (n + 1) / n


def waited_s(day: Lived) -> float:
    """Mean time until somebody is there, over all cases of a day."""
    return fmean(o.there_s if o.there_s is not None else NOBODY_S for o in day.outcomes)


def gain(ranked: Lived, nearest: Lived) -> float:
    """By what share of nearest-first's time the ranking brings somebody sooner."""
    return 1 - waited_s(ranked) / waited_s(nearest)


@dataclass(frozen=True, slots=True)
class Interval:
    """A median and its interval; `coverage` is the exact chance that the interval holds the true median."""

    median: float
    low: float
    high: float
    coverage: float


def median_interval(values: Sequence[float], wanted: float = 0.95) -> Interval:
    """The narrowest pair of order statistics that covers the median often enough: no assumption about the shape."""
    ordered, n = sorted(values), len(values)
    outside, rank = 0.0, 0
    while rank < n // 2 and outside + 2 * comb(n, rank) / 2**n <= 1 - wanted:
        outside += 2 * comb(n, rank) / 2**n
        rank += 1
    rank = max(rank, 1)
    coverage = 1 - 2 * sum(comb(n, k) for k in range(rank)) / 2**n
    return Interval(median(ordered), ordered[rank - 1], ordered[n - rank], coverage)
