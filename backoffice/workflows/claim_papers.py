"""A paper was looked at: kept, doubted or asked for again, told to the claimant at once; and what follows from it."""

from collections.abc import Sequence
from datetime import timedelta

from backoffice.claims import checklist, evidence
from backoffice.claims.claim import Claim, ClaimStatus
from backoffice.claims.evidence import Paper, PaperState
from backoffice.insurance.model import Product
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import Message, Param
from backoffice.papers.model import OURS
from backoffice.ports.claims import Look
from backoffice.workflows import claim_words, claims
from backoffice.workflows.work import Work

TOGETHER = timedelta(seconds=3)
"""The pictures of an album are acknowledged in one message."""
LOST = Look("", unfit="lost")


async def looked(work: Work, paper: Paper, look: Look, view: MediaId | None) -> None:
    """What the reader made of a paper. `view` is already in the media store."""
    claim = await work.uow.claims.get(paper.claim)
    product = await claims.product_of(work, claim)
    paper.mime, paper.pages, paper.seen_at, paper.view = look.mime, look.pages, work.now, view
    paper.print, paper.fault = look.print_, look.unfit or look.fault
    before = await work.uow.claims.papers(claim.id)
    if look.unfit:
        await _unfit(work, claim, paper, product)
    elif _again(paper, before):
        await _sent_twice(work, claim, paper)
    else:
        await _flag_twins(work, claim, paper)
        await (_poor if look.fault else _readable)(work, claim, paper, product)
    await _what_follows(work, claim, product)


def _again(paper: Paper, before: Sequence[Paper]) -> bool:
    """The very same file was sent for this claim already, and is kept."""
    return any(
        other.id != paper.id
        and other.print is not None
        and paper.print is not None
        and other.print.exact == paper.print.exact
        and other.name == paper.name
        and other.state in evidence.STANDS
        for other in before
    )


async def _sent_twice(work: Work, claim: Claim, paper: Paper) -> None:
    paper.move(PaperState.DROPPED)
    await work.uow.claims.save_paper(paper)
    await claims.tell(work, claim, "claim.paper_again")


async def _flag_twins(work: Work, claim: Claim, paper: Paper) -> None:
    """The same picture in another claim: a person looks at both; nobody is told of the other."""
    drawn = paper.media.startswith(OURS)
    if paper.print is None or drawn:
        return
    others = [
        (ref, p) for ref, p in await work.uow.claims.twins(paper.id, paper.print) if p.claim != claim.id
    ]
    if not others:
        return
    paper.twins = tuple(dict.fromkeys(ref for ref, _ in others))
    await claims.note(work, claim, claims.SERVICE, "claim.same_picture", paper=paper.name, others=len(others))
    for _, other in others:
        if claim.ref not in other.twins:
            other.twins = (*other.twins, claim.ref)
            await work.uow.claims.save_paper(other)


async def _unfit(work: Work, claim: Claim, paper: Paper, product: Product) -> None:
    lost = paper.fault == LOST.unfit
    paper.move(PaperState.LOST if lost else PaperState.UNFIT)
    await work.uow.claims.save_paper(paper)
    await claims.note(work, claim, claims.SERVICE, "claim.paper_unfit", paper=paper.name, why=paper.fault)
    key = "claim.paper_lost" if lost else f"claim.unfit_{paper.fault}"
    await _ask_again(work, claim, paper, key, product)


async def _poor(work: Work, claim: Claim, paper: Paper, product: Product) -> None:
    """The first is asked for again, at once and by name; the second is kept for a person's eyes."""
    paper.move(PaperState.POOR)
    await work.uow.claims.save_paper(paper)
    await claims.note(work, claim, claims.SERVICE, "claim.paper_poor", paper=paper.name, why=paper.fault)
    have = await work.uow.claims.papers(claim.id)
    if evidence.counts(have, paper.name):
        await claims.tell(work, claim, "claim.poor_kept", await _named(work, claim, paper, product))
    else:
        await _ask_again(work, claim, paper, f"claim.poor_{paper.fault}", product)


async def _ask_again(work: Work, claim: Claim, paper: Paper, key: str, product: Product) -> None:
    """What is sent next belongs to this paper again."""
    if claim.collecting:
        claim.wanted = paper.name
        await claims.save(work, claim)
    await claims.tell(work, claim, key, await _named(work, claim, paper, product))


async def _readable(work: Work, claim: Claim, paper: Paper, product: Product) -> None:
    paper.move(PaperState.READABLE)
    await work.uow.claims.save_paper(paper)
    if paper.origin is not evidence.From.SENT:
        return
    have = await work.uow.claims.papers(claim.id)
    number = sum(p.state is PaperState.READABLE and p.name == paper.name for p in have)
    named = await _named(work, claim, paper, product)
    params: dict[str, Param] = {"paper": named["paper"], "photos": number}
    at = (f"claim_paper:{claim.id}:{paper.name}", work.now + TOGETHER)
    if not claim.collecting:
        message = Message("claim.paper_too", {**params, "ref": claim.ref})
        await work.tell(claims.about(claim, message, *at))
    elif not _files_it(claim, product, have):
        asked = claim.wanted == evidence.MORE
        done, kind = (
            (claim_words.THAT_IS_ALL, claim_words.ASKED) if asked else (claims.DONE, claims.COLLECTED)
        )
        message = Message("claim.paper_ok", params, (done,))
        await claims.ask(work, claim, claims.about(claim, message, *at), kind)


def _files_it(claim: Claim, product: Product, have: Sequence[Paper]) -> bool:
    """Handed in before, and whole by this paper. What a reviewer asked for in words ends with the claimant's word."""
    asked = claim.wanted == evidence.MORE
    return claim.status is ClaimStatus.INCOMPLETE and not asked and checklist.whole(claim, product, have)


async def _named(work: Work, claim: Claim, paper: Paper, product: Product) -> dict[str, Param]:
    reader = await work.uow.people.get(claim.person)
    return {"paper": claims.paper_name(product, paper.name, reader.locale)}


async def _what_follows(work: Work, claim: Claim, product: Product) -> None:
    """A claim that was handed in is filed once it is whole; the lines of one that is with us know its papers."""
    work.uow.hint(f"claim:{claim.id}")
    if claim.status is ClaimStatus.DRAFT:
        return
    have = await work.uow.claims.papers(claim.id)
    if claim.facts.event_on is not None and claim.status in (ClaimStatus.INCOMPLETE, ClaimStatus.FILED):
        await claims.put_lines(work, claim, product)
    if _files_it(claim, product, have):
        await claims.filed(work, claim)
