"""A decision in the claimant's language: each line with its sum or reason, the clause in words, what comes next."""

from collections.abc import Sequence

from backoffice.claims import payment as payment_rules
from backoffice.claims import review
from backoffice.claims.claim import Claim, ClaimStatus, Decision
from backoffice.claims.model import Finding, Line, Reason
from backoffice.claims.payment import ClaimPayment
from backoffice.insurance.model import Product, text
from backoffice.kernel.messages import Day, Listing, Message, Param, Sentence, Term
from backoffice.kernel.money import Money
from backoffice.money.rules import RECORDED
from backoffice.ports import Alert
from backoffice.workflows import claims, policy_letters
from backoffice.workflows.claims import Told
from backoffice.workflows.work import Work

PAYEE = "verdict.payee"
"""The question where to pay it."""
_HEAD = {
    ClaimStatus.APPROVED: "decision.approved",
    ClaimStatus.PARTLY_APPROVED: "decision.partly",
    ClaimStatus.REFUSED: "decision.refused",
}


async def told(work: Work, product: Product, claim: Claim, decision: Decision) -> Told:
    """The decision, line by line; a person's own words; how to appeal where there is anything to appeal against."""
    locale = (await work.uow.people.get(claim.person)).locale
    lines = {line.id: line for line in await work.uow.claims.lines(claim.id)}
    said: list[Sentence] = []
    for number, finding in enumerate(decision.findings, 1):
        said += _line(product, lines.get(finding.line), finding, (number, locale))
    said += _clauses(product, decision.findings, locale)
    if decision.reason:
        said.append(Sentence("decision.reviewer_says", {"reason": decision.reason}))
    if decision.status is not ClaimStatus.APPROVED:
        until = review.appeal_until(work.now, work.world.claims.appeal_days, claim.zone)
        said.append(Sentence("decision.how_to_appeal", {"until": Day(until)}))
    said.append(Sentence("decision.terms", {"link": policy_letters.terms_link(work, product)}))
    params: dict[str, Param] = {"amount": decision.total, "kind": claims.kind_word(claim)}
    return Told(_HEAD[decision.status], params, tuple(said))


def _line(product: Product, line: Line | None, finding: Finding, at: tuple[int, str]) -> list[Sentence]:
    number, locale = at
    item = product.item(line.item) if line else None
    params: dict[str, Param] = {
        "index": number,
        "item": text(item.names, locale) if item else (line.item if line else finding.line),
        "amount": finding.pays,
        "clause": finding.clause,
        "why": Term(f"decision_reason.{finding.reason}"),
    }
    if not finding.pays:
        return [Sentence("decision.line_no", params)]
    key = "decision.line_pays" if finding.reason is Reason.PAID else "decision.line_pays_why"
    found = [Sentence(key, params)]
    if finding.excess:
        found.append(Sentence("decision.line_excess", {"excess": finding.excess}))
    if finding.rate:
        rate = finding.rate
        words: dict[str, Param] = {"rate": f"1 {rate.base} = {rate.value} {rate.quote}", "day": Day(rate.on)}
        found.append(Sentence("decision.line_rate", words))
    return found


def _clauses(product: Product, findings: Sequence[Finding], locale: str) -> list[Sentence]:
    """What stands behind everything that was not paid in full, in the words of the terms; each clause once."""
    numbers = dict.fromkeys(f.clause for f in findings if f.reason is not Reason.PAID)
    found = []
    for number in numbers:
        clause = product.clause(number)
        if clause is not None:
            words: dict[str, Param] = {"clause": number, "words": text(clause.words, locale)}
            found.append(Sentence("decision.clause", words))
    return found


async def where_to(work: Work, claim: Claim, names: Sequence[str]) -> None:
    """Approved, and nobody knows where to pay it: only an account in the policy-holder's name."""
    if not names:
        await claims.tell(work, claim, "decision.where_to_centre")
        await work.uow.desk.alert(Alert(0, work.now, "claim_no_payee", None, claim.ref))
        work.uow.hint("queue")
        return
    message = Message("decision.where_to", {"ref": claim.ref, "names": Listing(tuple(names))})
    await work.ask(claims.about(claim, message), PAYEE, claim.id)


async def ordered(work: Work, claim: Claim, payment: ClaimPayment) -> None:
    """The money is on its way, and where it goes."""
    await claims.tell(work, claim, *_way(_ON_ITS_WAY, payment, payment.amount))


def paid(payment: ClaimPayment, amount: Money) -> Told:
    return Told(*_way(_PAID, payment, amount))


_ON_ITS_WAY = ("decision.on_its_way_wallet", "decision.on_its_way_account")
_PAID = ("decision.paid_wallet", "decision.paid_account")


def _way(keys: tuple[str, str], payment: ClaimPayment, amount: Money) -> tuple[str, dict[str, Param]]:
    """To the chat's wallet, or to an account of which the last digits are shown."""
    payee = payment.payee
    if payee is not None and payee.provider != RECORDED:
        return keys[0], {"amount": amount}
    return keys[1], {"amount": amount, "account": payment_rules.tail(payee.account if payee else "")}
