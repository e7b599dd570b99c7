"""Major cases, their rosters, places, orders, reports and what was sent (`ports.major.Majors`)."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from backoffice.kernel import errors
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, CaseId, OperatorId
from backoffice.major.model import Major, MajorId, Order, Person, Place, Post, Report, Sending
from storage import places
from storage.major_tables import (
    major,
    major_case,
    major_order,
    major_person,
    major_place,
    major_post,
    major_reader,
    major_report,
    major_sending,
)
from storage.rows import Rows, Values
from storage.vault import opened, pack

_KEY: sa.BindParameter[str] = sa.bindparam("key")
_OF: sa.BindParameter[str] = sa.bindparam("of")
_ALL = sa.select(major).order_by(major.c.closed_at.is_not(None), major.c.opened_at.desc())
_GET = sa.select(major).where(major.c.id == _KEY)
_SAVE = sa.update(major).where(major.c.id == _KEY, major.c.version == sa.bindparam("was"))
_OF_CASE = sa.select(major_case.c.major).where(major_case.c["case"] == _OF)
_CASES = (
    sa.select(major_case).where(major_case.c.major == _OF).order_by(major_case.c.at, major_case.c["case"])
)
_DETACH = sa.delete(major_case).where(major_case.c.major == _OF, major_case.c["case"] == _KEY)
_PERSON = sa.select(major_person).where(major_person.c.id == _KEY)
_PERSONS = sa.select(major_person).where(major_person.c.major == _OF).order_by(major_person.c.number)
_SAVE_PERSON = sa.update(major_person).where(
    major_person.c.id == _KEY, major_person.c.version == sa.bindparam("was")
)
_PLACES = sa.select(major_place).where(major_place.c.major == _OF).order_by(major_place.c.number)
_CHANGE_PLACE = sa.update(major_place).where(major_place.c.id == _KEY)
_ORDER = sa.select(major_order).where(major_order.c.id == _KEY)
_ORDERS = sa.select(major_order).where(major_order.c.major == _OF).order_by(major_order.c.number.desc())
_SAVE_ORDER = sa.update(major_order).where(
    major_order.c.id == _KEY, major_order.c.version == sa.bindparam("was")
)
_REPORTS = sa.select(major_report).where(major_report.c.major == _OF).order_by(major_report.c.number.desc())
_SENDINGS = sa.select(major_sending).where(major_sending.c.major == _OF).order_by(major_sending.c.at.desc())
_SENT_TO = (
    sa.select(major_sending)
    .join(major_reader, major_reader.c.sending == major_sending.c.id)
    .where(major_reader.c.organisation == _OF)
    .order_by(major_sending.c.at.desc())
)
_READERS = sa.select(major_reader.c.organisation).where(major_reader.c.sending == _OF)
_POSTS = sa.select(major_post).where(major_post.c.major == _OF)
_DROP_POST = sa.delete(major_post).where(major_post.c.assignment == _KEY)

_MAJOR = ("id", "opened_at", "leader", "leader_name", "status", "closed_at")
_PERSON_SAME = ("id", "major", "number", "state", "place", "case", "changed_at")
_PERSON_PRIVATE = ("name", "phone", "born", "document", "contact", "note")
_ORDER_SAME = (
    "id", "major", "number", "given_by", "given_at", "status", "heard_by", "heard_at", "ended_at",
)  # fmt: skip
_ORDER_PRIVATE = ("text", "to", "outcome")
_SENDING_SAME = ("id", "major", "at", "by", "scope", "unreached", "report")


def subject(key: MajorId) -> str:
    """The vault's name for a major case's key."""
    return f"major:{key}"


def _same(thing: object, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(thing, name) for name in names}


def _point(given: Any) -> Point | None:
    return Point(*given) if given else None


class MajorRows(Rows):
    """`ports.major.Majors`."""

    async def _sealed(self, of: MajorId, context: str, private: dict[str, Any]) -> bytes:
        sealer = await self._vault.key(self._conn, subject(of))
        return sealer.seal(f"major|{context}", pack(private))

    async def _open(self, of: MajorId, context: str, blob: bytes) -> dict[str, Any]:
        """Once the key is destroyed numbers and states stay, words are gone."""
        sealer = await self._vault.find(self._conn, subject(of))
        found: dict[str, Any] = opened(sealer, f"major|{context}", blob) or {}
        return found

    async def add(self, major_: Major) -> None:
        await self._write(sa.insert(major), {**await self._major(major_), "version": 0})

    async def _major(self, given: Major) -> dict[str, Any]:
        cell = places.cell(given.scene) if given.scene else None
        scene = [given.scene.lat, given.scene.lon] if given.scene else None
        private = {"title": given.title, "scene": scene}
        return _same(given, _MAJOR) | {
            "cell_lat": cell.lat if cell else None,
            "cell_lon": cell.lon if cell else None,
            "private": await self._sealed(given.id, f"head|{given.id}", private),
        }

    async def get(self, major_: MajorId) -> Major:
        row = await self._first(_GET, {"key": major_})
        if row is None:
            raise errors.NotFound
        return await self._read(row)

    async def _read(self, row: Any) -> Major:
        private = await self._open(row.id, f"head|{row.id}", row.private)
        scene = _point(private.get("scene"))
        return Major(title=private.get("title", ""), scene=scene, version=row.version, **_same(row, _MAJOR))

    async def save(self, major_: Major) -> None:
        values = {**await self._major(major_), "version": major_.version + 1}
        await self._change(_SAVE, {**values, "key": major_.id, "was": major_.version})
        major_.version += 1

    async def all(self) -> Sequence[Major]:
        return [await self._read(row) for row in await self._all(_ALL, {})]

    async def attach(self, major_: MajorId, case: CaseId, by: OperatorId) -> bool:
        if await self.of_case(case):
            return False
        await self._write(sa.insert(major_case), {"case": case, "major": major_, "at": self._now, "by": by})
        return True

    async def detach(self, major_: MajorId, case: CaseId) -> bool:
        return (await self._write(_DETACH, {"of": major_, "key": case})).rowcount == 1

    async def cases(self, major_: MajorId) -> Sequence[CaseId]:
        return [CaseId(row.case) for row in await self._all(_CASES, {"of": major_})]

    async def of_case(self, case: CaseId) -> MajorId | None:
        row = await self._first(_OF_CASE, {"of": case})
        return MajorId(row.major) if row else None

    async def add_persons(self, persons: Sequence[Person]) -> None:
        if persons:
            await self._write(
                sa.insert(major_person), [{**await self._person(p), "version": 0} for p in persons]
            )

    async def _person(self, given: Person) -> Values:
        private = await self._sealed(given.major, f"person|{given.id}", _same(given, _PERSON_PRIVATE))
        return _same(given, _PERSON_SAME) | {"private": private}

    async def _read_person(self, row: Any) -> Person:
        private = await self._open(row.major, f"person|{row.id}", row.private)
        words = {name: private.get(name, "") for name in _PERSON_PRIVATE}
        return Person(**_same(row, _PERSON_SAME), **words, version=row.version)

    async def person(self, person: str) -> Person:
        row = await self._first(_PERSON, {"key": person})
        if row is None:
            raise errors.NotFound
        return await self._read_person(row)

    async def save_person(self, person: Person) -> None:
        values = {**await self._person(person), "version": person.version + 1}
        await self._change(_SAVE_PERSON, {**values, "key": person.id, "was": person.version})
        person.version += 1

    async def persons(self, major_: MajorId) -> Sequence[Person]:
        return [await self._read_person(row) for row in await self._all(_PERSONS, {"of": major_})]

    async def put_place(self, place: Place) -> None:
        point = [place.point.lat, place.point.lon] if place.point else None
        private = {"name": place.name, "phone": place.phone, "point": point}
        sealed = await self._sealed(place.major, f"place|{place.id}", private)
        changed = await self._write(_CHANGE_PLACE, {"key": place.id, "kind": place.kind, "private": sealed})
        if changed.rowcount == 0:
            row = {"id": place.id, "major": place.major, "kind": place.kind, "private": sealed}
            await self._write(sa.insert(major_place), row)

    async def places(self, major_: MajorId) -> Sequence[Place]:
        found = []
        for row in await self._all(_PLACES, {"of": major_}):
            said = await self._open(row.major, f"place|{row.id}", row.private)
            at = _point(said.get("point"))
            found.append(Place(row.id, row.major, row.kind, said.get("name", ""), said.get("phone", ""), at))
        return found

    async def add_order(self, order: Order) -> None:
        await self._write(sa.insert(major_order), {**await self._order(order), "version": 0})

    async def _order(self, given: Order) -> Values:
        private = await self._sealed(given.major, f"order|{given.id}", _same(given, _ORDER_PRIVATE))
        return _same(given, _ORDER_SAME) | {"private": private}

    async def _read_order(self, row: Any) -> Order:
        private = await self._open(row.major, f"order|{row.id}", row.private)
        words = {name: private.get(name, "") for name in _ORDER_PRIVATE}
        return Order(**_same(row, _ORDER_SAME), **words, version=row.version)

    async def order(self, order: str) -> Order:
        row = await self._first(_ORDER, {"key": order})
        if row is None:
            raise errors.NotFound
        return await self._read_order(row)

    async def save_order(self, order: Order) -> None:
        values = {**await self._order(order), "version": order.version + 1}
        await self._change(_SAVE_ORDER, {**values, "key": order.id, "was": order.version})
        order.version += 1

    async def orders(self, major_: MajorId) -> Sequence[Order]:
        return [await self._read_order(row) for row in await self._all(_ORDERS, {"of": major_})]

    async def add_report(self, report: Report) -> None:
        context = f"report|{report.major}|{report.number}"
        private = await self._sealed(
            report.major, context, {"text": report.text, "facts": dict(report.facts)}
        )
        same = _same(report, ("major", "number", "author", "at"))
        await self._write(sa.insert(major_report), same | {"private": private})

    async def reports(self, major_: MajorId) -> Sequence[Report]:
        found = []
        for row in await self._all(_REPORTS, {"of": major_}):
            said = await self._open(row.major, f"report|{row.major}|{row.number}", row.private)
            facts = said.get("facts", {})
            found.append(Report(row.major, row.number, row.author, row.at, said.get("text", ""), facts))
        return found

    async def add_sending(self, sending: Sending) -> None:
        private = await self._sealed(sending.major, f"sending|{sending.id}", {"text": sending.text})
        row = _same(sending, _SENDING_SAME) | {"ways": dict(sending.ways), "private": private}
        await self._write(sa.insert(major_sending), row)
        readers = [{"sending": sending.id, "organisation": code} for code in sending.organisations]
        if readers:
            await self._write(sa.insert(major_reader), readers)

    async def sendings(self, major_: MajorId) -> Sequence[Sending]:
        return [await self._sending(row) for row in await self._all(_SENDINGS, {"of": major_})]

    async def sent_to(self, organisation: str) -> Sequence[Sending]:
        return [await self._sending(row) for row in await self._all(_SENT_TO, {"of": organisation})]

    async def _sending(self, row: Any) -> Sending:
        said = await self._open(row.major, f"sending|{row.id}", row.private)
        readers = await self._all(_READERS, {"of": row.id})
        codes = tuple(sorted(r.organisation for r in readers))
        same = _same(row, _SENDING_SAME)
        return Sending(**same, text=said.get("text", ""), ways=row.ways, organisations=codes)

    async def put_post(self, post: Post) -> None:
        await self.drop_post(post.assignment)
        await self._write(sa.insert(major_post), _same(post, ("assignment", "major", "place")))

    async def drop_post(self, assignment: AssignmentId) -> bool:
        return (await self._write(_DROP_POST, {"key": assignment})).rowcount == 1

    async def posts(self, major_: MajorId) -> Sequence[Post]:
        rows = await self._all(_POSTS, {"of": major_})
        return [Post(AssignmentId(r.assignment), r.major, r.place) for r in rows]
