"""Files of cases, sealed under the case's key: the bytes in a folder or bucket, their row in the database."""

import asyncio
from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from backoffice.kernel import clock as clocks
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, MediaId, PersonId
from storage import blobs, conflict
from storage.engine import Database
from storage.exchange_tables import media as m
from storage.vault import KeyDestroyed, Sealer, Vault

ORPHAN_AFTER = timedelta(hours=1)
"""A file without a row is a put that never ended once it is this old."""

_ADD = conflict.insert_or_ignore(m, [m.c.id])
_GET = sa.select(m.c.file, m.c.case_id, m.c.person).where(m.c.id == sa.bindparam("of"))
_OF_CASE = sa.select(m.c.id, m.c.file).where(m.c.case_id == sa.bindparam("of"))
_FORGET = sa.delete(m).where(m.c.case_id == sa.bindparam("of"))
_KNOWN = sa.select(m.c.file).where(m.c.file.in_(sa.bindparam("names", expanding=True)))


def _subject(media: str, case: str | None, person: str | None) -> str:
    """Whose key seals a file: its case's, else its person's, else one of its own."""
    if case:
        return f"case:{case}"
    return f"person:{person}" if person else f"media:{media}"


def _context(media: str) -> str:
    return f"media|body|{media}"


class SealedMedia:
    """`ports.MediaStore` over any `Blobs`."""

    def __init__(self, database: Database, vault: Vault, clock: clocks.Clock, store: blobs.Blobs) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._store = store

    async def put(
        self, case: CaseId | None, media: MediaId, body: bytes, person: PersonId | None = None
    ) -> None:
        """Keep a file; the first body put under an id stays. Its key and its bytes are durable before its row."""
        sealer = await self._sealer(_subject(media, case, person))
        name = self._vault.row_id()
        await self._store.write(name, await asyncio.to_thread(sealer.seal, _context(media), body))
        row = {
            "id": media,
            "case_id": case,
            "person": person,
            "file": name,
            "size": len(body),
            "stored_at": self._clock.now(),
        }
        async with self._database.writing() as conn:
            kept = (await conn.execute(_ADD.on(conn), row)).rowcount
            await conn.commit()
        if not kept:
            await self._store.delete(name)

    async def get(self, media: MediaId) -> bytes:
        """Raises `errors.NotFound` when there is no such file, or it was erased."""
        async with self._database.reading() as conn:
            row = (await conn.execute(_GET, {"of": media})).first()
            if row is None:
                raise errors.NotFound
            sealer = await self._vault.find(conn, _subject(media, row.case_id, row.person))
        if sealer is None:
            raise errors.NotFound
        try:
            sealed = await self._store.read(row.file)
            return await asyncio.to_thread(sealer.open, _context(media), sealed)
        except (FileNotFoundError, KeyDestroyed) as error:
            raise errors.NotFound from error

    async def forget(self, case: CaseId) -> int:
        """Remove a case's files for good; returns how many there were."""
        async with self._database.writing() as conn:
            rows = (await conn.execute(_OF_CASE, {"of": case})).all()
            await conn.execute(_FORGET, {"of": case})
            await conn.commit()
        for row in rows:
            await self._store.delete(row.file)
        return len(rows)

    async def _sealer(self, subject: str) -> Sealer:
        async with self._database.writing() as conn:
            sealer = await self._vault.key(conn, subject)
            await conn.commit()
            return sealer


class FileMedia(SealedMedia):
    """Sealed files in a folder."""

    def __init__(self, folder: Path, database: Database, vault: Vault, clock: clocks.Clock) -> None:
        self._files = blobs.FolderBlobs(folder)
        super().__init__(database, vault, clock, self._files)

    async def sweep(self) -> int:
        """Remove files that no row names, left by a crash between the two; returns how many."""
        limit = (self._clock.now() - ORPHAN_AFTER).timestamp()
        found = await self._files.older_than(limit)
        orphans = [name for part in _parts(found) for name in await self._unknown(part)]
        for name in orphans:
            await self._files.delete(name)
        return len(orphans)

    async def _unknown(self, names: list[str]) -> list[str]:
        async with self._database.reading() as conn:
            known = set((await conn.execute(_KNOWN, {"names": names})).scalars())
        return [name for name in names if name not in known]


def _parts(names: list[str], size: int = 500) -> list[list[str]]:
    return [names[start : start + size] for start in range(0, len(names), size)]
