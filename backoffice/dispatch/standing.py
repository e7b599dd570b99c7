"""An envoy's record for dispatch: how they answered, when they were asked, when they worked, how they travel."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import exp

from backoffice.dispatch.travel import Transport
from backoffice.kernel.ids import EnvoyId

LOAD_FADES = timedelta(hours=1)
"""The load is a fading count: a steady n questions an hour settle at n."""
ANSWER_TIME = timedelta(seconds=60)
"""Whoever had a question for less than this before it was taken back was not silent."""


class Call(StrEnum):
    """What an envoy is asked for. People answer a cry and an order differently: each has its own history."""

    SOS = "sos"
    ORDER = "order"


class Answer(StrEnum):
    """How a question ended that had reached its reader. One that was never delivered has no answer."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class History:
    """Questions of one kind that reached the envoy, by how they ended."""

    accepted: int = 0
    declined: int = 0
    silent: int = 0

    @property
    def asked(self) -> int:
        return self.accepted + self.declined + self.silent


@dataclass(frozen=True, slots=True)
class Standing:
    """One envoy's record for dispatch. `load` is the fading count of questions as of `asked_at`."""

    envoy: EnvoyId
    transport: Transport = Transport.UNKNOWN
    histories: dict[Call, History] = field(default_factory=dict)
    asked_at: datetime | None = None
    load: float = 0.0
    worked_until: datetime | None = None

    def history(self, call: Call) -> History:
        return self.histories.get(call, History())

    def load_at(self, now: datetime) -> float:
        """Questions in about the last hour."""
        if self.asked_at is None:
            return 0.0
        return self.load * exp(-max(0.0, (now - self.asked_at) / LOAD_FADES))


def silent(delivered_at: datetime | None, now: datetime) -> bool:
    """A question taken back counts as silence only when it had been on their screen long enough to answer."""
    return delivered_at is not None and now - delivered_at >= ANSWER_TIME
