"""Several people report one accident: cases are linked, worked as one, and taken apart again."""

from backoffice.cases import relations
from backoffice.cases.model import Case, CaseStatus
from backoffice.cases.relations import Relation, RelationKind
from backoffice.kernel.errors import NotFound, Refusal
from backoffice.kernel.ids import CaseId
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import centre, dispatching, parts, ringing
from backoffice.workflows.work import Work

SHOWN = frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED, CaseStatus.CLOSED})


async def link(work: Work, case_id: CaseId, operator: Operator, ref: str) -> None:
    """The two concern each other; nothing else changes. A line on both timelines."""
    case, other = await centre.owned(work, case_id, operator), await _by_ref(work, ref)
    if case.id == other.id:
        raise Refusal("relation.itself")
    if case.duress or other.duress:
        raise Refusal("relation.duress")
    known = await work.uow.relations.of(case.id)
    if any(other.id in (r.case, r.other) for r in known):
        raise Refusal("relation.known", ref=other.ref)
    await work.uow.relations.add(Relation(case.id, other.id, RelationKind.LINK, work.now, operator.id))
    for here, there in ((case, other), (other, case)):
        await work.note(here, f"operator:{operator.id}", "relation.linked", ref=there.ref)
    work.uow.hint("queue")


async def unlink(work: Work, case_id: CaseId, operator: Operator, other_id: CaseId) -> None:
    case, other = await centre.owned(work, case_id, operator), await work.uow.cases.get(other_id)
    if not await work.uow.relations.end(case.id, other.id, RelationKind.LINK):
        raise NotFound("relation.not_between")
    for here, there in ((case, other), (other, case)):
        await work.note(here, f"operator:{operator.id}", "relation.unlinked", ref=there.ref)
    work.uow.hint("queue")


async def merge(work: Work, case_id: CaseId, operator: Operator, ref: str) -> None:
    """The other case becomes part of this one: one desk, one owner, one search. It keeps its own thread, people and
    links, its client goes on writing where they wrote, and every word reaches this desk; `split` takes it apart."""
    main, part = await centre.owned(work, case_id, operator), await _by_ref(work, ref)
    await _may_merge(work, operator, main, part)
    for found in await work.uow.relations.of(main.id):
        if part.id in (found.case, found.other):
            await work.uow.relations.end(found.case, found.other, found.kind)
    await work.uow.relations.add(Relation(part.id, main.id, RelationKind.PART, work.now, operator.id))
    await _one_search(work, main, part)
    await _same_hands(work, main, part)
    await work.note(main, f"operator:{operator.id}", "relation.merged_in", ref=part.ref)
    await work.note(part, f"operator:{operator.id}", "relation.merged_into", ref=main.ref)
    work.uow.hint("queue")


async def _may_merge(work: Work, operator: Operator, main: Case, part: Case) -> None:
    relations.may_join(main, part)
    if part.status not in parts.RUNNING:
        raise Refusal("relation.over", ref=part.ref)
    if part.owner not in (None, main.owner, operator.id) and operator.role is not OperatorRole.SUPERVISOR:
        raise Refusal("relation.not_yours", ref=part.ref, name=part.owner_name)
    around = [*await work.uow.relations.of(main.id), *await work.uow.relations.of(part.id)]
    if relations.part_of(main.id, around) or relations.part_of(part.id, around):
        raise Refusal("relation.is_part")
    if relations.parts(part.id, around):
        raise Refusal("relation.has_parts", ref=part.ref)


async def _one_search(work: Work, main: Case, part: Case) -> None:
    """Envoys asked twice for one accident would meet each other; those at work stay."""
    if main.searching or main.envoys_taken:
        await dispatching.stop(work, part, "offer.stood_down")
        await work.uow.cases.save(part)


async def _same_hands(work: Work, main: Case, part: Case) -> None:
    """A person has it in hand: its bell stops; its client hears who has it when that is news."""
    news = part.owner != main.owner
    part.owner, part.owner_name, part.owned_at = main.owner, main.owner_name, work.now
    await ringing.acknowledge(work, part)
    if news and main.owner:
        await centre.tell_taken(work, part, main.owner_name)


async def split(work: Work, case_id: CaseId, operator: Operator, part_id: CaseId) -> None:
    """Two matters after all: the part is a case of its own again, with everything that was said in it."""
    main, part = await centre.owned(work, case_id, operator), await work.uow.cases.get(part_id)
    if not await work.uow.relations.end(part.id, main.id, RelationKind.PART):
        raise NotFound("relation.not_between")
    await work.note(main, f"operator:{operator.id}", "relation.split_off", ref=part.ref)
    await work.note(part, f"operator:{operator.id}", "relation.split_from", ref=main.ref)
    work.uow.hint("queue")


async def reply_part(work: Work, operator: Operator, where: tuple[CaseId, CaseId], text: str) -> None:
    """Words to the client of a part (`where`: the main case and the part), from the main case's desk."""
    found = await work.uow.relations.of(where[0])
    if where[1] not in relations.parts(where[0], list(found)):
        raise NotFound("relation.not_between")
    await centre.reply(work, where[1], operator, text)


async def _by_ref(work: Work, ref: str) -> Case:
    """A case staff may know of: none before its dispatch."""
    found = await work.uow.cases.by_ref(ref.strip().upper())
    if found is None or found.status not in SHOWN:
        raise NotFound("relation.no_such_case")
    return found
