"""The statement to an insurer: a month of premiums taken, given back and passed on, as the ledger says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import ZONE
from backoffice.kernel import cells
from backoffice.kernel.errors import NotFound
from backoffice.kernel.money import Money
from backoffice.money import premiums
from backoffice.money.model import PaymentId
from backoffice.ports import UnitOfWork


@dataclass(frozen=True, slots=True)
class StatementLine:
    """`net` is what the booking adds to what we owe the insurer (negative: takes off), `commission` what it adds to
    our share; both together are the premium the holder paid or got back. No names: the number says whose it is."""

    at: datetime
    what: str
    number: str
    product: str
    starts: date | None
    ends: date | None
    net: Money
    commission: Money


@dataclass(frozen=True, slots=True)
class InsurerStatement:
    """`opening` and `closing` are what we owe the insurer before and after the month, in one currency."""

    insurer: str
    since: datetime
    until: datetime
    opening: Money
    lines: tuple[StatementLine, ...]

    @property
    def closing(self) -> Money:
        return self.opening + Money(sum(line.net.minor for line in self.lines), self.opening.currency)


COLUMNS = ("at", "what", "number", "product", "starts", "ends", "premium", "commission", "owed", "currency")


def month(text: str) -> tuple[datetime, datetime]:
    """The first moments of a month and of the next, in Beijing; `2026-03`. Raises ValueError."""
    first = date.fromisoformat(f"{text}-01")
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    since, until = (datetime(d.year, d.month, 1, tzinfo=ZoneInfo(ZONE)) for d in (first, following))
    return since, until


async def statements(
    uow: UnitOfWork, insurer: str, since: datetime, until: datetime
) -> Sequence[InsurerStatement]:
    """One for each currency anything was ever booked in."""
    owed, ours = premiums.owed_to(insurer), premiums.commission_of(insurer)
    theirs = await uow.ledger.lines(owed, since, until)
    kept = {(line.at, line.subject): line.amount for line in await uow.ledger.lines(ours, since, until)}
    found = []
    for currency in sorted(await uow.ledger.currencies(owed)):
        lines = [line for line in theirs if line.amount.currency == currency]
        opening = -await uow.ledger.balance(owed, currency, since)
        made = [
            await _line(
                uow, line.at, str(line.what), line.subject, (line.amount, kept.get((line.at, line.subject)))
            )
            for line in lines
        ]
        found.append(InsurerStatement(insurer, since, until, opening, tuple(made)))
    return found


async def _line(
    uow: UnitOfWork, at: datetime, what: str, subject: str, sums: tuple[Money, Money | None]
) -> StatementLine:
    """The ledger's subject is a payment; what it was for names the policy."""
    net, commission = -sums[0], -(sums[1] or Money(0, sums[0].currency))
    try:
        payment = await uow.payments.get(PaymentId(subject))
        policy = await uow.policies.get(PolicyId(payment.purpose.subject))
    except NotFound:
        return StatementLine(at, what, "", "", None, None, net, commission)
    return StatementLine(at, what, policy.number, policy.product, policy.starts, policy.ends, net, commission)


def table(found: Sequence[InsurerStatement]) -> list[Sequence[object]]:
    """The statements as rows of one table, the names of its columns first; `owed` runs on from line to line.

    A number is what the insurer says it is: none is calculated by a spreadsheet.
    """
    rows: list[Sequence[object]] = [COLUMNS]
    for one in found:
        balance = one.opening
        rows.append([one.since.date(), "opening", *[""] * 6, balance.amount, balance.currency])
        for line in one.lines:
            balance += line.net
            premium, ours = (line.net + line.commission).amount, line.commission.amount
            number = cells.safe(line.number)
            what = (line.at.isoformat(), line.what, number, line.product, line.starts, line.ends)
            rows.append([*what, premium, ours, balance.amount, balance.currency])
        rows.append([one.until.date(), "closing", *[""] * 6, one.closing.amount, one.closing.currency])
    return rows
