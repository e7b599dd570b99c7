"""What commands do about staff, organisations and the trail: plain JSON values in and out."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from backoffice.console import texts, tokens
from backoffice.kernel import ids
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import PersonId
from backoffice.organisations.model import Organisation, OrganisationKind
from backoffice.people.model import Person
from backoffice.ports import OperatorRole
from backoffice.workflows import answering_for, staffing
from backoffice.workflows.work import Work
from bot.assembly.core import Core
from bot.drills import is_drill
from storage import audit
from storage.unit_of_work import SqlUnitOfWork

COMMAND = "command"
"""Who did it, in the trail: somebody at this machine's own command line."""


@asynccontextmanager
async def _in_words() -> AsyncIterator[None]:
    """A refusal of the workflows as the sentence the console has for it: a command has no catalogue."""
    try:
        yield
    except Refusal as refusal:
        said = texts.load().either("en", refusal.key, refusal.key)
        raise Refusal(said, refusal.status) from refusal


async def add_operator(core: Core, given: Mapping[str, Any]) -> str:
    """A new operator; returns the one-time link, or a wall display's own address."""
    token = tokens.fresh(core.world.bits)
    wanted = staffing.Wanted(
        given["name"],
        OperatorRole(given["role"]),
        given.get("centre") or "",
        given.get("organisation") or "",
    )
    async with _in_words(), core.store.begin(core.clock.now()) as uow:
        work = Work(uow, core.clock.now(), core.world)
        operator = staffing.person(work.new_id(), wanted)
        await staffing.add(work, operator, COMMAND)
        await staffing.give_link(work, operator, tokens.digest(token), COMMAND)
        await uow.commit()
    url = core.settings.public_url
    is_wall = operator.role is OperatorRole.WALL
    return tokens.wall_url(url, token) if is_wall else tokens.enter_url(url, token)


async def looked(core: Core, action: str, object_: str) -> None:
    """A row of the trail for a view that is no page's."""
    now = core.clock.now()
    async with core.store.begin(now) as uow:
        await uow.staff.audit(now, COMMAND, action, object_)
        await uow.commit()


async def audit_verify(core: Core, given: Mapping[str, Any]) -> dict[str, Any]:
    """Whether every row of the trail holds, in words, with the head to keep outside."""
    kept = _head(given.get("kept") or "")
    async with core.database.reading() as conn:
        fault = await audit.verify(conn, core.vault, kept)
        head = await audit.head(conn)
    if fault:
        return {"whole": False, "words": f"audit: row {fault.seq} does not hold: {fault.why}"}
    words = f"audit: {head.seq} rows, whole; keep this outside: {head.seq}:{head.mac.hex()}"
    return {"whole": True, "words": words}


def _head(given: str) -> audit.Head | None:
    if not given:
        return None
    number, _, code = given.partition(":")
    try:
        return audit.Head(int(number), bytes.fromhex(code))
    except ValueError as wrong:
        raise Refusal("--kept is NUMBER:CODE as an earlier verify printed it") from wrong


async def put_organisations(core: Core, given: Mapping[str, Any]) -> int:
    """All rows or none; a known code's name and rights change."""
    async with _in_words(), core.store.begin(core.clock.now()) as uow:
        work = Work(uow, core.clock.now(), core.world)
        for row in given["rows"]:
            made = Organisation(row["code"], row["name"], OrganisationKind(row["kind"]), row["sees_place"])
            await answering_for.put(work, made, COMMAND)
        await uow.commit()
    return len(given["rows"])


async def bind_members(core: Core, given: Mapping[str, Any]) -> int:
    """Chat addresses bound to organisations, all or none; returns how many were not bound before.

    Who has never written gets a person, so that the first cry for help is already theirs.
    """
    bound, now = 0, core.clock.now()
    async with _in_words(), core.store.begin(now) as uow:
        work = Work(uow, now, core.world)
        for row in given["rows"]:
            person = await _person(core, uow, Address(row["channel"], row["address"]), row["name"])
            bound += await answering_for.enlist(work, person.id, row["organisation"], COMMAND)
        await uow.commit()
    return bound


async def _person(core: Core, uow: SqlUnitOfWork, at: Address, name: str) -> Person:
    found = await uow.people.at(at)
    if found:
        return found
    made = Person(PersonId(ids.new_id(core.world.bits)), "zh_Hans", core.clock.now(), drill=is_drill(at))
    made.profile.name = name
    await uow.people.add(made, at)
    return made
