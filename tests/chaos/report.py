"""What a campaign says at its end: one line of figures, or what broke and the seed that breaks it again."""

import asyncio
import os
import random
import time
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any


class Broken(AssertionError):
    """An invariant of the business did not hold."""


def must(holds: bool, what: str) -> None:
    """Raises `Broken` with `what` unless it holds."""
    if not holds:
        raise Broken(what)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to try. `short` is what CI can afford; `seed` repeats a run."""

    short: bool
    seed: int

    def some(self, short: int, long: int) -> int:
        return short if self.short else long

    def chance(self, number: int = 0) -> random.Random:
        """Randomness of one round of this run."""
        return random.Random(self.seed * 1_000_003 + number)


@dataclass
class Figures:
    """The numbers of one campaign's line, in the order they were set."""

    values: dict[str, object] = field(default_factory=dict)

    def __setitem__(self, name: str, value: object) -> None:
        self.values[name] = value

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def add(self, name: str, by: float = 1) -> None:
        self.values[name] = self.values.get(name, 0) + by  # type: ignore[operator]

    def __str__(self) -> str:
        return ", ".join(f"{name} {_short(value)}" for name, value in self.values.items())


Campaign = Callable[[Plan, Figures], Coroutine[Any, Any, None]]


def run(name: str, campaign: Campaign, plan: Plan, loop: Callable[[], Any] | None = None) -> bool:
    """Run one campaign to its line; True when every invariant held."""
    figures, started = Figures(), time.monotonic()
    try:
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(campaign(plan, figures))
        verdict = "ok"
    except Broken as broken:
        verdict = f"BROKEN: {broken}"
    except Exception as error:  # the other campaigns still run
        traceback.print_exc()
        verdict = f"FAILED: {type(error).__name__}"
    seconds = time.monotonic() - started
    print(f"{name:<14} {seconds:6.1f} s  seed {plan.seed}  {figures}  {verdict}", flush=True)
    return verdict == "ok"


def _short(value: object) -> str:
    return (
        f"{value:.1f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
    )


def crowding() -> float:
    """How many want each processor just now, at least 1: limits in seconds stretch on a machine with other work."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


def late(seconds: list[float]) -> str:
    """p50/p99/most in milliseconds."""
    if not seconds:
        return "-"
    ordered = sorted(seconds)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * q))] for q in (0.5, 0.99)]
    return "/".join(f"{s * 1000:.0f}" for s in (*at, ordered[-1])) + " ms"
