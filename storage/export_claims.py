"""Claims as JSON for outside: what `export claims` prints, by the same rules as cases."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.claims import payment as payment_rules
from backoffice.claims import said
from backoffice.claims.claim import Claim, Decision
from backoffice.claims.evidence import Paper
from backoffice.claims.payment import ClaimPayment
from backoffice.kernel.ids import CaseId
from backoffice.kernel.messages import Role
from backoffice.kernel.money import Money
from storage import claim_row, export
from storage.claim_payments import ClaimPaymentRows
from storage.claim_rows import ClaimRows
from storage.claim_tables import claim
from storage.engine import Database
from storage.insurance_tables import policy
from storage.people import PersonRows
from storage.tables import cases
from storage.vault import Vault

_ALL = sa.select(claim).order_by(claim.c.created_at, claim.c.id)
_BY_REF = _ALL.where(claim.c.ref == sa.bindparam("of_ref"))
_CASE = sa.select(cases.c.ref).where(cases.c.id == sa.bindparam("of"))
_POLICY = sa.select(policy.c.number).where(policy.c.id == sa.bindparam("of"))
_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)
Row = dict[str, Any]


async def export_claims(database: Database, vault: Vault, ref: str | None = None) -> list[Row]:
    """All claims, oldest first, or the one with `ref`.

    Times are RFC 3339 in UTC, sums minor units with their currency. Papers are named with the hash of their original
    and never go out themselves; of an account stand the last four digits.
    """
    async with database.reading() as conn:
        query, values = (_BY_REF, {"of_ref": ref}) if ref else (_ALL, {})
        rows = (await conn.execute(query, values)).all()
        return [await _Exporter(conn, vault).claim(row) for row in rows]


class _Exporter:
    """One claim with what belongs to it."""

    def __init__(self, conn: AsyncConnection, vault: Vault) -> None:
        self._conn, self._vault = conn, vault
        given = (conn, vault, _BEFORE_ALL)
        self._claims, self._payments = ClaimRows(*given), ClaimPaymentRows(*given)
        self._people = PersonRows(*given)

    async def claim(self, row: Any) -> Row:
        sealer = await self._vault.find(self._conn, claim_row.subject(row.id))
        found = claim_row.read(row, sealer)
        person = await self._people.get(found.person)
        sent = await export.letters(self._conn, CaseId(found.id), sealer, {person.id: Role.TRAVELLER})
        return {
            **_facts(found),
            "policy": (await self._conn.execute(_POLICY, {"of": found.policy})).scalar(),
            "case": await self._case(found),
            "claimant": person.display_name or person.id,
            "told": claim_row.write_facts(found.facts),
            "papers": [_paper(paper) for paper in await self._claims.papers(found.id)],
            "decisions": [_decision(one) for one in await self._claims.decisions(found.id)],
            "payments": [_payment(one) for one in await self._payments.of_claim(found.id)],
            "messages": sorted([*_said(found), *sent], key=lambda message: str(message["at"])),
            "timeline": [
                {"at": export.time(e.at), "actor": e.actor, "what": e.what, "params": e.params}
                for e in await self._claims.events(found.id)
            ],
        }

    async def _case(self, found: Claim) -> str | None:
        ref: str | None = (
            (await self._conn.execute(_CASE, {"of": found.case})).scalar() if found.case else None
        )
        return ref


def _facts(found: Claim) -> Row:
    return {
        "ref": found.ref,
        "kind": found.kind.value,
        "status": found.status.value,
        "insurer": found.insurer,
        "created_at": export.time(found.created_at),
        "agreed_at": export.time(found.agreed_at),
        "filed_at": export.time(found.filed_at),
        "decided_at": export.time(found.decided_at),
        "closed_at": export.time(found.closed_at),
        "decided": _sum(found.total),
        "drill": found.drill,
    }


def _sum(amount: Money | None) -> Row | None:
    return {"minor": amount.minor, "currency": amount.currency} if amount is not None else None


def _said(found: Claim) -> Sequence[Row]:
    """What the claimant wrote while papers were collected."""
    same = {"from": Role.TRAVELLER.value, "to": export.CENTRE, "state": "received"}
    return [{"at": export.time(each.at), "text": each.text, **same} for each in said.of(found)]


def _paper(paper: Paper) -> Row:
    return {
        "name": paper.name,
        "origin": paper.origin.value,
        "state": paper.state.value,
        "added_at": export.time(paper.added_at),
        "agreed_at": export.time(paper.agreed_at),
        "mime": paper.mime,
        "bytes": paper.bytes,
        "sha256": paper.print.exact if paper.print else None,
    }


def _decision(one: Decision) -> Row:
    return {
        "number": one.number,
        "at": export.time(one.at),
        "by": one.by,
        "second": one.second or None,
        "status": one.status.value,
        "total": _sum(one.total),
        "reason": one.reason,
        "lines": [claim_row.write_finding(finding) for finding in one.findings],
    }


def _payment(one: ClaimPayment) -> Row:
    payee = one.payee
    return {
        "amount": _sum(one.amount),
        "status": one.status.value,
        "provider": payee.provider if payee else None,
        "account": payment_rules.tail(payee.account) if payee else None,
        "reference": one.reference,
        "paid_at": export.time(one.paid_at),
    }
