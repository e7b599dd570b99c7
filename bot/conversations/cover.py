"""Cover in chat: what one has, in one message; buying, finding, and each policy behind a digit."""

from backoffice.insurance.policies import Policy
from backoffice.kernel.errors import NotFound
from backoffice.kernel.exchange import Question
from backoffice.kernel.messages import Choice, Message, Sentence
from backoffice.workflows import policies, policy_letters, recognising
from bot.conversations import claim_filing, cover_answers, cover_find, cover_policy, cover_questions
from bot.conversations.turn import Turn

LISTED_MOST = 5
_ONE = frozenset({"cover.one", "cover.cancel_ok", "cover.extend", "cover.extend_ok"})


async def mine(turn: Turn) -> None:
    """Everything that covers them, in one message. Inside an own SOS it is only told: digits belong to the case."""
    found = list(await recognising.mine(turn.work, turn.person.id))[:LISTED_MOST]
    lines = [line for n, policy in enumerate(found, 1) for line in await _lines(turn, policy, n)]
    if await turn.case() is not None:
        await turn.say("cover.mine" if found else "cover.none_now", {}, *lines)
        return
    shown = [Choice(p.id, f"button.cover_show_{n}", str(n)) for n, p in enumerate(found, 1)]
    claim = (Choice("claim", "button.cover_claim", "7"),) if found else ()
    more = (*claim, Choice("find", "button.cover_find", "8"), Choice("buy", "button.cover_new", "9"))
    key = "cover.mine" if found else "cover.none"
    await turn.ask(Message(key, choices=(*shown, *more), more=tuple(lines)), "cover.mine")


async def _lines(turn: Turn, policy: Policy, number: int) -> list[Sentence]:
    product = await policies.product_of(turn.work, policy)
    return policy_letters.line(policy, product, turn.person, number)


async def buy(turn: Turn) -> None:
    """A new draft, or the one that was left. An open case comes first."""
    if await turn.case() is not None:
        await turn.say("cover.case_first")
        return
    await cover_answers.start(turn)


async def answer(turn: Turn, question: Question, value: str) -> bool:
    """A choice on a question of cover."""
    step = question.kind.split(".", 1)[1]
    if not question.open:
        await turn.say("question.over")
    elif question.kind == "cover.mine":
        await _mine(turn, value)
    elif question.kind in _ONE:
        if not await cover_policy.answer(turn, question, value):
            await mine(turn)
    elif step in cover_questions.STEPS:
        await cover_answers.chosen(turn, step, value)
    elif not await cover_find.chosen(turn, step, value):
        await mine(turn)
    return True


async def _mine(turn: Turn, value: str) -> None:
    await turn.work.uow.talk.close_about(turn.person.id)
    if value == "buy":
        await buy(turn)
    elif value == "find":
        await cover_find.ask(turn)
    elif value == "claim":
        await claim_filing.mine(turn)
    else:
        try:
            policy = await policies.of_holder(turn.work, turn.person.id, value)
        except NotFound:
            await turn.say("question.over")
            return
        await cover_policy.show(turn, policy)


async def filled(turn: Turn, question: Question, said: str) -> bool:
    """Typed words for a question of cover that wants words. A case comes first."""
    step = question.kind.split(".", 1)[1]
    if await turn.case() is not None:
        return False
    if step in cover_questions.STEPS:
        return await cover_answers.filled(turn, step, said)
    return await cover_find.filled(turn, step, said)
