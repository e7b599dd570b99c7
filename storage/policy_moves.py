"""Policies of an import that has become true: moved to their tables in small steps, or at once for who reads one.

One UPDATE of the only row of `policy_batch` makes a whole batch true. From then on nobody sees the rows before: each
step moves some policies, and whoever reads a policy meanwhile moves it first, in the reader's own transaction.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.cases.model import CaseStatus
from backoffice.ports.insurance import Proof
from storage.import_batches import Batches
from storage.insurance_tables import cover_look, cover_proof, policy, policy_batch, policy_person
from storage.insurance_tables import policy_import as staged
from storage.tables import among_active, cases, vault_key

STEP = 150
"""Policies of one step of the move: some 20 ms of one writer."""
BATCHES = Batches(policy_batch, staged)

_OF = staged.c.batch == sa.bindparam("of")
_THESE = sa.and_(_OF, staged.c.policy.in_(sa.bindparam("policies", expanding=True)))
_HEAD = sa.and_(_THESE, staged.c.first)
_THERE = sa.exists().where(policy.c.id == staged.c.policy)
_NEXT = (
    sa.select(staged.c.policy)
    .where(_OF, staged.c.first)
    .order_by(staged.c.line)
    .limit(sa.bindparam("most", type_=sa.Integer()))
    .with_for_update()
)
_DROP = sa.delete(staged).where(_THESE)
_BOUGHT = sa.delete(staged).where(
    _THESE,
    sa.exists().where(
        policy.c.insurer == staged.c.insurer,
        policy.c.number == staged.c.number,
        policy.c.id != staged.c.policy,
    ),
)
_LOOKED = sa.delete(cover_look).where(
    cover_look.c.kind == "case",
    cover_look.c.subject.in_(
        sa.select(cases.c.id)
        .join(policy_person, policy_person.c.person == cases.c.requester)
        .where(
            policy_person.c.policy.in_(sa.bindparam("policies", expanding=True)),
            among_active(CaseStatus.OPEN),
        )
    ),
)

_any = staged.alias("any_row")
_SOMEBODYS = sa.select(policy_person.c.policy)
_PROOFS = {
    kind: sa.select(cover_proof.c.token).where(
        cover_proof.c.kind == kind, cover_proof.c.person == sa.bindparam("who")
    )
    for kind in Proof
}
BY_ID = _any.c.policy == sa.bindparam("who")
BY_NUMBER = _any.c.number == sa.bindparam("who")
BY_DOCUMENT = sa.or_(
    _any.c.document == sa.bindparam("who"),
    _any.c.policy.in_(_SOMEBODYS.where(policy_person.c.document == sa.bindparam("who"))),
)
BY_PHONE = sa.or_(
    _any.c.phone == sa.bindparam("who"),
    _any.c.policy.in_(_SOMEBODYS.where(policy_person.c.phone == sa.bindparam("who"))),
)
BY_PERSON = sa.or_(
    _any.c.document.in_(_PROOFS[Proof.DOCUMENT]),
    _any.c.phone.in_(_PROOFS[Proof.PHONE]),
    _any.c.policy.in_(_SOMEBODYS.where(policy_person.c.person == sa.bindparam("who"))),
)
_CHOSEN = {
    id(by): sa.select(staged.c.policy)
    .where(
        _OF,
        staged.c.first,
        staged.c.policy.in_(sa.select(_any.c.policy).where(_any.c.batch == sa.bindparam("of"), by)),
    )
    .order_by(staged.c.line)
    .with_for_update()
    for by in (BY_ID, BY_NUMBER, BY_DOCUMENT, BY_PHONE, BY_PERSON)
}


def _proven(kind: Proof, column: sa.Column[str]) -> sa.ScalarSelect[Any]:
    return (
        sa.select(cover_proof.c.person)
        .where(cover_proof.c.kind == kind, cover_proof.c.token == column)
        .scalar_subquery()
    )


def _into(table: sa.Table, chosen: sa.ColumnElement[bool], **columns: Any) -> sa.Insert:
    """INSERT … SELECT from the staged rows of a condition."""
    return sa.insert(table).from_select(list(columns), sa.select(*columns.values()).where(chosen))


def _statements() -> Sequence[sa.Executable]:
    """What is known is changed before what is new is put; who read it unmasked stays with it, sealed."""
    at = sa.bindparam("now", type_=policy.c.created_at.type)
    same = {
        name: staged.c[name]
        for name in ("product", "edition", "starts", "ends", "minor", "currency", "organisation", "status")
    }
    person = sa.func.coalesce(
        _proven(Proof.DOCUMENT, staged.c.document), _proven(Proof.PHONE, staged.c.phone)
    )
    return (
        sa.update(policy)
        .where(_HEAD, staged.c.policy == policy.c.id)
        .values(version=policy.c.version + 1, **same),
        sa.delete(policy_person).where(policy_person.c.policy.in_(sa.select(staged.c.policy).where(_HEAD))),
        _into(
            vault_key, sa.and_(_HEAD, staged.c.key_id.is_not(None)), id=staged.c.key_id,
            subject=sa.literal("policy:") + staged.c.policy, wrapped=staged.c.wrapped,
        ),
        _into(
            policy, sa.and_(_HEAD, ~_THERE), id=staged.c.policy, insurer=staged.c.insurer, number=staged.c.number,
            source=staged.c.source, created_at=at, confirmed_at=at, drill=sa.false(),
            private=staged.c.policy_private, version=sa.literal(0), **same,
        ),
        _into(
            policy_person, _THESE, policy=staged.c.policy, seq=staged.c.seq, document=staged.c.document,
            phone=staged.c.phone, person=person, private=staged.c.private,
        ),
        _LOOKED,
        _DROP,
    )  # fmt: skip


_MOVE = _statements()


async def step(conn: AsyncConnection, batch: str, now: datetime) -> bool:
    """The next policies of a batch that is true; False once nothing of it is left. The caller commits.

    Rows are locked first: a reader who moves the same policies is waited for, and what it moved is gone then.
    """
    found = [row.policy for row in await conn.execute(_NEXT, {"of": batch, "most": STEP})]
    if not found:
        return not await BATCHES.finish(conn, batch)
    await _move(conn, batch, found, now)
    return True


async def ahead(conn: AsyncConnection, batch: str, by: sa.ColumnElement[bool], who: str) -> Sequence[str]:
    """Policies of the batch that somebody is about to read: `by` is one of the conditions above."""
    return [row.policy for row in await conn.execute(_CHOSEN[id(by)], {"of": batch, "who": who})]


async def take(conn: AsyncConnection, batch: str, policies: Sequence[str], now: datetime) -> None:
    """These policies of the batch, in the reader's transaction."""
    for start in range(0, len(policies), STEP):
        await _move(conn, batch, policies[start : start + STEP], now)


async def _move(conn: AsyncConnection, batch: str, policies: Sequence[str], now: datetime) -> None:
    given = {"of": batch, "policies": policies}
    await conn.execute(_BOUGHT, given)
    for statement in _MOVE:
        await conn.execute(statement, given | {"now": now})
