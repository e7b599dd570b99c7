"""Chaos: kills, races, repeats, poison, full disks and random steps against the real service.

python -m tests.chaos [--short] [--seed N] [campaign …]

One line of figures each; the exit status is 1 when a promise was broken. The same seed tries the same again. Without
names everything runs, in two processes side by side: what waits for processes, and what computes.
"""

import argparse
import logging
import random
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.chaos import (
    accept_race,
    books,
    case_machine,
    guesses,
    kill9,
    legible,
    order_machine,
    order_race,
    poison,
    races,
    redelivery,
    report,
    trilateration,
    weak_store,
)
from tests.chaos.report import Campaign, Plan
from tests.chaos.shuffled import ShuffledLoop

SHORT_SEED = 20260301
"""CI tries the same every time; the long form draws one and prints it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A campaign; `shuffled` gives it the loop that takes what is ready in random order."""

    run: Campaign
    shuffled: bool = False


WAITING: Mapping[str, Entry] = {
    "kill9": Entry(kill9.run),
    "disk_full": Entry(weak_store.disk_full),
    "poison_deaths": Entry(poison.deaths),
    "weak_store": Entry(weak_store.refusals),
    "books": Entry(books.sqlite),
    "books_pg": Entry(books.postgres),
}
COMPUTING: Mapping[str, Entry] = {
    "races": Entry(races.sqlite, shuffled=True),
    "races_pg": Entry(races.postgres),
    "accept_race": Entry(accept_race.sqlite, shuffled=True),
    "accept_race_pg": Entry(accept_race.postgres),
    "order_race": Entry(order_race.sqlite, shuffled=True),
    "order_race_pg": Entry(order_race.postgres),
    "redelivery": Entry(redelivery.run),
    "poison": Entry(poison.exceptions),
    "guesses": Entry(guesses.run),
    "legible": Entry(legible.run),
    "machine": Entry(case_machine.run),
    "order_machine": Entry(order_machine.run),
    "trilateration": Entry(trilateration.run),
}
ALL = {**WAITING, **COMPUTING}


def main(arguments: list[str]) -> int:
    given = _parser().parse_args(arguments)
    seed = given.seed if given.seed is not None else SHORT_SEED if given.short else secrets.randbelow(10**9)
    _quiet()
    if given.campaigns:
        return _run_all(given.campaigns, Plan(given.short, seed))
    words = [sys.executable, "-m", "tests.chaos", *WAITING, "--seed", str(seed)]
    beside = subprocess.Popen([*words, "--short"] if given.short else words)
    ours = _run_all(COMPUTING, Plan(given.short, seed))
    return 1 if beside.wait() else ours


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m tests.chaos", description="break it, and see that it holds"
    )
    parser.add_argument("--short", action="store_true", help="what CI can afford")
    parser.add_argument("--seed", type=int, help="try the same again")
    parser.add_argument("campaigns", nargs="*", choices=[*ALL, []], help="all without any")
    return parser


def _run_all(names: Iterable[str], plan: Plan) -> int:
    """1 when one of them broke; the others run all the same."""
    held = [_run(name, plan) for name in names]
    return 0 if all(held) else 1


def _quiet() -> None:
    """Campaigns break things on purpose: what the service logs about it is not news here."""
    logging.getLogger().addHandler(logging.NullHandler())
    logging.getLogger("asyncio").setLevel(logging.CRITICAL + 1)


def _run(name: str, plan: Plan) -> bool:
    entry = ALL[name]
    loop: Callable[[], Any] | None = None
    if entry.shuffled:
        loop = lambda: ShuffledLoop(random.Random(plan.seed))  # noqa: E731
    return report.run(name, entry.run, plan, loop)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
