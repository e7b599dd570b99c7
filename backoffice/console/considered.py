"""Why these envoys: each look for envoys as the case page tells it, and whom an operator may still ask by name."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backoffice import queries
from backoffice.cases.model import CaseStatus
from backoffice.dispatch import looks
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.looks import Considered, Look
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.ids import EnvoyId

NOT_ASKABLE = frozenset({Reason.OFF_DUTY, Reason.BUSY, Reason.DECLINED, Reason.UNREACHABLE})
CHOICE = 40
"""So many names in the list of whom to ask; a longer one is not read."""
MEANT = (
    "arrival",
    "freshness",
    "acceptance",
    "rest",
    "load",
    "over_cap",
    "language",
    "skill",
    "sex",
    "rating",
)
"""The terms of a rank in the order they are told."""


@dataclass(frozen=True, slots=True)
class Row:
    """One envoy of a look. `terms` are (name, value, seconds); all of it is empty where the case is closed."""

    name: str
    place: int
    asked: bool
    reason: str
    metres: float | None
    arrival_s: float | None
    likelihood: float | None
    score_s: float | None
    terms: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One look: the asked and those whose turn had not come in order, the left out by reason."""

    at: datetime
    what: str
    wave: int
    ring_km: float
    answer: str
    order: tuple[Row, ...]
    left_out: Mapping[str, tuple[Row, ...]]
    counts: Mapping[str, int]


def of(found: queries.CaseView) -> list[Told]:
    """Newest first. A closed case tells no distance, nor what follows from one."""
    exact = found.case.status is not CaseStatus.CLOSED
    return [told(look, exact=exact) for look in reversed(found.looks)]


def told(look: Look, *, exact: bool) -> Told:
    rows = [_row(one, exact=exact) for one in look.considered]
    out: dict[str, list[Row]] = {}
    for row in rows:
        if not row.place:
            out.setdefault(row.reason, []).append(row)
    return Told(
        look.at,
        look.what,
        look.wave,
        look.ring_km,
        look.answer,
        tuple(row for row in rows if row.place),
        {reason: tuple(given) for reason, given in out.items()},
        look.counts,
    )


def _row(one: Considered, *, exact: bool) -> Row:
    facts: Mapping[str, Any] = {k: v for k, v in one.facts.items() if exact or k not in looks.EXACT}
    terms = {name: (value, seconds) for name, value, _, seconds in facts.get("terms", ())}
    return Row(
        name=one.name,
        place=one.place,
        asked=one.asked,
        reason=str(one.reason) if one.reason else "",
        metres=facts.get("distance_m"),
        arrival_s=facts.get("arrival_s"),
        likelihood=facts.get("likelihood"),
        score_s=facts.get("score_s"),
        terms=tuple((name, *terms[name]) for name in MEANT if name in terms and round(terms[name][1])),
    )


def askable(found: queries.CaseView) -> list[tuple[EnvoyId, str]]:
    """Whom an operator may ask by name: considered, able to come, and not asked or asked and stood down."""
    closed = {e.id for e in found.envoys if e.assignment.status is not AssignmentStatus.STOOD_DOWN}
    names: dict[EnvoyId, str] = {}
    for look in reversed(found.looks):
        for one in look.considered:
            if one.reason not in NOT_ASKABLE and one.envoy not in closed:
                names.setdefault(one.envoy, one.name)
    return list(names.items())[:CHOICE]
