"""A claim's life: the one door for its moves, each told to the claimant, and what makes it whole."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from backoffice.claims import checklist, evidence, reminders
from backoffice.claims.claim import COLLECTING, Claim, ClaimId, ClaimStatus, Happened
from backoffice.claims.evidence import Paper
from backoffice.claims.kinds import ClaimKind
from backoffice.insurance.model import Product, Texts, text
from backoffice.insurance.policies import Policy
from backoffice.kernel import ids
from backoffice.kernel.errors import NotFound
from backoffice.kernel.exchange import NewLetter
from backoffice.kernel.ids import CaseId, DeadlineId, PersonId
from backoffice.kernel.messages import Choice, Listing, Message, Param, Sentence, Term
from backoffice.ports import Deadline, DeadlineKind
from backoffice.workflows import claim_clock
from backoffice.workflows.work import Work

CLAIMANT, SERVICE = "claimant", "service"
"""Actors of a claim's timeline beside operators' ids."""
SKIPPED = "skipped"
"""In a claim's notes: papers put off while the others were collected; wanted again once it is handed in."""
REF = 6
_STAMP = {
    ClaimStatus.FILED: "filed_at",
    ClaimStatus.APPROVED: "decided_at",
    ClaimStatus.PARTLY_APPROVED: "decided_at",
    ClaimStatus.REFUSED: "decided_at",
    ClaimStatus.CLOSED: "closed_at",
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the claimant reads about a move: a key, its parameters beside the claim's own, more lines."""

    key: str
    params: dict[str, Param] = field(default_factory=dict)
    more: tuple[Sentence, ...] = ()


async def move(work: Work, claim: Claim, to: ClaimStatus, by: str, told: Told | None) -> None:
    """The door to a claim's status: saved, on its timeline, told to the claimant. Raises `errors.IllegalMove`.

    A claim is told of nothing only where the same message tells it already (`told` None).
    """
    before = claim.status
    claim.move(to)
    if name := _STAMP.get(to):
        setattr(claim, name, work.now)
    await save(work, claim)
    await note(work, claim, by, f"claim.{to}", before=str(before))
    await remind_later(work, claim)
    if told is not None:
        await tell(work, claim, told.key, told.params, *told.more)


async def save(work: Work, claim: Claim) -> None:
    """Kept, and every open page of it hears of the change."""
    await work.uow.claims.save(claim)
    work.uow.hint(f"claim:{claim.id}")
    work.uow.hint("claims")


async def note(work: Work, claim: Claim, by: str, what: str, **params: str | int | float | bool) -> None:
    """One line of the claim's timeline."""
    work.uow.hint(f"claim:{claim.id}")
    await work.uow.claims.add_event(Happened(claim.id, work.now, by, what, params))


async def tell(
    work: Work, claim: Claim, key: str, params: dict[str, Param] | None = None, *more: Sentence
) -> None:
    """One message about a claim to its claimant."""
    await work.tell(about(claim, Message(key, {"ref": claim.ref, **(params or {})}, more=more)))


def about(claim: Claim, message: Message, tag: str = "", not_before: datetime | None = None) -> NewLetter:
    """A letter of a claim, sealed under its key, marked as a drill when it is one."""
    message = replace(message, drill=claim.drill)
    return NewLetter(claim.person, message, case=thread(claim), tag=tag, not_before=not_before)


def thread(claim: Claim) -> CaseId:
    """What the claim's letters and files are filed and sealed under."""
    return CaseId(claim.id)


async def of_person(work: Work, person: PersonId, claim: str) -> Claim:
    """A claim of theirs. Raises `NotFound` for another's."""
    found = next((c for c in await work.uow.claims.of_person(person) if c.id == claim), None)
    if found is None:
        raise NotFound
    return found


async def product_of(work: Work, claim: Claim) -> Product:
    policy = await work.uow.policies.get(claim.policy)
    return await work.uow.products.get(policy.product, policy.edition)


async def begin(work: Work, person: PersonId, policy: Policy, kind: ClaimKind, zone: str) -> Claim:
    """A new draft under a policy of theirs; nobody else is told of it."""
    reader = await work.uow.people.get(person)
    claim = Claim(
        id=ClaimId(work.new_id()),
        ref=await _free_ref(work),
        person=person,
        policy=policy.id,
        insurer=policy.insurer,
        kind=kind,
        created_at=work.now,
        zone=zone,
        insured=place(policy, person),
        touched_at=work.now,
        drill=policy.drill or reader.drill,
    )
    await work.uow.claims.add(claim)
    await note(work, claim, CLAIMANT, "claim.begun", kind=str(kind))
    await remind_later(work, claim)
    return claim


def place(policy: Policy, person: PersonId) -> int:
    """Which insured person claims: themselves, where the policy knows them."""
    return next((n for n, insured in enumerate(policy.people) if insured.person == person), 0)


async def _free_ref(work: Work) -> str:
    while True:
        ref = ids.new_ref(work.world.bits, REF)
        if await work.uow.claims.by_ref(ref) is None:
            return ref


async def touched(work: Work, claim: Claim) -> None:
    """The claimant has said or shown something: the pause before the next reminder begins anew."""
    claim.touched_at = work.now
    await save(work, claim)
    await remind_later(work, claim)


async def remind_later(work: Work, claim: Claim) -> None:
    """One reminder is armed while papers or answers are wanted; none once it is with us or they said stop."""
    await work.uow.deadlines.cancel(DeadlineKind.CLAIM_REMIND, claim.id)
    if claim.status not in COLLECTING or not claim.remind:
        return
    due = reminders.due(claim.touched_at or claim.created_at, claim.reminded, claim.zone)
    if due is not None:
        new = DeadlineId(work.new_id())
        await work.arm(Deadline(new, DeadlineKind.CLAIM_REMIND, claim.person, claim.id, due))


def product_name(product: Product, locale: str) -> str:
    return text(product.names, locale)


_MORE: Texts = {
    "zh_Hans": "其他材料", "zh_Hant": "其他資料", "en": "further papers", "ja": "その他の書類", "ko": "기타 서류",
}  # fmt: skip


def paper_name(product: Product, name: str, locale: str) -> str:
    """A paper in the policy's own words."""
    return text(_MORE if name == evidence.MORE else product.papers.get(name, {}), locale) or name


async def missing(work: Work, claim: Claim, product: Product, locale: str) -> tuple[str, ...]:
    """The papers still wanted, as the claimant reads them."""
    have = await work.uow.claims.papers(claim.id)
    return tuple(paper_name(product, name, locale) for name in checklist.unshown(claim, product, have))


async def put_lines(work: Work, claim: Claim, product: Product) -> None:
    """The claim's lines from what was told and shown so far."""
    have = await work.uow.claims.papers(claim.id)
    await work.uow.claims.put_lines(claim.id, checklist.lines(claim, product, have))


async def file(work: Work, claim: Claim) -> bool:
    """Handed in by its claimant: filed when it is whole, else incomplete with what is missing; True when whole.

    What still waits to be looked at keeps it incomplete without being asked for: the look files it.
    """
    product = await product_of(work, claim)
    have = await work.uow.claims.papers(claim.id)
    await work.uow.claims.put_lines(claim.id, checklist.lines(claim, product, have))
    if checklist.whole(claim, product, have):
        await filed(work, claim)
        return True
    reader = await work.uow.people.get(claim.person)
    wanted = await missing(work, claim, product, reader.locale)
    waits = not wanted
    claim.notes = {name: kept for name, kept in claim.notes.items() if name != SKIPPED}
    claim.wanted = next(iter(checklist.unshown(claim, product, have)), "")
    if claim.status is ClaimStatus.DRAFT:
        await move(work, claim, ClaimStatus.INCOMPLETE, CLAIMANT, None)
    else:
        await touched(work, claim)
    if waits:
        await tell(work, claim, "claim.being_looked_at")
    else:
        await _ask_papers(work, claim, "claim.incomplete", wanted)
    return False


OPEN_FOR, WAITED_FOR = timedelta(days=3), timedelta(days=14)
"""So long a question about a claim holds its digits, and so long one that a reviewer waits for: a reminder asks anew.
An envoy with a claim of their own has 1 and 0 back for offers then."""
COLLECTED = "claim.paper"
"""The question for the paper that is being collected."""
DONE = Choice("done", "button.claim_done", "1")
LATER = Choice("later", "button.claim_later", "0")


async def _ask_papers(work: Work, claim: Claim, key: str, wanted: tuple[str, ...]) -> None:
    """All that is missing, and which of it comes first: "done" is understood from here on."""
    first = (Sentence("claim.paper_first", {"paper": wanted[0]}),) if len(wanted) > 1 else ()
    message = Message(key, {"ref": claim.ref, "missing": Listing(wanted)}, (DONE, LATER), more=first)
    await ask(work, claim, about(claim, message), COLLECTED)


async def ask(work: Work, claim: Claim, letter: NewLetter, kind: str) -> None:
    """The one thing that is open about this claim from here on: "done" and the digits mean it alone."""
    await work.uow.talk.close_about(claim.id)
    await work.ask(letter, kind, claim.id, work.now + (OPEN_FOR if kind == COLLECTED else WAITED_FOR))


async def filed(work: Work, claim: Claim) -> None:
    """Whole: with us from here on, and the claimant knows what happens next."""
    claim.wanted, claim.remind = "", True
    await work.uow.talk.close_about(claim.id)
    await move(work, claim, ClaimStatus.FILED, CLAIMANT, Told("claim.filed", {"kind": kind_word(claim)}))
    await claim_clock.filed(work, claim)


def kind_word(claim: Claim) -> Term:
    return Term(f"claim_kind.{claim.kind}")


async def ask_for(work: Work, claim: Claim, by: str, names: tuple[str, ...]) -> None:
    """A reviewer wants papers again or more of them: what was shown for these names no longer counts."""
    for paper in await work.uow.claims.papers(claim.id):
        if paper.name in names and paper.state in evidence.STANDS:
            paper.move(evidence.PaperState.DROPPED)
            await work.uow.claims.save_paper(paper)
    product = await product_of(work, claim)
    reader = await work.uow.people.get(claim.person)
    before = claim.notes.get(checklist.ASKED_FOR, [])
    claim.notes = {**claim.notes, checklist.ASKED_FOR: list(dict.fromkeys([*before, *names]))}
    claim.wanted, claim.reminded, claim.touched_at = names[0], 0, work.now
    await put_lines(work, claim, product)
    await move(work, claim, ClaimStatus.INCOMPLETE, by, None)
    wanted = tuple(paper_name(product, name, reader.locale) for name in names)
    await _ask_papers(work, claim, "claim.wanted_again", wanted)


async def withdraw(work: Work, claim: Claim) -> None:
    """Given up by the claimant."""
    await work.uow.talk.close_about(claim.id)
    await move(work, claim, ClaimStatus.CLOSED, CLAIMANT, Told("claim.withdrawn"))


async def add_paper(work: Work, claim: Claim, paper: Paper) -> None:
    """One more file of this claim, to be looked at as soon as it is fetched."""
    await work.uow.claims.add_paper(paper)
    await note(work, claim, CLAIMANT, "claim.paper_added", paper=paper.name, origin=str(paper.origin))
    work.uow.hint("claim_papers")
