"""What those who decide claims read: the list with its clocks, one claim with the letter its decision would send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backoffice.claims import found as found_out
from backoffice.claims import review, said
from backoffice.claims.claim import Claim, ClaimId, ClaimStatus, Decision, Happened
from backoffice.claims.payment import ClaimPayment, ClaimPaymentStatus
from backoffice.claims.review import Conflict, Ruling
from backoffice.claims.said import Words
from backoffice.insurance.model import Exclusion
from backoffice.kernel.errors import Refusal
from backoffice.kernel.messages import Message
from backoffice.kernel.money import Money
from backoffice.money.rules import RECORDED
from backoffice.workflows import claim_circumstances, claim_payment, claim_review, claim_verdicts
from backoffice.workflows.claim_circumstances import Entry
from backoffice.workflows.claim_review import Assessment
from backoffice.workflows.work import Work

SHOWN = 60


@dataclass(frozen=True, slots=True)
class Line:
    """One claim of the list. `due`: when the claimant's day ends, for a simple one that was filed today."""

    claim: Claim
    name: str
    proposed: Money
    simple: bool
    flags: tuple[Conflict, ...]
    due: datetime | None


@dataclass(frozen=True, slots=True)
class Board:
    """`trouble`: payments that came back, or wait for an account to go to."""

    waiting: Sequence[Line]
    recent: Sequence[Claim]
    trouble: Sequence[tuple[str, ClaimPayment]]


@dataclass(frozen=True, slots=True)
class Page:
    """One claim. `letter`: what the claimant would read if it were decided as proposed, None while a line is open."""

    found: Assessment
    name: str
    locale: str
    due: datetime | None
    letter: Message | None
    payments: Sequence[ClaimPayment]
    events: Sequence[Happened]
    payees: Sequence[str]
    staff: dict[str, str]
    said: Sequence[Words]
    entered: Sequence[Entry]
    askable: Sequence[Exclusion]


async def board(work: Work) -> Board:
    """Simple ones first, the one whose day ends first at the top; then the others by age."""
    lines = [await _line(work, claim) for claim in await work.uow.claim_desk.waiting(SHOWN)]
    lines.sort(key=lambda line: (not line.simple, line.claim.filed_at or work.now))
    trouble = []
    for status in (ClaimPaymentStatus.WAITING, ClaimPaymentStatus.FAILED):
        for payment in await work.uow.claim_payments.with_status(status):
            claim = await work.uow.claims.get(payment.claim)
            if claim.status in claim_payment.TO_PAY:
                trouble.append((claim.ref, payment))
    return Board(lines, await work.uow.claim_desk.recent(SHOWN), trouble)


async def _line(work: Work, claim: Claim) -> Line:
    found = await claim_review.assess(work, claim)
    total = found.proposal.total
    return Line(claim, _name(found), total, found.simple, found.flags, _due(claim, found.simple))


def _due(claim: Claim, simple: bool) -> datetime | None:
    filed = claim.filed_at
    return review.same_day(filed, claim.zone) if simple and filed is not None else None


def _name(found: Assessment) -> str:
    people = found.policy.people
    inside = 0 <= found.claim.insured < len(people)
    return people[found.claim.insured].name if inside else ""


async def next_simple(work: Work, after: str) -> ClaimId | None:
    """The next one that a press of a button may pay."""
    found = await board(work)
    return next((line.claim.id for line in found.waiting if line.simple and line.claim.id != after), None)


async def page(work: Work, claim: Claim) -> Page:
    found = await claim_review.assess(work, claim)
    reader = await work.uow.people.get(claim.person)
    return Page(
        found=found,
        name=_name(found),
        locale=reader.locale,
        due=_due(claim, found.simple)
        if claim.status in (ClaimStatus.FILED, ClaimStatus.UNDER_REVIEW)
        else None,
        letter=await _letter(work, found),
        payments=await work.uow.claim_payments.of_claim(claim.id),
        events=await work.uow.claims.events(claim.id),
        payees=await claim_payment.names(work, claim),
        staff={str(one.id): one.name for one in await work.uow.staff.everybody()},
        said=said.of(claim),
        entered=claim_circumstances.history(claim),
        askable=found_out.asked(found.product, found.lines),
    )


async def _letter(work: Work, found: Assessment) -> Message | None:
    """As `claim_review` would tell it now."""
    signed = bool(found.claim.notes.get(claim_review.SIGNED))
    ruling = claim_review.signed_ruling(found.claim) if signed else Ruling()
    try:
        outcome = review.rule(found.product, found.lines, found.proposal, ruling, found.used)
    except Refusal:
        return None
    if not found.lines:
        return None
    claim = found.claim
    number = len(found.decisions) + 1
    decision = Decision(
        claim.id, number, work.now, "", outcome.status, outcome.total, outcome.findings, ruling.words
    )
    told = await claim_verdicts.told(work, found.product, claim, decision)
    return Message(told.key, {"ref": claim.ref, **told.params}, more=told.more)


async def to_pay(work: Work) -> Sequence[tuple[str, ClaimPayment]]:
    """What finance pays by hand now, with the claims' references."""
    found = []
    for payment in await work.uow.claim_payments.with_status(ClaimPaymentStatus.ORDERED):
        if payment.payee is not None and payment.payee.provider == RECORDED:
            found.append(((await work.uow.claims.get(payment.claim)).ref, payment))
    return found
