"""One claim in chat: how it stands, going on with it, handing it in, giving it up, and its reminders."""

from backoffice.claims.claim import Claim, ClaimStatus
from backoffice.kernel.messages import Choice, Listing, Message, Param, Sentence, Term
from backoffice.workflows import claim_reminding, claims
from bot.conversations import claim_collecting, claim_facts, claim_said
from bot.conversations.turn import Turn, choices

_BACK = Choice("back", "button.claim_back", "0")
_MAY_GIVE_UP = frozenset({ClaimStatus.DRAFT, ClaimStatus.INCOMPLETE, ClaimStatus.FILED})


async def show(turn: Turn, claim: Claim) -> None:
    """Its status, what is missing, what can be done now."""
    product = await claims.product_of(turn.work, claim)
    missing = await claims.missing(turn.work, claim, product, turn.person.locale) if claim.collecting else ()
    more = (Sentence("claim.one_missing", {"missing": Listing(missing)}),) if missing else ()
    params: dict[str, Param] = {
        "ref": claim.ref,
        "kind": claims.kind_word(claim),
        "status": Term(f"claim_status.{claim.status}"),
    }
    deeds = choices(("go_on", "button.claim_go_on", "1")) if claim.collecting else ()
    if claim.status in _MAY_GIVE_UP:
        deeds = (*deeds, Choice("give_up", "button.claim_give_up", "3"))
    message = Message("claim.one", params, (*deeds, _BACK), more=more)
    await turn.work.ask(claims.about(claim, message), "claim.one", claim.id, turn.work.now + claims.OPEN_FOR)


async def chosen(turn: Turn, claim: Claim, chosen: tuple[str, str]) -> None:
    """A choice on a claim that exists."""
    step, value = chosen
    if step == "existing":
        await claim_collecting.attach(turn, claim, value)
    elif step == "drop":
        await (claims.withdraw(turn.work, claim) if value == "yes" else show(turn, claim))
    elif value == "give_up":
        await _ask_drop(turn, claim)
    elif value == "no_reminders":
        await claim_reminding.stop(turn.work, claim)
    elif value == "hand_in":
        await _hand_in(turn, claim)
    elif value == "elsewhere":
        await claim_said.elsewhere(turn, claim)
    elif value == "back":
        await claims.tell(turn.work, claim, "claim.kept")
    elif not claim.collecting:
        await show(turn, claim)
    elif step == "words":
        await claim_collecting.done(turn, claim)
    else:
        await _go_on(turn, claim, value)


async def _go_on(turn: Turn, claim: Claim, value: str) -> None:
    if value == "done":
        await claim_collecting.done(turn, claim)
    elif value == "skip":
        await claim_collecting.skip(turn, claim)
    elif value == "later":
        await claim_collecting.later(turn, claim)
    elif value == "correct":
        await claim_collecting.correct(turn, claim)
        await claim_facts.proceed(turn, claim)
    else:
        await _resume(turn, claim)


async def _resume(turn: Turn, claim: Claim) -> None:
    claim.notes = {key: kept for key, kept in claim.notes.items() if key != claims.SKIPPED}
    await claims.touched(turn.work, claim)
    await claim_facts.proceed(turn, claim)


async def _hand_in(turn: Turn, claim: Claim) -> None:
    if not claim.collecting:
        await show(turn, claim)
        return
    await turn.work.uow.talk.close_about(claim.id)
    await claims.file(turn.work, claim)


async def _ask_drop(turn: Turn, claim: Claim) -> None:
    if claim.status not in _MAY_GIVE_UP:
        await show(turn, claim)
        return
    offered = choices(("yes", "button.claim_give_up_yes", "1"), ("no", "button.claim_keep", "2"))
    message = Message("claim.drop_ok", {"ref": claim.ref}, offered)
    await turn.work.ask(claims.about(claim, message), "claim.drop", claim.id, turn.work.now + claims.OPEN_FOR)
