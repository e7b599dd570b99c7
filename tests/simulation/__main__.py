"""A day of a simulated city through the real workflows, and whether the ranking beats nearest-first.

python -m tests.simulation [--short] [--seed N] [--seeds N] [--out FILE.png] [--acceptance S]

Prints time to the first yes, questions per yes, the share nobody took and how evenly questions fall (Gini), and
writes a plot. Then, on seeds no weight was chosen on, both rankings ask equally many about the same cases in the
same city: each order one wave of 9, each cry one of 30. The same seed gives the same figures.
"""

import argparse
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from backoffice.dispatch import ranking
from tests.simulation import figures, plot, running
from tests.simulation.day import Lived, Plan

HELD_OUT = range(1, 31)
"""Seeds nothing was chosen on; weights were chosen on 1001 and up."""
EQUAL = 9
"""With 30 % acceptance nine questions bring a yes in 96 % (field facts 3.1)."""


def main() -> int:
    given = _arguments()
    started = time.monotonic()
    short = given.short
    weights = replace(ranking.WEIGHTS, acceptance=given.acceptance)
    plan = Plan(given.seed, 600, 3, 6) if short else Plan(given.seed)
    day = running.run(replace(plan, policy=weights))
    _tell_day(day)
    seeds = range(given.first, given.first + (given.seeds or (3 if short else len(HELD_OUT))))
    small = Plan(0, 600, 2, 4, fixed=EQUAL) if short else Plan(0, cries=6, orders=24, fixed=EQUAL)
    pairs = running.pairs(small, weights, seeds, 1 if short else given.processes)
    gains = [figures.gain(ranked, nearest) for ranked, nearest in pairs]
    _tell_gain(pairs, gains)
    plot.draw(day, gains, given.out)
    print(f"{given.out}: plot; {time.monotonic() - started:.0f} s")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("--short", action="store_true", help="a village and three seeds, for CI")
    parser.add_argument("--seed", type=int, default=1, help="of the day that is told and drawn")
    parser.add_argument(
        "--seeds", type=int, default=0, help="how many seeds the two rankings are compared on"
    )
    parser.add_argument("--first", type=int, default=HELD_OUT[0], help="the first of them")
    parser.add_argument("--acceptance", type=float, default=ranking.WEIGHTS.acceptance)
    parser.add_argument("--processes", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--out", type=Path, default=Path("var/simulation.png"))
    given = parser.parse_args()
    given.out.parent.mkdir(parents=True, exist_ok=True)
    return given


def _tell_day(day: Lived) -> None:
    plan = day.plan
    on_duty = len(day.questions)
    print(
        f"seed {plan.seed}: {plan.envoys:,} envoys, {on_duty:,} on duty, {plan.cries} SOS, {plan.orders} orders"
    )
    for name, sos in (("SOS", True), ("orders", False)):
        s = figures.summary([o for o in day.outcomes if o.call.sos is sos])
        print(
            f"  {name:7} first yes {s.yes_median_s:5.0f} s (90 % {s.yes_p90_s:.0f} s)"
            f"   there {s.there_median_s / 60:5.1f} min"
            f"   asked {s.asked:5.1f} a case, {s.asked_per_yes:5.1f} a yes   nobody {s.untaken:.1%}"
        )
    asked = [v for v in day.questions.values() if v]
    print(
        f"  Gini of questions {figures.gini(list(day.questions.values())):.2f} over all on duty,"
        f" {figures.gini(asked):.2f} over the {len(asked):,} who were asked; most asked {max(asked, default=0)} times;"
        f" Gini of jobs {figures.gini(list(day.jobs.values())):.2f}"
    )


def _tell_gain(pairs: Sequence[tuple[Lived, Lived]], gains: Sequence[float]) -> None:
    for name, index in (("ranked", 0), ("nearest first", 1)):
        outcomes = [o for pair in pairs for o in pair[index].outcomes]
        s, wait = figures.summary(outcomes), sum(figures.waited_s(pair[index]) for pair in pairs) / len(pairs)
        print(
            f"  {name:13} asked {sum(o.asked for o in outcomes):,}: there after {wait / 60:.1f} min on average"
            f" (median {s.there_median_s / 60:.1f}), first yes {s.yes_median_s:.0f} s, nobody {s.untaken:.1%}"
        )
    found = figures.median_interval(gains)
    verdict = "lies above zero" if found.low > 0 else "does NOT lie above zero"
    if found.coverage < 0.95:
        verdict = "tells nothing, so few are they"
    print(
        f"gain over nearest-first at equal number asked, {len(gains)} seeds: median {found.median:+.1%},"
        f" {found.coverage:.1%} interval {found.low:+.1%} to {found.high:+.1%}: it {verdict}"
    )


if __name__ == "__main__":
    sys.exit(main())
