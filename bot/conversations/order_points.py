"""A pin that an order asked for: where the service is wanted, or where to meet; it starts no SOS."""

from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import OfferId, OrderId
from backoffice.kernel.messages import MapPoint, Role
from backoffice.orders.model import Meeting, Order
from backoffice.workflows import order_meeting, positions
from bot.conversations import order_answers
from bot.conversations.turn import Turn
from bot.incoming import Located


async def located(turn: Turn, place: Located, fix: Fix) -> bool:
    """True when an open question of an order wanted it. An open case comes first: there every pin is the case's."""
    again = place.live is not None and not place.live.first
    if place.automatic or again or await turn.case() is not None:
        return False
    for question in await turn.work.uow.talk.open_questions(turn.person.id):
        if question.kind in ("order.where", "order.which_place"):
            return await _wanted(turn, place, fix)
        if question.kind == order_meeting.MEET:
            return await _meeting(turn, question.subject, place, fix)
    return False


async def _wanted(turn: Turn, place: Located, fix: Fix) -> bool:
    if place.own:
        await positions.remember(turn.work, turn.person, fix)
    return await order_answers.put_place(turn, fix)


async def _meeting(turn: Turn, subject: str, place: Located, fix: Fix) -> bool:
    found = await party(turn, subject)
    if found is None:
        return False
    order, role = found
    point = MapPoint(fix.point, place.label or order.ref, fix.accuracy_m)
    await order_meeting.propose(turn.work, order, role, Meeting(place.label, point))
    return True


async def party(turn: Turn, subject: str) -> tuple[Order, Role] | None:
    """The order a question is about and the asker's side of it; None when it is not, or no longer, theirs.

    A traveller's question is about the order, an envoy's about their own offer.
    """
    subject = subject.removeprefix("rate:")
    mine = await turn.work.uow.orders.find(OrderId(subject))
    if mine is not None:
        return (mine, Role.TRAVELLER) if mine.customer == turn.person.id else None
    offer = await turn.work.uow.order_offers.find(OfferId(subject))
    envoy = await turn.work.uow.envoys.of_person(turn.person.id)
    if offer is None or envoy is None or offer.envoy != envoy.id:
        return None
    order = await turn.work.uow.orders.get(offer.order)
    return (order, Role.ENVOY) if order.offer == offer.id else None
