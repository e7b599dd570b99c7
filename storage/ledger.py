"""The ledger as rows: an entry once per key, other people's money never below nothing, nothing changed afterwards."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money.accounts import Account, AccountKind, Entry
from backoffice.money.ledger import NotEnough, same_as_before
from backoffice.money.statements import Line
from storage.conflict import PerDialect
from storage.money_tables import ledger_balance, ledger_entry, ledger_posting
from storage.rows import Rows

_KNOWN = sa.select(ledger_entry.c.fingerprint).where(ledger_entry.c.key == sa.bindparam("of"))
_ENTRY = sa.insert(ledger_entry).returning(ledger_entry.c.seq)
_POSTING = sa.insert(ledger_posting)

_at = sa.and_(
    ledger_balance.c.kind == sa.bindparam("of_kind"),
    ledger_balance.c.owner == sa.bindparam("of_owner"),
    ledger_balance.c.currency == sa.bindparam("of_currency"),
)
_TAKE = (
    sa.update(ledger_balance)
    .where(_at, ledger_balance.c.credit >= sa.bindparam("less"))
    .values(credit=ledger_balance.c.credit - sa.bindparam("less"))
)


def _giving() -> PerDialect:
    lite, postgres = sqlite.insert(ledger_balance), postgresql.insert(ledger_balance)
    key = list(ledger_balance.primary_key.columns)
    return PerDialect(
        lite.on_conflict_do_update(key, set_={"credit": ledger_balance.c.credit + lite.excluded.credit}),
        postgres.on_conflict_do_update(
            index_elements=key, set_={"credit": ledger_balance.c.credit + postgres.excluded.credit}
        ),
    )


_GIVE = _giving()

_of_account = sa.and_(
    ledger_posting.c.kind == sa.bindparam("of_kind"), ledger_posting.c.owner == sa.bindparam("of_owner")
)
_total = sa.func.coalesce(sa.func.sum(ledger_posting.c.minor), 0)
_BALANCE = sa.select(_total).where(_of_account, ledger_posting.c.currency == sa.bindparam("of_currency"))
_BEFORE = _BALANCE.where(ledger_posting.c.at < sa.bindparam("before", type_=ledger_posting.c.at.type))
_LINES = (
    sa.select(ledger_posting, ledger_entry.c.what, ledger_entry.c.subject)
    .join(ledger_entry, ledger_entry.c.seq == ledger_posting.c.entry)
    .where(
        _of_account,
        ledger_posting.c.at >= sa.bindparam("since", type_=ledger_posting.c.at.type),
        ledger_posting.c.at < sa.bindparam("until", type_=ledger_posting.c.at.type),
    )
    .order_by(ledger_posting.c.at, ledger_posting.c.seq)
)
_CURRENCIES = sa.select(ledger_posting.c.currency).where(_of_account).distinct()
_OWED = (
    sa.select(ledger_balance.c.owner, ledger_balance.c.credit, ledger_balance.c.currency)
    .where(ledger_balance.c.kind == AccountKind.PAYABLE, ledger_balance.c.credit > 0)
    .order_by(ledger_balance.c.owner, ledger_balance.c.currency)
)


class LedgerRows(Rows):
    """`ports.money.Ledger`."""

    async def post(self, entry: Entry) -> bool:
        known = await self._first(_KNOWN, {"of": entry.key})
        if known is not None:
            same_as_before(known.fingerprint, entry)
            return False
        for (account, currency), minor in sorted(_guarded(entry).items()):
            await self._guard(account, currency, minor)
        await self._book(entry)
        return True

    async def _book(self, entry: Entry) -> None:
        row = {"key": entry.key, "fingerprint": entry.fingerprint, "at": entry.at, "what": entry.what}
        seq = (await self._write(_ENTRY, {**row, "subject": entry.subject})).scalar_one()
        lines = [
            {
                "entry": seq,
                "kind": posting.account.kind,
                "owner": posting.account.owner,
                "at": entry.at,
                "minor": posting.amount.minor,
                "currency": posting.amount.currency,
            }
            for posting in entry.postings
        ]
        await self._write(_POSTING, lines)

    async def _guard(self, account: Account, currency: str, minor: int) -> None:
        """A credit adds; a debit is a conditional UPDATE that only the one who still finds enough wins."""
        if minor < 0:
            row = {"kind": account.kind, "owner": account.owner, "currency": currency, "credit": -minor}
            await self._write(_GIVE.on(self._conn), row)
            return
        at = {"of_kind": account.kind, "of_owner": account.owner, "of_currency": currency}
        if (await self._write(_TAKE, {**at, "less": minor})).rowcount == 0:
            raise NotEnough

    async def balance(self, account: Account, currency: str, before: datetime | None = None) -> Money:
        at: dict[str, Any] = {
            "of_kind": account.kind, "of_owner": account.owner, "of_currency": currency
        }  # fmt: skip
        query = _BALANCE if before is None else _BEFORE
        found = await self._first(query, at if before is None else {**at, "before": before})
        return Money(int(found[0]), currency)

    async def lines(self, account: Account, since: datetime, until: datetime) -> Sequence[Line]:
        span = {"of_kind": account.kind, "of_owner": account.owner, "since": since, "until": until}
        return [
            Line(row.at, row.what, row.subject, Money(row.minor, row.currency))
            for row in await self._all(_LINES, span)
        ]

    async def currencies(self, account: Account) -> frozenset[str]:
        rows = await self._all(_CURRENCIES, {"of_kind": account.kind, "of_owner": account.owner})
        return frozenset(row[0] for row in rows)

    async def owed(self) -> Sequence[tuple[PersonId, Money]]:
        return [(PersonId(row.owner), Money(row.credit, row.currency)) for row in await self._all(_OWED, {})]


def _guarded(entry: Entry) -> dict[tuple[Account, str], int]:
    """What the entry changes on guarded accounts."""
    found: defaultdict[tuple[Account, str], int] = defaultdict(int)
    for posting in entry.postings:
        if posting.account.guarded:
            found[(posting.account, posting.amount.currency)] += posting.amount.minor
    return {at: minor for at, minor in found.items() if minor}
