"""What an insurer is told of claims paid in its name: a month in lines, as a file a spreadsheet opens."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from backoffice.insurance.policies import ZONE
from backoffice.kernel import cells
from backoffice.kernel.money import Money

COLUMNS = ("claim", "policy", "kind", "decided", "paid", "currency", "amount", "reference")


@dataclass(frozen=True, slots=True)
class PaidClaim:
    """One payment in an insurer's name. `policy` is its number; nobody's name stands here."""

    ref: str
    policy: str
    kind: str
    decided_at: datetime | None
    paid_at: datetime | None
    amount: Money
    reference: str


def month(of: date) -> tuple[datetime, datetime]:
    """The month around a day, in Beijing as cover is counted: from its first moment to that of the next."""
    zone = ZoneInfo(ZONE)
    first = of.replace(day=1)
    after = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    since, until = (datetime.combine(day, time(), zone).astimezone(UTC) for day in (first, after))
    return since, until


def totals(lines: Iterable[PaidClaim]) -> dict[str, Money]:
    """By currency."""
    found: dict[str, Money] = {}
    for line in lines:
        had = found.get(line.amount.currency, Money(0, line.amount.currency))
        found[line.amount.currency] = had + line.amount
    return found


def file(lines: Sequence[PaidClaim]) -> str:
    """One row a payment and one a currency's total; amounts in whole units; no cell starts a formula."""
    rows: list[tuple[str, ...]] = [COLUMNS, *(_row(line) for line in lines)]
    for currency, total in sorted(totals(lines).items()):
        rows.append(("total", "", "", "", "", currency, str(total.amount), ""))
    return cells.written(rows)


def _row(line: PaidClaim) -> tuple[str, ...]:
    days = (_day(line.decided_at), _day(line.paid_at))
    sum_ = (line.amount.currency, str(line.amount.amount))
    return (line.ref, line.policy, line.kind, *days, *sum_, line.reference)


def _day(at: datetime | None) -> str:
    return at.astimezone(ZoneInfo(ZONE)).date().isoformat() if at else ""
