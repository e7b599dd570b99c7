"""Who is asked first: a pure order with every term visible."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backoffice.dispatch.model import FRESH, Envoy

DRIVE_M_PER_S = 8.0
"""About 29 km/h: the middle of 20–50 km/h for drives of 20–40 km (field facts 3.1)."""
TURN_OUT_S = 105.0
"""Median time to get out of the door (field facts 3.1)."""
BASE_PENALTY_S = 300.0
"""A base is not a position: somebody known to be near goes first."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An envoy with the terms of their rank. Metres and seconds; `arrival_s` is the expected arrival."""

    envoy: Envoy
    distance_m: float
    from_base: bool
    fix_age_s: float
    arrival_s: float

    @property
    def reasons(self) -> dict[str, float | bool]:
        """What is kept with the assignment, for the explanation."""
        return {
            "distance_m": round(self.distance_m),
            "from_base": self.from_base,
            "fix_age_s": round(self.fix_age_s),
            "arrival_s": round(self.arrival_s),
        }


def candidate(envoy: Envoy, distance_m: float, now: datetime) -> Candidate:
    """Expected arrival: turn-out, the drive, and a penalty when only the base is known."""
    age = now - envoy.position_at if envoy.position_at else FRESH
    from_base = not envoy.has_fresh_fix(now)
    arrival = TURN_OUT_S + distance_m / DRIVE_M_PER_S + (BASE_PENALTY_S if from_base else 0)
    return Candidate(envoy, distance_m, from_base, age.total_seconds(), arrival)


def ranked(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Nearest expected arrival first; equals by rating, then by id so that the order is always the same."""
    return sorted(candidates, key=lambda c: (c.arrival_s, -c.envoy.rating, c.envoy.id))


def may_be_asked(envoy: Envoy, requester: str, drill: bool) -> bool:
    """On duty, free, not the person in need; drills ask synthetic envoys only, real cases never."""
    return (
        envoy.on_duty and envoy.busy_with is None and envoy.person != requester and envoy.synthetic == drill
    )
