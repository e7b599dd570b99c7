"""Talk in orders: words go to the order they are meant for, which a reference names."""

from backoffice.distress import classify, red_flags
from backoffice.kernel.messages import Role
from backoffice.orders.model import Order, OrderStatus
from backoffice.workflows import order_meeting, order_running, order_talk, order_threads
from backoffice.workflows.order_sides import Party
from backoffice.workflows.relay import Said
from bot.conversations import order_lists, order_refs, order_words
from bot.conversations.turn import Turn


async def say(turn: Turn, said: Said) -> bool:
    """Words and files that answer nothing go to the other side of the order; False without one."""
    found = await order_threads.current(turn.work, turn.person.id)
    if found is not None:
        await _say_in(turn, found, said)
        return True
    waiting = [o for o in await turn.work.uow.orders.live_of(turn.person.id) if o.offer is None]
    if len(waiting) != 1:
        return False
    await order_talk.said(turn.work, waiting[0], Role.TRAVELLER, said)
    return True


async def _say_in(turn: Turn, found: Party, said: Said) -> None:
    order, role = found
    if await _code_word(turn, order, role, said.text):
        return
    news = await order_threads.keep(turn.work, turn.person.id, order)
    if role is Role.ENVOY and said.media and await _reporting(turn):
        await order_running.report(turn.work, order, said)
        return
    await order_talk.said(turn.work, order, role, said)
    if role is Role.ENVOY and (classify.classify(said.text) or red_flags.is_red_flag(said.text)):
        await order_talk.reports_danger(turn.work, order)
    if news:
        await order_threads.say_sent(turn.work, turn.person.id, found)


async def _code_word(turn: Turn, order: Order, role: Role, typed: str) -> bool:
    """A message that is nothing but one of the order's code words: the other's starts it, one's own stays here."""
    word = order_words.code_word(typed) if order.status is OrderStatus.BOOKED else None
    if word is None or word not in order.said.values():
        return False
    if word == order.said[role]:
        await order_talk.own_word(turn.work, order, role)
    else:
        await order_meeting.say_code(turn.work, order, role, word)
    return True


async def named(turn: Turn, said: str) -> bool:
    """A message that begins with the reference of one of their orders: from here they write in that one."""
    split = order_refs.split(said)
    if split is None or await turn.case() is not None:
        return False
    ref, rest = split
    found = await order_threads.by_ref(turn.work, turn.person.id, ref)
    if found is None:
        return await _unmet(turn, ref)
    await order_threads.keep(turn.work, turn.person.id, found[0])
    if rest:
        await _say_in(turn, found, Said(rest))
    await order_threads.say_which(turn.work, turn.person.id, found)
    return True


async def _unmet(turn: Turn, ref: str) -> bool:
    """An own order that has no envoy yet: nobody to write to, but it can be looked at."""
    mine = await turn.work.uow.orders.live_of(turn.person.id)
    order = next((o for o in mine if o.ref == ref), None)
    if order is not None:
        await order_lists.stands(turn, order, Role.TRAVELLER)
    return order is not None


async def _reporting(turn: Turn) -> bool:
    asked = await turn.work.uow.talk.open_questions(turn.person.id)
    return any(q.kind == order_running.REPORT for q in asked)


async def at_work(turn: Turn) -> bool:
    """An envoy in the middle of an order: what they tell of an emergency is news of the person they are with."""
    envoy = await turn.work.uow.envoys.of_person(turn.person.id)
    if envoy is None:
        return False
    held = await turn.work.uow.orders.held_by(envoy.id)
    return any(order.status is OrderStatus.RUNNING for order in held)
