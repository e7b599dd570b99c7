"""What a rescue's record knows for a claim: facts, costs, papers; attached with the claimant's yes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from backoffice.cases.model import Case, CaseStatus, ForWhom
from backoffice.cases.papers import STANDS_FOR
from backoffice.claims import checklist
from backoffice.claims.claim import Claim, ClaimStatus
from backoffice.claims.evidence import From, Paper, PaperId, PaperState
from backoffice.insurance.model import Product
from backoffice.insurance.policies import Policy, local_day
from backoffice.kernel.ids import MediaId, PersonId
from backoffice.kernel.messages import Media, MediaKind
from backoffice.papers.model import OURS
from backoffice.workflows import case_files, case_papers, claims, papers
from backoffice.workflows.work import Work

FRESH = timedelta(days=180)
"""A rescue longer ago than this is told anew."""
NEAR = timedelta(days=3)
"""Between the day of a claim and that of a rescue which may have papers for it: the claimant is asked anyway."""
OFFERED = "offered"
"""In a claim's notes: which papers of the case were offered; each is once (`True`: all, by an older version)."""
PDF = "application/pdf"
_KINDS = {"envoy_receipt": case_papers.RECEIPT, "report": case_papers.REPORT}


async def case_for(work: Work, person: PersonId, policy: Policy) -> Case | None:
    """Their newest rescue inside the policy's days, over and not claimed for; what was given up may be again."""
    case = await work.uow.cases.last_closed_of(person)
    if case is None or case.duress or case.status is not CaseStatus.CLOSED or case.drill:
        return None
    inside = policy.starts <= local_day(case.opened_at) <= policy.ends
    if not inside or work.now - case.opened_at > FRESH:
        return None
    mine = await work.uow.claims.of_person(person)
    known = [claim.case for claim in mine if claim.decided_at or claim.status is not ClaimStatus.CLOSED]
    return None if case.id in known else case


async def take_over(work: Work, claim: Claim, case: Case) -> None:
    """The case's day, country, course and envoys' fee are the claim's: nobody types them again."""
    zone = work.zone(case)
    claim.case, claim.zone = case.id, zone
    claim.facts = replace(
        claim.facts,
        event_on=case.opened_at.astimezone(ZoneInfo(zone)).date(),
        country=case.place.country if case.place else None,
        told=f"SOS {case.ref}: {case.kind}",
        envoy_fee=await case_papers.fee(work, case),
    )
    await claims.save(work, claim)


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper that exists: the policy's `name` for it, and the `paper` of the case it is, "" when it is drawn anew."""

    name: str
    paper: str = ""

    @property
    def key(self) -> str:
        """What it is remembered by: each is offered once."""
        return self.paper or self.name


async def existing(work: Work, claim: Claim, product: Product) -> Sequence[Offer]:
    """What the policy asks for, the rescue can give and was not offered before, in the order of the terms."""
    case = await _rescue(work, claim)
    if case is None:
        return []
    have = await work.uow.claims.papers(claim.id)
    wanted = checklist.unshown(claim, product, have)
    found = [Offer(name) for name in wanted if claim.case and await _can_give(work, case, name)]
    for paper in (
        await work.uow.case_papers.of_case(case.id) if await _same_patient(work, claim, case) else ()
    ):
        name = next((name for name in STANDS_FOR[paper.kind] if name in wanted), None)
        if name is not None:
            found.append(Offer(name, paper.id))
    before = claim.notes.get(OFFERED, [])
    return [offer for offer in found if before is not True and offer.key not in before]


async def _rescue(work: Work, claim: Claim) -> Case | None:
    """The case this claim was built from; of another kind of claim the rescue of about the same day."""
    if claim.case is not None:
        return await work.uow.cases.get(claim.case)
    case = await work.uow.cases.last_closed_of(claim.person)
    day = claim.facts.event_on
    if case is None or day is None or case.duress or case.drill != claim.drill:
        return None
    begun = case.opened_at.astimezone(ZoneInfo(work.zone(case))).date()
    return case if abs(begun - day) <= NEAR else None


async def _same_patient(work: Work, claim: Claim, case: Case) -> bool:
    """Who called for somebody else has no right to that person's bills for a claim of their own."""
    policy = await work.uow.policies.get(claim.policy)
    for_another = claim.insured != claims.place(policy, claim.person)
    return (case.for_whom is ForWhom.OTHER) == for_another


async def _can_give(work: Work, case: Case, name: str) -> bool:
    if case.place is None or name not in _KINDS:
        return False
    if name == "envoy_receipt":
        return await case_papers.fee(work, case) is not None
    return bool(await case_papers.reported(work, case))


async def offered(work: Work, claim: Claim, offers: Sequence[Offer]) -> None:
    """Asked once, whatever the answer."""
    before = claim.notes.get(OFFERED, [])
    claim.notes = claim.notes | {OFFERED: [*before, *(offer.key for offer in offers)]}
    await claims.save(work, claim)


async def attach(work: Work, claim: Claim, offers: Sequence[Offer]) -> None:
    """By the claimant's yes of now: drawn from the case's record, or its file sealed anew under the claim's key."""
    case = await _rescue(work, claim)
    if case is None:
        return
    locale = (await work.uow.people.get(claim.person)).locale
    files = {paper.id: paper for paper in await work.uow.case_papers.of_case(case.id)}
    for offer in offers:
        if offer.paper and offer.paper not in files:
            continue
        if offer.paper:
            media = Media(work.new_id(), MediaKind.FILE)
            handle = case_files.handle(files[offer.paper])
        else:
            media = Media(f"{OURS}{work.new_id()}", MediaKind.FILE, f"{claim.ref}-{offer.name}.pdf", PDF)
            handle = case_papers.handle(_KINDS[offer.name], case, locale)
        await work.uow.media.expect(media, claims.thread(claim), papers.SOURCE, handle)
        await claims.add_paper(work, claim, _paper(work, claim, offer.name, MediaId(media.id), From.CASE))
        await work.note(case, "traveller", "case.paper_given")


async def sent(work: Work, claim: Claim, media: Media) -> None:
    """A file the claimant sent for what is being collected; kept under the claim's key."""
    await work.uow.media.of_case(media.id, claims.thread(claim))
    await claims.add_paper(work, claim, _paper(work, claim, claim.wanted, MediaId(media.id), From.SENT))
    await claims.touched(work, claim)


def _paper(work: Work, claim: Claim, name: str, media: MediaId, origin: From) -> Paper:
    return Paper(
        id=PaperId(work.new_id()),
        claim=claim.id,
        name=name,
        media=media,
        origin=origin,
        added_at=work.now,
        agreed_at=work.now if origin is not From.SENT else claim.agreed_at,
        state=PaperState.WAITING,
    )
