"""Deadlines as rows: promises to act at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from backoffice.kernel.ids import DeadlineId, PersonId


class DeadlineKind(StrEnum):
    """What happens when a deadline passes."""

    COUNTDOWN = "countdown"
    WAVE = "wave"
    WIDEN = "widen"
    ACKNOWLEDGE = "acknowledge"
    PROMISE = "promise"
    LIVE_QUIET = "live_quiet"
    SEAL = "seal"
    FORGOTTEN_CANCEL = "forgotten_cancel"
    GEOCODE = "geocode"
    ORDER_ASK = "order_ask"
    ORDER_LAPSE = "order_lapse"
    ORDER_BEFORE = "order_before"
    ORDER_PAY = "order_pay"
    ORDER_GRACE = "order_grace"
    ORDER_NO_SHOW = "order_no_show"
    ORDER_END = "order_end"
    ORDER_SILENT = "order_silent"
    ORDER_RATING = "order_rating"
    ORDER_SEAL = "order_seal"
    DUTY_SWITCH = "duty_switch"
    BREAK_OVER = "break_over"
    POSITION_STALE = "position_stale"
    ENVOY_SILENT = "envoy_silent"
    DOCUMENT = "document"
    APPLICATION_OLD = "application_old"
    MERGE = "merge"
    DRILL_ASK = "drill_ask"
    DRILL_OVER = "drill_over"
    READINESS_LIST = "readiness_list"
    AUTHORISATION = "authorisation"
    FAMILY_NEWS = "family_news"
    FAMILY_END = "family_end"
    FAMILY_QR = "family_qr"
    STATEMENT = "statement"
    CLAIM_DAY = "claim_day"
    CLAIM_CLOSE = "claim_close"
    CLAIM_REMIND = "claim_remind"
    TASK = "task"


class DeadlineState(StrEnum):
    ARMED = "armed"
    FIRED = "fired"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A promise to act at `due`. `person` is whose lock it fires under, `subject` what it is about (a case id)."""

    id: DeadlineId
    kind: DeadlineKind
    person: PersonId
    subject: str
    due: datetime
    payload: dict[str, Any] = field(default_factory=dict)
    state: DeadlineState = DeadlineState.ARMED


class Deadlines(Protocol):
    """Deadlines as rows."""

    async def arm(self, deadline: Deadline) -> None: ...
    async def cancel(self, kind: DeadlineKind, subject: str) -> int:
        """Conditional UPDATE armed -> cancelled; returns how many it stopped."""
        ...

    async def fire(self, deadline: DeadlineId, now: datetime) -> bool:
        """Conditional UPDATE armed and due -> fired; True for the one winner."""
        ...

    async def armed(self, kind: DeadlineKind, subject: str) -> Deadline | None: ...
    async def countdowns_over(self, person: PersonId, before: datetime) -> Sequence[Deadline]:
        """Armed countdowns of a person that were due before a moment."""
        ...
