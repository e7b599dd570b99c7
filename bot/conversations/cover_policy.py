"""One policy in chat: its paper, its terms, a longer stay, giving it up."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace

from backoffice.insurance.policies import Policy, PolicyStatus, Source
from backoffice.insurance.pricing import NotSold
from backoffice.kernel.errors import NotFound
from backoffice.kernel.exchange import NewLetter, Question
from backoffice.kernel.messages import Choice, Day, Message, Param, Sentence
from backoffice.kernel.money import Money
from backoffice.workflows import certificates, policies, policy_letters
from bot.conversations.turn import GOOD_FOR, Turn, choices

BACK = Choice("back", "button.cover_back", "0")
_SHOWN = "cover_shown"
MORE_DAYS = ("3", "7", "15")


async def show(turn: Turn, policy: Policy) -> None:
    """Everything of it, and what can be done now."""
    product = await policies.product_of(turn.work, policy)
    lines = policy_letters.line(policy, product, turn.person, 1)
    lines.append(Sentence("cover.terms", {"link": policy_letters.terms_link(turn.work, product)}))
    if policy.source is not Source.BOUGHT:
        lines.append(
            Sentence(
                "cover.from_elsewhere",
                {"insurer": policy.organisation or product.insurer_name(turn.person.locale)},
            )
        )
    message = Message("cover.one", choices=(*_deeds(turn, policy), BACK), more=tuple(lines))
    await _ask(turn, policy, message, "cover.one")


def _deeds(turn: Turn, policy: Policy) -> list[Choice]:
    """What its holder may do; somebody only insured by it may read."""
    if policy.holder != turn.person.id or policy.source is not Source.BOUGHT:
        return []
    found = []
    if policy.covered:
        found.append(Choice("paper", "button.cover_paper", "1"))
    if policy.status is PolicyStatus.CONFIRMED and policy.change is None:
        found.append(Choice("longer", "button.cover_longer", "2"))
    if policy.status in (PolicyStatus.CONFIRMED, PolicyStatus.UNPAID) and policy.change is None:
        found.append(Choice("cancel", "button.cover_cancel", "3"))
    return found


async def _ask(turn: Turn, policy: Policy, message: Message, kind: str) -> None:
    letter = NewLetter(turn.person.id, replace(message, drill=turn.person.drill))
    await turn.work.ask(letter, kind, policy.id, turn.work.now + GOOD_FOR)


async def answer(turn: Turn, question: Question, value: str) -> bool:
    """A choice on one policy; False to show everything again."""
    await turn.work.uow.talk.close_question(question.id)
    try:
        policy = await policies.of_holder(turn.work, turn.person.id, question.subject)
    except NotFound:
        await turn.say("question.over")
        return True
    if value in ("back", "no"):
        return False
    deed = _DEEDS.get((question.kind, value)) or _DEEDS.get((question.kind, ""))
    if deed is None or (policy.holder != turn.person.id):
        await turn.say("question.over")
        return True
    await deed(turn, policy, value)
    return True


async def _paper(turn: Turn, policy: Policy, _value: str) -> None:
    media = await certificates.expect(turn.work, policy)
    await policy_letters.tell(turn.work, policy, "cover.paper", media=media)


async def _cancel(turn: Turn, policy: Policy, _value: str) -> None:
    """What comes back is shown before the yes."""
    back = await policies.refund_now(turn.work, policy)
    await _remember(turn, policy, back, 0)
    offered = (*choices(("yes", "button.cover_give_up", "1"), ("no", "button.cover_keep", "2")),)
    params: dict[str, Param] = {"refund": back, "number": policy.number}
    key = "cover.cancel_ok" if policy.number else "cover.cancel_unpaid_ok"
    await _ask(turn, policy, Message(key, params, offered), "cover.cancel_ok")


async def _cancel_yes(turn: Turn, policy: Policy, _value: str) -> None:
    shown = await _remembered(turn, policy)
    if shown is None or not await policies.cancel(turn.work, policy, shown[0]):
        await turn.say("cover.price_changed")
        await _cancel(turn, policy, "")


async def _longer(turn: Turn, policy: Policy, _value: str) -> None:
    offered = [Choice(days, f"button.cover_more_{days}", str(n)) for n, days in enumerate(MORE_DAYS, 1)]
    params: dict[str, Param] = {"ends": Day(policy.ends)}
    await _ask(turn, policy, Message("cover.extend", params, (*offered, BACK)), "cover.extend")


async def _days(turn: Turn, policy: Policy, value: str) -> None:
    try:
        ends, more = await policies.longer(turn.work, policy, int(value))
    except NotSold as refusal:
        params: dict[str, Param] = {k: v for k, v in refusal.params.items() if isinstance(v, str | int)}
        await turn.say(refusal.key, params)
        return
    await _remember(turn, policy, more, int(value))
    offered = choices(("yes", "button.cover_extend", "1"), ("no", "button.no", "2"))
    await _ask(
        turn,
        policy,
        Message("cover.extend_ok", {"ends": Day(ends), "more": more}, offered),
        "cover.extend_ok",
    )


async def _extend_yes(turn: Turn, policy: Policy, _value: str) -> None:
    shown = await _remembered(turn, policy)
    if shown is None or not await policies.extend(turn.work, policy, shown[1], shown[0]):
        await turn.say("cover.price_changed")
        return
    if shown[0]:
        minutes = int(turn.work.world.pay.expires_after.total_seconds() // 60)
        await turn.say("cover.pay_more", {"total": shown[0], "minutes": minutes})


async def _remember(turn: Turn, policy: Policy, sum_: Money, days: int) -> None:
    session = await turn.work.uow.talk.session(turn.person.id)
    kept = [policy.id, sum_.minor, sum_.currency, days]
    await turn.work.uow.talk.save_session(replace(session, data=session.data | {_SHOWN: kept}))


async def _remembered(turn: Turn, policy: Policy) -> tuple[Money, int] | None:
    """What was shown for this policy last."""
    kept = (await turn.work.uow.talk.session(turn.person.id)).data.get(_SHOWN)
    return (Money(kept[1], kept[2]), kept[3]) if kept and kept[0] == policy.id else None


_DEEDS: Mapping[tuple[str, str], Callable[[Turn, Policy, str], Awaitable[None]]] = {
    ("cover.one", "paper"): _paper,
    ("cover.one", "longer"): _longer,
    ("cover.one", "cancel"): _cancel,
    ("cover.cancel_ok", "yes"): _cancel_yes,
    ("cover.extend", ""): _days,
    ("cover.extend_ok", "yes"): _extend_yes,
}
