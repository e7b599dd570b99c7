"""Answers: a digit, a word or a button finds its question, and the question its flow."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from backoffice.cases.model import Case
from backoffice.kernel.exchange import Question
from backoffice.kernel.ids import CaseId, QuestionId
from backoffice.kernel.messages import Sentence
from backoffice.workflows import intake, sos
from bot.conversations import (
    claim_filing,
    cover,
    cover_questions,
    envoy,
    envoy_life,
    menu,
    order_questions,
    places,
    profile,
    service_order,
)
from bot.conversations import sos as own_sos
from bot.conversations.turn import Turn
from bot.incoming import Pressed

JUST_OVER = timedelta(minutes=1)
"""So long after the dispatch 10 and 11 may be meant for a countdown that had these digits."""
FREE_DIGITS = order_questions.FREE_DIGITS | cover_questions.FREE_DIGITS | claim_filing.FREE_DIGITS
READ_IN = timedelta(seconds=1.5)
"""Nobody gets a question, reads it and types its answer in less."""


_LATER = ("order.", "cover.", "claim.")
"""Kinds of questions that wait while an own case is open."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was chosen on which question."""

    question: Question
    value: str


async def pressed(turn: Turn, button: Pressed) -> bool:
    """A button: its question is looked up by id and must be the sender's own."""
    question = await turn.work.uow.talk.question(QuestionId(button.question))
    if question is None or question.person != turn.person.id:
        return False
    value = question.answers.get(button.digit)
    if value is None:
        return False
    return await _route(turn, Answer(question, value))


async def typed(turn: Turn, digits: str) -> bool:
    """A typed number answers the newest open question that uses it and that they can have read."""
    awake = await _awake(turn)
    for question in awake:
        if question.kind in FREE_DIGITS and digits not in question.answers:
            return False
        if digits in question.answers and not _unread(turn, question):
            return await _route(turn, Answer(question, question.answers[digits]))
    ending = _ending(awake, digits)
    return await _route(turn, ending) if ending else await _countdown_just_over(turn, digits)


def _ending(awake: Sequence[Question], digit: str) -> Answer | None:
    """A 2 typed for the 12 of the newest question, when that is about families; a 0 for the 10 of an older one too.

    Read as a cancel it would stand the envoy down. Offers and the like are answered by their whole digits alone.
    """
    asked = next((q for q in awake if q.kind.startswith("family.")), None)
    if asked is None or len(digit) != 1 or (digit != "0" and asked is not awake[0]):
        return None
    found = [Answer(asked, value) for whole, value in asked.answers.items() if whole[-1] == digit]
    return found[0] if len(found) == 1 else None


async def _awake(turn: Turn) -> list[Question]:
    """Open questions, newest first. While an own case is open, what is typed belongs to it and not to an order."""
    asked = await turn.work.uow.talk.open_questions(turn.person.id)
    if not any(q.kind.startswith(_LATER) for q in asked) or await turn.case() is None:
        return list(asked)
    return [q for q in asked if not q.kind.startswith(_LATER)]


def _unread(turn: Turn, question: Question) -> bool:
    """Put in the same moment in which they typed: a 1 that meant "send now" is not "for me"."""
    return question.kind.startswith("intake.") and turn.stored_at - question.asked_at < READ_IN


async def _countdown_just_over(turn: Turn, digits: str) -> bool:
    """A 0 or 1 meant for a countdown that has just ended still means cancel or confirm."""
    case = await turn.case()
    just = case is not None and case.dispatched_at and turn.work.now - case.dispatched_at < JUST_OVER
    if digits not in ("0", "1") and not (just and digits[-1] in "01"):
        return False
    digits = digits[-1]
    if case is None:
        return await envoy.too_late(turn)
    return await (own_sos.cancel(turn) if digits == "0" else own_sos.confirm(turn))


async def worded(turn: Turn, meanings: frozenset[str]) -> bool:
    """A typed word answers the one open question it fits; two that fit are asked back."""
    fits = [
        Answer(question, value)
        for question in await _awake(turn)
        for value in question.answers.values()
        if _means(question.kind, value) & meanings
    ]
    if not fits:
        return False
    if len({a.question.id for a in fits}) > 1 and not (_countdown(fits) or _of_one_order(fits)):
        await _ask_back(turn, fits)
        return True
    return await _route(turn, _countdown(fits) or fits[0])


_MEANT: Mapping[str, Mapping[str, frozenset[str]]] = {
    "intake.for_whom": {"self": frozenset({"me"})},
    "intake.guardian": {"own": frozenset({"me"}), "none": frozenset({"skip", "no"})},
    "intake.hurt": {"yes": frozenset({"hurt"}), "no": frozenset({"not_hurt"})},
    "late": {"yes": frozenset({"confirm"}), "no": frozenset({"cancel", "safe"})},
    "profile.consent": {"agree": frozenset({"yes"}), "refuse": frozenset({"no"})},
    "order.do": {"end": frozenset({"done"}), "withdraw": frozenset({"cannot_go_on"})},
    "order.end_ok": {"yes": frozenset({"done", "confirm"})},
    "order.end_now": {"yes": frozenset({"done", "confirm", "yes"}), "back": frozenset({"no", "cancel"})},
    "order.extend_ok": {"yes": frozenset({"confirm"})},
    "order.meet_ok": {"yes": frozenset({"confirm"})},
    "order.cancel_ok": {"yes": frozenset({"confirm", "cancel"})},
    "order.time_ok": {"yes": frozenset({"confirm"})},
    "order.summary": {"choose": frozenset({"confirm", "yes"})},
    "cover.price": {"buy": frozenset({"confirm", "yes"})},
    "cover.sure": {"yes": frozenset({"confirm"})},
    "cover.cancel_ok": {"yes": frozenset({"confirm"})},
    "cover.extend_ok": {"yes": frozenset({"confirm"})},
    "claim.agree": {"agree": frozenset({"yes", "confirm"}), "refuse": frozenset({"no", "cancel"})},
    "claim.sport": {"none": frozenset({"no"})},
    "claim.others": {"none": frozenset({"no"})},
    "claim.days": {"none": frozenset({"no"})},
    "claim.existing": {"attach": frozenset({"yes", "confirm"})},
    "claim.paper": {"later": frozenset({"skip"})},
    "claim.words": {"go_on": frozenset({"done"}), "hand_in": frozenset({"done", "yes", "confirm"})},
    "claim.sure": {"hand_in": frozenset({"yes", "confirm", "done"})},
    "claim.drop": {"yes": frozenset({"confirm"})},
    "profile.erase": {"yes": frozenset({"erase"}), "no": frozenset({"cancel"})},
}
"""Other words for a value, by kind of question: "cancel" says no to an erasure, and nothing about being hurt."""


def _means(kind: str, value: str) -> frozenset[str]:
    """The meanings of words that choose `value` on a question of this kind."""
    return _MEANT.get(kind, {}).get(value, frozenset()) | {value}


def _of_one_order(fits: list[Answer]) -> bool:
    """What was asked last about an order is meant: "done" to "end it now?", not to the list of what can be done."""
    return len({a.question.subject for a in fits}) == 1 and fits[0].question.kind.startswith("order.")


def _countdown(fits: list[Answer]) -> Answer | None:
    """One's own countdown wins over everything else that a word could mean."""
    return next((a for a in fits if a.question.kind == "countdown"), None)


async def _ask_back(turn: Turn, fits: list[Answer]) -> None:
    """Unclear: say which digit means what."""
    lines = [line for answer in fits for line in await _meaning(turn, answer)]
    await turn.say("question.which", {}, *lines)


async def _meaning(turn: Turn, answer: Answer) -> list[Sentence]:
    """One digit and what it stands for; an offer is told again, for two of them read alike."""
    kind = answer.question.kind.split(".")[0]
    digit = next(d for d, value in answer.question.answers.items() if value == answer.value)
    if kind == "order":
        return [Sentence("question.order", {"digit": digit})]
    if kind == "cover":
        return [Sentence("question.cover", {"digit": digit})]
    if kind == "claim":
        return [Sentence("question.claim", {"digit": digit})]
    about = await envoy.offer_lines(turn, answer.question) if kind == "offer" else []
    return [*about, Sentence(f"question.{kind}_{answer.value}", {"digit": digit})]


async def _route(turn: Turn, answer: Answer) -> bool:
    kind = answer.question.kind.split(".")[0]
    if kind in envoy_life.ANSWERS:
        return await envoy_life.ANSWERS[kind](turn, answer.question, answer.value)
    return await _ROUTES[kind](turn, answer)


async def _of_case(turn: Turn, answer: Answer) -> Case | None:
    """The answer's case, as long as it runs and the chat may speak of it."""
    case = await turn.case()
    return case if case is not None and case.id == CaseId(answer.question.subject) else None


async def _on_countdown(turn: Turn, answer: Answer) -> bool:
    if await _of_case(turn, answer) is None:
        await _how_it_ended(turn, CaseId(answer.question.subject))
        return True
    return await (own_sos.confirm(turn) if answer.value == "confirm" else own_sos.cancel(turn))


async def _how_it_ended(turn: Turn, case_id: CaseId) -> None:
    """Too late for a countdown: who won. Of a silent case the chat knows only the cancel."""
    case = await turn.work.uow.cases.get(case_id)
    if case.hidden:
        await turn.say("sos.cancelled")
    else:
        await sos.tell_standing(turn.work, case, turn.person)


async def _on_late(turn: Turn, answer: Answer) -> bool:
    case = await _of_case(turn, answer)
    if case is None or not answer.question.open:
        await turn.say("question.over")
        return True
    await turn.work.uow.talk.close_question(answer.question.id)
    await (sos.ring_again if answer.value == "yes" else sos.says_safe)(turn.work, case, turn.person)
    if answer.value != "yes":
        await intake.next_question(turn.work, case, turn.person)
    return True


async def _on_intake(turn: Turn, answer: Answer) -> bool:
    case = await _of_case(turn, answer)
    if case is None or not answer.question.open:
        await turn.say("question.over")
        return True
    step = answer.question.kind.split(".", 1)[1]
    await intake.answer(turn.work, case, turn.person, step, answer.value)
    return True


async def _on_patient_place(turn: Turn, answer: Answer) -> bool:
    case = await _of_case(turn, answer)
    if case is None or not answer.question.open:
        await turn.say("question.over")
        return True
    await intake.settle_patient_place(turn.work, case, turn.person, answer.value == "yes")
    return True


async def _on_offer(turn: Turn, answer: Answer) -> bool:
    return await envoy.answer_offer(turn, answer.question.subject, answer.value)


async def _on_job(turn: Turn, answer: Answer) -> bool:
    return await envoy.answer_job(turn, answer.question.subject, answer.value)


async def _on_profile(turn: Turn, answer: Answer) -> bool:
    return await profile.answer(turn, answer.question, answer.value)


async def _on_language(turn: Turn, answer: Answer) -> bool:
    await turn.work.uow.talk.close_question(answer.question.id)
    await menu.speak(turn, answer.value)
    return True


async def _on_cover(turn: Turn, answer: Answer) -> bool:
    return await cover.answer(turn, answer.question, answer.value)


async def _on_place(turn: Turn, answer: Answer) -> bool:
    return await places.confirmed(turn, answer.value)


async def _on_order(turn: Turn, answer: Answer) -> bool:
    return await service_order.answer(turn, answer.question, answer.value)


async def _on_claim(turn: Turn, answer: Answer) -> bool:
    return await claim_filing.answer(turn, answer.question, answer.value)


_ROUTES: Mapping[str, Callable[[Turn, Answer], Awaitable[bool]]] = {
    "countdown": _on_countdown,
    "late": _on_late,
    "intake": _on_intake,
    "patient_place": _on_patient_place,
    "offer": _on_offer,
    "job": _on_job,
    "profile": _on_profile,
    "language": _on_language,
    "order": _on_order,
    "cover": _on_cover,
    "claim": _on_claim,
    "place": _on_place,
}
