"""Claims in chat: which there are, a new one, and where the next answer belongs."""

from datetime import timedelta

from backoffice.claims.claim import OPEN, Claim
from backoffice.insurance.policies import IN_FORCE, Policy, local_day
from backoffice.kernel.errors import NotFound
from backoffice.kernel.exchange import Question
from backoffice.kernel.messages import Choice, Message, Sentence, Term
from backoffice.workflows import claims, policies, policy_letters
from bot.conversations import claim_facts, claim_one, claim_start, claim_verdict
from bot.conversations.turn import Turn
from bot.incoming import File

LISTED_MOST = 5
FREE_DIGITS = frozenset({"claim.hours", "claim.days"})
"""Questions that a bare number answers, whatever digits its buttons have."""
TELLING = timedelta(minutes=15)
"""So long after the question "my bag was stolen" is its answer; later it may have happened just now."""
_TOLD = frozenset({"claim.told", "claim.amount"})
_SHOWN = frozenset({claims.COLLECTED})
"""What stands under a photo for one of these tells what it shows; typed words alone may be an emergency of now."""
NEW = Choice("new", "button.claim_new", "9")


async def mine(turn: Turn) -> None:
    """Their claims, or at once a new one where there is none. A rescue comes first."""
    if await turn.case() is not None:
        await turn.say("claim.case_first")
        return
    await turn.work.uow.talk.close_about(turn.person.id)
    found = [c for c in await turn.work.uow.claims.of_person(turn.person.id) if c.status in OPEN]
    shown = sorted(found, key=lambda c: c.created_at)[-LISTED_MOST:]
    if not shown:
        await begin(turn)
        return
    lines = tuple(_line(claim, n) for n, claim in enumerate(shown, 1))
    offered = [Choice(c.id, f"button.claim_show_{n}", str(n)) for n, c in enumerate(shown, 1)]
    await turn.ask(Message("claim.mine", choices=(*offered, NEW), more=lines), "claim.mine")


def _line(claim: Claim, number: int) -> Sentence:
    status = Term(f"claim_status.{claim.status}")
    kind = claims.kind_word(claim)
    return Sentence("claim.line", {"index": number, "kind": kind, "ref": claim.ref, "status": status})


async def begin(turn: Turn) -> None:
    """The policy first: it decides what can be claimed."""
    found = await _claimable(turn)
    if not found:
        await turn.say("claim.no_policy")
    elif len(found) == 1:
        await claim_start.policy_known(turn, found[0])
    else:
        await _ask_policy(turn, found[-LISTED_MOST:])


async def _claimable(turn: Turn) -> list[Policy]:
    """Confirmed and begun; what is over can still be claimed for."""
    today = local_day(turn.work.now)
    known = await turn.work.uow.policies.of_person(turn.person.id)
    return [policy for policy in known if policy.status in IN_FORCE and policy.starts <= today]


async def _ask_policy(turn: Turn, found: list[Policy]) -> None:
    lines = []
    for number, policy in enumerate(found, 1):
        product = await policies.product_of(turn.work, policy)
        facts = policy_letters.facts(policy, product, turn.person.locale)
        lines.append(Sentence("claim.policy_line", {**facts, "index": number}))
    offered = tuple(Choice(p.id, f"button.claim_show_{n}", str(n)) for n, p in enumerate(found, 1))
    await turn.ask(Message("claim.policy", choices=offered, more=tuple(lines)), "claim.policy")


async def answer(turn: Turn, question: Question, value: str) -> bool:
    """A choice on a question about claims."""
    if not question.open or await turn.case() is not None:
        await turn.say("question.over" if not question.open else "claim.case_first")
        return True
    await turn.work.uow.talk.close_question(question.id)
    step = question.kind.split(".", 1)[1]
    try:
        await _chosen(turn, (step, value), question)
    except NotFound:
        await turn.say("question.over")
    return True


async def _chosen(turn: Turn, chosen: tuple[str, str], question: Question) -> None:
    step, value = chosen
    if step == "mine":
        await (begin(turn) if value == "new" else _show(turn, value))
    elif step == "policy":
        await claim_start.policy_known(turn, await policies.of_holder(turn.work, turn.person.id, value))
    elif step == "appeal":
        await claim_verdict.chosen(turn, await claims.of_person(turn.work, turn.person.id, value))
    elif step in claim_start.STEPS:
        await claim_start.chosen(turn, step, value)
    else:
        claim = await claims.of_person(turn.work, turn.person.id, question.subject)
        await (claim_facts.chosen if step in claim_facts.STEPS else claim_one.chosen)(turn, claim, chosen)


async def _show(turn: Turn, claim_id: str) -> None:
    await claim_one.show(turn, await claims.of_person(turn.work, turn.person.id, claim_id))


async def telling(turn: Turn) -> bool:
    """What they were asked last is what happened or what it cost, or they show a paper of it."""
    asked = await turn.work.uow.talk.open_questions(turn.person.id)
    lately = [q for q in asked[:1] if turn.work.now - q.asked_at < TELLING]
    kinds = _TOLD | _SHOWN if isinstance(turn.incoming.content, File) else _TOLD
    return any(question.kind in kinds for question in lately) and await turn.case() is None


async def filled(turn: Turn, question: Question, said: str) -> bool:
    """Typed words for a question about a claim that wants words. A rescue comes first."""
    step = question.kind.split(".", 1)[1]
    if step not in claim_facts.STEPS or await turn.case() is not None:
        return False
    try:
        claim = await claims.of_person(turn.work, turn.person.id, question.subject)
    except NotFound:
        return False
    return await claim_facts.filled(turn, claim, (step, said))
