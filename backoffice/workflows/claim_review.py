"""Deciding a claim: the proposal a person sees, their ruling, the second signature, asking for more."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from backoffice.claims import adjudication, checklist, evidence, review, used
from backoffice.claims import found as found_out
from backoffice.claims.adjudication import Proposal, Terms
from backoffice.claims.claim import WITH_US, Claim, ClaimId, ClaimStatus, Decision
from backoffice.claims.evidence import Paper
from backoffice.claims.model import Cover, Line, Used
from backoffice.claims.review import Conflict, Flag, Outcome, Ruling
from backoffice.insurance.model import Product
from backoffice.insurance.policies import Policy
from backoffice.kernel.errors import NotAllowed, NotFound, Refusal
from backoffice.kernel.money import Money, Rate
from backoffice.money import prices
from backoffice.money.payouts import SamePerson
from backoffice.ports import Alert, Deadline, Operator, OperatorRole
from backoffice.workflows import claim_clock, claim_payment, claim_verdicts, claim_words, claims
from backoffice.workflows.claims import Told
from backoffice.workflows.work import Work

REVIEWERS = frozenset({OperatorRole.CLAIMS, OperatorRole.SUPERVISOR})
SIGNED = "signed"
"""In a claim's notes: the first of two signatures."""
APPEAL = "appeal"
"""In a claim's notes: what the claimant said against the decision."""


FOUND = "found"
"""In a claim's notes: what reviewers found out, one entry after the other; the last one stands."""


class Changed(Refusal):
    """Something came in since this page was drawn: look again before deciding."""

    key = "centre.claim_changed"


class NotOpen(Refusal):
    """Nothing waits to be decided."""

    key = "centre.claim_not_open"


@dataclass(frozen=True, slots=True)
class Assessment:
    """A claim as a reviewer looks at it; nothing is decided by it. `simple`: one press of a button may pay it."""

    claim: Claim
    policy: Policy
    product: Product
    lines: tuple[Line, ...]
    papers: tuple[Paper, ...]
    proposal: Proposal
    used: Used
    flags: tuple[Conflict, ...]
    decisions: tuple[Decision, ...]
    simple: bool


async def assess(work: Work, claim: Claim) -> Assessment:
    """The rules' proposal for every line by what is known now, and what a person is warned of."""
    policy = await work.uow.policies.get(claim.policy)
    product = await work.uow.products.get(policy.product, policy.edition)
    papers = tuple(await work.uow.claims.papers(claim.id))
    lines = await _lines(work, claim, product, papers)
    before = await _used(work, claim, product)
    cover = Cover(policy.starts, policy.ends, frozenset(policy.sports))
    terms = Terms(product, cover, await _rates(work, lines))
    proposal = adjudication.propose(terms, lines, before)
    flags = await _flags(work, claim, policy, papers)
    return Assessment(
        claim=claim,
        policy=policy,
        product=product,
        lines=lines,
        papers=papers,
        proposal=proposal,
        used=before,
        flags=flags,
        decisions=tuple(await work.uow.claims.decisions(claim.id)),
        simple=review.simple(
            proposal, flags, ClaimStatus.APPEALED if claim.notes.get(APPEAL) else claim.status
        ),
    )


async def _lines(work: Work, claim: Claim, product: Product, papers: Sequence[Paper]) -> tuple[Line, ...]:
    """As filed, with the papers shown by now; where a person found something out, by that."""
    entered = claim.notes.get(FOUND)
    if entered:
        known = found_out.read(entered[-1]["facts"])
        told = replace(claim, facts=known.over(claim.facts))
        return tuple(known.on(line) for line in checklist.lines(told, product, papers))
    kept = await work.uow.claims.lines(claim.id)
    if not kept:
        return checklist.lines(claim, product, papers) if claim.facts.event_on else ()
    seen = evidence.shown(papers)
    wanted = {item.id: frozenset(item.papers) for item in product.items}
    return tuple(replace(line, papers=seen & wanted.get(line.item, frozenset())) for line in kept)


async def _used(work: Work, claim: Claim, product: Product) -> Used:
    """What other decided claims of the same insured person took out of the policy."""
    decided = []
    for other in await work.uow.claims.of_policy(claim.policy):
        if other.id == claim.id or other.insured != claim.insured or other.drill:
            continue
        decisions = await work.uow.claims.decisions(other.id)
        if decisions:
            lines = {line.id: line for line in await work.uow.claims.lines(other.id)}
            decided += [(lines[f.line], f) for f in decisions[-1].findings if f.line in lines]
    return used.after(product, decided)


async def _rates(work: Work, lines: Sequence[Line]) -> tuple[Rate, ...]:
    days = sorted({line.spent_on for line in lines})
    found: list[Rate] = []
    for day in days:
        found += await work.uow.prices.rates(day)
    return tuple(found)


async def _flags(work: Work, claim: Claim, policy: Policy, papers: Sequence[Paper]) -> tuple[Conflict, ...]:
    meetings = []
    for envoy_id, before in await work.uow.claim_links.met(claim):
        envoy = await work.uow.envoys.get(envoy_id)
        meetings.append(review.Meeting(envoy.person, envoy.name, before))
    insured = [p.person for p in policy.people if p.person is not None]
    others = await work.uow.claims.of_person(claim.person)
    found = review.conflicts(claim, meetings, [o for o in others if not o.drill], insured)
    standing = [p for p in papers if p.state is not evidence.PaperState.DROPPED]
    twins = [ref for paper in standing for ref in paper.twins]
    no_cover = () if policy.covered else (Conflict(Flag.NO_COVER, (str(policy.status),)),)
    return (*found, *review.of_papers(evidence.for_a_person(standing), twins), *no_cover)


async def take(work: Work, claim_id: ClaimId, operator: Operator) -> Claim:
    """A reviewer looks into it; the claimant hears that a person does."""
    claim = await _claim(work, claim_id, operator)
    if claim.status not in (ClaimStatus.FILED, ClaimStatus.APPEALED):
        raise NotOpen
    await _not_again(work, claim, operator)
    claim.reviewer = operator.id
    await claims.move(work, claim, ClaimStatus.UNDER_REVIEW, operator.id, Told("decision.under_review"))
    await audit(work, claim, operator, "claim.under_review")
    return claim


async def decide(work: Work, claim_id: ClaimId, operator: Operator, ruling: Ruling) -> Claim:
    """A person's decision, on exactly what they saw. With a second signature needed it is only the first of two.

    Raises `Changed`, `NotOpen`, `SamePerson` for an appeal against one's own decision, what `review.rule` raises.
    """
    claim = await _claim(work, claim_id, operator)
    if claim.status not in WITH_US:
        raise NotOpen
    if claim.version != ruling.seen:
        raise Changed
    if claim.notes.get(SIGNED):
        return await _second(work, claim, operator)
    await _not_again(work, claim, operator)
    found = await assess(work, claim)
    outcome = review.rule(found.product, found.lines, found.proposal, ruling, found.used)
    if _serious(found) and outcome.total and not ruling.words:
        raise review.WhyMissing
    if review.two_needed(outcome, found.flags, await _over(work, outcome.total)):
        return await _sign(work, claim, operator, Signing(ruling, outcome.total))
    await _settle(work, found, outcome, Decided(operator, ruling.words))
    return claim


def _serious(found: Assessment) -> bool:
    return any(c.flag in review.SERIOUS for c in found.flags)


async def _not_again(work: Work, claim: Claim, operator: Operator) -> None:
    """An appeal is for somebody else than those who decided before."""
    if claim.notes.get(APPEAL):
        before = await work.uow.claims.decisions(claim.id)
        if any(operator.id in (decision.by, decision.second) for decision in before):
            raise SamePerson


async def _over(work: Work, total: Money) -> bool:
    """Over the limit, or in a currency whose worth nobody knows."""
    limit = work.world.claims.two_over
    try:
        rates = await work.uow.prices.rates(work.now.date())
        return prices.convert(rates, total, limit.currency) > limit
    except prices.NoRate:
        return True


@dataclass(frozen=True, slots=True)
class Signing:
    """What the first of two signs: a ruling and what it comes to."""

    ruling: Ruling
    total: Money


async def _sign(work: Work, claim: Claim, operator: Operator, given: Signing) -> Claim:
    """The first of two: kept as it was ruled, shown to the second, told to nobody outside as decided."""
    sums = {line: [money.minor, money.currency] for line, money in given.ruling.sums.items()}
    signed = {"by": operator.id, "name": operator.name, "reason": given.ruling.words, "sums": sums}
    claim.notes = {**claim.notes, SIGNED: {**signed, "total": given.total.minor}}
    claim.reviewer = operator.id
    if claim.status is ClaimStatus.UNDER_REVIEW:
        await claims.save(work, claim)
        await claims.tell(work, claim, "decision.second_look")
    else:
        told = Told("decision.second_look")
        await claims.move(work, claim, ClaimStatus.UNDER_REVIEW, operator.id, told)
    await claims.note(work, claim, operator.id, "claim.signed_first")
    await audit(work, claim, operator, "claim.signed_first")
    await work.uow.desk.alert(Alert(0, work.now, "claim_second", None, claim.ref))
    work.uow.hint("queue")
    return claim


def signed_ruling(claim: Claim) -> Ruling:
    """What the first of two ruled."""
    kept: dict[str, Any] = claim.notes[SIGNED]
    sums = {line: Money(int(minor), str(currency)) for line, (minor, currency) in kept["sums"].items()}
    return Ruling(sums, str(kept["reason"]), claim.version)


async def _second(work: Work, claim: Claim, operator: Operator) -> Claim:
    kept: dict[str, Any] = claim.notes[SIGNED]
    if operator.id == kept["by"]:
        raise SamePerson
    await _not_again(work, claim, operator)
    found = await assess(work, claim)
    ruling = signed_ruling(claim)
    outcome = review.rule(found.product, found.lines, found.proposal, ruling, found.used)
    if outcome.total.minor != kept["total"]:
        raise Changed
    first = replace(operator, id=kept["by"], name=kept["name"])
    await _settle(work, found, outcome, Decided(first, ruling.words, operator.id))
    return claim


async def unsign(work: Work, claim_id: ClaimId, operator: Operator) -> Claim:
    """The first signature does not stand: the claim is looked at anew."""
    claim = await _claim(work, claim_id, operator)
    if not claim.notes.get(SIGNED):
        raise NotOpen
    claim.notes = {name: value for name, value in claim.notes.items() if name != SIGNED}
    await claims.save(work, claim)
    await claims.note(work, claim, operator.id, "claim.unsigned")
    await audit(work, claim, operator, "claim.unsigned")
    return claim


@dataclass(frozen=True, slots=True)
class Decided:
    """By whom, with which words, and who signed second."""

    by: Operator
    words: str
    second: str = ""


async def _settle(work: Work, found: Assessment, outcome: Outcome, how: Decided) -> None:
    """Written down, told with its reasons, and what is to be paid is ordered: one action."""
    claim = found.claim
    decision = Decision(
        claim.id,
        len(found.decisions) + 1,
        work.now,
        how.by.id,
        outcome.status,
        outcome.total,
        outcome.findings,
        how.words,
        how.second,
    )
    await work.uow.claims.add_decision(decision)
    await work.uow.claims.put_lines(claim.id, found.lines)
    claim.total, claim.reviewer = outcome.total, how.by.id
    claim.notes = {name: value for name, value in claim.notes.items() if name not in (SIGNED, APPEAL)}
    told = await claim_verdicts.told(work, found.product, claim, decision)
    await claims.move(work, claim, outcome.status, how.by.id, told)
    await audit(work, claim, how.by, f"claim.{outcome.status}")
    await claim_payment.begin(work, claim, found.policy, decision)
    await claim_clock.decided(work, claim)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is still wanted: papers by the policy's names, or words. `seen`: the claim's version looked at."""

    papers: tuple[str, ...]
    words: str
    seen: int


async def more(work: Work, claim_id: ClaimId, operator: Operator, asked: Asked) -> Claim:
    """Back to the claimant: papers are wanted again, or something else, said in a person's own words."""
    claim = await _claim(work, claim_id, operator)
    if claim.status not in WITH_US:
        raise NotOpen
    if claim.version != asked.seen:
        raise Changed
    words = asked.words.strip()[: review.LONGEST]
    if set(asked.papers) - set((await claims.product_of(work, claim)).papers):
        raise NotFound
    if not (words or asked.papers):
        raise review.WhyMissing
    claim.notes = {name: value for name, value in claim.notes.items() if name != SIGNED}
    if asked.papers:
        await claims.ask_for(work, claim, operator.id, asked.papers)
        if words:
            await claims.tell(work, claim, "decision.reviewer_says", {"reason": words})
    else:
        claim.reminded, claim.touched_at, claim.wanted = 0, work.now, evidence.MORE
        claim.notes = {**claim.notes, claim_words.WANTED: words}
        await claims.move(work, claim, ClaimStatus.INCOMPLETE, operator.id, None)
        await claim_words.asked_for(work, claim)
    await claim_clock.stop(work, claim)
    await audit(work, claim, operator, "claim.incomplete")
    return claim


async def day_ends(work: Work, deadline: Deadline) -> None:
    """The day a simple claim should be paid on is nearly over."""
    claim = await work.uow.claims.get(ClaimId(deadline.subject))
    if claim.status not in (ClaimStatus.FILED, ClaimStatus.UNDER_REVIEW) or claim.drill:
        return
    if (await assess(work, claim)).simple:
        await work.uow.desk.alert(Alert(0, work.now, "claim_day_ends", None, claim.ref))
        work.uow.hint("queue")


async def _claim(work: Work, claim_id: ClaimId, operator: Operator) -> Claim:
    if operator.role not in REVIEWERS:
        raise NotAllowed
    return await work.uow.claims.get(claim_id)


async def open_claim(work: Work, claim_id: ClaimId, operator: Operator, seen: int) -> Claim:
    """A claim that waits here, as this reviewer saw it. Raises `NotOpen`, `Changed`, `SamePerson`."""
    claim = await _claim(work, claim_id, operator)
    if claim.status not in WITH_US:
        raise NotOpen
    if claim.version != seen:
        raise Changed
    await _not_again(work, claim, operator)
    return claim


async def audit(work: Work, claim: Claim, operator: Operator, what: str) -> None:
    await work.uow.staff.audit(work.now, operator.id, what, f"claim:{claim.id}")
