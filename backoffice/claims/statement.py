"""What an insurer is told of claims paid in its name: a month in lines, as a file a spreadsheet opens."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from backoffice.insurance.policies import ZONE
from backoffice.kernel.money import Money

COLUMNS = ("claim", "policy", "kind", "decided", "paid", "currency", "amount", "reference")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


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
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in lines:
        days = (_day(line.decided_at), _day(line.paid_at))
        cells = (line.ref, line.policy, line.kind, *days, line.amount.currency, str(line.amount.amount))
        writer.writerow([safe(cell) for cell in (*cells, line.reference)])
    for currency, total in sorted(totals(lines).items()):
        writer.writerow(["total", "", "", "", "", currency, str(total.amount), ""])
    return out.getvalue()


def _day(at: datetime | None) -> str:
    return at.astimezone(ZoneInfo(ZONE)).date().isoformat() if at else ""


def safe(cell: str) -> str:
    """A spreadsheet takes it for words."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
