"""Policies in bulk: staged in small transactions, then taken over whole, or not at all.

A policy that came from outside has an id made of its insurer and number, so that the same policy told again is the
same row. One that was bought here is ours already: what a list says of it changes nothing.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.cases.model import CaseStatus
from backoffice.insurance.policies import Insured, PolicyStatus, Source
from backoffice.insurance.rows import Row
from backoffice.ports.insurance import Proof
from storage import policies, policy_row
from storage.engine import Database
from storage.insurance_tables import cover_look, cover_proof, policy, policy_person
from storage.insurance_tables import policy_import as staged
from storage.tables import cases, vault_key
from storage.vault import Sealer, Vault, pack

CHUNK = 250
"""Rows of one staging transaction: some 30 ms of sealing and writing, so that an SOS gets in between."""
SLICE = 2_000
"""Rows of one statement of the take-over: the loop breathes between two, the transaction stays one."""
FORGOTTEN = timedelta(hours=1)
"""A batch nobody finished by then was left behind."""

_OF_BATCH = staged.c.batch == sa.bindparam("of")
_SPAN = sa.select(sa.func.min(staged.c.line), sa.func.max(staged.c.line), sa.func.count()).where(_OF_BATCH)
_PART = sa.and_(_OF_BATCH, staged.c.line.between(sa.bindparam("first"), sa.bindparam("last")))
_HEAD = sa.and_(_PART, staged.c.first)
_THERE = sa.exists().where(policy.c.id == staged.c.policy)
_KEYS = sa.select(vault_key.c.subject, vault_key.c.id, vault_key.c.wrapped).where(
    vault_key.c.subject.in_(sa.bindparam("subjects", expanding=True))
)
_more = staged.alias("more")
_LAST = (
    sa.select(sa.func.max(_more.c.seq))
    .where(_more.c.batch == staged.c.batch, _more.c.policy == staged.c.policy)
    .scalar_subquery()
)
_STAGED = sa.select(staged.c.policy, staged.c.key_id, staged.c.wrapped, _LAST.label("seq")).where(
    _OF_BATCH, staged.c.first, staged.c.policy.in_(sa.bindparam("policies", expanding=True))
)
_DROP_PART = sa.delete(staged).where(_PART)
_LEFT_BEHIND = sa.delete(staged).where(staged.c.staged_at < sa.bindparam("before"))
_BOUGHT = sa.delete(staged).where(
    _OF_BATCH,
    sa.exists().where(
        policy.c.insurer == staged.c.insurer,
        policy.c.number == staged.c.number,
        policy.c.id != staged.c.policy,
    ),
)
_POLICIES = sa.select(sa.func.count()).select_from(staged).where(_OF_BATCH, staged.c.first)


def _proven(kind: Proof, column: sa.Column[str]) -> sa.ScalarSelect[Any]:
    return (
        sa.select(cover_proof.c.person)
        .where(cover_proof.c.kind == kind, cover_proof.c.token == column)
        .scalar_subquery()
    )


def _into(table: sa.Table, chosen: sa.ColumnElement[bool], **columns: Any) -> sa.Insert:
    """INSERT … SELECT from the staged rows of a condition."""
    return sa.insert(table).from_select(list(columns), sa.select(*columns.values()).where(chosen))


def _statements(now: datetime) -> Sequence[sa.Executable]:
    """What takes one slice over; what is known is changed before what is new is put."""
    at = sa.literal(now, policy.c.created_at.type)
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
            policy_person, _PART, policy=staged.c.policy, seq=staged.c.seq, document=staged.c.document,
            phone=staged.c.phone, person=person, private=staged.c.private,
        ),
    )  # fmt: skip


_LOOKED = sa.delete(cover_look).where(
    cover_look.c.kind == "case",
    cover_look.c.subject.in_(
        sa.select(cases.c.id)
        .join(policy_person, policy_person.c.person == cases.c.requester)
        .join(staged, staged.c.policy == policy_person.c.policy)
        .where(_OF_BATCH, cases.c.status == CaseStatus.OPEN)
    ),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import came to."""

    people: int
    policies: int
    ours: int


class AnotherImport(Exception):
    """The same policies were put by somebody else in the same moment: nothing was imported."""


class PolicyImports:
    """One import at a time per `batch`, a name its caller chose."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    async def stage(
        self, batch: str, rows: Sequence[Row], now: datetime, source: Source = Source.IMPORTED
    ) -> None:
        """At most `CHUNK` rows, committed; rows of one policy may come in several calls."""
        async with self._database.writing() as conn:
            await conn.execute(_LEFT_BEHIND, {"before": now - FORGOTTEN})
            places = await self._places(conn, batch, rows)
            made = [self._row(row, places[self._id(row)]) for row in rows]
            await conn.execute(
                sa.insert(staged),
                [{**one, "batch": batch, "staged_at": now, "source": source} for one in made],
            )
            await conn.commit()

    async def drop(self, batch: str) -> None:
        """Nothing came of it, or everything is taken over."""
        while True:
            async with self._database.writing() as conn:
                first, last, _ = (await conn.execute(_SPAN, {"of": batch})).one()
                if first is None:
                    return
                part = {"of": batch, "first": first, "last": min(first + SLICE - 1, last)}
                await conn.execute(_DROP_PART, part)
                await conn.commit()

    async def take_over(self, batch: str, now: datetime) -> Taken:
        """Everything staged becomes policies in one transaction. Raises `AnotherImport`."""
        async with self._database.writing() as conn:
            try:
                taken = await self._take(conn, batch, now)
            except sa.exc.IntegrityError as error:
                raise AnotherImport(str(error.orig)) from error
            await conn.commit()
        await self.drop(batch)
        return taken

    async def _take(self, conn: AsyncConnection, batch: str, now: datetime) -> Taken:
        ours = (await conn.execute(_BOUGHT, {"of": batch})).rowcount
        first, last, count = (await conn.execute(_SPAN, {"of": batch})).one()
        policies_ = (await conn.execute(_POLICIES, {"of": batch})).scalar_one()
        for start in range(first or 0, (last or -1) + 1, SLICE):
            part = {"of": batch, "first": start, "last": min(start + SLICE - 1, last)}
            for statement in _statements(now):
                await conn.execute(statement, part)
                await asyncio.sleep(0)
        await conn.execute(_LOOKED, {"of": batch})
        return Taken(count, policies_, ours)

    def _id(self, row: Row) -> str:
        return self._vault.token("policy", f"{row.insurer}\0{row.number}")

    async def _places(self, conn: AsyncConnection, batch: str, rows: Sequence[Row]) -> "dict[str, _Place]":
        """Each policy's key: its own, the one staged for it before, or a fresh one."""
        wanted = list(dict.fromkeys(self._id(row) for row in rows))
        subjects = [policy_row.subject(one) for one in wanted]
        keys = {r.subject: r for r in await conn.execute(_KEYS, {"subjects": subjects})}
        before = {r.policy: r for r in await conn.execute(_STAGED, {"of": batch, "policies": wanted})}
        found = {}
        for one in wanted:
            subject, staged_before = policy_row.subject(one), before.get(one)
            if subject in keys:
                sealer = self._vault.learn(conn, subject, keys[subject].id, keys[subject].wrapped)
                found[one] = _Place(one, _there(sealer), None, staged_before.seq + 1 if staged_before else 0)
            elif staged_before:
                sealer = self._vault.learn(conn, subject, staged_before.key_id, staged_before.wrapped)
                found[one] = _Place(one, _there(sealer), None, staged_before.seq + 1)
            else:
                fresh, key = self._vault.fresh(subject)
                found[one] = _Place(one, fresh, key, 0)
        return found

    def _row(self, row: Row, place: "_Place") -> dict[str, Any]:
        seq = place.next()
        first = seq == 0
        key = place.key if first and place.key else {"id": None, "wrapped": None}
        person = Insured(row.name, row.document, row.born, phone=row.phone)
        sealer = place.sealer
        private = sealer.seal(policy_row.person_context(place.policy, seq), policy_row.write_person(person))
        return {
            "line": row.line, "first": first, "seq": seq, "policy": place.policy, "key_id": key["id"],
            "wrapped": key["wrapped"], "insurer": row.insurer, "number": row.number, "product": row.product,
            "edition": row.edition, "starts": row.starts, "ends": row.ends, "minor": row.premium.minor,
            "currency": row.premium.currency, "organisation": row.organisation,
            "status": PolicyStatus.CANCELLED if row.cancelled else PolicyStatus.CONFIRMED,
            "policy_private": sealer.seal(policy_row.context(place.policy), pack({})) if first else None,
            "document": policies.token(self._vault, Proof.DOCUMENT, row.document),
            "phone": policies.token(self._vault, Proof.PHONE, row.phone), "private": private,
        }  # fmt: skip


@dataclass
class _Place:
    """A policy while its rows are staged: its key, and the next place in its list of people."""

    policy: str
    sealer: Sealer
    key: dict[str, Any] | None
    seq: int

    def next(self) -> int:
        self.seq += 1
        return self.seq - 1


def _there(sealer: Sealer | None) -> Sealer:
    if sealer is None:
        raise RuntimeError("a staged key does not open")
    return sealer
