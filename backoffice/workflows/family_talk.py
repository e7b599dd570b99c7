"""Relatives ask and the centre answers: a thread of their own, beside the traveller's."""

from dataclasses import dataclass

from backoffice.cases.model import Case
from backoffice.families import model
from backoffice.families.model import FamilyEntry, Follower, FollowerStatus, Part, Reached
from backoffice.families.scopes import Scope
from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.messages import Role, Speaker
from backoffice.ports import Alert, Operator
from backoffice.workflows import family_letters, relay
from backoffice.workflows import stages as waiting
from backoffice.workflows.relay import Said
from backoffice.workflows.work import Work

ASKS = "family_asks"
"""The alert that a family waits for an answer: one for a case until somebody has seen it."""
CALLED = "called"
"""In place of a scope: what an operator told somebody by telephone."""


async def ask(work: Work, case: Case, follower: Follower, said: Said) -> None:
    """A relative's words or file: kept, and the centre is shown that somebody waits for an answer."""
    text = said.text.strip()[: model.TEXT_LIMIT]
    if not (text or said.media):
        return
    follower.heard_at = work.now
    await work.uow.families.save(follower)
    if said.media:
        await work.uow.media.of_case(said.media.id, case.id)
    entry = FamilyEntry(
        case.id, work.now, Role.FAMILY, follower.id, follower.name, text, follower.id, media=said.media
    )
    await work.uow.families.add_entry(entry)
    await work.note(case, f"family:{follower.id}", "family.asked")
    if not any(a.kind == ASKS and a.case == case.id for a in await work.uow.desk.alerts()):
        await work.uow.desk.alert(Alert(0, work.now, ASKS, case.id, case.ref))
    work.uow.hint("queue")


@dataclass(frozen=True, slots=True)
class Answer:
    """An operator's words: to one relative, or to everybody who may know such things."""

    text: str
    to: Follower | None = None
    scope: Scope = Scope.SAFE


async def answer(work: Work, case: Case, operator: Operator, words: Answer) -> None:
    """To one: whatever the operator decides to say. To all: only those with the scope, and nobody under duress."""
    if words.to is None and case.duress:
        raise Refusal("centre.duress_silent")
    to = words.to.id if words.to else None
    scope = "" if words.to else str(words.scope)
    entry = FamilyEntry(case.id, work.now, Role.OPERATOR, operator.id, operator.name, words.text, to, scope)
    await work.uow.families.add_entry(entry)
    await work.note(case, f"operator:{operator.id}", "family.answered", scope=scope or "one")
    for follower in await _readers(work, case, words):
        await _tell(work, case, operator, (follower, words.text))


async def _readers(work: Work, case: Case, words: Answer) -> list[Follower]:
    if words.to:
        if words.to.case != case.id or not words.to.live:
            raise NotFound("centre.no_such_follower")
        return [words.to]
    everybody = await work.uow.families.of_case(case.id)
    return [f for f in everybody if f.reads and words.scope in f.scopes]


async def _tell(work: Work, case: Case, operator: Operator, told: tuple[Follower, str]) -> None:
    """In their chat, by SMS or e-mail, or by a call; whoever has the page alone reads it there."""
    follower, text = told
    if follower.person:
        message = relay.message(Speaker(Role.OPERATOR, operator.name), Said(text), masked=False)
        await work.tell(family_letters.to_family(case, follower.person, message))
    elif follower.reached is Reached.CALL and follower.call_since is None:
        follower.call_since = work.now
        await work.uow.families.save(follower)
        work.uow.hint("queue")


async def called(work: Work, case: Case, operator: Operator, told: tuple[Follower, str]) -> None:
    """The operator rang a relative and says what was told; it stands in the record."""
    follower, text = told
    follower.call_since, follower.told_at = None, work.now
    follower.told_upto = len(await work.uow.cases.events(case.id))
    if follower.status is FollowerStatus.INVITED and follower.part is Part.RELATIVE:
        follower.move(FollowerStatus.FOLLOWING, work.now)
    await work.uow.families.save(follower)
    author = (operator.id, operator.name)
    entry = FamilyEntry(case.id, work.now, Role.OPERATOR, *author, text, follower.id, CALLED)
    await work.uow.families.add_entry(entry)
    await work.note(case, f"operator:{operator.id}", "family.called")
    await waiting.reached(work, case, waiting.Stage.FAMILY)
