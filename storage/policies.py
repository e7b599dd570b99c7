"""Policies, the people they insure, what is asked of insurers, and what covers whom, inside a unit of work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from backoffice.insurance.cover import Fit, Link
from backoffice.insurance.model import PolicyId, RequestId
from backoffice.insurance.policies import Insured, Policy, Request, RequestState
from backoffice.kernel import errors
from backoffice.kernel.ids import PersonId
from backoffice.ports.insurance import PhoneCode, Proof
from storage import person_row, policy_moves, policy_row
from storage.conflict import insert_or_ignore, upsert
from storage.insurance_tables import (
    cover_look,
    cover_proof,
    insurer_heard,
    insurer_request,
    phone_code,
    policy,
    policy_person,
)
from storage.order_tables import IS_LIVE, service_order
from storage.policy_row import subject
from storage.rows import Rows
from storage.tables import IS_ACTIVE, cases
from storage.vault import Vault, opened, pack

_KEY = policy.c.id == sa.bindparam("of")
_GET = sa.select(policy).where(_KEY).with_for_update()
_NUMBERED = sa.select(policy).where(
    policy.c.insurer == sa.bindparam("of_insurer"), policy.c.number == sa.bindparam("of_number")
)
_MINE = (
    sa.select(policy)
    .where(
        sa.or_(
            policy.c.holder == sa.bindparam("of"),
            policy.c.id.in_(
                sa.select(policy_person.c.policy).where(policy_person.c.person == sa.bindparam("of"))
            ),
        )
    )
    .order_by(policy.c.starts, policy.c.created_at, policy.c.id)
)
_PEOPLE = (
    sa.select(policy_person).where(policy_person.c.policy == sa.bindparam("of")).order_by(policy_person.c.seq)
)
_ADD, _ADD_PERSON, _ADD_REQUEST = sa.insert(policy), sa.insert(policy_person), sa.insert(insurer_request)
_SAVE = sa.update(policy).where(policy.c.id == sa.bindparam("row"), policy.c.version == sa.bindparam("was"))
_WITH = {
    Proof.DOCUMENT: sa.select(policy_person).where(policy_person.c.document == sa.bindparam("of")),
    Proof.PHONE: sa.select(policy_person).where(policy_person.c.phone == sa.bindparam("of")),
}
_BY = {Proof.DOCUMENT: policy_moves.BY_DOCUMENT, Proof.PHONE: policy_moves.BY_PHONE}
_ATTACH = sa.update(policy_person).where(
    policy_person.c.policy == sa.bindparam("of"),
    policy_person.c.seq == sa.bindparam("nth"),
    sa.or_(policy_person.c.person.is_(None), policy_person.c.person == sa.bindparam("who")),
)
_PROVE = insert_or_ignore(cover_proof, [cover_proof.c.kind, cover_proof.c.token])
_PROVEN = sa.select(cover_proof.c.person).where(
    cover_proof.c.kind == sa.bindparam("of_kind"), cover_proof.c.token == sa.bindparam("of")
)
_FORGET = sa.delete(cover_proof).where(cover_proof.c.person == sa.bindparam("of"))
_CODE = sa.select(phone_code).where(phone_code.c.person == sa.bindparam("of"))
_CODE_BY_ID = sa.select(phone_code.c.person).where(phone_code.c.id == sa.bindparam("of"))
_PUT_CODE = sa.insert(phone_code)
_DROP_CODE = sa.delete(phone_code).where(phone_code.c.person == sa.bindparam("of"))
_REQUEST = sa.select(insurer_request).where(insurer_request.c.id == sa.bindparam("of")).with_for_update()
_REQUESTS = (
    sa.select(insurer_request)
    .where(insurer_request.c.policy == sa.bindparam("of"))
    .order_by(insurer_request.c.created_at, insurer_request.c.id)
)
_OPEN_REQUESTS = (
    sa.select(insurer_request)
    .where(insurer_request.c.state.not_in((RequestState.CONFIRMED, RequestState.REFUSED)))
    .order_by(insurer_request.c.created_at, insurer_request.c.id)
)
_REFUSED_REQUESTS = (
    sa.select(insurer_request)
    .where(
        insurer_request.c.state == RequestState.REFUSED,
        insurer_request.c.created_at >= sa.bindparam("since", type_=insurer_request.c.created_at.type),
    )
    .order_by(insurer_request.c.created_at.desc(), insurer_request.c.id)
)
_WITH_NUMBER = (
    sa.select(policy).where(policy.c.number == sa.bindparam("of_number")).order_by(policy.c.insurer)
)
_SAVE_REQUEST = sa.update(insurer_request).where(
    insurer_request.c.id == sa.bindparam("row"), insurer_request.c.version == sa.bindparam("was")
)
_HEARD_DONE = sa.update(insurer_heard).where(
    insurer_heard.c.insurer == sa.bindparam("of_insurer"),
    insurer_heard.c.request == sa.bindparam("of_request"),
    insurer_heard.c.said == sa.bindparam("of_said"),
    insurer_heard.c.done_at.is_(None),
)
_LOOK = sa.select(cover_look).where(
    cover_look.c.kind == sa.bindparam("of_kind"), cover_look.c.subject == sa.bindparam("of")
)
_PUT_LOOK = upsert(
    cover_look, [cover_look.c.kind, cover_look.c.subject], [cover_look.c.at, cover_look.c.links]
)
_AGAIN = tuple(
    sa.delete(cover_look).where(
        cover_look.c.kind == kind, cover_look.c.subject.in_(sa.select(table.c.id).where(of, live))
    )
    for kind, table, of, live in (
        ("case", cases, cases.c.requester == sa.bindparam("of"), IS_ACTIVE),
        ("order", service_order, service_order.c.customer == sa.bindparam("of"), IS_LIVE),
    )
)


class PolicyRows(Rows):
    """`ports.insurance.Policies`. One object per row and turn."""

    def __init__(self, conn: AsyncConnection, vault: Vault, now: datetime) -> None:
        super().__init__(conn, vault, now)
        self._known: dict[str, Policy] = {}
        self._requests: dict[str, Request] = {}
        self._moving: str | None = None

    async def _ahead(self, by: sa.ColumnElement[bool], who: str) -> None:
        """What an import has made true and not moved yet is moved before it is read."""
        if self._moving is None:
            self._moving = await policy_moves.BATCHES.moving(self._conn)
        if self._moving:
            found = await policy_moves.ahead(self._conn, self._moving, by, who)
            await policy_moves.take(self._conn, self._moving, found, self._now)
            for one in found:
                self._known.pop(one, None)

    async def add(self, policy: Policy) -> None:
        sealer = await self._vault.create(self._conn, subject(policy.id))
        await self._write(
            _ADD, {**policy_row.write(policy, sealer), "id": policy.id, "version": policy.version}
        )
        rows = [
            {
                "policy": policy.id,
                "seq": seq,
                "document": self.token(Proof.DOCUMENT, insured.document),
                "phone": self.token(Proof.PHONE, insured.phone),
                "person": insured.person,
                "private": sealer.seal(
                    policy_row.person_context(policy.id, seq), policy_row.write_person(insured)
                ),
            }
            for seq, insured in enumerate(policy.people)
        ]
        if rows:
            await self._write(_ADD_PERSON, rows)
        self._known[policy.id] = policy

    async def get(self, policy: PolicyId) -> Policy:
        if policy in self._known:
            return self._known[policy]
        await self._ahead(policy_moves.BY_ID, policy)
        row = await self._first(_GET, {"of": policy})
        if row is None:
            raise errors.NotFound
        return await self._read(row)

    async def save(self, policy: Policy) -> None:
        sealer = await self._vault.key(self._conn, subject(policy.id))
        values = {**policy_row.write(policy, sealer), "version": policy.version + 1}
        await self._change(_SAVE, {**values, "row": policy.id, "was": policy.version})
        policy.version += 1

    async def of_person(self, person: PersonId) -> Sequence[Policy]:
        await self._ahead(policy_moves.BY_PERSON, person)
        return [await self._read(row) for row in await self._all(_MINE, {"of": person})]

    async def with_number(self, insurer: str, number: str) -> Policy | None:
        await self._ahead(policy_moves.BY_NUMBER, number)
        row = await self._first(_NUMBERED, {"of_insurer": insurer, "of_number": number})
        return await self._read(row) if row else None

    async def with_document(self, document: str) -> Sequence[tuple[PolicyId, int, Insured]]:
        return await self._with(Proof.DOCUMENT, document)

    async def with_phone(self, phone: str) -> Sequence[tuple[PolicyId, int, Insured]]:
        return await self._with(Proof.PHONE, phone)

    async def _with(self, kind: Proof, value: str) -> Sequence[tuple[PolicyId, int, Insured]]:
        hashed, found = self.token(kind, value), []
        if hashed:
            await self._ahead(_BY[kind], hashed)
        for row in await self._all(_WITH[kind], {"of": hashed}) if hashed else ():
            sealer = await self._vault.find(self._conn, subject(row.policy))
            found.append((PolicyId(row.policy), row.seq, policy_row.read_person(row, sealer)))
        return found

    def token(self, kind: Proof, value: str) -> str:
        """The keyed hash a value is looked up by; "" for none."""
        return token(self._vault, kind, value)

    async def attach(self, policy: PolicyId, seq: int, person: PersonId) -> bool:
        values = {"of": policy, "nth": seq, "who": person, "person": person}
        self._known.pop(policy, None)
        return (await self._write(_ATTACH, values)).rowcount == 1

    async def prove(self, kind: Proof, value: str, person: PersonId) -> bool:
        hashed = self.token(kind, value)
        row = {"kind": kind, "token": hashed, "person": person, "proven_at": self._now}
        if (await self._write(_PROVE.on(self._conn), row)).rowcount:
            return True
        owner = await self._first(_PROVEN, {"of_kind": kind, "of": hashed})
        return bool(owner and owner.person == person)

    async def owner_of(self, kind: Proof, value: str) -> PersonId | None:
        hashed = self.token(kind, value)
        row = await self._first(_PROVEN, {"of_kind": kind, "of": hashed}) if hashed else None
        return row.person if row else None

    async def put_code(self, code: PhoneCode) -> None:
        await self.drop_code(code.person)
        sealer = await self._vault.key(self._conn, person_row.subject(code.person))
        private = sealer.seal(_code_context(code.id), pack([code.phone, code.code]))
        plain = {"id": code.id, "person": code.person, "until": code.until, "tries": code.tries}
        await self._write(_PUT_CODE, {**plain, "private": private})

    async def code_of(self, person: PersonId) -> PhoneCode | None:
        row = await self._first(_CODE, {"of": person})
        if row is None:
            return None
        found = opened(
            await self._vault.find(self._conn, person_row.subject(person)), _code_context(row.id), row.private
        )
        if not found:
            return None
        return PhoneCode(row.id, row.person, found[0], found[1], row.until, row.tries)

    async def phone_of(self, code: str) -> str:
        """The number a code goes to, for whoever sends it; "" once it is used or replaced."""
        row = await self._first(_CODE_BY_ID, {"of": code})
        known = await self.code_of(row.person) if row else None
        return known.phone if known else ""

    async def drop_code(self, person: PersonId) -> None:
        await self._write(_DROP_CODE, {"of": person})

    async def forget_proofs(self, person: PersonId) -> None:
        await self._write(_FORGET, {"of": person})
        await self.drop_code(person)

    async def add_request(self, request: Request) -> None:
        values = {**policy_row.write_request(request), "id": request.id, "version": request.version}
        await self._write(_ADD_REQUEST, values)
        self._requests[request.id] = request

    async def request(self, request: RequestId) -> Request:
        if request in self._requests:
            return self._requests[request]
        row = await self._first(_REQUEST, {"of": request})
        if row is None:
            raise errors.NotFound
        return self._request(row)

    async def save_request(self, request: Request) -> None:
        values = {**policy_row.write_request(request), "version": request.version + 1}
        await self._change(_SAVE_REQUEST, {**values, "row": request.id, "was": request.version})
        request.version += 1

    async def requests_of(self, policy: PolicyId) -> Sequence[Request]:
        return [self._request(row) for row in await self._all(_REQUESTS, {"of": policy})]

    async def open_requests(self) -> Sequence[Request]:
        return [self._request(row) for row in await self._all(_OPEN_REQUESTS, {})]

    async def refused_requests(self, since: datetime) -> Sequence[Request]:
        return [self._request(row) for row in await self._all(_REFUSED_REQUESTS, {"since": since})]

    async def numbered(self, number: str) -> Sequence[Policy]:
        await self._ahead(policy_moves.BY_NUMBER, number)
        return [await self._read(row) for row in await self._all(_WITH_NUMBER, {"of_number": number})]

    async def heard_done(self, insurer: str, request: str, said: str) -> bool:
        values = {"of_insurer": insurer, "of_request": request, "of_said": said, "done_at": self._now}
        return (await self._write(_HEARD_DONE, values)).rowcount == 1

    async def look(self, kind: str, subject: str) -> Sequence[Link] | None:
        row = await self._first(_LOOK, {"of_kind": kind, "of": subject})
        if row is None:
            return None
        return [Link(PolicyId(id_), Fit(fit), row.at) for id_, fit in row.links]

    async def put_look(self, kind: str, subject: str, links: Sequence[Link]) -> None:
        row = {"kind": kind, "subject": subject, "at": self._now, "links": [[k.policy, k.fit] for k in links]}
        await self._write(_PUT_LOOK.on(self._conn), row)

    async def look_again(self, person: PersonId) -> None:
        for statement in _AGAIN:
            await self._write(statement, {"of": person})

    async def _read(self, row: Any) -> Policy:
        known = self._known.get(row.id)
        if known is None:
            sealer = await self._vault.find(self._conn, subject(row.id))
            people = [policy_row.read_person(one, sealer) for one in await self._all(_PEOPLE, {"of": row.id})]
            self._known[row.id] = known = policy_row.read(row, sealer, people)
        return known

    def _request(self, row: Any) -> Request:
        known = self._requests.get(row.id)
        if known is None:
            self._requests[row.id] = known = policy_row.read_request(row)
        return known


def _code_context(code: str) -> str:
    return f"phone_code|private|{code}"


def token(vault: Vault, kind: Proof, value: str) -> str:
    """The keyed hash of a document or telephone number; "" for none."""
    return vault.token(f"cover_{kind}", value.strip().upper()) if value.strip() else ""
