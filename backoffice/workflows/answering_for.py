"""Organisations that answer for people: made by an administrator, bound to a person by the desk, told to them."""

import re

from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.ids import CaseId, PersonId
from backoffice.kernel.messages import Message, Param
from backoffice.organisations.model import Organisation
from backoffice.ports import Operator
from backoffice.workflows import centre
from backoffice.workflows.work import Work

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")


async def put(work: Work, organisation: Organisation, by: str) -> None:
    """New, or a known code's name and rights changed; `by` is an operator's id, or `command`."""
    if not _CODE.fullmatch(organisation.code):
        raise Refusal("organisation.bad_code", 400)
    if not organisation.name.strip() or len(organisation.name) > 128:
        raise Refusal("organisation.no_name", 400)
    known = await work.uow.organisations.get(organisation.code)
    if known and known.kind is not organisation.kind:
        raise Refusal("organisation.other_kind")
    await work.uow.organisations.put(organisation)
    place = "place" if organisation.sees_place else "city"
    await work.uow.staff.audit(work.now, by, f"organisation.{place}", f"organisation:{organisation.code}")


async def bind(work: Work, case_id: CaseId, operator: Operator, code: str) -> None:
    """The person of this case belongs to it, as the operator learnt; the person is told who sees what."""
    case = await centre.owned(work, case_id, operator)
    organisation = await work.uow.organisations.get(code)
    if organisation is None:
        raise NotFound("organisation.unknown")
    if not await work.uow.organisations.bind(case.requester, code, work.now):
        raise Refusal("organisation.bound_already")
    await work.note(case, f"operator:{operator.id}", "organisation.bound", organisation=organisation.name)
    params: dict[str, Param] = {"organisation": organisation.name}
    words = Message("organisation.bound_place", params)
    await work.tell_traveller(
        case, words if organisation.sees_place else Message("organisation.bound", params)
    )


async def unbind(work: Work, case_id: CaseId, operator: Operator, code: str) -> None:
    case = await centre.owned(work, case_id, operator)
    organisation = await work.uow.organisations.get(code)
    if organisation is None or not await work.uow.organisations.unbind(case.requester, code):
        raise NotFound("organisation.unknown")
    await work.note(case, f"operator:{operator.id}", "organisation.unbound", organisation=organisation.name)
    await work.tell_traveller(case, Message("organisation.unbound", {"organisation": organisation.name}))


async def enlist(work: Work, person: PersonId, code: str, by: str) -> bool:
    """From a list of an organisation's people: bound before anything happens. They read it in their profile.

    False when it was so already. Raises `Refusal` for a code we do not know.
    """
    if await work.uow.organisations.get(code) is None:
        raise NotFound("organisation.unknown")
    if not await work.uow.organisations.bind(person, code, work.now):
        return False
    await work.uow.staff.audit(work.now, by, "organisation.bound", f"organisation:{code},person:{person}")
    return True
