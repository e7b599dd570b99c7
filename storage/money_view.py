"""Money as finance reads it: what waits for a person, one payment, payouts, and the ledger account by account."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice import shop_queries
from backoffice.dispatch.model import Envoy
from backoffice.kernel import errors
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money import ledger as rules
from backoffice.money import payouts as payout_rules
from backoffice.money.accounts import Account, AccountKind
from backoffice.money.model import OrderState, PaymentId, PaymentStatus
from backoffice.money.payouts import PayeeDiffers, Payout, PayoutStatus
from backoffice.money.rules import RECORDED
from backoffice.money.statements import Line
from storage.engine import Database
from storage.envoys import EnvoyRows
from storage.ledger import LedgerRows
from storage.money_tables import ledger_entry, ledger_posting, payment, payment_order
from storage.order_tables import service_order
from storage.payments import read_order, read_payment
from storage.payouts import PayoutRows
from storage.people import PersonRows
from storage.slips import SlipRows
from storage.tables import envoy, operator
from storage.vault import Vault

SHOWN, MOST = 40, 300
_NO_TIME = datetime.fromtimestamp(0, UTC)
_FOR = payment.outerjoin(service_order, service_order.c.id == payment.c.purpose_subject)
_PAYMENT = sa.select(payment, service_order.c.ref).select_from(_FOR)
_TO_RECORD = (
    _PAYMENT.where(payment.c.status == PaymentStatus.REQUESTED, payment.c.provider == RECORDED)
    .order_by(payment.c.expires_at)
    .limit(MOST)
)
_NEWEST = _PAYMENT.order_by(payment.c.created_at.desc(), payment.c.id).limit(SHOWN)
_ONE = _PAYMENT.where(payment.c.id == sa.bindparam("of"))
_OF_ORDER = sa.select(payment_order, service_order.c.ref).select_from(
    payment_order.outerjoin(_FOR, payment.c.id == payment_order.c.subject)
)
_OPEN_TASKS = (
    _OF_ORDER.where(payment_order.c.state.not_in((OrderState.DONE, OrderState.FAILED)))
    .order_by(payment_order.c.created_at, payment_order.c.id)
    .limit(MOST)
)
_TASKS = (
    sa.select(payment_order)
    .where(payment_order.c.subject == sa.bindparam("of"))
    .order_by(payment_order.c.created_at, payment_order.c.id)
)
_SUM = sa.func.sum(ledger_posting.c.minor).label("sum")
_BALANCES = (
    sa.select(ledger_posting.c.kind, ledger_posting.c.owner, ledger_posting.c.currency, _SUM)
    .group_by(ledger_posting.c.kind, ledger_posting.c.owner, ledger_posting.c.currency)
    .having(_SUM != 0)
    .order_by(ledger_posting.c.kind, ledger_posting.c.owner, ledger_posting.c.currency)
)
_STRAY = _BALANCES.where(ledger_posting.c.kind == AccountKind.AUTHORISED)
_SUMS = sa.select(ledger_posting.c.currency, _SUM).group_by(ledger_posting.c.currency)
_ENTRIES = sa.select(sa.func.count()).select_from(ledger_entry)
_LINES = (
    sa.select(ledger_posting, ledger_entry.c.what, ledger_entry.c.subject)
    .join(ledger_entry, ledger_entry.c.seq == ledger_posting.c.entry)
    .where(
        ledger_posting.c.kind == sa.bindparam("of_kind"), ledger_posting.c.owner == sa.bindparam("of_owner")
    )
    .order_by(ledger_posting.c.seq.desc())
    .limit(MOST)
)
_STAFF = sa.select(operator.c.id, operator.c.name)
_ENVOYS = sa.select(envoy.c.id).where(envoy.c.person.in_(sa.bindparam("of", expanding=True)))
_SAY = frozenset({AccountKind.PAYABLE})
"""Accounts of a person: their label is a name; all others are a number or a code."""


class MoneyReads:
    """`shop_queries.MoneyQueries`."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    async def money(self) -> shop_queries.MoneyView:
        async with self._database.reading() as conn:
            slips = SlipRows(conn, self._vault, _NO_TIME)
            return shop_queries.MoneyView(
                to_record=await _payments(conn, _TO_RECORD),
                tasks=tuple(
                    shop_queries.Task(read_order(row), row.ref or "")
                    for row in (await conn.execute(_OPEN_TASKS)).all()
                ),
                to_sign=tuple(await slips.waiting()),
                stray=await _stray(conn),
                newest=await _payments(conn, _NEWEST),
                slips=tuple(await slips.newest(SHOWN)),
            )

    async def payment(self, payment: PaymentId) -> shop_queries.PaymentView:
        async with self._database.reading() as conn:
            found = await _payments(conn, _ONE, of=payment)
            if not found:
                raise errors.NotFound
            one = found[0].payment
            books = LedgerRows(conn, self._vault, _NO_TIME)
            person = await PersonRows(conn, self._vault, _NO_TIME).get(one.payer)
            return shop_queries.PaymentView(
                line=found[0],
                payer=person.display_name,
                held=-await books.balance(rules.escrow(one.id), one.amount.currency),
                stray=await _unclaimed(books, one.id),
                tasks=tuple(read_order(row) for row in (await conn.execute(_TASKS, {"of": one.id})).all()),
                slips=tuple(await SlipRows(conn, self._vault, _NO_TIME).of(one.id)),
            )

    async def payouts(self) -> shop_queries.PayoutsView:
        async with self._database.reading() as conn:
            return await _Payouts(conn, self._vault).view()

    async def ledger(self) -> shop_queries.LedgerView:
        async with self._database.reading() as conn:
            rows = (await conn.execute(_BALANCES)).all()
            people = await self._labels(conn, [row.owner for row in rows if row.kind in _SAY])
            sums = (await conn.execute(_SUMS)).all()
            return shop_queries.LedgerView(
                balances=tuple(_balance(row, people) for row in rows),
                sums={row.currency: int(row.sum) for row in sums},
                entries=(await conn.execute(_ENTRIES)).scalar_one(),
            )

    async def account(self, account: Account) -> shop_queries.AccountView:
        async with self._database.reading() as conn:
            values = {"of_kind": account.kind, "of_owner": account.owner}
            rows = (await conn.execute(_LINES, values)).all()
            people = await self._labels(conn, [account.owner] if account.kind in _SAY else [])
        lines = tuple(Line(row.at, row.what, row.subject, Money(row.minor, row.currency)) for row in rows)
        return shop_queries.AccountView(account, people.get(account.owner, account.owner), lines)

    async def _labels(self, conn: AsyncConnection, people: Sequence[str]) -> dict[str, str]:
        found = await _envoys_of(conn, self._vault, people)
        return {person: one.name for person, one in found.items()}


async def _payments(
    conn: AsyncConnection, query: sa.Select[Any], **values: str
) -> tuple[shop_queries.PaymentLine, ...]:
    rows = (await conn.execute(query, values)).all()
    return tuple(shop_queries.PaymentLine(read_payment(row), row.ref or "") for row in rows)


async def _stray(conn: AsyncConnection) -> tuple[tuple[shop_queries.PaymentLine, Money], ...]:
    found = []
    for row in (await conn.execute(_STRAY)).all():
        for line in await _payments(conn, _ONE, of=row.owner):
            found.append((line, Money(-int(row.sum), row.currency)))
    return tuple(found)


async def _unclaimed(books: LedgerRows, one: PaymentId) -> tuple[Money, ...]:
    account = rules.authorised_of(one)
    found = [-await books.balance(account, currency) for currency in sorted(await books.currencies(account))]
    return tuple(amount for amount in found if amount)


def _balance(row: Any, people: dict[str, str]) -> shop_queries.Balance:
    account = Account(row.kind, row.owner)
    label = people.get(row.owner, row.owner)
    return shop_queries.Balance(account, label, Money(int(row.sum), row.currency))


async def _envoys_of(conn: AsyncConnection, vault: Vault, people: Sequence[str]) -> dict[str, Envoy]:
    """By their person's id."""
    if not people:
        return {}
    rows = (await conn.execute(_ENVOYS, {"of": sorted(set(people))})).all()
    envoys = await EnvoyRows(conn, vault, _NO_TIME).many([row.id for row in rows])
    return {one.person: one for one in envoys}


class _Payouts:
    """The page of payouts on one connection."""

    def __init__(self, conn: AsyncConnection, vault: Vault) -> None:
        self._conn, self._vault = conn, vault
        self._rows = PayoutRows(conn, vault, _NO_TIME)

    async def view(self) -> shop_queries.PayoutsView:
        staff = {row.id: row.name for row in (await self._conn.execute(_STAFF)).all()}
        statuses = (PayoutStatus.PROPOSED, PayoutStatus.APPROVED, PayoutStatus.ORDERED)
        proposed, approved, ordered = [await self._rows.with_status(status) for status in statuses]
        newest = await self._rows.newest(SHOWN)
        owed = await LedgerRows(self._conn, self._vault, _NO_TIME).owed()
        open_ = [*proposed, *approved, *ordered]
        return shop_queries.PayoutsView(
            owed=await self._owed(owed, open_),
            to_approve=tuple(_signed(each, staff) for each in (*proposed, *approved)),
            to_pay=tuple(_signed(each, staff) for each in ordered if each.payee.provider == RECORDED),
            newest=tuple(_signed(each, staff) for each in newest),
        )

    async def _owed(
        self, owed: Sequence[tuple[PersonId, Money]], open_: Sequence[Payout]
    ) -> tuple[shop_queries.Owed, ...]:
        busy = {(each.payee.person, each.amount.currency) for each in open_}
        envoys = await _envoys_of(self._conn, self._vault, [person for person, _ in owed])
        found = []
        for person, amount in owed:
            known, payee = envoys.get(person), await self._rows.payee(person)
            why = "open" if (person, amount.currency) in busy else _why(known, payee)
            found.append(shop_queries.Owed(person, known.name if known else "", amount, payee, why))
        return tuple(found)


def _why(known: Envoy | None, payee: payout_rules.Payee | None) -> str:
    if payee is None:
        return "payee_missing"
    try:
        payout_rules.check_payee(payee, known.name if known else "", known.phone if known else "")
    except PayeeDiffers:
        return "payee_differs"
    return ""


def _signed(each: Payout, staff: dict[str, str]) -> shop_queries.PayoutLine:
    names = [staff.get(who, "") for who in (each.proposed_by, each.first_by, each.second_by)]
    return shop_queries.PayoutLine(each, *names)
