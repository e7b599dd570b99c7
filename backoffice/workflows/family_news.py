"""News by stages: merged within minutes, held back in the reader's night, never told under duress."""

from datetime import datetime

from backoffice.cases.model import Case
from backoffice.families import quiet, stages
from backoffice.families.model import Follower, Reached
from backoffice.families.scopes import Scope
from backoffice.families.stages import Moment
from backoffice.ports import Alert, DeadlineKind
from backoffice.workflows import family_letters
from backoffice.workflows.work import Work, arm


async def tell(work: Work, case: Case) -> None:
    """Tell every reader what is new to them; whose night it is is told in the morning."""
    if case.duress:
        return
    events = await work.uow.cases.events(case.id)
    moments, mornings = stages.told(events), list[datetime]()
    for follower in await work.uow.families.of_case(case.id):
        fresh = stages.since(moments, follower.told_upto)
        if not (follower.reads and fresh and Scope.SAFE in follower.scopes):
            continue
        morning = None if stages.grave(fresh) else quiet.ends(work.now, follower.zone, follower.heard_at)
        if morning:
            mornings.append(morning)
        else:
            await _tell_one(work, case, follower, fresh)
            follower.told_upto, follower.told_at = len(events), work.now
            await work.uow.families.save(follower)
    if mornings:
        await arm(work, case, DeadlineKind.FAMILY_NEWS, min(mornings))


async def _tell_one(work: Work, case: Case, follower: Follower, fresh: list[Moment]) -> None:
    """In their chat, by SMS or e-mail, by a call of an operator; who only has the page finds it there."""
    if follower.person == case.requester:
        return
    if follower.person:
        await family_letters.news(work, case, follower, fresh)
    elif follower.reached is Reached.CALL and follower.call_since is None:
        follower.call_since = work.now
        await work.uow.desk.alert(Alert(0, work.now, "family_call", case.id, case.ref))
        work.uow.hint("queue")
