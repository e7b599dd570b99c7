"""Envoys in bulk: staged in small transactions, then true by one UPDATE and moved in small steps, or not at all.

Each transaction holds the writer for some tens of milliseconds, so that an SOS gets in between. What belongs to whom
may change meanwhile: rows for which it did are staged again before they are moved.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from backoffice.kernel.ids import EnvoyId
from storage import conflict, envoy_moves, envoy_staging
from storage.engine import Database
from storage.envoy_staging import OF_BATCH, NewEnvoy
from storage.import_tables import envoy_import as staged
from storage.vault import Vault

CHUNK = 250
"""Rows of one staging transaction: about 30 ms of sealing and writing."""
SLICE = 1_000
"""Rows dropped by one transaction."""
FORGOTTEN = timedelta(hours=1)
"""A batch nobody finished by then was left behind."""
TRIES = 5


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import came to: how many rows, and which known envoys are off duty from now on."""

    count: int
    off_duty: tuple[EnvoyId, ...]


class SamePerson(Exception):
    """Two rows are chats of one person: which of them counts is for whoever made the list."""

    def __init__(self, lines: Sequence[int]) -> None:
        self.lines = tuple(lines)
        super().__init__(f"lines {', '.join(map(str, lines))} belong to one person")


_TWICE = (
    sa.select(sa.func.min(staged.c.line), sa.func.max(staged.c.line))
    .where(OF_BATCH, staged.c.known_person != "")
    .group_by(staged.c.known_person)
    .having(sa.func.count() > 1)
)
_SPAN = sa.select(sa.func.min(staged.c.line), sa.func.max(staged.c.line), sa.func.count()).where(OF_BATCH)
_PART = sa.and_(OF_BATCH, staged.c.line.between(sa.bindparam("first"), sa.bindparam("last")))
_DROP_PART = sa.delete(staged).where(_PART)
_OFF_DUTY = sa.select(staged.c.envoy).where(OF_BATCH, staged.c.known_envoy != "", ~staged.c.on_duty)
_LEFT_BEHIND = sa.delete(staged).where(
    staged.c.staged_at < sa.bindparam("before"),
    staged.c.batch.not_in(envoy_moves.BATCHES.unmoved),
)


class EnvoyImports:
    """One import at a time per `batch`, a name its caller chose."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database, self._vault = database, vault

    async def stage(self, batch: str, rows: Sequence[NewEnvoy], now: datetime) -> None:
        """At most `CHUNK` rows, committed."""
        async with self._database.writing() as conn:
            await conn.execute(_LEFT_BEHIND, {"before": now - FORGOTTEN})
            await envoy_staging.put(conn, self._vault, batch, rows, now)
            await conn.commit()

    async def drop(self, batch: str) -> None:
        """Nothing came of it. What has become true stays."""
        while True:
            async with self._database.writing() as conn:
                if await envoy_moves.BATCHES.moving(conn) == batch:
                    return
                first, last, _ = (await conn.execute(_SPAN, {"of": batch})).one()
                if first is None:
                    return
                part = {"of": batch, "first": first, "last": min(first + SLICE - 1, last)}
                await conn.execute(_DROP_PART, part)
                await conn.commit()

    async def take_over(self, batch: str, now: datetime) -> Taken:
        """Everything staged is true from one UPDATE on; then it is moved in small steps. Raises `SamePerson`.

        Another import that is being moved is moved to its end first: what was told later counts.
        """
        for _ in range(TRIES):
            await self._move_on(now)
            await self._refresh(batch)
            taken, stands = await self._counted(batch)
            if not taken.count:
                return taken
            if stands is not None and await self._mark(batch, stands, now):
                await self._move_on(now)
                return taken
        raise RuntimeError("other imports keep coming first")

    async def _refresh(self, batch: str) -> None:
        """Rows whose chat got another owner since are staged anew, so that it is known who comes twice."""
        while True:
            async with self._database.writing() as conn:
                lines = await envoy_staging.changed(conn, batch, CHUNK)
                if not lines:
                    return
                await envoy_staging.refresh(conn, self._vault, batch, lines)
                await conn.commit()

    async def _counted(self, batch: str) -> tuple[Taken, int | None]:
        """What it will come to, and the version it was counted at. Nothing is written and nobody is held up."""
        of = {"of": batch}
        async with self._database.reading() as conn:
            stands = await envoy_moves.BATCHES.stands(conn)
            twice = (await conn.execute(_TWICE, of)).all()
            if twice:
                raise SamePerson(sorted({line for pair in twice for line in pair}))
            off_duty = tuple(EnvoyId(row[0]) for row in await conn.execute(_OFF_DUTY, of))
            count = (await conn.execute(_SPAN, of)).one()[2]
        return Taken(count, off_duty), stands

    async def _mark(self, batch: str, was: int, now: datetime) -> bool:
        """The one UPDATE; False when another import became true meanwhile."""
        async with self._database.writing() as conn:
            won = await envoy_moves.BATCHES.mark(conn, batch, was, now)
            await conn.commit()
        return won

    async def finish_left(self, now: datetime) -> bool:
        """Move what became true in a process that died since; False when there is none that its own has not in hand."""
        async with self._database.reading() as conn:
            left = (await conn.execute(envoy_moves.BATCHES.left, {"now": now})).first()
        if left is None:
            return False
        await self._move_on(now)
        return True

    async def _move_on(self, now: datetime) -> None:
        """What is true is moved to its end, step by step; others write in between.

        Somebody who writes for the first time in this very moment may be first: the step is made again, with them
        known.
        """
        more, refused = True, 0
        while more:
            try:
                more, refused = await self._step(now), 0
            except sa.exc.IntegrityError as error:
                refused += 1
                if refused == TRIES or not conflict.duplicate(error):
                    raise
            await asyncio.sleep(0)

    async def _step(self, now: datetime) -> bool:
        async with self._database.writing() as conn:
            batch = await envoy_moves.BATCHES.moving(conn)
            more = bool(batch) and await envoy_moves.step(conn, self._vault, batch, now)
            await conn.commit()
        return more
