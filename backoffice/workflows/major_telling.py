"""Words to many families and to organisations: first counted and shown, then sent exactly so or not at all."""

from dataclasses import dataclass

from backoffice.families.model import Follower
from backoffice.families.scopes import Scope
from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.ids import CaseId
from backoffice.major import telling
from backoffice.major.model import REPORT_LIMIT, MajorId, Sending
from backoffice.major.telling import Missed, Preview, Relative, Unreached
from backoffice.people.model import Reach
from backoffice.ports import Operator
from backoffice.workflows import family_talk, major
from backoffice.workflows.work import Work


@dataclass(frozen=True, slots=True)
class Words:
    """What is to be said: to families with this scope (None: to none of them), and to organisations by code."""

    text: str
    scope: Scope | None
    organisations: tuple[str, ...] = ()
    report: int = 0


async def preview(work: Work, key: MajorId, operator: Operator, said: Words) -> Preview:
    """Who would be told, over which way, and who not and why. Changes nothing."""
    await major.led(work, key, operator)
    text = major.words(said.text, REPORT_LIMIT)
    if said.scope is None:
        return Preview(text, Scope.SAFE, (), ())
    relatives: list[Relative] = []
    known: set[CaseId] = set()
    for case in await major.attached(work, key):
        for follower in await work.uow.families.of_case(case.id):
            if follower.live and follower.part == "relative":
                known.add(case.id)
            relatives.append(await _relative(work, follower, duress=case.duress))
    alone = [
        Missed(Unreached.NO_FAMILY, None, person.name, person.contact)
        for person in await work.uow.majors.persons(key)
        if person.case not in known
    ]
    return telling.preview(text, said.scope, relatives, alone)


async def _relative(work: Work, follower: Follower, *, duress: bool) -> Relative:
    return Relative(
        follower=follower.id,
        case=follower.case,
        name=follower.name,
        status=follower.status,
        part=follower.part,
        scopes=follower.scopes,
        in_chat=follower.person is not None,
        channel=await _channel(work, follower),
        reached=follower.reached,
        duress=duress,
    )


async def _channel(work: Work, follower: Follower) -> str:
    """The chat the outbox would write to first; empty when none takes anything."""
    if follower.person is None:
        return ""
    identities = await work.uow.people.identities(follower.person)
    open_ = [i for i in identities if i.reach is Reach.OK]
    return str(open_[0].at.channel) if open_ else ""


async def send(work: Work, key: MajorId, operator: Operator, said: Words, seal: str) -> Preview:
    """As it was shown, in one transaction. Anybody who came, left or withdrew meanwhile: refused, to be looked at anew.

    Raises `Refusal` when what was shown is no longer so, or when nobody would be told.
    """
    found = await preview(work, key, operator, said)
    if found.seal != seal:
        raise Refusal("major.preview_old")
    if not found.readers and not said.organisations:
        raise Refusal("major.nobody_to_tell")
    await _may_read(work, said.organisations)
    for case_id in found.cases:
        case = await work.uow.cases.get(case_id)
        await family_talk.answer(work, case, operator, family_talk.Answer(found.text, None, found.scope))
    await work.uow.majors.add_sending(_record(work, key, operator, (said, found)))
    await work.uow.staff.audit(work.now, operator.id, "major.sent", f"major:{key}")
    work.uow.hint("queue")
    return found


async def _may_read(work: Work, codes: tuple[str, ...]) -> None:
    for code in codes:
        if await work.uow.organisations.get(code) is None:
            raise NotFound


def _record(work: Work, key: MajorId, operator: Operator, sent: tuple[Words, Preview]) -> Sending:
    said, found = sent
    return Sending(
        id=work.new_id(),
        major=key,
        at=work.now,
        by=operator.name,
        text=found.text,
        scope=str(said.scope or ""),
        ways=found.ways,
        unreached=len(found.missed),
        report=said.report,
        organisations=tuple(sorted(set(said.organisations))),
    )
