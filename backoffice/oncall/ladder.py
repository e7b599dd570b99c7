"""The ladder: who is called at which rung, and whose console sounds."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from backoffice.oncall.model import OnCall, by_order

NEXT, EVERYBODY, BEYOND, INCIDENT = 1, 2, 3, 4
"""Rungs of issue 4: the next operator at 15 s, all at 30 s, the supervisor and the second centre at 60 s; when
nobody has taken the case for 180 s everybody there is, whatever their hours."""


@dataclass(frozen=True, slots=True)
class Where:
    """Whose case it is. `second` is the centre that stands in for it; empty where there are no centres: all do."""

    home: str
    second: str = ""


def called(people: Sequence[OnCall], where: Where, level: int, now: datetime) -> list[OnCall]:
    """Whom to wake at this rung, in order. Never nobody while the list has anybody: then the next rung's people."""
    order = by_order(people)
    for rung in range(level, INCIDENT + 1):
        if found := _at(order, where, rung, now):
            return found
    return []


def _at(order: Sequence[OnCall], where: Where, rung: int, now: datetime) -> list[OnCall]:
    if rung >= INCIDENT:
        return list(order)
    awake = [p for p in order if p.hours.holds(now)]
    if rung == BEYOND:
        near = [p for p in awake if p.centre in (where.home, where.second)]
        return near if where.second and near else awake
    own = [p for p in awake if p.centre == where.home and not p.supervisor]
    return own[:1] if rung == NEXT else own


def home_centre(people: Sequence[OnCall], centre: str) -> str:
    """The case's own centre when it has a list, else the one whose list comes first."""
    names = sorted({p.centre for p in people})
    return centre if centre in names or not names else names[0]


@dataclass(frozen=True, slots=True)
class Seat:
    """Somebody with a console open. `load` is how many open cases they have in hand."""

    operator: str
    supervisor: bool = False
    load: int = 0


def sounding(seats: Collection[Seat], case: str, rung: int) -> frozenset[str]:
    """Whose console sounds for a case: one operator at rung 0, the next as well at 1, all at 2, supervisors too
    from 3. The one with the fewest cases comes first, then by lot (the same lot in every process). With no
    operator there the supervisors are the operators."""
    return frozenset(s.operator for s in seats if turn(seats, case, s.operator) <= rung)


def turn(seats: Collection[Seat], case: str, operator: str) -> int:
    """The rung from which this operator's console sounds for a case; see `sounding`."""
    operators = [s for s in seats if not s.supervisor] or list(seats)
    order = [s.operator for s in sorted(operators, key=lambda s: (s.load, _lot(case, s.operator)))]
    return min(order.index(operator), EVERYBODY) if operator in order else BEYOND


@lru_cache(maxsize=65_536)
def _lot(case: str, operator: str) -> bytes:
    return hashlib.sha256(f"{case}|{operator}".encode()).digest()


def rung(waited_s: float, after_s: Sequence[float]) -> int:
    """How many rungs have been passed after so many seconds."""
    return sum(waited_s >= s for s in after_s)
