"""The clocks of a case: what should have happened by when, and which will breach first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backoffice import queries
from backoffice.cases.model import CaseStatus, Verified
from backoffice.console import heat

PROMISE_SEEN = timedelta(minutes=10)
"""A promise is on the clock for its last ten minutes at least."""


class Stage(StrEnum):
    ANSWER = "answer"
    CALL_BACK = "call_back"
    ENVOY = "envoy"
    ARRIVAL = "arrival"
    PROVIDER = "provider"
    FAMILY = "family"
    PROMISE = "promise"
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Targets:
    """By when each stage should be reached (settings, group `clocks`).

    Answered: NENA-STA-020.1, 90 % within 15 s. Called back: NFPA 1225, first action within 60 s in 90 %. An envoy's
    drive of 20 km takes 24 to 60 min. Provider and family run from when they are wanted (`workflows.stages`).
    """

    answered: timedelta = timedelta(seconds=15)
    called_back: timedelta = timedelta(seconds=60)
    envoy_accepted: timedelta = timedelta(minutes=3)
    envoy_arrived: timedelta = timedelta(minutes=60)
    provider: timedelta = timedelta(minutes=30)
    family: timedelta = timedelta(minutes=30)
    safe_checked: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class StageClock(heat.Clock):
    """One running clock of a case."""

    stage: Stage


def running(line: queries.CaseLine, targets: Targets) -> tuple[StageClock, ...]:
    """The clocks still running, the one that breaches first leading. A closed case has none."""
    if line.status in (CaseStatus.CLOSED, CaseStatus.CANCELLED, CaseStatus.COUNTDOWN):
        return ()
    alone = (_answer, _call_back, _promise, _safe)
    found = [clock(line, targets) for clock in alone] + [*_envoy(line, targets), *_waited_for(line, targets)]
    return tuple(sorted((c for c in found if c), key=lambda c: c.due))


def by_breach(
    lines: Sequence[queries.CaseLine], targets: Targets
) -> list[tuple[queries.CaseLine, StageClock | None]]:
    """Lines with their leading clock, the first to breach on top, those without a clock below, oldest first."""
    led = [(line, next(iter(running(line, targets)), None)) for line in lines]
    return sorted(led, key=lambda pair: _order(*pair))


def _order(line: queries.CaseLine, lead: StageClock | None) -> tuple[bool, datetime]:
    return lead is None, lead.due if lead else line.opened_at


def _answer(line: queries.CaseLine, targets: Targets) -> StageClock | None:
    if not line.ringing or line.rang_at is None:
        return None
    return StageClock(Stage.ANSWER, line.rang_at, line.rang_at + targets.answered)


def _call_back(line: queries.CaseLine, targets: Targets) -> StageClock | None:
    """Not under duress: nobody rings that phone."""
    if line.verified is not Verified.NOT_YET or line.duress or line.dispatched_at is None:
        return None
    return StageClock(Stage.CALL_BACK, line.dispatched_at, line.dispatched_at + targets.called_back)


def _envoy(line: queries.CaseLine, targets: Targets) -> tuple[StageClock, ...]:
    if line.dispatched_at is None or line.status is not CaseStatus.OPEN or line.arrived:
        return ()
    began = line.dispatched_at
    if line.working:
        return (StageClock(Stage.ARRIVAL, began, began + targets.envoy_arrived),)
    return (StageClock(Stage.ENVOY, began, began + targets.envoy_accepted),)


def _waited_for(line: queries.CaseLine, targets: Targets) -> list[StageClock]:
    """What other processes said is wanted and is not there yet."""
    given = {Stage.PROVIDER: targets.provider, Stage.FAMILY: targets.family}
    return [
        StageClock(stage, line.stages[stage], line.stages[stage] + within)
        for stage, within in given.items()
        if stage in line.stages
    ]


def _promise(line: queries.CaseLine, targets: Targets) -> StageClock | None:
    if line.promised_at is None or line.dispatched_at is None:
        return None
    since = max(line.dispatched_at, line.promised_at - PROMISE_SEEN)
    return StageClock(Stage.PROMISE, since, line.promised_at)


def _safe(line: queries.CaseLine, targets: Targets) -> StageClock | None:
    if line.says_safe_at is None or line.verified in (Verified.VERIFIED, Verified.FALSE_ALARM):
        return None
    return StageClock(Stage.SAFE, line.says_safe_at, line.says_safe_at + targets.safe_checked)
