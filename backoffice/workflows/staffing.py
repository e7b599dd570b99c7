"""Who works here: new people, their roles, on and off, fresh links, sessions ended by an administrator."""

from dataclasses import dataclass, replace
from datetime import timedelta

from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.ids import OperatorId
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows.work import Work

LINK_LIVES = timedelta(hours=24)
"""How long a one-time sign-in link is good."""
WALL_LIVES = timedelta(days=400)
"""A wall display's own token: longer than a year, ended by switching the wall off."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person of the staff shall be."""

    name: str
    role: OperatorRole
    centre: str = ""
    organisation: str = ""
    active: bool = True


async def check(work: Work, wanted: Wanted) -> None:
    """Raises `Refusal`: a name is needed, and exactly guests belong to an organisation we know."""
    if not wanted.name.strip() or len(wanted.name) > 128 or len(wanted.centre) > 64:
        raise Refusal("people.no_name", 400)
    is_guest = wanted.role is OperatorRole.GUEST
    if is_guest and await work.uow.organisations.get(wanted.organisation) is None:
        raise Refusal("people.no_organisation", 400)
    if wanted.organisation and not is_guest:
        raise Refusal("people.guests_only", 400)


def person(new_id: str, wanted: Wanted) -> Operator:
    """Somebody as they are wanted."""
    values = (wanted.role, wanted.centre, wanted.organisation, wanted.active)
    return Operator(OperatorId(new_id), wanted.name.strip(), *values)


async def add(work: Work, made: Operator, by: str) -> None:
    """Somebody new; `by` is an operator's id, or `command`."""
    await check(work, Wanted(made.name, made.role, made.centre, made.organisation))
    await work.uow.staff.add(made)
    await work.uow.staff.audit(work.now, by, f"operator.added.{made.role}", f"operator:{made.id}")


async def give_link(work: Work, operator: Operator, token_hash: str, by: str) -> None:
    """A fresh link; older ones that nobody used are worth nothing from here. The caller keeps the token."""
    lives = WALL_LIVES if operator.role is OperatorRole.WALL else LINK_LIVES
    await work.uow.staff.end_links(operator.id)
    await work.uow.staff.add_link(token_hash, operator.id, work.now + lives)
    await work.uow.staff.audit(work.now, by, "operator.link", f"operator:{operator.id}")


async def change(work: Work, operator: OperatorId, wanted: Wanted, by: Operator) -> None:
    """Name, role, centre, organisation, on or off; whoever is switched off is out at once.

    Nobody changes their own role or switches themselves off: so an administrator always remains.
    """
    await check(work, wanted)
    was = await found(work, operator)
    if operator == by.id and (wanted.role is not was.role or not wanted.active):
        raise Refusal("people.not_yourself")
    now_is = person(operator, wanted)
    if now_is == was:
        return
    await work.uow.staff.change(now_is)
    if not now_is.active or now_is.role is not was.role:
        await work.uow.staff.end_links(operator)
    if not now_is.active or OperatorRole.WALL in (was.role, now_is.role):
        await work.uow.staff.end_sessions(operator)
    for what in _changes(was, now_is):
        await work.uow.staff.audit(work.now, by.id, f"operator.{what}", f"operator:{operator}")
    work.uow.hint("staff")


def _changes(was: Operator, now_is: Operator) -> list[str]:
    """What is different, as codes of the trail: names themselves are personal data and stay out of it."""
    found = [f"role_{now_is.role}"] if was.role is not now_is.role else []
    if was.active != now_is.active:
        found.append("on" if now_is.active else "off")
    same = replace(now_is, role=was.role, active=was.active) == was
    return found if same else [*found, "details"]


async def found(work: Work, operator: OperatorId) -> Operator:
    known = await work.uow.staff.get(operator)
    if known is None:
        raise NotFound
    return known


async def end_sessions(work: Work, operator: OperatorId, handle: str = "") -> None:
    """One session by its handle, or every one of theirs."""
    ended = (
        await work.uow.staff.end_by_handle(operator, handle)
        if handle
        else await work.uow.staff.end_sessions(operator) > 0
    )
    if not ended:
        raise NotFound
    work.uow.hint("staff")


async def forget_factors(work: Work, operator: OperatorId) -> None:
    """Telephone and keys are lost: nothing signs them in any more but a fresh link."""
    rows = work.uow.credentials
    for passkey in await rows.passkeys(operator):
        await rows.remove_passkey(operator, passkey.id)
    await rows.remove_totp(operator)
    await rows.put_recovery(operator, [])
    await end_all_quietly(work, operator)


async def end_all_quietly(work: Work, operator: OperatorId) -> None:
    await work.uow.staff.end_sessions(operator)
    await work.uow.staff.end_links(operator)
    work.uow.hint("staff")
