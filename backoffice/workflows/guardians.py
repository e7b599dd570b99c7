"""A case of somebody under age: known by what is told, the guardian is asked for, the centre stays with it."""

from backoffice.cases.model import Case
from backoffice.kernel.messages import Message, Role
from backoffice.people import minors, phones
from backoffice.people.model import Person
from backoffice.ports import Alert
from backoffice.workflows import relay
from backoffice.workflows.work import Work

MINOR, GUARDIAN = "minor", "guardian"
"""Notes of a case: somebody under age is in it; who answers for them was told (`own`, `told`) or not (`none`)."""


async def known(work: Work, case: Case, person: Person) -> None:
    """From the profile and from what was said before anybody asked."""
    if case.notes.get(MINOR):
        return
    said = [e.text for e in await work.uow.cases.entries(case.id) if e.role is Role.TRAVELLER]
    by_birth = minors.under_age(person.profile.birth, work.now.date())
    if by_birth or any(minors.said(text) for text in said):
        await _note(work, case)


async def heard(work: Work, case: Case, text: str) -> bool:
    """Words said later may tell it too; True when that is news."""
    if case.notes.get(MINOR) or not minors.said(text):
        return False
    await _note(work, case)
    return True


async def _note(work: Work, case: Case) -> None:
    """Staff see it at once."""
    case.notes = case.notes | {MINOR: True}
    await work.uow.cases.save(case)
    await work.note(case, "system", "case.minor")
    await work.uow.desk.alert(Alert(0, work.now, "minor", case.id, case.ref))
    work.uow.hint("queue")


def wanted(case: Case) -> bool:
    """Whether the guardian is still to be asked for."""
    return bool(case.notes.get(MINOR)) and not case.notes.get(GUARDIAN)


async def chosen(work: Work, case: Case, value: str) -> None:
    """Whoever writes is the guardian, or there is nobody to name."""
    case.notes = case.notes | {GUARDIAN: "own" if value == "own" else "none"}
    await work.note(case, "traveller", "case.guardian", answer=value)


async def told(work: Work, case: Case, person: Person, words: str) -> bool:
    """A name and a number: on the case for staff alone. False without a number in it."""
    number = phones.parse(words, case.place.country if case.place else None)
    if number is None:
        return False
    case.notes = case.notes | {GUARDIAN: "told"}
    await relay.note(work, case, (person.id, person.display_name), words[:500])
    await work.note(case, "traveller", "case.guardian", answer="told")
    await work.show(case, Message("intake.guardian_kept"))
    return True
