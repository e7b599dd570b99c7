"""Words typed while a claim's papers are collected: kept with the claim; one press hands them to the centre instead."""

from backoffice.claims import evidence
from backoffice.claims.claim import Claim
from backoffice.kernel.errors import NotFound
from backoffice.kernel.messages import Sentence
from backoffice.workflows import claim_words, claims
from backoffice.workflows.relay import Said
from bot.conversations import claim_collecting, claim_facts, menu
from bot.conversations.turn import Turn

_ASKED_AGAIN = frozenset({"claim.existing", "claim.sure"})
_KINDS = _ASKED_AGAIN | {claims.COLLECTED, claim_words.ASKED, "claim.remind"}


async def said(turn: Turn, what: Said) -> bool:
    """Words, when the last thing they were asked was about a claim that collects. False when they are for others."""
    if not what.text or what.media is not None or turn.quiet:
        return False
    kind, claim = await _asked_last(turn)
    if claim is None or not await claim_words.keep(turn.work, claim, what.text):
        return False
    if kind in _ASKED_AGAIN or not claim.wanted:
        await _again(turn, claim)
    else:
        await claim_words.answer(turn.work, claim, await _wanted(turn, claim))
    return True


async def _asked_last(turn: Turn) -> tuple[str, Claim | None]:
    """The kind of the newest question, and its claim if that collects."""
    asked = await turn.work.uow.talk.open_questions(turn.person.id)
    if not asked or asked[0].kind not in _KINDS or await turn.case() is not None:
        return "", None
    try:
        claim = await claims.of_person(turn.work, turn.person.id, asked[0].subject)
    except NotFound:
        return "", None
    return asked[0].kind, claim if claim.collecting else None


async def _again(turn: Turn, claim: Claim) -> None:
    """Kept, and the same question once more: it was not answered by these words."""
    await turn.work.uow.talk.close_about(claim.id)
    await claim_collecting.not_answered(turn, claim)
    await claim_facts.proceed(turn, claim, Sentence("claim.words", {"ref": claim.ref}))


async def _wanted(turn: Turn, claim: Claim) -> str:
    """The paper that is being collected, as the claimant reads it; "" when a reviewer waits for words."""
    if claim.wanted in ("", evidence.MORE):
        return ""
    product = await claims.product_of(turn.work, claim)
    return claims.paper_name(product, claim.wanted, turn.person.locale)


async def elsewhere(turn: Turn, claim: Claim) -> None:
    """Meant for the centre: taken from the claim and put in its queue, as any other message; the claim goes on."""
    words = await claim_words.take_back(turn.work, claim)
    if words:
        await menu.to_centre(turn, Said(words))
    await claim_words.answer(turn.work, claim, await _wanted(turn, claim), given_on=True)


async def done(turn: Turn) -> bool:
    """ "Done", with nothing open that it could answer: the claim they were at just now goes on."""
    claim = await claim_collecting.collecting(turn)
    if claim is None or not claim_collecting.just_now(turn, claim):
        return False
    if claim.wanted == evidence.MORE:
        await claims.file(turn.work, claim)
    else:
        await claim_collecting.done(turn, claim)
    return True
