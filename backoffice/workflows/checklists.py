"""Protocols at work in a case, ready sentences, and the books of both that supervisors keep."""

import re
from collections.abc import Mapping
from dataclasses import replace

from backoffice.cases import macros, protocols
from backoffice.cases.macros import Macro
from backoffice.cases.model import Case
from backoffice.cases.protocols import Protocol, Running, Tick
from backoffice.kernel.errors import NotFound, Refusal, Stale
from backoffice.kernel.ids import CaseId
from backoffice.ports import Operator
from backoffice.workflows import case_tasks, centre, parts
from backoffice.workflows.work import Work

CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")


async def begin(work: Work, case_id: CaseId, operator: Operator, code: str) -> None:
    """Begin with the newest edition, or take it in place of an older one: ticks of its steps stay."""
    case = await _running_case(work, case_id)
    newest = next((p for p in await work.uow.checklists.newest() if p.code == code), None)
    if newest is None:
        raise NotFound("protocol.none")
    known = {r.protocol.code: r.protocol.edition for r in await work.uow.checklists.running(case.id)}
    if known.get(code) == newest.edition:
        return
    await work.uow.checklists.begin(case.id, code, newest.edition)
    who, name = f"operator:{operator.id}", newest.names["zh_Hans"]
    if code in known:
        await work.note(case, who, "protocol.renewed", protocol=name, edition=newest.edition)
    else:
        await work.note(case, who, "protocol.begun", protocol=name, edition=newest.edition)


async def tick(work: Work, case_id: CaseId, operator: Operator, given: tuple[str, str, bool]) -> None:
    """`given`: protocol, step, and whether it is done. Each change is a line of the timeline with who and when."""
    case = await _running_case(work, case_id)
    code, key, now_done = given
    at_work = await _at_work(work, case, code)
    if key not in {step.key for step in at_work.protocol.steps}:
        raise NotFound("protocol.none")
    if not await _set(work, case, operator, given):
        return
    place = [s.key for s in at_work.protocol.steps].index(key) + 1
    who, name = f"operator:{operator.id}", at_work.protocol.names["zh_Hans"]
    if now_done:
        await work.note(case, who, "protocol.ticked", protocol=name, step=place)
    else:
        await work.note(case, who, "protocol.unticked", protocol=name, step=place)


async def _set(work: Work, case: Case, operator: Operator, given: tuple[str, str, bool]) -> bool:
    code, key, now_done = given
    if now_done:
        return await work.uow.checklists.tick(case.id, code, Tick(key, work.now, operator.id, operator.name))
    return await work.uow.checklists.untick(case.id, code, key)


async def _at_work(work: Work, case: Case, code: str) -> Running:
    found = next((r for r in await work.uow.checklists.running(case.id) if r.protocol.code == code), None)
    if found is None:
        raise NotFound("protocol.none")
    return found


async def _running_case(work: Work, case_id: CaseId) -> Case:
    case = await work.uow.cases.get(case_id)
    if case.status not in parts.RUNNING:
        raise NotFound
    return case


async def use_macro(work: Work, case_id: CaseId, operator: Operator, macro_id: str) -> None:
    """Send it in the client's language and set what it settles: both or neither."""
    case, macro = await centre.owned(work, case_id, operator), await work.uow.macros.get(macro_id)
    if not macro.fits(case.kind):
        raise Refusal("macro.does_not_fit")
    person = await work.uow.people.get(case.requester)
    await centre.reply(work, case_id, operator, macro.text(person.locale).replace("{ref}", case.ref))
    await _apply(work, case, operator, macro.sets or {})


async def set_fields(work: Work, case_id: CaseId, operator: Operator, wanted: Mapping[str, str]) -> None:
    """What the operator learnt: the kind, who is hurt, for whom."""
    case = await centre.owned(work, case_id, operator)
    await _apply(work, case, operator, wanted)


async def _apply(work: Work, case: Case, operator: Operator, wanted: Mapping[str, str]) -> None:
    changed = macros.apply(case, wanted)
    if not changed:
        return
    await work.uow.cases.save(case)
    for name, value in changed.items():
        await work.note(case, f"operator:{operator.id}", f"case.field_{name}", value=value)
        await work.uow.talk.close_about(case.id, f"intake.{name}")
    await case_tasks.reports(work, case)
    work.uow.hint("queue")


async def put_protocol(work: Work, operator: Operator, given: Protocol) -> Protocol:
    """A new edition; `given.edition` is the one it was written from (0: a new protocol). Never overwrites."""
    if not CODE.fullmatch(given.code):
        raise Refusal("protocol.bad_code", 400)
    newest = next((p.edition for p in await work.uow.checklists.newest() if p.code == given.code), 0)
    if newest != given.edition:
        raise Refusal("protocol.newer", 409)
    edition = replace(
        protocols.check(given), edition=newest + 1, made_at=work.now, made_by=f"operator:{operator.id}"
    )
    await work.uow.checklists.put(edition)
    await work.uow.staff.audit(work.now, operator.id, "protocol.put", f"protocol:{edition.code}")
    return edition


async def put_macro(work: Work, operator: Operator, given: Macro) -> None:
    """A new one, or the newest state of one. Raises `Refusal` when a colleague was faster."""
    try:
        await work.uow.macros.put(macros.check(given))
    except Stale as stale:
        raise Refusal("macro.newer") from stale
    await work.uow.staff.audit(work.now, operator.id, "macro.put", f"macro:{given.id}")


async def remove_macro(work: Work, operator: Operator, macro: str) -> None:
    if not await work.uow.macros.remove(macro):
        raise NotFound
    await work.uow.staff.audit(work.now, operator.id, "macro.removed", f"macro:{macro}")
