"""Persons and their chat identities; profile and last position sealed under the person's key."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.kernel import codec, errors
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import PersonId
from backoffice.people.model import Identity, Person, Profile, Reach
from storage import envoy_moves, person_row, search
from storage.access_tables import organisation_member
from storage.rows import Rows
from storage.tables import IS_ACTIVE, cases, identity, person, session, vault_key
from storage.vault import Vault, opened, pack

_WITH_KEY = person.outerjoin(vault_key, vault_key.c.subject == sa.literal_column("'person:'") + person.c.id)
_COLUMNS = (
    person.c.id,
    person.c.locale,
    person.c.created_at,
    person.c.profile,
    person.c.zone,
    person.c.locale_chosen,
    person.c.drill,
    person.c.last_fix,
    person.c.version,
    vault_key.c.id.label("key_id"),
    vault_key.c.wrapped,
)
_AT = (
    sa.select(*_COLUMNS)
    .select_from(identity.join(_WITH_KEY, identity.c.person == person.c.id))
    .where(identity.c.channel == sa.bindparam("channel"), identity.c.address == sa.bindparam("address"))
)
_GET = sa.select(*_COLUMNS).select_from(_WITH_KEY).where(person.c.id == sa.bindparam("key"))
_MANY = (
    sa.select(*_COLUMNS).select_from(_WITH_KEY).where(person.c.id.in_(sa.bindparam("keys", expanding=True)))
)
_ADD, _ADD_IDENTITY = sa.insert(person), sa.insert(identity)
_SAVE = sa.update(person).where(person.c.id == sa.bindparam("key"), person.c.version == sa.bindparam("was"))
_PUT_FIX = sa.update(person).where(person.c.id == sa.bindparam("key"))
_IDENTITIES = (
    sa.select(identity)
    .where(
        sa.or_(
            identity.c.person == sa.bindparam("of"),
            identity.c.person
            == sa.select(person.c.merged_into).where(person.c.id == sa.bindparam("of")).scalar_subquery(),
        )
    )
    .order_by((identity.c.reach == Reach.OK).desc(), identity.c.heard_at.desc(), identity.c.channel)
)
_IDENTITY = sa.update(identity).where(
    identity.c.channel == sa.bindparam("on_channel"), identity.c.address == sa.bindparam("at_address")
)
_NO_OPEN_CASE = ~sa.exists().where(cases.c.requester == identity.c.person, IS_ACTIVE)
_FORGET_IDENTITIES = sa.delete(identity).where(
    identity.c.person == sa.bindparam("of"),
    _NO_OPEN_CASE,
    sa.exists().where(person.c.id == identity.c.person, person.c.erased_at.is_not(None)),
)
_FORGET_PLACE = sa.update(person).where(
    person.c.id == sa.bindparam("of"),
    person.c.last_fix_at <= sa.bindparam("until"),
    ~sa.exists().where(cases.c.requester == person.c.id, IS_ACTIVE),
)
_FORGET_MEMBERSHIPS = sa.delete(organisation_member).where(organisation_member.c.person == sa.bindparam("of"))
"""Whoever erases everything belongs to nobody's list any more: their organisations see nothing from here."""
_FORGET_SESSION = sa.delete(session).where(session.c.person == sa.bindparam("of"))


_MERGED = sa.select(person.c.id).where(person.c.merged_into == sa.bindparam("of"))
_MERGE = sa.update(person).where(
    sa.or_(person.c.id == sa.bindparam("gone"), person.c.merged_into == sa.bindparam("gone"))
)
_EMPTY_GONE = (
    sa.update(person).where(person.c.id == sa.bindparam("gone")).values(version=person.c.version + 1)
)
_OWN = frozenset({"person", "session", "question", "phone_code", "application"})
"""Tables that are not simply moved on to the person who stays: sealed under the other's key, or of the moment."""


def _references() -> list[sa.Update]:
    """One UPDATE for every column of every table that points at a person."""
    columns = [
        column
        for table in person.metadata.sorted_tables
        for column in table.columns
        if table.name not in _OWN and any(key.column is person.c.id for key in column.foreign_keys)
    ]
    return [
        sa.update(c.table).where(c == sa.bindparam("gone")).values({c: sa.bindparam("stays")})
        for c in columns
    ]


async def forget_after(conn: AsyncConnection, person: PersonId, until: datetime) -> None:
    """A case of theirs was sealed: their last position up to `until` goes, and what an erasure left for it."""
    await conn.execute(_FORGET_PLACE, {"of": person, "until": until, "last_fix": None, "last_fix_at": None})
    await conn.execute(_FORGET_IDENTITIES, {"of": person})


def _fix_context(person: PersonId) -> str:
    return f"person|last_fix|{person}"


_EMPTY = Profile()


def _names(profile: Profile) -> tuple[str, str, str]:
    """What somebody is found by."""
    return profile.name, profile.call_me, profile.phone


class PersonRows(Rows):
    """`ports.People`. One object per person and turn; `looks_ahead` as for envoys."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime, looks_ahead: bool = False) -> None:
        super().__init__(conn, vault, now)
        self._looks_ahead = looks_ahead
        self._people: dict[PersonId, Person] = {}
        self._fixes: dict[PersonId, Fix | None] = {}
        self._named: dict[PersonId, tuple[str, str, str]] = {}
        self._linked: set[Address] = set()

    async def at(self, address: Address) -> Person | None:
        where = {"channel": address.channel, "address": address.address}
        row = await self._first(_AT, where)
        if row is None and self._looks_ahead and await self._arrives(where):
            row = await self._first(_AT, where)
        return self._read(row) if row else None

    async def _arrives(self, where: dict[str, Any]) -> bool:
        """A chat nobody knows may belong to an envoy of an import that is true and not yet moved."""
        moving = await envoy_moves.BATCHES.moving(self._conn)
        waiting = (envoy_moves.AT_ADDRESS, where)
        return bool(moving) and await envoy_moves.ahead(self._conn, self._vault, moving, waiting, self._now)

    async def get(self, person: PersonId) -> Person:
        if person in self._people:
            return self._people[person]
        row = await self._first(_GET, {"key": person})
        if row is None:
            raise errors.NotFound
        return self._read(row)

    async def many(self, people: Sequence[PersonId]) -> Mapping[PersonId, Person]:
        """In one statement."""
        rows = await self._all(_MANY, {"keys": list(set(people))}) if people else ()
        return {PersonId(row.id): self._read(row) for row in rows}

    async def add(self, person: Person, at: Address) -> None:
        """Raises `errors.Stale` when the address already belongs to somebody."""
        self._vault.learn(self._conn, person_row.subject(person.id), None, None)
        values = {**await self._columns(person), "id": person.id, "created_at": person.created_at}
        await self._write(_ADD, {**values, "version": person.version})
        await self.link(person.id, at)
        self._people[person.id] = person
        self._fixes[person.id] = None
        await search.note_person(self._conn, self._vault, person.id, person.profile)
        self._named[person.id] = _names(person.profile)

    async def _findable(self, person: Person) -> None:
        """Written only when the name or the number changed: a save in every turn costs no words."""
        known = _names(person.profile)
        if known != self._named.get(person.id, ("", "", "")):
            await search.forget_person(self._conn, person.id)
            await search.note_person(self._conn, self._vault, person.id, person.profile)
            self._named[person.id] = known

    async def save(self, person: Person) -> None:
        values = {**await self._columns(person), "version": person.version + 1}
        await self._change(_SAVE, {**values, "key": person.id, "was": person.version})
        person.version += 1
        await self._findable(person)

    async def link(self, person: PersonId, at: Address) -> None:
        """One more identity of a person. Raises `errors.Stale` when it already belongs to somebody."""
        row = {"channel": at.channel, "address": at.address, "person": person}
        await self._write(_ADD_IDENTITY, {**row, "reach": Reach.OK, "heard_at": self._now})
        self._linked.add(at)

    async def identities(self, person: PersonId) -> Sequence[Identity]:
        rows = await self._all(_IDENTITIES, {"of": person})
        return [Identity(Address(r.channel, r.address), r.person, r.reach, r.heard_at) for r in rows]

    async def heard(self, at: Address, now: datetime) -> None:
        """Said already by the row of a chat that was linked in this very turn."""
        if now != self._now or at not in self._linked:
            await self._identity(at, {"reach": Reach.OK, "heard_at": now})

    async def set_reach(self, at: Address, reach: Reach) -> None:
        self._linked.discard(at)
        await self._identity(at, {"reach": reach})

    async def erase(self, person: PersonId) -> None:
        for former in [row.id for row in await self._all(_MERGED, {"of": person})]:
            await self._vault.destroy(self._conn, person_row.subject(former))
        await self._vault.destroy(self._conn, person_row.subject(person))
        gone = {"profile": None, "last_fix": None, "last_fix_at": None, "erased_at": self._now}
        await self._write(_PUT_FIX, {**gone, "key": person})
        await self._write(_FORGET_SESSION, {"of": person})
        await self._write(_FORGET_IDENTITIES, {"of": person})
        await self._write(_FORGET_MEMBERSHIPS, {"of": person})
        await search.forget_person(self._conn, person)
        self._named.pop(person, None)
        self._fixes.pop(person, None)
        if person in self._people:
            self._people[person].profile = Profile()

    async def merge(self, gone: PersonId, stays: PersonId) -> None:
        """Letters on their way to `gone` still go: their key lives until `stays` is erased."""
        for change in _references():
            await self._write(change, {"gone": gone, "stays": stays})
        await search.forget_person(self._conn, gone)
        empty = {"profile": None, "last_fix": None, "last_fix_at": None}
        await self._write(_EMPTY_GONE, {**empty, "gone": gone})
        await self._write(_MERGE, {"gone": gone, "merged_into": stays})
        await self._write(_FORGET_SESSION, {"of": gone})
        self._people.pop(gone, None)
        self._fixes.pop(gone, None)

    async def last_fix(self, person: PersonId) -> Fix | None:
        if person not in self._fixes:
            row = await self._first(_GET, {"key": person})
            return self._read_fix(row) if row else None
        return self._fixes[person]

    async def put_fix(self, person: PersonId, fix: Fix) -> None:
        sealer = await self._vault.key(self._conn, person_row.subject(person))
        sealed = sealer.seal(_fix_context(person), pack(codec.write_fix(fix)))
        await self._write(_PUT_FIX, {"key": person, "last_fix": sealed, "last_fix_at": fix.at})
        self._fixes[person] = fix

    async def _identity(self, at: Address, values: dict[str, Any]) -> None:
        await self._write(_IDENTITY, {**values, "on_channel": at.channel, "at_address": at.address})

    async def _columns(self, person: Person) -> dict[str, Any]:
        profile = None
        if person.profile != _EMPTY:
            sealer = await self._vault.key(self._conn, person_row.subject(person.id))
            profile = sealer.seal(
                person_row.profile_context(person.id), person_row.write_profile(person.profile)
            )
        return {
            "locale": person.locale,
            "profile": profile,
            "zone": person.zone,
            "locale_chosen": person.locale_chosen,
            "drill": person.drill,
        }

    def _read(self, row: Any) -> Person:
        known = self._people.get(row.id)
        if known:
            return known
        sealer = self._vault.learn(self._conn, person_row.subject(row.id), row.key_id, row.wrapped)
        self._read_fix(row)
        profile = opened(sealer, person_row.profile_context(row.id), row.profile)
        found = Person(
            id=row.id,
            locale=row.locale,
            created_at=row.created_at,
            profile=person_row.read_profile(profile) if profile else Profile(),
            zone=row.zone,
            locale_chosen=row.locale_chosen,
            drill=row.drill,
            version=row.version,
        )
        self._people[found.id] = found
        self._named[found.id] = _names(found.profile)
        return found

    def _read_fix(self, row: Any) -> Fix | None:
        sealer = self._vault.learn(self._conn, person_row.subject(row.id), row.key_id, row.wrapped)
        found = opened(sealer, _fix_context(row.id), row.last_fix)
        self._fixes[row.id] = fix = codec.read_fix(found) if found else None
        return fix
