"""An order that an envoy has: booked by one conditional UPDATE, both briefed, given back, reminded."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil

from backoffice.dispatch import code_words, travel
from backoffice.dispatch.model import Envoy
from backoffice.kernel.messages import (
    Choice,
    Listing,
    MapPoint,
    Message,
    Param,
    Role,
    Sentence,
    Span,
    Term,
    When,
)
from backoffice.orders import rules
from backoffice.orders.model import Meeting, Offer, OfferStatus, Order, OrderStatus, Review
from backoffice.ports import Booking, DeadlineKind
from backoffice.workflows import order_letters as letters
from backoffice.workflows import order_minors, order_talk, portraits, settlement
from backoffice.workflows import order_offers as offers
from backoffice.workflows.work import Work

SEAL_AFTER = timedelta(seconds=50)
"""Exact points are sealed within 60 s of the end (business.md, Data)."""
IN_NEED = "in_need"
"""An envoy who calls for help themselves gives nothing back for which they could be blamed."""
NO_BLAME = frozenset({IN_NEED, "reassigned"})
STEP_S = 300
"""An expected arrival is said in steps of five minutes."""
RUNNING_CLOCKS = (
    DeadlineKind.ORDER_BEFORE,
    DeadlineKind.ORDER_PAY,
    DeadlineKind.ORDER_GRACE,
    DeadlineKind.ORDER_NO_SHOW,
    DeadlineKind.ORDER_END,
    DeadlineKind.ORDER_SILENT,
)


async def book(work: Work, order: Order, offer: Offer, envoy: Envoy) -> bool:
    """One winner by a conditional UPDATE; everybody else who was asked is told at once."""
    start, end = await _times(work, order, offer)
    booking = Booking(order.id, offer.id, envoy.id, start, end, work.world.orders.gap)
    if _away(work, order, envoy) or not await work.uow.orders.book(booking):
        return False
    offer.move(OfferStatus.CHOSEN)
    offer.answered_at = offer.answered_at or work.now
    await work.uow.order_offers.save(offer)
    await work.uow.talk.close_about(offer.id)
    await offers.stop(work, order, "offer.order_taken", but=offer.id)
    await _begin(work, order, envoy)
    return True


def _away(work: Work, order: Order, envoy: Envoy) -> bool:
    """On an emergency now, and this would begin soon."""
    return bool(envoy.busy_with) and order.start_at - work.now < offers.SOON


async def _times(work: Work, order: Order, offer: Offer) -> tuple[datetime, datetime]:
    """From the time agreed, or from when this envoy can be there."""
    if not order.asap:
        return order.start_at, order.until
    standing = (await work.uow.standings.of([offer.envoy]))[offer.envoy]
    night = travel.is_night(work.now, order.place.zone)
    seconds = travel.arrival_s(standing.transport, offer.distance_m, night=night)
    start = work.now + timedelta(seconds=ceil(seconds / STEP_S) * STEP_S)
    return start, start + timedelta(minutes=order.minutes)


async def _begin(work: Work, order: Order, envoy: Envoy) -> None:
    mine = code_words.pick(work.world.bits)
    theirs = code_words.pick(work.world.bits)
    while theirs == mine:
        theirs = code_words.pick(work.world.bits)
    order.said, order.wrong, order.met = {Role.TRAVELLER: mine, Role.ENVOY: theirs}, {}, {}
    order.choose_by = order.arrived_at = order.proposal = None
    order.meeting = Meeting()
    await work.uow.talk.close_about(order.id)
    await settlement.ask(work, order)
    await work.uow.orders.save(order)
    await _clocks(work, order)
    await letters.note(work, order, f"envoy:{envoy.id}", "order.booked", name=envoy.name)
    await brief(work, order, envoy)
    await order_talk.early(work, order, envoy)
    await tell_traveller(work, order, envoy)
    work.uow.hint(f"envoy:{envoy.id}")


async def _clocks(work: Work, order: Order) -> None:
    given = work.world.orders
    await letters.arm(work, order, DeadlineKind.ORDER_GRACE, max(order.start_at, work.now) + given.grace)
    if not order.paid:
        await letters.arm(work, order, DeadlineKind.ORDER_PAY, work.now + given.pay_within)
    if order.start_at - given.before > work.now:
        await letters.arm(work, order, DeadlineKind.ORDER_BEFORE, order.start_at - given.before)


def facts(order: Order) -> Mapping[str, Param]:
    """What both may know of a booked order."""
    return {
        "ref": order.ref,
        "kind": Term(f"service_kind.{order.kind}"),
        "when": When(order.start_at, order.place.zone),
        "length": Span(order.minutes * 60),
    }


async def brief(work: Work, order: Order, envoy: Envoy) -> None:
    """To the envoy: the exact point, who, when, and their own code word."""
    person = await work.uow.people.get(order.customer)
    params: dict[str, Param] = {
        **facts(order),
        "name": person.display_name or Term("job.the_traveller"),
        "code_word": Term(f"code_word.{order.said[Role.ENVOY]}"),
    }
    more = [Sentence("job.order_place", {"place": order.place})]
    more += [Sentence("job.order_details", {"details": order.details})] if order.details else []
    more += [] if order.paid else [Sentence("job.order_wait_for_pay")]
    more += [Sentence("job.order_minor")] if order.notes.get(order_minors.MINOR) else []
    choices = letters.menu(order, Role.ENVOY)
    message = Message("job.order_booked", params, choices, place=where(order), more=tuple(more))
    await work.ask(
        letters.about(order, envoy.person, message), letters.DO, letters.subject(order, Role.ENVOY)
    )


def where(order: Order) -> MapPoint | None:
    """Where they meet: the point agreed, else the place of the order."""
    if order.meeting.point and order.meeting.agreed:
        return order.meeting.point
    return MapPoint(order.fix.point, order.ref, order.fix.accuracy_m) if order.fix else None


async def tell_traveller(work: Work, order: Order, envoy: Envoy) -> None:
    """Who comes, when, and the traveller's own code word."""
    params: dict[str, Param] = {
        **facts(order),
        "name": envoy.name,
        "languages": Listing(tuple(Term(f"language.{code}") for code in envoy.languages)),
        "code_word": Term(f"code_word.{order.said[Role.TRAVELLER]}"),
    }
    more = () if order.paid else (Sentence("order.pay_next", {"amount": order.price.total}),)
    await letters.offer_menu(work, order, Role.TRAVELLER, Message("order.booked", params, more=more))
    await portraits.show_in_order(work, order, envoy)


async def remind(work: Work, order: Order) -> None:
    """Some hours before the start both are reminded; an order not paid by then is over."""
    envoy = await letters.envoy_of(work, order)
    if envoy is None:
        return
    if not order.paid:
        await unpaid(work, order)
        return
    if envoy.busy_with:
        await letters.alert(work, order, "order_at_risk")
    params: dict[str, Param] = {**facts(order), "place": order.place}
    await letters.offer_menu(work, order, Role.TRAVELLER, Message("order.reminder", params))
    await letters.offer_menu(work, order, Role.ENVOY, Message("job.order_reminder", params))


async def pay_over(work: Work, order: Order) -> None:
    """The time to pay is over: a near order is given up, for a later one the traveller may still pay."""
    if order.status is not OrderStatus.BOOKED or order.paid:
        return
    if await work.uow.deadlines.armed(DeadlineKind.ORDER_BEFORE, order.id) is None:
        await unpaid(work, order)
        return
    when = When(order.start_at - work.world.orders.before, order.place.zone)
    message = Message("order.unpaid_yet", {"ref": order.ref, "when": when})
    await letters.offer_menu(work, order, Role.TRAVELLER, message)


async def unpaid(work: Work, order: Order) -> None:
    """Nobody works without the money being held: the order ends, nothing is charged."""
    envoy = await release(work, order, OfferStatus.STOOD_DOWN)
    order.move(OrderStatus.CANCELLED)
    await over(work, order)
    await settlement.close(work, order, rules.nothing(order), None)
    await letters.note(work, order, "system", "order.unpaid")
    if envoy:
        message = Message("job.order_unpaid_over", {"ref": order.ref})
        await work.tell(letters.about(order, envoy.person, message))
    await letters.tell(work, order, Role.TRAVELLER, Message("order.unpaid", {"ref": order.ref}))


async def release(work: Work, order: Order, to: OfferStatus) -> Envoy | None:
    """From here the envoy may know nothing more of the order; returns who it was. The caller saves."""
    envoy = await letters.envoy_of(work, order)
    if envoy is None or order.offer is None:
        return None
    offer = await work.uow.order_offers.get(order.offer)
    offer.move(to)
    await work.uow.order_offers.save(offer)
    await work.uow.talk.close_about(offer.id)
    await work.uow.outbox.drop_about(envoy.person, letters.thread(order))
    if to is not OfferStatus.DONE and order.arrived_at is None:
        await portraits.take_back(work, letters.thread(order), order.customer, offer.id)
    work.uow.hint(f"envoy:{envoy.id}")
    return envoy


async def over(work: Work, order: Order) -> None:
    """The order has ended: clocks stop, questions close, exact points are sealed within a minute."""
    order.ended_at = work.now
    order.proposal = None
    await letters.disarm(work, order, *RUNNING_CLOCKS, DeadlineKind.ORDER_ASK, DeadlineKind.ORDER_LAPSE)
    await work.uow.talk.close_about(order.id)
    await work.uow.orders.save(order)
    await letters.arm(work, order, DeadlineKind.ORDER_SEAL, work.now + SEAL_AFTER)
    work.uow.hint("queue")


async def give_back(work: Work, order: Order, reason: str) -> Envoy | None:
    """The envoy is out (`withdrawn`, `no_show`, `in_need`): the order is open again. The caller asks anew."""
    envoy = await release(work, order, OfferStatus.WITHDRAWN)
    order.move(OrderStatus.OFFERING)
    order.envoy = order.offer = order.booked_at = order.arrived_at = order.proposal = None
    order.said, order.wrong, order.met, order.meeting = {}, {}, {}, Meeting()
    order.notes = {k: v for k, v in order.notes.items() if k != "missing"}
    await letters.disarm(work, order, *(k for k in RUNNING_CLOCKS if k is not DeadlineKind.ORDER_BEFORE))
    await work.uow.talk.close_about(order.id)
    await work.uow.orders.save(order)
    await letters.note(work, order, f"envoy:{envoy.id}" if envoy else "system", f"order.{reason}")
    if reason not in NO_BLAME:
        await review(work, order, reason)
    return envoy


async def review(work: Work, order: Order, reason: str, text: str = "") -> None:
    """The centre looks at what went badly."""
    await work.uow.order_ratings.open_review(Review(0, order.id, reason, work.now, text))
    await letters.alert(work, order, "order_review")


YES_NO = (Choice("yes", "button.yes", "1"), Choice("no", "button.no", "2"))
SURE = (Choice("yes", "button.yes", "3"), Choice("no", "button.no", "4"))
"""The same while an order is booked: 1 and 2 stand for the start and the meeting place then."""
AGREE = (Choice("yes", "button.order_agree", "1"), Choice("no", "button.order_disagree", "2"))
AGREE_BOOKED = (Choice("yes", "button.order_agree", "3"), Choice("no", "button.order_disagree", "4"))
"""To "do you agree?": in Chinese a plain yes is no answer to that."""
