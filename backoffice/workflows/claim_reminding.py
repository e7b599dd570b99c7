"""Reminders of a claim that is not whole: what is missing, in plain words, and how to make them stop."""

from datetime import timedelta

from backoffice.claims import checklist, evidence
from backoffice.claims.claim import Claim, ClaimId
from backoffice.kernel.messages import Choice, Listing, Message, Param
from backoffice.ports import Deadline
from backoffice.workflows import claim_words, claims
from backoffice.workflows.work import Work

ASKED = "claim.remind"
OPEN_FOR = timedelta(days=14)
NO_MORE = Choice("no_reminders", "button.claim_no_reminders", "2")
CHOICES = (
    Choice("go_on", "button.claim_go_on", "1"),
    NO_MORE,
    Choice("give_up", "button.claim_give_up", "3"),
)


async def due(work: Work, deadline: Deadline) -> None:
    """Told once more; the next pause is longer. Nothing while a rescue of theirs is under way."""
    claim = await work.uow.claims.get(ClaimId(deadline.subject))
    if not (claim.collecting and claim.remind):
        return
    claim.reminded, claim.touched_at = claim.reminded + 1, work.now
    await claims.save(work, claim)
    if await work.uow.cases.active_of(claim.person) is None:
        await _remind(work, claim)
    await claims.remind_later(work, claim)


async def _remind(work: Work, claim: Claim) -> None:
    if claim.wanted == evidence.MORE:
        await claim_words.asked_for(work, claim, NO_MORE)
        return
    product = await claims.product_of(work, claim)
    reader = await work.uow.people.get(claim.person)
    missing = await claims.missing(work, claim, product, reader.locale)
    kind = claims.kind_word(claim)
    if checklist.untold(claim, product) or not missing:
        message = Message("claim.remind_untold", {"ref": claim.ref, "kind": kind}, CHOICES)
    else:
        params: dict[str, Param] = {"ref": claim.ref, "kind": kind, "missing": Listing(missing)}
        message = Message("claim.remind", params, CHOICES)
    await work.ask(claims.about(claim, message), ASKED, claim.id, work.now + OPEN_FOR)


async def stop(work: Work, claim: Claim) -> None:
    """No more of them; papers are still welcome."""
    claim.remind = False
    await claims.save(work, claim)
    await claims.remind_later(work, claim)
    await claims.tell(work, claim, "claim.reminders_off")
