"""What operators do for families: invite after a call-back, open the least that saves a life, tell stages, answer."""

from dataclasses import dataclass

from backoffice.cases.model import Case
from backoffice.families import scopes
from backoffice.families.model import Decider, Follower, FollowerId, Part
from backoffice.families.scopes import Scope, Scopes
from backoffice.families.stages import Stage
from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.ids import CaseId
from backoffice.ports import Operator
from backoffice.workflows import centre, family_letters, family_links, family_silence, family_talk, following
from backoffice.workflows.following import Wish
from backoffice.workflows.work import Work

PLACE_LIMIT = 120


@dataclass(frozen=True, slots=True)
class Invited:
    """What the operator reads out or sends by hand; shown once, for only hashes are kept."""

    page: str
    telegram: str


async def invite(work: Work, case_id: CaseId, operator: Operator, wish: Wish) -> Invited:
    """A relative, or the patient for whom somebody else asked."""
    case = await centre.owned(work, case_id, operator)
    follower = await following.invite(work, case, wish)
    return await links(work, case, follower)


async def links(work: Work, case: Case, follower: Follower) -> Invited:
    """Fresh links of somebody invited."""
    return Invited(
        await family_links.page_link(work, follower), await family_links.telegram_link(work, follower)
    )


async def new_links(work: Work, case_id: CaseId, operator: Operator, follower_id: FollowerId) -> Invited:
    case, follower = await _one(work, case_id, operator, follower_id)
    await _let_in(work, case, follower)
    return await links(work, case, follower)


async def _one(
    work: Work, case_id: CaseId, operator: Operator, follower_id: FollowerId
) -> tuple[Case, Follower]:
    case = await centre.owned(work, case_id, operator)
    follower = await work.uow.families.get(follower_id)
    if follower.case != case.id or not follower.live:
        raise NotFound("centre.no_such_follower")
    return case, follower


async def _let_in(work: Work, case: Case, follower: Follower) -> None:
    """Under duress it is an operator who decides that a relative may know of the case at all."""
    if case.duress:
        family_silence.let_in(case, follower)
        await work.uow.cases.save(case)


@dataclass(frozen=True, slots=True)
class Opening:
    """What an operator lets a relative know, and why."""

    follower: FollowerId
    wanted: Scopes
    why: str


async def open_(work: Work, case_id: CaseId, operator: Operator, opening: Opening) -> None:
    """Without a conscious traveller: the least that saves a life, with a reason on record.

    What the traveller has decided is only ever narrowed here.
    """
    case, follower = await _one(work, case_id, operator, opening.follower)
    wanted = scopes.closed(opening.wanted)
    decided = follower.decided_by is Decider.TRAVELLER
    if not scopes.may_open(decided, follower.scopes, wanted):
        raise Refusal("centre.family_too_much")
    if wanted:
        await _let_in(work, case, follower)
    follower.opened_why = opening.why[:500]
    by = Decider.TRAVELLER if decided else Decider.OPERATOR
    await following.decide(work, case, follower, wanted, by)
    await work.uow.staff.audit(work.now, operator.id, "family.opened", f"follower:{follower.id}")
    await work.note(case, f"operator:{operator.id}", "family.opened_by_operator")


async def revoke(work: Work, case_id: CaseId, operator: Operator, follower_id: FollowerId) -> None:
    case, follower = await _one(work, case_id, operator, follower_id)
    await following.revoke(work, case, follower, f"operator:{operator.id}")


async def name_contact(work: Work, case_id: CaseId, operator: Operator, follower_id: FollowerId) -> None:
    case, follower = await _one(work, case_id, operator, follower_id)
    if follower.part is not Part.RELATIVE:
        raise NotFound("centre.no_such_follower")
    await following.name_contact(work, case, follower, f"operator:{operator.id}")


async def stage(work: Work, case_id: CaseId, operator: Operator, reached: tuple[Stage, str]) -> None:
    """At a hospital, or moved somewhere: its name is sealed with the case, the timeline says that it was."""
    what, place = reached
    case = await centre.owned(work, case_id, operator)
    names = [*case.notes.get(family_letters.PLACES, ()), place.strip()[:PLACE_LIMIT]]
    case.notes = case.notes | {family_letters.PLACES: names}
    await work.uow.cases.save(case)
    await work.note(case, f"operator:{operator.id}", f"family.{what}", detail=len(names) - 1)


async def answer(
    work: Work, case_id: CaseId, operator: Operator, words: tuple[str, FollowerId | None, Scope]
) -> None:
    """To one relative, or to everybody with a scope."""
    text, to, scope = words
    if to:
        case, follower = await _one(work, case_id, operator, to)
        await family_talk.answer(work, case, operator, family_talk.Answer(text, follower))
    else:
        case = await centre.owned(work, case_id, operator)
        await family_talk.answer(work, case, operator, family_talk.Answer(text, None, scope))


async def called(work: Work, case_id: CaseId, operator: Operator, told: tuple[FollowerId, str]) -> None:
    """A relative was rung: what they were told."""
    case, follower = await _one(work, case_id, operator, told[0])
    await family_talk.called(work, case, operator, (follower, told[1]))
