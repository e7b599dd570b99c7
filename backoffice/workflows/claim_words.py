"""What a claimant writes while papers are collected: kept with the claim, read by who decides it, answered with what
happens next."""

from backoffice.claims.claim import Claim
from backoffice.claims.said import SAID
from backoffice.kernel.messages import Choice, Message, Param, Sentence
from backoffice.workflows import claims
from backoffice.workflows.work import Work

ASKED = "claim.words"
WANTED = "wanted_words"
"""In a claim's notes: what a reviewer asked for in words of their own."""
MOST, LONGEST = 60, 4000
"""So many messages of so many characters are kept with one claim; what comes beyond goes to the centre."""
GO_ON = Choice("go_on", "button.claim_done", "1")
THAT_IS_ALL = Choice("hand_in", "button.claim_that_is_all", "1")
ELSEWHERE = Choice("elsewhere", "button.claim_not_this", "2")


async def keep(work: Work, claim: Claim, text: str) -> bool:
    """Kept whole; False when it is too much for one claim."""
    known = claim.notes.get(SAID, [])
    if len(known) >= MOST or len(text) > LONGEST:
        return False
    claim.notes = {**claim.notes, SAID: [*known, [work.now.isoformat(), text]]}
    await claims.touched(work, claim)
    await claims.note(work, claim, claims.CLAIMANT, "claim.words")
    return True


async def take_back(work: Work, claim: Claim) -> str:
    """The newest message was meant for somebody else; "" when there is none."""
    known = claim.notes.get(SAID, [])
    if not known:
        return ""
    claim.notes = {**claim.notes, SAID: known[:-1]}
    await claims.save(work, claim)
    await claims.note(work, claim, claims.CLAIMANT, "claim.words_taken_back")
    return str(known[-1][1])


async def answer(work: Work, claim: Claim, paper: str, *, given_on: bool = False) -> None:
    """Who reads it, and what is wanted now: `paper` in the claimant's words, "" when only their last word is.

    `given_on`: it was not about the claim, and the centre has it.
    """
    if paper:
        params: dict[str, Param] = {"paper": paper}
        then = Sentence("claim.words_then_paper", params)
    else:
        then = Sentence("claim.words_then_done")
    done = GO_ON if paper else THAT_IS_ALL
    if given_on:
        message = Message("claim.words_given_on", {"ref": claim.ref}, (done,), more=(then,))
    else:
        message = Message("claim.words", {"ref": claim.ref}, (done, ELSEWHERE), more=(then,))
    await claims.ask(work, claim, claims.about(claim, message), ASKED)


async def asked_for(work: Work, claim: Claim, *more: Choice) -> None:
    """A reviewer wants something told (`WANTED`); photos are taken with it, and the claimant says when that is all."""
    params: dict[str, Param] = {"ref": claim.ref, "reason": str(claim.notes.get(WANTED, ""))}
    message = Message("decision.more", params, (THAT_IS_ALL, *more))
    await claims.ask(work, claim, claims.about(claim, message), ASKED)
