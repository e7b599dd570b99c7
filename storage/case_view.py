"""One case with everything around it, read for the case page in one snapshot."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice import ports, queries
from backoffice.cases.model import Case, Entry
from backoffice.dispatch.model import Assignment, Envoy
from backoffice.families.model import Follower
from backoffice.kernel import codec
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId, PersonId
from backoffice.kernel.messages import Role
from backoffice.people.model import Person, Reach
from storage import case_row, letter_row, link_letters
from storage.assignments import AssignmentRows
from storage.cases import CaseRows
from storage.considerations import ConsiderationRows
from storage.envoys import EnvoyRows
from storage.exchange_tables import letter, wechat_window
from storage.families import FamilyRows
from storage.people import PersonRows
from storage.tables import identity, operator
from storage.vault import Sealer, Vault, key_id_of, opened

_LETTERS = letter_row.WITH_READER.where(letter.c.case_id == sa.bindparam("of")).order_by(letter.c.seq)
_WAYS = (
    sa.select(identity, wechat_window.c.granted, wechat_window.c.used, wechat_window.c.expires_at)
    .outerjoin(
        wechat_window,
        sa.and_(wechat_window.c.address == identity.c.address, identity.c.channel == "wechat"),
    )
    .where(identity.c.person.in_(sa.bindparam("people", expanding=True)))
    .order_by((identity.c.reach == Reach.OK).desc(), identity.c.heard_at.desc(), identity.c.channel)
)
_NAMES = sa.select(operator.c.id, operator.c.name)

Ways = Mapping[str, tuple[queries.Way, ...]]


class CaseReader:
    """Reads around one case on one connection. `now` decides which WeChat windows are open."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        self._conn, self._vault, self._now = conn, vault, now
        self._cases = CaseRows(conn, vault, now)

    async def view(self, case: Case, line: queries.CaseLine, cell: Point | None) -> queries.CaseView:
        person = await PersonRows(self._conn, self._vault, self._now).get(case.requester)
        assignments = await AssignmentRows(self._conn, self._vault, self._now).of_case(case.id)
        envoys = await EnvoyRows(self._conn, self._vault, self._now).many([a.envoy for a in assignments])
        ways = await self.ways([person.id, *(e.person for e in envoys)])
        by_id = {e.id: e for e in envoys}
        entries = await self._cases.entries(case.id)
        relatives = tuple(await FamilyRows(self._conn, self._vault, self._now).of_case(case.id))
        letters = Letters(person, envoys, await self.letters(case.id), relatives, ways)
        return queries.CaseView(
            case=case,
            line=line,
            cell=cell,
            person=person_card(person, ways),
            track=tuple(await self._cases.track(case.id)),
            said=letters.said(entries),
            told=letters.told(),
            events=tuple(await self._cases.events(case.id)),
            envoys=tuple(_envoy(by_id[a.envoy], a, ways) for a in assignments if a.envoy in by_id),
            looks=tuple(await ConsiderationRows(self._conn, self._vault, self._now).of(case.id)),
            names=await self.names(person, envoys) | {f.id: f.name for f in relatives},
            family=await self._family(case, letters),
        )

    async def _family(self, case: Case, letters: "Letters") -> queries.FamilyFile:
        rows = FamilyRows(self._conn, self._vault, self._now)
        opened_at = await rows.openings_of([f.id for f in letters.relatives])
        cards = [
            queries.FollowerCard(f, tuple(opened_at.get(f.id, ())), letters.told_to(f))
            for f in letters.relatives
        ]
        return queries.FamilyFile(tuple(cards), tuple(await rows.entries(case.id)))

    async def letters(self, case: CaseId) -> list["OpenedLetter"]:
        sealer = await self._vault.find(self._conn, case_row.subject(case))
        rows = (await self._conn.execute(_LETTERS, {"of": case})).all()
        return [OpenedLetter(row, sealer) for row in rows]

    async def ways(self, people: Sequence[PersonId]) -> Ways:
        found: dict[str, list[queries.Way]] = {}
        for row in (await self._conn.execute(_WAYS, {"people": list(people)})).all():
            found.setdefault(row.person, []).append(self._way(row))
        return {person: tuple(ways) for person, ways in found.items()}

    def _way(self, row: Any) -> queries.Way:
        if row.channel != "wechat":
            return queries.Way(row.channel, row.reach, row.heard_at)
        open_ = row.expires_at is not None and row.expires_at > self._now
        left = max(0, row.granted - row.used) if open_ else 0
        return queries.Way(row.channel, row.reach, row.heard_at, left, row.expires_at if open_ else None)

    async def names(self, person: Person, envoys: Sequence[Envoy]) -> dict[str, str]:
        staff = {row.id: row.name for row in (await self._conn.execute(_NAMES)).all()}
        return {**staff, **{e.id: e.name for e in envoys}, person.id: person.display_name}


class OpenedLetter:
    """A letter's row with its sealed words opened; without the key they are absent."""

    def __init__(self, row: Any, sealer: Sealer | None) -> None:
        self.row = row
        message = opened(sealer, letter_row.message_context(row.id), row.message)
        if message and link_letters.is_one(row.tag):
            message = link_letters.masked_json(message)
        self.message = codec.read_message(message) if message else None
        self.text = _text(row, sealer)


def _text(row: Any, sealer: Sealer | None) -> str:
    """What was sent, word for word; empty before that and once the key is destroyed."""
    if sealer is None or not row.text_sent or key_id_of(row.text_sent) != sealer.id:
        return ""
    return sealer.open(letter_row.text_context(row.id), row.text_sent).decode()


class Letters:
    """The letters of a case, those that carry an entry and those the service wrote itself."""

    def __init__(
        self,
        person: Person,
        envoys: Sequence[Envoy],
        letters: Sequence[OpenedLetter],
        relatives: Sequence[Follower] = (),
        ways: Ways = MappingProxyType({}),
    ) -> None:
        self._ways = ways
        self._requester = person.id
        self._names: dict[str, str] = {**{e.person: e.name for e in envoys}, person.id: person.display_name}
        self._letters, self.relatives = letters, relatives
        self._read_apart: dict[str, str] = {
            f.person: f.name for f in relatives if f.person and f.person != person.id
        }
        self._names = {**self._read_apart, **self._names}
        self._by_entry: dict[int, list[Any]] = {}
        for x in letters:
            self._by_entry.setdefault(x.row.entry, []).append(x.row)

    def of_entry(self, entry: Entry) -> tuple[ports.SentState, ...]:
        """How each letter that carries this entry stands."""
        return tuple(
            ports.SentState(
                self._names.get(r.person, ""), r.channel, r.state, r.error, r.finished_at, self._left(r)
            )
            for r in self._by_entry.get(entry.number, ())
        )

    def _left(self, row: Any) -> int | None:
        """What WeChat still lets through to whom a held letter waits for; None where that is no question."""
        if row.state is not LetterState.HELD or row.channel != "wechat":
            return None
        ways = self._ways.get(row.person, ())
        return next((way.left for way in ways if way.channel == row.channel), None)

    def said(self, entries: Sequence[Entry]) -> tuple[queries.Said, ...]:
        """Each entry with how its letters stand."""
        return tuple(queries.Said(entry, self.of_entry(entry)) for entry in entries)

    def told(self) -> tuple[queries.Told, ...]:
        """What was told in the case's own thread; relatives have one of their own."""
        mine = [x for x in self._letters if x.row.person not in self._read_apart]
        return tuple(self._told(x) for x in mine if not x.row.entry and x.message)

    def told_to(self, relative: Follower) -> tuple[queries.Told, ...]:
        """Every letter to one relative."""
        if relative.person not in self._read_apart:
            return ()
        return tuple(self._told(x) for x in self._letters if x.row.person == relative.person and x.message)

    def _role(self, person: str) -> Role:
        if person == self._requester:
            return Role.TRAVELLER
        return Role.FAMILY if person in self._read_apart else Role.ENVOY

    def _told(self, opened_: OpenedLetter) -> queries.Told:
        row, message = opened_.row, opened_.message
        if message is None:
            raise ValueError("a letter without words is not shown")
        return queries.Told(
            to=self._names.get(row.person, ""),
            role=self._role(row.person),
            message=message,
            locale=row.locale,
            zone=row.zone,
            text=opened_.text,
            channel=row.channel,
            state=row.state,
            error=row.error,
            created_at=row.created_at,
            at=row.finished_at,
            left=self._left(row),
        )


def person_card(person: Person, ways: Ways) -> queries.PersonCard:
    p = person.profile
    return queries.PersonCard(
        id=person.id,
        name=p.name,
        call_me=p.call_me,
        phone=p.phone,
        locale=person.locale,
        zone=person.zone,
        languages=tuple(p.languages),
        nationality=p.nationality,
        contacts=tuple(p.contacts),
        blood_group=p.blood_group,
        allergies=p.allergies,
        medicines=p.medicines,
        envoy_sex=p.envoy_sex,
        ways=ways.get(person.id, ()),
    )


def _envoy(envoy: Envoy, assignment: Assignment, ways: Ways) -> queries.EnvoyCard:
    return queries.EnvoyCard(
        id=envoy.id,
        person=envoy.person,
        name=envoy.name,
        languages=tuple(envoy.languages),
        phone=envoy.phone,
        assignment=assignment,
        base=envoy.base,
        at=envoy.position,
        at_time=envoy.position_at,
        ways=ways.get(envoy.person, ()),
    )
