"""After a decision: where the money goes, and an appeal in the claimant's own words."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from backoffice.claims import payment as payment_rules
from backoffice.claims.claim import Claim
from backoffice.kernel.errors import NotFound
from backoffice.kernel.exchange import Question
from backoffice.kernel.messages import Choice, Message, Param, Sentence, Term
from backoffice.workflows import claim_appeals, claim_payment, claim_verdicts, claims
from bot.conversations.turn import Turn

WHY, WHICH = "verdict.appeal_why", "claim.appeal"
LISTED_MOST = 5
KINDS = frozenset({WHY, claim_verdicts.PAYEE})
GOOD_FOR = timedelta(days=1)
_APPEAL: Final = re.compile(
    r"(?:我要)?(?:申[诉訴]|APPEAL|(?:不服|異議)申し?立て?|이의\s?신청)\s*[::]?\s*([2-9A-Z]{6})"
)


async def appeal(turn: Turn) -> None:
    """The word alone: the one decision it can be about, else which."""
    open_ = await _open(turn)
    if not open_:
        await turn.say("decision.appeal_none")
    elif len(open_) == 1:
        await _ask_why(turn, open_[0])
    else:
        await _ask_which(turn, open_[-LISTED_MOST:])


async def _ask_which(turn: Turn, open_: Sequence[Claim]) -> None:
    """By a digit; the word with a claim's number does as well."""
    lines = []
    for number, claim in enumerate(open_, 1):
        params: dict[str, Param] = {"index": number, "kind": claims.kind_word(claim), "ref": claim.ref}
        lines.append(Sentence("claim.line", {**params, "status": Term(f"claim_status.{claim.status}")}))
    offered = tuple(Choice(c.id, f"button.claim_show_{n}", str(n)) for n, c in enumerate(open_, 1))
    message = Message("decision.appeal_which", {"ref": open_[-1].ref}, offered, more=tuple(lines))
    await turn.ask(message, WHICH)


async def chosen(turn: Turn, claim: Claim) -> None:
    """The decision they mean."""
    if await claim_appeals.appealable(turn.work, claim):
        await _ask_why(turn, claim)
    else:
        await turn.say("decision.appeal_none")


async def named(turn: Turn, said: str) -> bool:
    """The word with a claim's number."""
    found = _APPEAL.fullmatch(unicodedata.normalize("NFKC", said).strip().upper())
    if found is None:
        return False
    claim = next((c for c in await _open(turn) if c.ref == found[1]), None)
    if claim is None:
        await turn.say("decision.appeal_none")
    else:
        await _ask_why(turn, claim)
    return True


async def _open(turn: Turn) -> Sequence[Claim]:
    """Their decisions that can be appealed against now."""
    mine = await turn.work.uow.claims.of_person(turn.person.id)
    return [claim for claim in mine if await claim_appeals.appealable(turn.work, claim)]


async def _ask_why(turn: Turn, claim: Claim) -> None:
    letter = claims.about(claim, Message("decision.appeal_why", {"ref": claim.ref}))
    await turn.work.ask(letter, WHY, claim.id, turn.work.now + GOOD_FOR)


async def filled(turn: Turn, question: Question, said: str) -> bool:
    """Words for one of these questions; False when they are none. An open case comes before money."""
    if question.kind not in KINDS or await turn.case() is not None:
        return False
    try:
        claim = await claims.of_person(turn.work, turn.person.id, question.subject)
    except NotFound:
        return False
    if question.kind == WHY:
        return await _why(turn, claim, said)
    return await _account(turn, claim, said)


async def _why(turn: Turn, claim: Claim, said: str) -> bool:
    await turn.work.uow.talk.close_about(claim.id, WHY)
    if not await claim_appeals.appeal(turn.work, claim, said):
        await turn.say("decision.appeal_none")
    return True


async def _account(turn: Turn, claim: Claim, said: str) -> bool:
    """A bank and an account; words without a number are for the centre and leave the question open."""
    try:
        payment_rules.account(said)
    except payment_rules.BadAccount:
        return False
    names = await claim_payment.names(turn.work, claim)
    if not names:
        return False
    await turn.work.uow.talk.close_about(claim.id, claim_verdicts.PAYEE)
    await turn.say("decision.account_taken", {"account": payment_rules.tail(said)})
    await claim_payment.named(turn.work, claim, names[0], said)
    return True
