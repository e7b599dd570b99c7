"""What is kept of each look for envoys: who was considered, asked in which order, left out, and why."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.ranking import Candidate
from backoffice.kernel.ids import CaseId, EnvoyId

KEPT = 60
"""So many of those whose turn had not come are kept by name, nearest first; the rest as a number."""
EXACT = frozenset({"distance_m", "arrival_s", "score_s", "terms"})
"""With a few known bases each of these facts would give the exact place away: they go when the case is sealed."""


@dataclass(frozen=True, slots=True)
class Considered:
    """One envoy in one look. `place` is their turn in the order (1, 2, …; 0 when left out); no reason: asked.

    `facts` are the terms of the ranking (`Candidate.reasons`), or what is known of somebody left out. Metres, seconds.
    """

    envoy: EnvoyId
    name: str
    place: int = 0
    reason: Reason | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def asked(self) -> bool:
        return self.reason is None


@dataclass(frozen=True, slots=True)
class Look:
    """One look for envoys: a wave, the end of a search, or an operator's own choice.

    `case` is the case's or the order's id. `what`: `wave`, `nobody`, `by_hand`. `counts` are all who were considered by
    reason ("asked" included), also those not kept by name. `answer` says in one code how the search stood after it.
    """

    case: CaseId
    at: datetime
    what: str
    ring_km: float
    wave: int = 0
    considered: tuple[Considered, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    answer: str = ""


ASKED = "asked"


def asked(order: Sequence[Candidate], size: int) -> list[Considered]:
    """The order of one look: the first `size` are asked, the turn of the others has not come."""
    last = size + KEPT
    return [
        Considered(
            one.envoy.id,
            one.envoy.name,
            place,
            None if place <= size else Reason.NOT_REACHED,
            one.reasons if place <= last else {},
        )
        for place, one in enumerate(order, 1)
    ]


def counts(considered: Sequence[Considered]) -> dict[str, int]:
    """How many for each reason, and how many were asked."""
    return dict(Counter(str(c.reason) if c.reason else ASKED for c in considered))


def kept(considered: Sequence[Considered]) -> tuple[Considered, ...]:
    """Everybody asked and left out, but of those still waiting only the first."""
    waiting = 0
    found: list[Considered] = []
    for one in considered:
        waiting += one.reason is Reason.NOT_REACHED
        if one.reason is not Reason.NOT_REACHED or waiting <= KEPT:
            found.append(one)
    return tuple(found)


def why_nobody(considered: Sequence[Considered], answers: Mapping[str, int]) -> str:
    """One code for why nobody comes. `answers` counts how those asked answered (`declined`, `silent`, `unreachable`).

    `nobody_there`: no envoy near at all. `nobody_free`: all near are off duty, busy or left out. `all_declined`,
    `no_answer`, `unreachable`: they were asked, and that is how most of them ended.
    """
    if answers:
        most = max(sorted(answers), key=lambda name: answers[name])
        return {"declined": "all_declined", "unreachable": "unreachable"}.get(most, "no_answer")
    return "nobody_free" if considered else "nobody_there"
