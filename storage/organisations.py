"""Organisations, the people bound to them, and the sums they are asked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, PersonId
from backoffice.kernel.money import Money
from backoffice.organisations.model import (
    Authorisation,
    AuthorisationStatus,
    Membership,
    Organisation,
)
from storage import case_row
from storage.access_tables import authorisation, organisation, organisation_member
from storage.conflict import upsert
from storage.rows import Rows
from storage.vault import opened, pack

_PUT = upsert(
    organisation, [organisation.c.code], [organisation.c.name, organisation.c.kind, organisation.c.sees_place]
)
_GET = sa.select(organisation).where(organisation.c.code == sa.bindparam("of"))
_ALL = sa.select(organisation).order_by(organisation.c.name, organisation.c.code)
_BIND = sa.insert(organisation_member)
_PAIR = sa.and_(
    organisation_member.c.person == sa.bindparam("whose"),
    organisation_member.c.organisation == sa.bindparam("of"),
)
_BOUND = sa.select(organisation_member.c.id).where(_PAIR)
_UNBIND = sa.delete(organisation_member).where(_PAIR)
_SINCE = sa.func.min(organisation_member.c.since, type_=organisation_member.c.since.type)
_OF_PERSON = (
    sa.select(
        organisation,
        sa.func.min(organisation_member.c.since, type_=organisation_member.c.since.type).label("since"),
    )
    .join(organisation_member, organisation_member.c.organisation == organisation.c.code)
    .where(organisation_member.c.person == sa.bindparam("whose"))
    .group_by(*organisation.c)
    .order_by(organisation.c.name, organisation.c.code)
)
_SIZE = sa.select(sa.func.count(sa.distinct(organisation_member.c.person))).where(
    organisation_member.c.organisation == sa.bindparam("of")
)
_ASK = sa.insert(authorisation)
_ASKED = sa.select(authorisation).where(authorisation.c.id == sa.bindparam("of"))
_OF_CASE = (
    sa.select(authorisation)
    .where(authorisation.c["case"] == sa.bindparam("of"))
    .order_by(authorisation.c.asked_at, authorisation.c.id)
)
_SETTLE = sa.update(authorisation).where(
    authorisation.c.id == sa.bindparam("of"), authorisation.c.status == AuthorisationStatus.ASKED
)


class OrganisationRows(Rows):
    """`ports.Organisations`."""

    async def put(self, organisation: Organisation) -> None:
        row = {name: getattr(organisation, name) for name in Organisation.__slots__}
        await self._conn.execute(_PUT.on(self._conn), row)

    async def get(self, code: str) -> Organisation | None:
        row = await self._first(_GET, {"of": code})
        return read(row) if row else None

    async def all(self) -> Sequence[Organisation]:
        return [read(row) for row in await self._all(_ALL, {})]

    async def bind(self, person: PersonId, code: str, since: datetime) -> bool:
        if await self._first(_BOUND, {"whose": person, "of": code}):
            return False
        row = {"id": self._vault.row_id(), "person": person, "organisation": code, "since": since}
        await self._write(_BIND, row)
        return True

    async def unbind(self, person: PersonId, code: str) -> bool:
        return (await self._write(_UNBIND, {"whose": person, "of": code})).rowcount > 0

    async def of_person(self, person: PersonId) -> Sequence[Membership]:
        rows = await self._all(_OF_PERSON, {"whose": person})
        return [Membership(person, read(row), row.since) for row in rows]

    async def size(self, code: str) -> int:
        return int((await self._conn.execute(_SIZE, {"of": code})).scalar_one())


def read(row: Any) -> Organisation:
    return Organisation(row.code, row.name, row.kind, row.sees_place)


_SAME = ("id", "organisation", "asked_by", "asked_at", "due_at", "status", "answered_by", "answered_at")


def _context(key: str) -> str:
    return f"authorisation|words|{key}"


class AuthorisationRows(Rows):
    """`ports.Authorisations`; the words lie under the case's key and go with it."""

    async def add(self, asked: Authorisation) -> None:
        row = {name: getattr(asked, name) for name in _SAME} | {"case": asked.case}
        row |= {"minor": asked.sum.minor, "currency": asked.sum.currency, "words": await self._seal(asked)}
        await self._write(_ASK, row)

    async def _seal(self, asked: Authorisation) -> bytes:
        words = pack({"purpose": asked.purpose, "answer": asked.answer})
        return await self._vault.seal(self._conn, case_row.subject(asked.case), _context(asked.id), words)

    async def get(self, authorisation: str) -> Authorisation:
        row = await self._first(_ASKED, {"of": authorisation})
        if row is None:
            raise errors.NotFound
        return await self._read(row)

    async def of_case(self, case: CaseId) -> Sequence[Authorisation]:
        return [await self._read(row) for row in await self._all(_OF_CASE, {"of": case})]

    async def settle(self, settled: Authorisation) -> bool:
        row = {"of": settled.id, "answered_by": settled.answered_by, "answered_at": settled.answered_at}
        sealed = await self._seal(settled)
        return (await self._write(_SETTLE, {**row, "status": settled.status, "words": sealed})).rowcount > 0

    async def _read(self, row: Any) -> Authorisation:
        sealer = await self._vault.find(self._conn, case_row.subject(row.case))
        words = opened(sealer, _context(row.id), row.words) or {}
        return Authorisation(
            case=row.case,
            sum=Money(row.minor, row.currency),
            purpose=words.get("purpose", ""),
            answer=words.get("answer", ""),
            **{name: getattr(row, name) for name in _SAME},
        )
