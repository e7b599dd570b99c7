"""Payments of claims; payees sealed under the claim's key."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backoffice.claims.claim import ClaimId
from backoffice.claims.payment import ClaimPayment, ClaimPaymentId, ClaimPaymentStatus
from backoffice.kernel import errors
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money.payouts import Payee
from storage.claim_payment_table import claim_payment
from storage.claim_tables import claim
from storage.rows import Rows
from storage.types import Utc
from storage.vault import pack, unpack

_SAME = (
    "claim",
    "decision",
    "insurer",
    "created_at",
    "by",
    "status",
    "order",
    "reference",
    "error",
    "paid_at",
)
"""Columns that are the attribute as it is."""
_t = claim_payment.c
_ADD = sa.insert(claim_payment)
_GET = sa.select(claim_payment).where(_t.id == sa.bindparam("of")).with_for_update()
_SAVE = sa.update(claim_payment).where(_t.id == sa.bindparam("row"), _t.version == sa.bindparam("was"))
_OF_CLAIM = (
    sa.select(claim_payment).where(_t.claim == sa.bindparam("of")).order_by(_t.created_at, _t.decision, _t.id)
)
_WITH = sa.select(claim_payment).where(_t.status == sa.bindparam("of")).order_by(_t.created_at, _t.id)
_PAID = (
    sa.select(claim_payment, claim.c.ref)
    .join(claim, claim.c.id == _t.claim)
    .where(
        _t.insurer == sa.bindparam("of"),
        _t.status == ClaimPaymentStatus.PAID,
        _t.paid_at >= sa.bindparam("since", type_=Utc()),
        _t.paid_at < sa.bindparam("until", type_=Utc()),
        ~claim.c.drill,
    )
    .order_by(_t.paid_at, _t.id)
)


class ClaimPaymentRows(Rows):
    """`ports.claim_payments.ClaimPayments`."""

    async def add(self, payment: ClaimPayment) -> None:
        row = {**(await self._columns(payment)), "id": payment.id, "version": payment.version}
        await self._write(_ADD, row)

    async def get(self, payment: ClaimPaymentId) -> ClaimPayment:
        row = await self._first(_GET, {"of": payment})
        if row is None:
            raise errors.NotFound
        return await self._read(row)

    async def save(self, payment: ClaimPayment) -> None:
        values = {**(await self._columns(payment)), "version": payment.version + 1}
        await self._change(_SAVE, {**values, "row": payment.id, "was": payment.version})
        payment.version += 1

    async def of_claim(self, claim_id: ClaimId) -> Sequence[ClaimPayment]:
        return [await self._read(row) for row in await self._all(_OF_CLAIM, {"of": claim_id})]

    async def with_status(self, status: ClaimPaymentStatus) -> Sequence[ClaimPayment]:
        """Oldest first."""
        return [await self._read(row) for row in await self._all(_WITH, {"of": status})]

    async def paid_between(
        self, insurer: str, since: datetime, until: datetime
    ) -> Sequence[tuple[str, ClaimPayment]]:
        rows = await self._all(_PAID, {"of": insurer, "since": since, "until": until})
        return [(row.ref, await self._read(row)) for row in rows]

    async def _columns(self, payment: ClaimPayment) -> dict[str, Any]:
        same = {name: getattr(payment, name) for name in _SAME}
        return {
            **same,
            "person": payment.person,
            "minor": payment.amount.minor,
            "currency": payment.amount.currency,
            "private": await self._seal(payment),
        }

    async def _seal(self, payment: ClaimPayment) -> bytes | None:
        who = payment.payee
        if who is None:
            return None
        private = pack([who.name, who.phone, who.provider, who.account])
        return await self._vault.seal(self._conn, _key(payment.claim), _context(payment.id), private)

    async def _read(self, row: Any) -> ClaimPayment:
        return ClaimPayment(
            id=row.id,
            person=PersonId(row.person),
            amount=Money(row.minor, row.currency),
            payee=await self._payee(row) if row.private else None,
            version=row.version,
            **{name: getattr(row, name) for name in _SAME},
        )

    async def _payee(self, row: Any) -> Payee:
        private = await self._vault.open(self._conn, _key(row.claim), _context(row.id), row.private)
        name, phone, provider, account = unpack(private)
        return Payee(PersonId(row.person), name, phone, provider, account)


def _key(claim_id: str) -> str:
    """Destroyed with the claim."""
    return f"case:{claim_id}"


def _context(payment: str) -> str:
    return f"claim_payment|private|{payment}"
