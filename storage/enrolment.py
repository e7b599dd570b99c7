"""Applications to become an envoy; what the applicant told is sealed under their own key."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.enrolment.model import LIVE, Answers, Application, ApplicationId, ApplicationStatus
from backoffice.kernel import errors
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import MediaId, PersonId
from storage.enrolment_tables import application
from storage.exchange_tables import media
from storage.fetches import fetch
from storage.person_row import subject
from storage.rows import Rows
from storage.vault import Vault, opened, pack

_SAME = (
    "person",
    "purpose",
    "status",
    "started_at",
    "submitted_at",
    "decided_at",
    "decided_by",
    "decided_by_name",
    "asking",
    "wanted",
)
"""Columns that are the attribute as it is."""
_LIVE = sorted(LIVE)
_DECIDED = sorted(set(ApplicationStatus) - {ApplicationStatus.DRAFT, ApplicationStatus.SUBMITTED})

_ADD = sa.insert(application)
_SAVE = sa.update(application).where(
    application.c.id == sa.bindparam("key"), application.c.version == sa.bindparam("was")
)
_ALL = sa.select(application)
_GET = _ALL.where(application.c.id == sa.bindparam("key"))
_OF_PERSON = _ALL.where(application.c.person == sa.bindparam("of")).order_by(
    application.c.started_at.desc(), application.c.id
)
_LIVE_OF = _OF_PERSON.where(application.c.status.in_(_LIVE))
_TO_VET = _ALL.where(application.c.status == ApplicationStatus.SUBMITTED).order_by(
    application.c.submitted_at, application.c.id
)
_DECIDED_LAST = (
    _ALL.where(application.c.status.in_(_DECIDED), application.c.decided_at.is_not(None))
    .order_by(application.c.decided_at.desc(), application.c.id)
    .limit(sa.bindparam("most"))
)
_KEEP_FILE = sa.update(fetch).where(fetch.c.id == sa.bindparam("file"))
_FORGET = sa.delete(media).where(media.c.id.in_(sa.bindparam("files", expanding=True)))
_UNFETCH = sa.delete(fetch).where(fetch.c.id.in_(sa.bindparam("files", expanding=True)))


class EnrolmentRows(Rows):
    """`ports.Enrolments`. One object per application and turn."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        super().__init__(conn, vault, now)
        self._known: dict[ApplicationId, Application] = {}

    async def add(self, application: Application) -> None:
        values = {**await self._columns(application), "id": application.id, "version": application.version}
        await self._write(_ADD, values)
        self._known[application.id] = application

    async def get(self, application: ApplicationId) -> Application:
        row = await self._first(_GET, {"key": application})
        if row is None:
            raise errors.NotFound
        return await self._read(row)

    async def save(self, application: Application) -> None:
        values = {**await self._columns(application), "version": application.version + 1}
        await self._change(_SAVE, {**values, "key": application.id, "was": application.version})
        application.version += 1

    async def live_of(self, person: PersonId) -> Application | None:
        row = await self._first(_LIVE_OF, {"of": person})
        return await self._read(row) if row else None

    async def of_person(self, person: PersonId) -> Sequence[Application]:
        return [await self._read(row) for row in await self._all(_OF_PERSON, {"of": person})]

    async def to_vet(self) -> Sequence[Application]:
        return [await self._read(row) for row in await self._all(_TO_VET, {})]

    async def decided(self, limit: int) -> Sequence[Application]:
        return [await self._read(row) for row in await self._all(_DECIDED_LAST, {"most": limit})]

    async def keep_file(self, media: MediaId, person: PersonId) -> None:
        await self._write(_KEEP_FILE, {"file": media, "person": person})

    async def forget_files(self, media: Sequence[MediaId]) -> None:
        if media:
            await self._conn.execute(_FORGET, {"files": list(media)})
            await self._conn.execute(_UNFETCH, {"files": list(media)})

    async def hand_on(self, gone: PersonId, stays: PersonId) -> None:
        for found in await self.of_person(gone):
            found.person = stays
            await self.save(found)

    async def _columns(self, application: Application) -> dict[str, Any]:
        sealer = await self._vault.key(self._conn, subject(application.person))
        private = {"answers": write_answers(application.answers), "words": application.words}
        return {
            **{name: getattr(application, name) for name in _SAME},
            "channel": application.applied_at.channel,
            "address": application.applied_at.address,
            "private": sealer.seal(_context(application.id), pack(private)),
        }

    async def _read(self, row: Any) -> Application:
        if row.id in self._known:
            return self._known[row.id]
        sealer = await self._vault.find(self._conn, subject(row.person))
        private = opened(sealer, _context(row.id), row.private) or {}
        self._known[row.id] = found = Application(
            id=row.id,
            applied_at=Address(row.channel, row.address),
            answers=read_answers(private.get("answers", {})),
            words=private.get("words", ""),
            version=row.version,
            **{name: getattr(row, name) for name in _SAME},
        )
        return found


def _context(application: str) -> str:
    return f"application|private|{application}"


def write_answers(a: Answers) -> dict[str, Any]:
    """What was told, as JSON; what is empty is left out."""
    out = {name: value for name, value in vars(a).items() if value}
    if a.base:
        out["base"] = [a.base.lat, a.base.lon]
    if a.consent_at:
        out["consent_at"] = a.consent_at.isoformat()
    if a.expiry:
        out["expiry"] = a.expiry.isoformat()
    return out


def read_answers(value: dict[str, Any]) -> Answers:
    """The inverse of `write_answers`."""
    found = dict(value)
    if "base" in found:
        found["base"] = Point(*found["base"])
    if "consent_at" in found:
        found["consent_at"] = datetime.fromisoformat(found["consent_at"])
    if "expiry" in found:
        found["expiry"] = date.fromisoformat(found["expiry"])
    return Answers(**found)
