"""Followers of cases, their links, their openings and their thread; words sealed under the case's key."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backoffice.families.model import LIVE, FamilyEntry, Follower, FollowerId, FollowLink
from backoffice.families.scopes import Scope
from backoffice.kernel import codec, errors
from backoffice.kernel.ids import CaseId, PersonId
from storage import case_row
from storage.family_tables import family_entry, follow_link, follow_opening, follower
from storage.rows import Rows
from storage.tables import RUNNING, cases
from storage.vault import Sealer, opened, pack

_SAME = (
    "status",
    "part",
    "named",
    "person",
    "locale",
    "zone",
    "decided_by",
    "reached",
    "accepted_at",
    "ended_at",
    "heard_at",
    "told_upto",
    "told_at",
    "call_since",
)
"""Columns that are the attribute as it is."""
_PRIVATE = ("name", "contact", "opened_why")

_ADD = sa.insert(follower)
_SAVE = sa.update(follower).where(
    follower.c.id == sa.bindparam("key"), follower.c.version == sa.bindparam("was")
)
_GET = sa.select(follower).where(follower.c.id == sa.bindparam("key"))
_OF_CASE = sa.select(follower).where(follower.c["case"] == sa.bindparam("of")).order_by(follower.c.number)
_OF_PERSON = (
    sa.select(follower)
    .where(follower.c.person == sa.bindparam("of"), follower.c.status.in_(tuple(LIVE)))
    .order_by(follower.c.number.desc())
)
_RUNNING = (
    sa.select(follower, cases.c.ref)
    .join(cases, cases.c.id == follower.c["case"])
    .where(RUNNING, follower.c.status.in_(tuple(LIVE)))
    .order_by(cases.c.opened_at, follower.c.number)
)
_ADD_LINK = sa.insert(follow_link)
_LINK = sa.select(follow_link).where(follow_link.c.token_hash == sa.bindparam("of"))
_OPEN_LINK = sa.update(follow_link).where(
    follow_link.c.token_hash == sa.bindparam("of"), follow_link.c.opened_at.is_(None)
)
_DROP_LINKS = sa.delete(follow_link).where(follow_link.c.follower == sa.bindparam("of"))
_OPENED = sa.insert(follow_opening)
_OPENINGS = (
    sa.select(follow_opening.c.at)
    .where(follow_opening.c.follower == sa.bindparam("of"))
    .order_by(follow_opening.c.number)
)
_OPENINGS_OF = (
    sa.select(follow_opening.c.follower, follow_opening.c.at)
    .where(follow_opening.c.follower.in_(sa.bindparam("all", expanding=True)))
    .order_by(follow_opening.c.number)
)
_ADD_ENTRY = sa.insert(family_entry).returning(family_entry.c.number)
_ENTRIES = (
    sa.select(family_entry)
    .where(family_entry.c["case"] == sa.bindparam("of"))
    .order_by(family_entry.c.number)
)


def _context(row: str) -> str:
    return f"follower|private|{row}"


def _entry_context(row: str) -> str:
    return f"family_entry|body|{row}"


class FamilyRows(Rows):
    """`ports.Families`."""

    async def add(self, follower: Follower) -> None:
        fixed = {
            "id": follower.id,
            "case": follower.case,
            "invited_by": follower.invited_by,
            "invited_at": follower.invited_at,
        }
        await self._write(_ADD, {**await self._columns(follower), **fixed, "version": 0})

    async def get(self, follower: FollowerId) -> Follower:
        row = await self._first(_GET, {"key": follower})
        if row is None:
            raise errors.NotFound
        return (await self._read([row]))[0]

    async def save(self, follower: Follower) -> None:
        values = {**await self._columns(follower), "version": follower.version + 1}
        await self._change(_SAVE, {**values, "key": follower.id, "was": follower.version})
        follower.version += 1

    async def of_case(self, case: CaseId) -> Sequence[Follower]:
        return await self._read(await self._all(_OF_CASE, {"of": case}))

    async def of_person(self, person: PersonId) -> Sequence[Follower]:
        return await self._read(await self._all(_OF_PERSON, {"of": person}))

    async def running(self) -> Sequence[tuple[str, Follower]]:
        rows = await self._all(_RUNNING, {})
        return list(zip([row.ref for row in rows], await self._read(rows), strict=True))

    async def add_link(self, link: FollowLink) -> None:
        row = {"token_hash": link.token_hash, "follower": link.follower, "kind": link.kind}
        await self._write(_ADD_LINK, {**row, "made_at": link.made_at, "opened_at": link.opened_at})

    async def link(self, token_hash: str) -> FollowLink | None:
        row = await self._first(_LINK, {"of": token_hash})
        if row is None:
            return None
        return FollowLink(row.token_hash, FollowerId(row.follower), row.kind, row.made_at, row.opened_at)

    async def open_link(self, token_hash: str) -> bool:
        change = await self._write(_OPEN_LINK, {"of": token_hash, "opened_at": self._now})
        return change.rowcount == 1

    async def drop_links(self, follower: FollowerId) -> None:
        await self._write(_DROP_LINKS, {"of": follower})

    async def opened(self, follower: FollowerId) -> None:
        await self._write(_OPENED, {"follower": follower, "at": self._now})

    async def openings(self, follower: FollowerId) -> Sequence[datetime]:
        return [row.at for row in await self._all(_OPENINGS, {"of": follower})]

    async def openings_of(self, followers: Sequence[FollowerId]) -> Mapping[FollowerId, list[datetime]]:
        """Of several, in one statement."""
        rows = await self._all(_OPENINGS_OF, {"all": list(followers)}) if followers else ()
        found: dict[FollowerId, list[datetime]] = {}
        for row in rows:
            found.setdefault(row.follower, []).append(row.at)
        return found

    async def add_entry(self, entry: FamilyEntry) -> int:
        sealer = await self._vault.key(self._conn, case_row.subject(entry.case))
        row = self._vault.row_id()
        media = {"media": codec.write_media(entry.media)} if entry.media else {}
        body = {"name": entry.name, "text": entry.text} | media
        values = {
            "id": row,
            "case": entry.case,
            "follower": entry.follower,
            "role": entry.role,
            "scope": entry.scope,
            "author": entry.author,
            "at": entry.at,
            "body": sealer.seal(_entry_context(row), pack(body)),
        }
        number: int = (await self._write(_ADD_ENTRY, values)).scalar_one()
        return number

    async def entries(self, case: CaseId) -> Sequence[FamilyEntry]:
        sealer = await self._vault.find(self._conn, case_row.subject(case))
        return [_entry(row, sealer) for row in await self._all(_ENTRIES, {"of": case})]

    async def _columns(self, follower: Follower) -> dict[str, Any]:
        sealer = await self._vault.key(self._conn, case_row.subject(follower.case))
        private = {name: getattr(follower, name) for name in _PRIVATE}
        return {
            **{name: getattr(follower, name) for name in _SAME},
            "scopes": sorted(follower.scopes),
            "private": sealer.seal(_context(follower.id), pack(private)),
        }

    async def _read(self, rows: Sequence[Any]) -> list[Follower]:
        found = []
        for row in rows:
            sealer = await self._vault.find(self._conn, case_row.subject(row.case))
            found.append(_follower(row, sealer))
        return found


def _follower(row: Any, sealer: Sealer | None) -> Follower:
    """Once the case's key is destroyed the name and the contact are gone."""
    private = opened(sealer, _context(row.id), row.private) or {}
    return Follower(
        id=row.id,
        case=row.case,
        invited_by=row.invited_by,
        invited_at=row.invited_at,
        scopes=frozenset(Scope(each) for each in row.scopes),
        version=row.version,
        **{name: private.get(name, "") for name in _PRIVATE},
        **{name: getattr(row, name) for name in _SAME},
    )


def _entry(row: Any, sealer: Sealer | None) -> FamilyEntry:
    body = opened(sealer, _entry_context(row.id), row.body) or {}
    return FamilyEntry(
        case=row.case,
        at=row.at,
        role=row.role,
        author=row.author,
        name=body.get("name", ""),
        text=body.get("text", ""),
        follower=row.follower,
        scope=row.scope,
        media=codec.read_media(body["media"]) if "media" in body else None,
        number=row.number,
    )
