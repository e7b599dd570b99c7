"""Files noted for fetching from a platform: noted in the turn that refers to them, fetched afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel.ids import CaseId, MediaId, PersonId
from backoffice.kernel.messages import Media, MediaKind
from storage.engine import Database
from storage.types import Utc, enum_column, metadata

LEASE = timedelta(seconds=60)
"""A fetch that its worker never finished is taken again after this."""


class FetchState(StrEnum):
    WAITING = "waiting"
    READY = "ready"
    FAILED = "failed"


fetch = sa.Table(
    "fetch",
    metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("case_id", sa.String(64)),
    sa.Column("person", sa.String(64)),
    sa.Column("channel", sa.String(16), nullable=False),
    sa.Column("handle", sa.Text, nullable=False),
    sa.Column("kind", enum_column(MediaKind), nullable=False),
    sa.Column("mime", sa.Text, nullable=False),
    sa.Column("state", enum_column(FetchState), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due", Utc, nullable=False),
    sa.Column("error", sa.Text, nullable=False),
    sa.Index("ix_fetch_due", "state", "due"),
)


_NOW = sa.bindparam("now", type_=fetch.c.due.type)
_DUE = sa.select(fetch.c.id).where(fetch.c.state == FetchState.WAITING, fetch.c.due <= _NOW)
_FIRST_DUE = _DUE.limit(1)
_OF_CASE = sa.update(fetch).where(fetch.c.id == sa.bindparam("of")).values(case_id=sa.bindparam("about"))
_CLAIM = (
    sa.update(fetch)
    .where(fetch.c.id.in_(_DUE.limit(sa.bindparam("most", type_=sa.Integer()))), fetch.c.due <= _NOW)
    .values(due=sa.bindparam("until", type_=fetch.c.due.type), attempts=fetch.c.attempts + 1)
    .returning(fetch)
)


@dataclass(frozen=True, slots=True)
class Fetch:
    """One file to fetch: over which channel, by which handle. `person`: whose key seals it, outside any case."""

    id: MediaId
    case: CaseId | None
    channel: str
    handle: str
    kind: MediaKind
    mime: str
    state: FetchState
    attempts: int
    error: str
    person: PersonId | None = None


class FetchRows:
    """Fetches inside a unit of work."""

    def __init__(self, conn: AsyncConnection, now: datetime) -> None:
        self._conn = conn
        self._now = now

    async def expect(
        self, media: Media, case: str | None, channel: str, handle: str, person: PersonId | None = None
    ) -> None:
        """Note a file; it is fetched as soon as the turn has committed."""
        row: dict[str, object] = {
            "id": media.id,
            "case_id": case,
            "person": person,
            "channel": channel,
            "handle": handle,
            "kind": media.kind,
        }
        row |= {"mime": media.mime, "state": FetchState.WAITING, "attempts": 0, "due": self._now, "error": ""}
        await self._conn.execute(sa.insert(fetch), row)

    async def of_case(self, media: str, case: CaseId) -> None:
        await self._conn.execute(_OF_CASE, {"of": media, "about": case})


class Fetches:
    """Fetches outside a unit of work: claimed with a lease, settled once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, now: datetime, limit: int) -> Sequence[Fetch]:
        """Due fetches, each with a lease so that nobody else takes it meanwhile."""
        values = {"now": now, "until": now + LEASE, "most": limit}
        async with self._database.reading() as conn:
            if (await conn.execute(_FIRST_DUE, {"now": now})).first() is None:
                return []
        async with self._database.writing() as conn:
            found = [_read(row) for row in await conn.execute(_CLAIM, values)]
            await conn.commit()
        return found

    async def ready(self, media: MediaId) -> None:
        """The file is in the media store."""
        await self._settle(media, state=FetchState.READY, error="")

    async def failed(self, media: MediaId, error: str) -> None:
        """It can never be had."""
        await self._settle(media, state=FetchState.FAILED, error=error)

    async def again(self, media: MediaId, error: str, due: datetime) -> None:
        await self._settle(media, error=error, due=due)

    async def _settle(self, media: MediaId, **values: object) -> None:
        """What is there stays there: a worker whose lease ended may fail when another has it already."""
        there = fetch.c.state == FetchState.READY
        async with self._database.writing() as conn:
            await conn.execute(sa.update(fetch).where(fetch.c.id == media, ~there).values(**values))
            await conn.commit()

    async def get(self, media: MediaId) -> Fetch | None:
        async with self._database.reading() as conn:
            row = (await conn.execute(sa.select(fetch).where(fetch.c.id == media))).one_or_none()
        return _read(row) if row else None


def _read(row: sa.Row[tuple[object, ...]]) -> Fetch:
    case = CaseId(row.case_id) if row.case_id else None
    head = MediaId(row.id), case, row.channel, row.handle, row.kind, row.mime, row.state
    return Fetch(*head, row.attempts, row.error, PersonId(row.person) if row.person else None)
