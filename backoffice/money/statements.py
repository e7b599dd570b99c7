"""An envoy's week: what was owed before, what came and went, what is owed now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from backoffice.kernel import money
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money.accounts import Operation


@dataclass(frozen=True, slots=True)
class Line:
    """One booking on one account: positive `amount` debits it. `subject` is a payment, a case or a payout."""

    at: datetime
    what: Operation
    subject: str
    amount: Money


@dataclass(frozen=True, slots=True)
class StatementLine:
    """As the envoy reads it: earnings positive, payouts negative; `owed` is the balance after it."""

    at: datetime
    what: Operation
    subject: str
    amount: Money
    owed: Money


@dataclass(frozen=True, slots=True)
class Statement:
    """One week in one currency. `since` inclusive, `until` exclusive, midnight Monday in the envoy's zone."""

    person: PersonId
    name: str
    zone: str
    since: datetime
    until: datetime
    opening: Money
    lines: tuple[StatementLine, ...]

    @property
    def currency(self) -> str:
        return self.opening.currency

    @property
    def closing(self) -> Money:
        return self.lines[-1].owed if self.lines else self.opening

    @property
    def earned(self) -> Money:
        return money.total((x.amount for x in self.lines if x.amount.minor > 0), self.currency)

    @property
    def paid(self) -> Money:
        return -money.total((x.amount for x in self.lines if x.amount.minor < 0), self.currency)


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose statement it is."""

    person: PersonId
    name: str
    zone: str


def week(at: datetime, zone: str) -> tuple[datetime, datetime]:
    """The week `at` lies in: from Monday 00:00 to Monday 00:00 in `zone`, as UTC-aware moments."""
    there = ZoneInfo(zone)
    local = at.astimezone(there)
    monday = (local - timedelta(days=local.weekday())).date()
    ends = (_midnight(monday, there), _midnight(monday + timedelta(days=7), there))
    return ends[0].astimezone(at.tzinfo), ends[1].astimezone(at.tzinfo)


def _midnight(day: object, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=zone)


def statement(
    reader: Reader, span: tuple[datetime, datetime], opening: Money, lines: Sequence[Line]
) -> Statement:
    """`opening` is what was owed before; `lines` those of the envoy's account in the span, oldest first."""
    owed, shown = opening, []
    for line in lines:
        owed -= line.amount
        shown.append(StatementLine(line.at, line.what, line.subject, -line.amount, owed))
    return Statement(reader.person, reader.name, reader.zone, *span, opening, tuple(shown))
