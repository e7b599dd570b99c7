"""An envoy's working day in chat: duty hours, a break, where they are, drills, their day, complaints."""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from backoffice.dispatch.model import Envoy
from backoffice.dispatch.travel import Transport
from backoffice.enrolment import duty as rules
from backoffice.enrolment import hours
from backoffice.enrolment.model import Travel
from backoffice.kernel import text as reading
from backoffice.kernel.exchange import Question
from backoffice.kernel.messages import Choice, Message, Sentence
from backoffice.workflows import duty, envoy_day, order_threads, readiness
from bot.conversations import envoy
from bot.conversations.turn import Turn

BREAKS = tuple(Choice(str(m), f"break.{m}", str(i)) for i, m in enumerate(rules.BREAK_MINUTES, 1))
BY = tuple(Choice(by, f"transport.{by}", str(i)) for i, by in enumerate(Travel, 1))
NO_HOURS = (Choice("clear", "button.no_hours", "9"),)
REF = "complaint_ref"
_LENGTH = re.compile(r"(\d{1,3})\s*(?:分钟|分|minutes|minute|mins|min|m|分間|분)?")
_HOURS = re.compile(r"(\d(?:\.5)?)\s*(?:个)?(?:小时|hours|hour|h|時間|시간)")


async def _mine(turn: Turn, step: Callable[[Turn, Envoy], Awaitable[None]]) -> bool:
    known = await envoy.me(turn)
    if known is None:
        return False
    await step(turn, known)
    return True


async def command(turn: Turn, name: str) -> bool:
    """`my_day`, `envoy_break`, `duty_hours`, `transport`, `complain`; False for whoever is no envoy."""
    step = _COMMANDS.get(name)
    return step is not None and await _mine(turn, step)


async def _day(turn: Turn, me: Envoy) -> None:
    await envoy_day.show(turn.work, me)


async def _ask_break(turn: Turn, me: Envoy) -> None:
    if not me.on_duty:
        await turn.say("envoy.not_on_duty")
        return
    await turn.ask(Message("envoy.break_how_long", choices=BREAKS), "break")


async def _ask_hours(turn: Turn, me: Envoy) -> None:
    own = await duty.of(turn.work, me)
    more = tuple(duty.lines(own)) if own.week else (Sentence("envoy.hours_none"),)
    await turn.ask(Message("envoy.hours_ask", choices=NO_HOURS, more=more), "hours")


async def _ask_transport(turn: Turn, me: Envoy) -> None:
    await turn.ask(Message("envoy.transport", choices=BY), "transport")


async def _ask_complaint(turn: Turn, me: Envoy) -> None:
    """About which job, then the words. With no job lately, the words at once."""
    found = await envoy_day.recent(turn.work, me)
    if not found:
        await _ask_words(turn, "")
        return
    lines = tuple(
        Sentence("envoy.complain_line", {"digit": str(i), "ref": r}) for i, (r, _) in enumerate(found, 1)
    )
    choices = tuple(Choice(ref, "button.this_one", str(i)) for i, (ref, _) in enumerate(found, 1))
    choices = (*choices, Choice("other", "button.something_else", "9"))
    await turn.ask(Message("envoy.complain_which", choices=choices, more=lines), "complain")


async def _ask_words(turn: Turn, ref: str) -> None:
    session = await turn.work.uow.talk.session(turn.person.id)
    await turn.work.uow.talk.save_session(replace(session, data=session.data | {REF: ref}))
    await turn.ask(Message("envoy.complain_words"), "complaint")


_COMMANDS: Mapping[str, Callable[[Turn, Envoy], Awaitable[None]]] = {
    "my_day": _day,
    "envoy_break": _ask_break,
    "duty_hours": _ask_hours,
    "transport": _ask_transport,
    "complain": _ask_complaint,
}


async def answer(turn: Turn, question: Question, value: str) -> bool:
    """A choice on one of an envoy's own questions."""
    known = await envoy.me(turn)
    if known is None:
        return False
    if not question.open and question.kind != "drill":
        await turn.say("question.over")
        return True
    await turn.work.uow.talk.close_question(question.id)
    await _CHOSEN[question.kind](turn, known, question, value)
    return True


async def _break(turn: Turn, me: Envoy, question: Question, value: str) -> None:
    await duty.pause(turn.work, me, timedelta(minutes=int(value)))


async def _no_hours(turn: Turn, me: Envoy, question: Question, value: str) -> None:
    await duty.set_hours(turn.work, me, ())


async def _transport(turn: Turn, me: Envoy, question: Question, value: str) -> None:
    await envoy_day.travel_by(turn.work, me, Transport(value))


async def _where(turn: Turn, me: Envoy, question: Question, value: str) -> None:
    await duty.said_where(turn.work, me, value)


async def _drill(turn: Turn, me: Envoy, question: Question, value: str) -> None:
    await readiness.answer(turn.work, me, question.subject, value)


async def _which(turn: Turn, me: Envoy, question: Question, value: str) -> None:
    await _ask_words(turn, "" if value == "other" else value)


_CHOSEN: Mapping[str, Callable[[Turn, Envoy, Question, str], Awaitable[None]]] = {
    "break": _break,
    "hours": _no_hours,
    "transport": _transport,
    "where": _where,
    "drill": _drill,
    "complain": _which,
}


async def typed(turn: Turn, question: Question, words: str) -> bool:
    """Typed words for hours, the length of a break, or a complaint; False when they do not fit."""
    known, read = await envoy.me(turn), _READ.get(question.kind)
    if known is None or read is None or await turn.case() is not None or await envoy.job(turn) is not None:
        return False
    return await read(turn, known, question, words)


async def _with_somebody(turn: Turn) -> bool:
    """An order of theirs is booked or runs: words that fit nothing asked are for the one they meet."""
    return await order_threads.current(turn.work, turn.person.id) is not None


async def _typed_hours(turn: Turn, me: Envoy, question: Question, words: str) -> bool:
    week = hours.read(words)
    if week is None and await _with_somebody(turn):
        return False
    if week is None:
        await turn.say("envoy.hours_unclear")
        return True
    await turn.work.uow.talk.close_question(question.id)
    await duty.set_hours(turn.work, me, week)
    return True


async def _typed_break(turn: Turn, me: Envoy, question: Question, words: str) -> bool:
    length = break_length(words)
    if length is None or (not await _last_asked(turn, question) and await _with_somebody(turn)):
        return False
    await turn.work.uow.talk.close_question(question.id)
    await duty.pause(turn.work, me, length)
    return True


def break_length(words: str) -> timedelta | None:
    """A length of time typed as an answer ("40", "40 分钟", "1.5 hours"); None when it is none."""
    said = reading.simplified(reading.fold(words))
    if match := _HOURS.fullmatch(said):
        return timedelta(hours=float(match[1]))
    match = _LENGTH.fullmatch(said)
    return timedelta(minutes=int(match[1])) if match and int(match[1]) > 0 else None


async def _complaint(turn: Turn, me: Envoy, question: Question, words: str) -> bool:
    """Any words will do, so with an order in hand only as the answer to what was asked last."""
    if not await _last_asked(turn, question) and await _with_somebody(turn):
        return False
    session = await turn.work.uow.talk.session(turn.person.id)
    ref = str(session.data.get(REF, ""))
    await turn.work.uow.talk.save_session(
        replace(session, data={k: v for k, v in session.data.items() if k != REF})
    )
    return await _complain(turn, me, question, (ref, words))


async def _complaint_at_once(turn: Turn, me: Envoy, question: Question, words: str) -> bool:
    """Asked about which job, some write the complaint itself: it must not reach the one it is about."""
    if not await _last_asked(turn, question):
        return False
    refs = [value for value in question.answers.values() if value != "other"]
    return await _complain(turn, me, question, (refs[0] if len(refs) == 1 else "", words))


async def _complain(turn: Turn, me: Envoy, question: Question, told: tuple[str, str]) -> bool:
    await turn.work.uow.talk.close_question(question.id)
    await envoy_day.complain(turn.work, me, *told)
    return True


async def _last_asked(turn: Turn, question: Question) -> bool:
    return (await turn.work.uow.talk.open_questions(turn.person.id))[0].id == question.id


_READ: Mapping[str, Callable[[Turn, Envoy, Question, str], Awaitable[bool]]] = {
    "hours": _typed_hours,
    "break": _typed_break,
    "complain": _complaint_at_once,
    "complaint": _complaint,
}
