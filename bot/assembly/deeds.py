"""What commands ask the service to do: each a small function of the core and plain JSON values."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from backoffice import ports
from backoffice.cases.model import CaseStatus, CloseReason
from backoffice.dispatch.model import Envoy
from backoffice.dispatch.travel import Transport
from backoffice.kernel import ids
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import EnvoyId, OperatorId, PersonId
from backoffice.money import tables
from backoffice.people.model import Person
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import centre, sos
from backoffice.workflows.acting import Acting
from backoffice.workflows.work import Work
from bot.assembly import centre_csv, check, claim_deeds, envoy_csv, policy_deeds, price_deed, staff_deeds
from bot.assembly.core import Core
from bot.drills import is_drill
from storage import envoy_import, envoy_staging, export, export_orders
from storage.unit_of_work import SqlUnitOfWork

C = TypeVar("C")


class Refused(Exception):
    """The command cannot be done; the sentence says why."""


def switched_on(config: C | None) -> C:
    """A channel's configuration; raises `Refused` when it is off."""
    if config is None:
        raise Refused("that channel is not switched on")
    return config


async def add_operator(core: Core, given: Mapping[str, Any]) -> str:
    """A new operator; returns the one-time sign-in link."""
    return await staff_deeds.add_operator(core, given)


async def import_envoys(core: Core, given: Mapping[str, Any]) -> int:
    """All rows or none; returns how many. Raises `Refused` naming every bad row."""
    rows, troubles = envoy_csv.read(given["csv"])
    if troubles:
        raise Refused("\n".join(troubles))
    batch = ids.new_id(core.world.bits)
    try:
        for start in range(0, len(rows), envoy_import.CHUNK):
            await _stage(core, batch, rows[start : start + envoy_import.CHUNK])
        return await import_take(core, {"batch": batch})
    except BaseException:
        await import_drop(core, {"batch": batch})
        raise


async def import_stage(core: Core, given: Mapping[str, Any]) -> int:
    """Some rows of an import wait; nobody sees them yet."""
    rows = [envoy_csv.Row(**row) for row in given["rows"]]
    await _stage(core, given["batch"], rows)
    return len(rows)


async def _stage(core: Core, batch: str, rows: Sequence[envoy_csv.Row]) -> None:
    await _imports(core).stage(batch, [_new_envoy(row) for row in rows], core.clock.now())


def _new_envoy(row: envoy_csv.Row) -> envoy_staging.NewEnvoy:
    at = Address(row.channel, row.address)
    return envoy_staging.NewEnvoy(
        row.line, at, row.name, row.phone, tuple(row.languages), tuple(row.services), row.lat, row.lon,
        row.on_duty, row.sex, is_drill(at), row.transport,
    )  # fmt: skip


async def import_take(core: Core, given: Mapping[str, Any]) -> int:
    """Everything that waits becomes envoys at once; returns how many."""
    try:
        taken = await _imports(core).take_over(given["batch"], core.clock.now())
    except envoy_import.SamePerson as same:
        lines = ", ".join(map(str, same.lines))
        raise Refused(f"lines {lines}: chats of one person; keep one row for each person") from same
    await core.bus.publish(["envoys", *(f"envoy:{envoy}" for envoy in taken.off_duty)])
    return taken.count


async def import_drop(core: Core, given: Mapping[str, Any]) -> bool:
    await _imports(core).drop(given["batch"])
    return True


def _imports(core: Core) -> envoy_import.EnvoyImports:
    return envoy_import.EnvoyImports(core.database, core.vault)


async def put_envoy(core: Core, uow: SqlUnitOfWork, row: envoy_csv.Row) -> EnvoyId:
    """A vetted envoy bound to a chat address; the same address again updates the record."""
    person = await _person(core, uow, row)
    known = await uow.envoys.of_person(person.id)
    envoy = known or _envoy(core, person, row)
    envoy.name, envoy.phone, envoy.languages = row.name, row.phone, list(row.languages)
    envoy.services, envoy.base, envoy.on_duty = list(row.services), Point(row.lat, row.lon), row.on_duty
    envoy.sex = row.sex
    await (uow.envoys.save(envoy) if known else uow.envoys.add(envoy))
    if row.transport:
        await uow.standings.set_transport(envoy.id, Transport(row.transport))
    uow.hint(f"envoy:{envoy.id}")
    return envoy.id


async def _person(core: Core, uow: SqlUnitOfWork, row: envoy_csv.Row) -> Person:
    at = Address(row.channel, row.address)
    found = await uow.people.at(at)
    if found:
        return found
    new = PersonId(ids.new_id(core.world.bits))
    person = Person(new, "zh_Hans", core.clock.now(), drill=is_drill(at))
    person.profile.name = row.name
    await uow.people.add(person, at)
    return person


def _envoy(core: Core, person: Person, row: envoy_csv.Row) -> Envoy:
    return Envoy(
        EnvoyId(ids.new_id(core.world.bits)), person.id, row.name, [], [], Point(row.lat, row.lon),
        row.on_duty, synthetic=person.drill,
    )  # fmt: skip


async def export_cases(core: Core, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    return await export.export_cases(core.database, core.vault, given.get("ref"))


async def export_of_orders(core: Core, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything about people, as that of cases is: it stands in the trail."""
    await staff_deeds.looked(core, "export.orders", f"ref:{given.get('ref') or 'all'}")
    return await export_orders.export_orders(core.database, core.vault, given.get("ref"))


async def exported(core: Core, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """An export typed at this machine: everything about people, so it is in the trail as any other view is."""
    await staff_deeds.looked(core, "export.cases", f"ref:{given.get('ref') or 'all'}")
    return await export_cases(core, given)


async def drill_state(core: Core, given: Mapping[str, Any]) -> dict[str, Any]:
    """How far a drill has come: its case as exported, and the questions its envoy was asked."""
    async with core.store.begin(core.clock.now()) as uow:
        person = await uow.people.at(Address(given["channel"], given["address"]))
        case = await uow.cases.active_of(person.id) if person else None
        envoy = await uow.people.at(Address(given["channel"], given["envoy"]))
        asked = await uow.talk.open_questions(envoy.id) if envoy else []
    offers = [{"id": q.id, "answers": q.answers} for q in asked if q.kind == "offer"]
    found = await export.export_cases(core.database, core.vault, case.ref) if case else []
    return {"case": found[0] if found else None, "offers": offers}


async def drill_end(core: Core, given: Mapping[str, Any]) -> bool:
    """Close the drill's case, if it still runs, and send its envoy home. Nothing but a drill's is touched.

    Under the lock of who called: what else happens to the case in this moment is not undone, nor undoes this.
    """
    at, envoy = Address(given["channel"], given["address"]), Address(given["channel"], given["envoy"])

    async def act(work: Work) -> bool:
        ended = await _end_drill(work, at)
        await _send_home(work.uow, envoy)
        return ended

    acting = Acting(core.store, core.locks, core.world, core.clock)
    return await acting.under(await core.lookup.at(at) or at.lane, act)


async def _end_drill(work: Work, at: Address) -> bool:
    person = await work.uow.people.at(at)
    case = await work.uow.cases.active_of(person.id) if person else None
    if person is None or case is None or not case.drill:
        return False
    if case.status is CaseStatus.COUNTDOWN:
        await sos.cancel(work, case, person)
    else:
        operator = Operator(OperatorId("drill"), "Drill", OperatorRole.SUPERVISOR)
        await centre.close(work, case.id, operator, CloseReason.DRILL)
    return True


async def _send_home(uow: ports.UnitOfWork, at: Address) -> None:
    person = await uow.people.at(at)
    envoy = await uow.envoys.of_person(person.id) if person else None
    if envoy is None or not envoy.synthetic:
        return
    envoy.on_duty = False
    await uow.envoys.save(envoy)
    uow.hint(f"envoy:{envoy.id}")


async def put_rows(core: Core, given: Mapping[str, Any]) -> int:
    """Envoys given as plain values (the demo's people, a drill's synthetic envoy)."""
    async with core.store.begin(core.clock.now()) as uow:
        for row in given["rows"]:
            await put_envoy(core, uow, envoy_csv.Row(**row))
        await uow.commit()
    return len(given["rows"])


async def put_prices(core: Core, given: Mapping[str, Any]) -> int:
    """New price tables, all rows or none. Raises `Refused` naming every bad row."""
    try:
        return await price_deed.put_prices(core, given)
    except tables.BadTable as error:
        raise Refused(str(error)) from error


DEEDS: Mapping[str, Callable[[Core, Mapping[str, Any]], Awaitable[Any]]] = {
    "add_operator": add_operator,
    "check": check.report,
    "import_envoys": import_envoys,
    "import_stage": import_stage,
    "import_take": import_take,
    "import_drop": import_drop,
    "export_cases": exported,
    "export_orders": export_of_orders,
    "drill_state": drill_state,
    "drill_end": drill_end,
    "put_envoys": put_rows,
    "put_prices": put_prices,
    **policy_deeds.DEEDS,
    **claim_deeds.DEEDS,
    "audit_verify": staff_deeds.audit_verify,
    "put_organisations": staff_deeds.put_organisations,
    "bind_members": staff_deeds.bind_members,
    "put_centres": centre_csv.put_centres,
}


async def do(core: Core, deed: str, given: Mapping[str, Any]) -> Any:
    """Do one deed by name. Raises `Refused`."""
    if deed not in DEEDS:
        raise Refused(f"unknown deed {deed}")
    return await DEEDS[deed](core, given)
