"""The clocks of a case: what should have happened by when, and which will breach first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from backoffice import queries
from backoffice.cases.model import CaseStatus, Verified

ANSWERED = timedelta(seconds=15)
"""NENA: 90 % of emergency calls answered within 15 s."""
CALLED_BACK = timedelta(seconds=60)
"""NFPA 1225: first human action within 60 s of the alarm in 90 %."""
ENVOY_ACCEPTED = timedelta(minutes=3)
ENVOY_ARRIVED = timedelta(minutes=60)
SAFE_CHECKED = timedelta(minutes=5)
PROMISE_SEEN = timedelta(minutes=10)
"""A promise is on the clock for its last ten minutes at least."""
EARLY = 0.25
"""The last quarter of a clock is its early warning."""


class Stage(StrEnum):
    ANSWER = "answer"
    CALL_BACK = "call_back"
    ENVOY = "envoy"
    ARRIVAL = "arrival"
    PROMISE = "promise"
    SAFE = "safe"


class Heat(StrEnum):
    """How a clock stands; the names are also the page's colours."""

    UNDER_WAY = "under_way"
    WAITING = "waiting"
    BREACHED = "breached"


@dataclass(frozen=True, slots=True)
class StageClock:
    """One running clock."""

    stage: Stage
    since: datetime
    due: datetime

    def heat(self, now: datetime) -> Heat:
        if now > self.due:
            return Heat.BREACHED
        warn = self.due - (self.due - self.since) * EARLY
        return Heat.WAITING if now >= warn else Heat.UNDER_WAY


def running(line: queries.CaseLine) -> tuple[StageClock, ...]:
    """The clocks still running, the one that breaches first leading. A closed case has none."""
    if line.status in (CaseStatus.CLOSED, CaseStatus.CANCELLED, CaseStatus.COUNTDOWN):
        return ()
    found = [c for c in (_answer(line), _call_back(line), *_envoy(line), _promise(line), _safe(line)) if c]
    return tuple(sorted(found, key=lambda c: c.due))


def by_breach(lines: Sequence[queries.CaseLine]) -> list[tuple[queries.CaseLine, StageClock | None]]:
    """Lines with their leading clock, the first to breach on top, those without a clock below, oldest first."""
    led = [(line, next(iter(running(line)), None)) for line in lines]
    return sorted(led, key=lambda pair: _order(*pair))


def _order(line: queries.CaseLine, lead: StageClock | None) -> tuple[bool, datetime]:
    return lead is None, lead.due if lead else line.opened_at


def _answer(line: queries.CaseLine) -> StageClock | None:
    if not line.ringing or line.rang_at is None:
        return None
    return StageClock(Stage.ANSWER, line.rang_at, line.rang_at + ANSWERED)


def _call_back(line: queries.CaseLine) -> StageClock | None:
    """Not under duress: nobody rings that phone."""
    if line.verified is not Verified.NOT_YET or line.duress or line.dispatched_at is None:
        return None
    return StageClock(Stage.CALL_BACK, line.dispatched_at, line.dispatched_at + CALLED_BACK)


def _envoy(line: queries.CaseLine) -> tuple[StageClock | None, ...]:
    if line.dispatched_at is None or line.status is not CaseStatus.OPEN or line.arrived:
        return ()
    if line.working:
        return (StageClock(Stage.ARRIVAL, line.dispatched_at, line.dispatched_at + ENVOY_ARRIVED),)
    return (StageClock(Stage.ENVOY, line.dispatched_at, line.dispatched_at + ENVOY_ACCEPTED),)


def _promise(line: queries.CaseLine) -> StageClock | None:
    if line.promised_at is None or line.dispatched_at is None:
        return None
    since = max(line.dispatched_at, line.promised_at - PROMISE_SEEN)
    return StageClock(Stage.PROMISE, since, line.promised_at)


def _safe(line: queries.CaseLine) -> StageClock | None:
    if line.says_safe_at is None or line.verified in (Verified.VERIFIED, Verified.FALSE_ALARM):
        return None
    return StageClock(Stage.SAFE, line.says_safe_at, line.says_safe_at + SAFE_CHECKED)
