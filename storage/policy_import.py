"""Policies in bulk: staged in small transactions, then true by one UPDATE and moved in small steps, or not at all.

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

from backoffice.insurance.policies import Insured, PolicyStatus, Source
from backoffice.insurance.rows import Row
from backoffice.ports.insurance import Proof
from storage import policies, policy_moves, policy_row
from storage.conflict import insert_or_ignore
from storage.engine import Database
from storage.insurance_tables import policy, policy_batch
from storage.insurance_tables import policy_import as staged
from storage.tables import vault_key
from storage.vault import Sealer, Vault, pack

CHUNK = 250
"""Rows of one staging transaction: some 30 ms of sealing and writing, so that an SOS gets in between."""
SLICE = 1_000
"""Rows dropped by one transaction."""
TRIES = 5
FORGOTTEN = timedelta(hours=1)
"""A batch nobody finished by then was left behind."""

_OF_BATCH = staged.c.batch == sa.bindparam("of")
_SPAN = sa.select(sa.func.min(staged.c.line), sa.func.max(staged.c.line), sa.func.count()).where(_OF_BATCH)
_PART = sa.and_(_OF_BATCH, staged.c.line.between(sa.bindparam("first"), sa.bindparam("last")))
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
_LEFT_BEHIND = sa.delete(staged).where(
    staged.c.staged_at < sa.bindparam("before"),
    staged.c.batch.not_in(policy_moves.BATCHES.unmoved),
)
_OURS = sa.select(sa.func.count()).where(
    _OF_BATCH,
    sa.exists().where(
        policy.c.insurer == staged.c.insurer,
        policy.c.number == staged.c.number,
        policy.c.id != staged.c.policy,
    ),
)
_KEY_TAKEN = (
    sa.select(staged.c.policy)
    .join(vault_key, vault_key.c.subject == sa.literal("policy:") + staged.c.policy)
    .where(_OF_BATCH, staged.c.first, staged.c.key_id.is_not(None))
    .limit(1)
)
_ROW = insert_or_ignore(policy_batch, [policy_batch.c.id])
_POLICIES = (
    sa.select(sa.func.count())
    .select_from(staged)
    .where(
        _OF_BATCH,
        staged.c.first,
        ~sa.exists().where(
            policy.c.insurer == staged.c.insurer,
            policy.c.number == staged.c.number,
            policy.c.id != staged.c.policy,
        ),
    )
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
            await conn.execute(_ROW.on(conn), {"id": 1, "batch": "", "done": True, "version": 0, "due": now})
            await conn.execute(_LEFT_BEHIND, {"before": now - FORGOTTEN})
            places = await self._places(conn, batch, rows)
            made = [self._row(row, places[self._id(row)]) for row in rows]
            await conn.execute(
                sa.insert(staged),
                [{**one, "batch": batch, "staged_at": now, "source": source} for one in made],
            )
            await conn.commit()

    async def drop(self, batch: str) -> None:
        """Nothing came of it. What has become true stays."""
        while True:
            async with self._database.writing() as conn:
                if await policy_moves.BATCHES.moving(conn) == batch:
                    return
                first, last, _ = (await conn.execute(_SPAN, {"of": batch})).one()
                if first is None:
                    return
                part = {"of": batch, "first": first, "last": min(first + SLICE - 1, last)}
                await conn.execute(_DROP_PART, part)
                await conn.commit()

    async def take_over(self, batch: str, now: datetime) -> Taken:
        """Everything staged is true from one UPDATE on; then it is moved in small steps. Raises `AnotherImport`.

        Another import that is being moved is moved to its end first: what was told later counts.
        """
        for _ in range(TRIES):
            await self.move_on(now)
            taken, stands = await self._counted(batch)
            if not taken.people:
                return taken
            if stands is not None and await self._mark(batch, stands, now):
                await self.move_on(now)
                return taken
        raise AnotherImport("other imports keep coming first")

    async def _counted(self, batch: str) -> tuple[Taken, int | None]:
        """What it will come to, and the version it was counted at. Nothing is written and nobody is held up."""
        of = {"of": batch}
        async with self._database.reading() as conn:
            stands = await policy_moves.BATCHES.stands(conn)
            if (await conn.execute(_KEY_TAKEN, of)).first():
                raise AnotherImport("the same policies were imported in the same moment")
            ours = (await conn.execute(_OURS, of)).scalar_one()
            people = (await conn.execute(_SPAN, of)).one()[2] - ours
            policies_ = (await conn.execute(_POLICIES, of)).scalar_one()
        return Taken(people, policies_, ours), stands

    async def _mark(self, batch: str, was: int, now: datetime) -> bool:
        """The one UPDATE; False when another import became true meanwhile."""
        async with self._database.writing() as conn:
            won = await policy_moves.BATCHES.mark(conn, batch, was, now)
            await conn.commit()
        return won

    async def move_on(self, now: datetime) -> None:
        """What is true is moved to its end, step by step; others write in between."""
        more = True
        while more:
            async with self._database.writing() as conn:
                batch = await policy_moves.BATCHES.moving(conn)
                more = bool(batch) and await policy_moves.step(conn, batch, now)
                await conn.commit()
            await asyncio.sleep(0)

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
