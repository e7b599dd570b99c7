"""Drills for envoys: who answered a drill offer, how fast, and who did not. Apart from every real figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import NewType

from backoffice.kernel.geo import Point
from backoffice.kernel.ids import EnvoyId, LetterId, OperatorId

DrillId = NewType("DrillId", str)
OPEN_FOR = timedelta(minutes=10)
"""An answer later than this is no answer: in a real case the next ring has been asked long ago."""
WEEK = timedelta(days=7)


class DrillAnswer(StrEnum):
    """`unreached`: the platform never took the question, which is not silence (business.md, Asking)."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    SILENT = "silent"
    UNREACHED = "unreached"


@dataclass(frozen=True, slots=True)
class Drill:
    """One exercise: everybody on duty and free within `radius_m` of `point` is asked."""

    id: DrillId
    at: datetime
    ordered_by: OperatorId
    point: Point
    radius_m: float
    weekly: bool = False


@dataclass
class DrillOffer:
    """The question put to one envoy. `taken_at` is when the platform took it: latencies count from there."""

    drill: DrillId
    envoy: EnvoyId
    letter: LetterId
    asked_at: datetime
    answer: DrillAnswer = DrillAnswer.WAITING
    taken_at: datetime | None = None
    answered_at: datetime | None = None

    @property
    def latency(self) -> timedelta | None:
        if self.answered_at is None:
            return None
        return max(timedelta(), self.answered_at - (self.taken_at or self.asked_at))


@dataclass(frozen=True, slots=True)
class Readiness:
    """One envoy's week: how often asked and answered, how often nothing came, the median latency."""

    envoy: EnvoyId
    asked: int
    answered: int
    silent: int
    unreached: int
    latency: timedelta | None


def close(offer: DrillOffer) -> None:
    """Time is over."""
    if offer.answer is DrillAnswer.WAITING:
        offer.answer = DrillAnswer.SILENT if offer.taken_at else DrillAnswer.UNREACHED


def by_envoy(offers: Sequence[DrillOffer]) -> list[Readiness]:
    """Who answered nothing first, then the slowest."""
    envoys = dict.fromkeys(o.envoy for o in offers)
    found = [_of(envoy, [o for o in offers if o.envoy == envoy]) for envoy in envoys]
    return sorted(found, key=lambda r: (r.answered > 0, -(r.latency or timedelta()).total_seconds(), r.envoy))


def _of(envoy: EnvoyId, offers: Sequence[DrillOffer]) -> Readiness:
    took = [o.latency.total_seconds() for o in offers if o.latency is not None]
    count = {answer: sum(o.answer is answer for o in offers) for answer in DrillAnswer}
    return Readiness(
        envoy,
        asked=len(offers),
        answered=count[DrillAnswer.ACCEPTED] + count[DrillAnswer.DECLINED],
        silent=count[DrillAnswer.SILENT],
        unreached=count[DrillAnswer.UNREACHED],
        latency=timedelta(seconds=median(took)) if took else None,
    )
