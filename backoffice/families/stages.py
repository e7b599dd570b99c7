"""Which lines of a case's timeline are news for a family, how urgent each is, and what they add up to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol


class Stage(StrEnum):
    """A step a relative is told of."""

    CALLED = "called"
    ANSWERED = "answered"
    SPOKEN = "spoken"
    ENVOY = "envoy"
    ON_WAY = "on_way"
    ARRIVED = "arrived"
    ENVOY_LOST = "envoy_lost"
    HOSPITAL = "hospital"
    MOVED = "moved"
    CLOSED = "closed"
    REOPENED = "reopened"


OF_EVENT: Mapping[str, Stage] = {
    "case.dispatched": Stage.CALLED,
    "centre.taken": Stage.ANSWERED,
    "centre.called_verified": Stage.SPOKEN,
    "dispatch.accepted": Stage.ENVOY,
    "dispatch.from_order": Stage.ENVOY,
    "job.under_way": Stage.ON_WAY,
    "job.arrived": Stage.ARRIVED,
    "job.withdrawn": Stage.ENVOY_LOST,
    "family.hospital": Stage.HOSPITAL,
    "family.moved": Stage.MOVED,
    "centre.closed": Stage.CLOSED,
    "centre.reopened": Stage.REOPENED,
}
"""Code of the timeline -> stage. A code missing here is nobody's news."""

CLOSED_WELL = frozenset({"helped", "safe", "false_alarm", "drill"})
"""Reasons of a close that the service tells by itself; any other end goes through a person (voice.md)."""
DURESS, DURESS_ENDED = "case.duress", "centre.duress_ended"
ONCE = frozenset({Stage.CALLED, Stage.ANSWERED})
"""Told the first time only: that a colleague took over is no news."""
AT_ONCE = frozenset({Stage.ARRIVED, Stage.HOSPITAL, Stage.MOVED, Stage.CLOSED, Stage.REOPENED})
"""Not held back to be told together with others."""
LIFE_AND_DEATH = frozenset({Stage.HOSPITAL, Stage.MOVED})
"""Told in quiet hours too."""
MERGED_WITHIN = timedelta(minutes=2)
"""Other stages wait this long for each other and are one message."""
PLACED = frozenset({Stage.HOSPITAL, Stage.MOVED})
"""Stages that name a place, which has to be allowed by itself."""


class Happened(Protocol):
    """One line of a timeline."""

    @property
    def at(self) -> datetime: ...
    @property
    def what(self) -> str: ...
    @property
    def params(self) -> Mapping[str, str | int | float | bool]: ...


@dataclass(frozen=True, slots=True)
class Moment:
    """A stage reached. `number` is its line in the timeline (1, 2, …); `detail` points at its sealed place."""

    stage: Stage
    at: datetime
    number: int
    detail: int = -1


def told(events: Sequence[Happened]) -> list[Moment]:
    """What a family may be told of this timeline, oldest first.

    From a duress on nothing: their screen must not show more than the one the coercer sees. What happened
    meanwhile is not told afterwards either, when an operator has ended it; what follows is.
    """
    found: list[Moment] = []
    silent = False
    for number, event in enumerate(events, 1):
        silent = event.what == DURESS or (silent and event.what != DURESS_ENDED)
        stage = _stage(event)
        if stage and not silent and not (stage in ONCE and any(m.stage is stage for m in found)):
            found.append(Moment(stage, event.at, number, _detail(event)))
    return found


def _stage(event: Happened) -> Stage | None:
    stage = OF_EVENT.get(event.what)
    if stage is Stage.CLOSED and event.params.get("reason") not in CLOSED_WELL:
        return None
    if event.what == "dispatch.from_order" and event.params.get("met"):
        return Stage.ARRIVED
    return stage


def _detail(event: Happened) -> int:
    detail = event.params.get("detail", -1)
    return detail if isinstance(detail, int) else -1


def since(moments: Iterable[Moment], upto: int) -> list[Moment]:
    """News for somebody who knows the timeline up to that line; what was taken back meanwhile is left out."""
    fresh = [m for m in moments if m.number > upto]
    lost = max((m.number for m in fresh if m.stage is Stage.ENVOY_LOST), default=0)
    of_envoy = frozenset({Stage.ENVOY, Stage.ON_WAY, Stage.ARRIVED})
    return [m for m in fresh if not (m.stage in of_envoy and m.number < lost)]


def silent_since(events: Sequence[Happened]) -> datetime | None:
    """When the duress began that nobody has ended; None when there is none."""
    began: datetime | None = None
    for event in events:
        if event.what == DURESS:
            began = began or event.at
        elif event.what == DURESS_ENDED:
            began = None
    return began


def delay(moments: Sequence[Moment]) -> timedelta:
    """How long this news waits for more."""
    return timedelta() if any(m.stage in AT_ONCE for m in moments) else MERGED_WITHIN


def grave(moments: Sequence[Moment]) -> bool:
    """Whether it is told in the night too."""
    return any(m.stage in LIFE_AND_DEATH for m in moments)
