"""Service orders in chat: begun, answered, talked in; the same flow on every channel."""

from collections.abc import Awaitable, Callable, Mapping

from backoffice.cases.model import Origin
from backoffice.kernel.exchange import Question
from backoffice.kernel.ids import OfferId
from backoffice.kernel.messages import Choice, Message, Role
from backoffice.orders.model import HELD, Meeting, Order, OrderStatus
from backoffice.workflows import (
    order_ending,
    order_letters,
    order_meeting,
    order_rating,
    order_running,
    order_sides,
    order_talk,
    order_threads,
    order_watch,
    orders,
    papers,
    settlement,
)
from backoffice.workflows.order_sides import Party
from backoffice.workflows.relay import Said
from bot.conversations import (
    order_answers,
    order_lists,
    order_questions,
    order_times,
    order_words,
    words,
)
from bot.conversations import sos as own_sos
from bot.conversations.order_points import party
from bot.conversations.turn import Turn

LISTED_MOST = 5
LONGEST_NAME = 200
LONGEST_LENGTH = 12


async def begin(turn: Turn) -> None:
    """The word or button: one's orders, or a new one. An open case comes first."""
    if await turn.case() is not None:
        await turn.say("order.case_first")
        return
    mine = (await order_lists.mine(turn))[:LISTED_MOST]
    if not mine:
        await order_answers.start(turn)
        return
    lines = tuple(order_lists.line(order, n) for n, (order, _) in enumerate(mine, 1))
    subjects = [order_letters.subject(order, role) for order, role in mine]
    shown = [Choice(subject, f"button.order_show_{n}", str(n)) for n, subject in enumerate(subjects, 1)]
    new = Choice("new", "button.order_new", "9")
    await turn.ask(Message("order.yours", choices=(*shown, new), more=lines), "order.yours")


async def answer(turn: Turn, question: Question, value: str) -> bool:
    """A choice on a question of an order."""
    step = question.kind.split(".", 1)[1]
    if step == "offer":
        return await _offer(turn, question.subject, value)
    if not question.open:
        await turn.say("question.over")
    elif step == "yours":
        await _yours(turn, value)
    elif step in order_questions.STEPS:
        await order_answers.chosen(turn, step, value)
    else:
        await _of_party(turn, question, value)
    return True


async def _offer(turn: Turn, subject: str, value: str) -> bool:
    """An envoy's yes or no; whoever comes late is told so."""
    envoy = await turn.work.uow.envoys.of_person(turn.person.id)
    offer = await turn.work.uow.order_offers.find(OfferId(subject))
    if envoy is None or offer is None or offer.envoy != envoy.id:
        return False
    await (orders.accept if value == "accept" else orders.decline)(turn.work, offer, envoy)
    return True


async def _yours(turn: Turn, value: str) -> None:
    if value == "new":
        await order_answers.start(turn)
        return
    found = await party(turn, value)
    if found is None:
        await turn.say("question.over")
        return
    order, role = found
    if order.status in HELD and await order_sides.several(turn.work, turn.person.id):
        await order_threads.keep(turn.work, turn.person.id, order)
        await order_threads.say_which(turn.work, turn.person.id, found)
    else:
        await order_lists.stands(turn, order, role)


async def _of_party(turn: Turn, question: Question, value: str) -> None:
    found = await party(turn, question.subject)
    if found is None:
        await turn.say("question.over")
        return
    await _ANSWERS[question.kind](turn, question, found, value)


async def _do(turn: Turn, _question: Question, found: Party, value: str) -> None:
    """What next: one of the things this side can do now."""
    order, role = found
    if value not in order_letters.can(order, role) and value != "missing":
        await turn.say("question.over")
        return
    await _DO[value](turn, order, role)


async def _sos(turn: Turn, order: Order, _role: Role) -> None:
    """The ordinary countdown; the order goes over with the dispatch."""
    await own_sos.cry(turn, Origin.BUTTON)


async def _centre(turn: Turn, order: Order, role: Role) -> None:
    await order_talk.call_centre(turn.work, order, role)


async def _paper(turn: Turn, order: Order) -> None:
    """What the envoy reported so far, as one paper."""
    if not await papers.send_report(turn.work, order):
        await turn.say("question.over")


async def _pay(turn: Turn, order: Order, _role: Role) -> None:
    """How to pay comes by a letter of its own."""
    await settlement.ask_again(turn.work, order)
    await turn.work.uow.orders.save(order)
    await turn.say("order.pay_again", {"amount": order.price.total})


_DO: Mapping[str, Callable[[Turn, Order, Role], Awaitable[None]]] = {
    "start": lambda turn, order, role: order_meeting.ask_code(turn.work, order, role),
    "meet": lambda turn, order, role: order_meeting.ask_place(turn.work, order, role),
    "arrived": lambda turn, order, _role: order_meeting.arrived(turn.work, order),
    "extend": lambda turn, order, role: order_running.ask_extend(turn.work, order, role),
    "end": lambda turn, order, role: order_running.ask_end(turn.work, order, role),
    "report": lambda turn, order, _role: order_running.ask_report(turn.work, order),
    "cancel": lambda turn, order, _role: order_ending.ask_cancel(turn.work, order),
    "withdraw": lambda turn, order, _role: order_ending.ask_withdraw(turn.work, order),
    "missing": lambda turn, order, role: order_ending.missing(turn.work, order, role),
    "centre": _centre,
    "pay": _pay,
    "paper": lambda turn, order, _role: _paper(turn, order),
    "sos": _sos,
}


async def _choose(turn: Turn, _question: Question, found: Party, value: str) -> None:
    if value == "cancel":
        await order_ending.ask_cancel(turn.work, found[0])
    else:
        await orders.choose(turn.work, found[0], OfferId(value))


async def _again(turn: Turn, question: Question, found: Party, value: str) -> None:
    await turn.work.uow.talk.close_question(question.id)
    if found[0].status is not OrderStatus.OFFERING:
        await turn.say("question.over")
    elif value == "again":
        await orders.ask(turn.work, found[0], "order.offered_again")
    else:
        await order_ending.ask_cancel(turn.work, found[0])


async def _cancel_ok(turn: Turn, question: Question, found: Party, value: str) -> None:
    await turn.work.uow.talk.close_question(question.id)
    if value == "yes":
        await order_ending.cancel(turn.work, found[0])
    else:
        await turn.say("order.kept")


async def _withdraw_ok(turn: Turn, question: Question, found: Party, value: str) -> None:
    await turn.work.uow.talk.close_question(question.id)
    if value == "yes":
        await order_ending.withdraw(turn.work, found[0])
    else:
        await turn.say("job.order_kept")


async def _meet_ok(turn: Turn, _question: Question, found: Party, value: str) -> None:
    await order_meeting.agree(turn.work, *found, value == "yes")


async def _extend(turn: Turn, question: Question, found: Party, value: str) -> None:
    if value == "back":
        await _back(turn, question, found, value)
    else:
        await order_running.extend(turn.work, *found, int(value))


async def _extend_ok(turn: Turn, _question: Question, found: Party, value: str) -> None:
    await order_running.extend_answer(turn.work, *found, value == "yes")


async def _end_ok(turn: Turn, question: Question, found: Party, value: str) -> None:
    await turn.work.uow.talk.close_question(question.id)
    order, role = found
    if value == "yes":
        await order_running.end(turn.work, order, role)
    else:
        await _DO[value](turn, order, role)


async def _end_now(turn: Turn, question: Question, found: Party, value: str) -> None:
    if value == "back":
        await _back(turn, question, found, value)
    else:
        await order_running.end(turn.work, *found)


async def _rate(turn: Turn, _question: Question, found: Party, value: str) -> None:
    await order_rating.rate(turn.work, *found, int(value))


async def _why(turn: Turn, _question: Question, found: Party, _value: str) -> None:
    await order_rating.why(turn.work, *found, "")


async def _back(turn: Turn, question: Question, found: Party, _value: str) -> None:
    """Not now: what can be done is shown again."""
    await turn.work.uow.talk.close_question(question.id)
    await order_lists.stands(turn, *found)


async def _quiet(turn: Turn, _question: Question, found: Party, _value: str) -> None:
    await order_watch.fine(turn.work, found[0])


_ANSWERS: Mapping[str, Callable[[Turn, Question, Party, str], Awaitable[None]]] = {
    order_letters.DO: _do,
    orders.CHOOSE: _choose,
    orders.AGAIN: _again,
    order_ending.CANCEL_OK: _cancel_ok,
    order_ending.WITHDRAW_OK: _withdraw_ok,
    order_meeting.AGREE: _meet_ok,
    order_meeting.CODE: _back,
    order_meeting.MEET: _back,
    order_running.EXTEND: _extend,
    order_running.EXTEND_OK: _extend_ok,
    order_running.END_OK: _end_ok,
    order_running.END_NOW: _end_now,
    order_running.REPORT: _back,
    order_watch.QUIET: _quiet,
    order_rating.RATE: _rate,
    order_rating.WHY: _why,
}


async def filled(turn: Turn, question: Question, said: str) -> bool:
    """Typed words for a question of an order that wants words; False when they do not fit. A case comes first."""
    step = question.kind.split(".", 1)[1]
    if await turn.case() is not None:
        return False
    if step in order_questions.STEPS:
        return await order_answers.filled(turn, step, said)
    fill = _FILL.get(question.kind)
    found = await party(turn, question.subject) if fill else None
    return found is not None and fill is not None and await fill(turn, found, said)


async def _fill_code(turn: Turn, found: Party, said: str) -> bool:
    word = order_words.attempt(said)
    if word is None or (not word and words.meaning(said)):
        return False
    await order_meeting.say_code(turn.work, *found, word)
    return True


async def _fill_meet(turn: Turn, found: Party, said: str) -> bool:
    await order_meeting.propose(turn.work, *found, Meeting(said[:LONGEST_NAME]))
    return True


async def _fill_report(turn: Turn, found: Party, said: str) -> bool:
    await order_running.report(turn.work, found[0], Said(said, turn.media))
    return True


async def _fill_extend(turn: Turn, found: Party, said: str) -> bool:
    """ "30 minutes" typed instead of its digit; a sentence with a length in it is for the other side."""
    minutes = order_times.length(said) if len(said) <= LONGEST_LENGTH else None
    if minutes is None or str(minutes) not in order_running.MORE:
        return False
    await order_running.extend(turn.work, *found, minutes)
    return True


async def _fill_why(turn: Turn, found: Party, said: str) -> bool:
    await order_rating.why(turn.work, *found, said)
    return True


_FILL: Mapping[str, Callable[[Turn, Party, str], Awaitable[bool]]] = {
    order_meeting.CODE: _fill_code,
    order_meeting.MEET: _fill_meet,
    order_running.REPORT: _fill_report,
    order_running.EXTEND: _fill_extend,
    order_rating.WHY: _fill_why,
}


async def language_typed(turn: Turn, said: str) -> bool:
    """A language named while the order asks for one is the envoy's, not the chat's."""
    for question in await turn.work.uow.talk.open_questions(turn.person.id):
        if question.kind == "order.language":
            return await filled(turn, question, said)
    return False
