"""What a rescue's record knows for a claim: facts, costs, papers; attached with the claimant's yes."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from backoffice.cases.model import Case, CaseStatus
from backoffice.claims import checklist
from backoffice.claims.claim import Claim
from backoffice.claims.evidence import From, Paper, PaperId, PaperState
from backoffice.insurance.model import Product
from backoffice.insurance.policies import Policy, local_day
from backoffice.kernel.ids import MediaId, PersonId
from backoffice.kernel.messages import Media, MediaKind
from backoffice.papers.model import OURS
from backoffice.workflows import case_papers, claims, papers
from backoffice.workflows.work import Work

FRESH = timedelta(days=180)
"""A rescue longer ago than this is told anew."""
OFFERED = "offered"
"""In a claim's notes: papers of the case were offered already; they are offered once."""
PDF = "application/pdf"
_KINDS = {"envoy_receipt": case_papers.RECEIPT, "report": case_papers.REPORT}


async def case_for(work: Work, person: PersonId, policy: Policy) -> Case | None:
    """Their newest rescue inside the policy's days, over and not claimed for yet."""
    case = await work.uow.cases.last_closed_of(person)
    if case is None or case.duress or case.status is not CaseStatus.CLOSED or case.drill:
        return None
    inside = policy.starts <= local_day(case.opened_at) <= policy.ends
    if not inside or work.now - case.opened_at > FRESH:
        return None
    known = [claim.case for claim in await work.uow.claims.of_person(person)]
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


async def existing(work: Work, claim: Claim, product: Product) -> Sequence[str]:
    """Papers the policy asks for that the case can give and the claim does not have; none once they were offered."""
    if claim.case is None or claim.notes.get(OFFERED):
        return []
    case = await work.uow.cases.get(claim.case)
    have = await work.uow.claims.papers(claim.id)
    wanted = checklist.unshown(claim, product, have)
    return [name for name in wanted if name in _KINDS and await _can_give(work, case, name)]


async def _can_give(work: Work, case: Case, name: str) -> bool:
    if name == "envoy_receipt":
        return case.place is not None and await case_papers.fee(work, case) is not None
    return case.place is not None and bool(await case_papers.reported(work, case))


async def offered(work: Work, claim: Claim) -> None:
    """Asked once, whatever the answer."""
    claim.notes = claim.notes | {OFFERED: True}
    await claims.save(work, claim)


async def attach(work: Work, claim: Claim, names: Sequence[str]) -> None:
    """Drawn from the case's record for this claim, by the claimant's yes of now."""
    if claim.case is None:
        return
    case = await work.uow.cases.get(claim.case)
    locale = (await work.uow.people.get(claim.person)).locale
    for name in names:
        media = Media(f"{OURS}{work.new_id()}", MediaKind.FILE, f"{claim.ref}-{name}.pdf", PDF)
        handle = case_papers.handle(_KINDS[name], case, locale)
        await work.uow.media.expect(media, claims.thread(claim), papers.SOURCE, handle)
        await claims.add_paper(work, claim, _paper(work, claim, name, MediaId(media.id), From.CASE))


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
