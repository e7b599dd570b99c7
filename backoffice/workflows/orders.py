"""A service order from its wish to its booking: placed, offered, answered, chosen; one envoy at most."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from backoffice.cases.model import CaseStatus
from backoffice.dispatch.model import Envoy
from backoffice.dispatch.standing import Answer
from backoffice.kernel import geodesy, ids
from backoffice.kernel.errors import Refusal, Stale
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import OfferId, OrderId
from backoffice.kernel.messages import Choice, Listing, Message, Param, PlaceWords, Role, Sentence, Term, When
from backoffice.money.prices import Need
from backoffice.orders import rules
from backoffice.orders.model import Mode, Offer, OfferStatus, Order, OrderStatus, Price
from backoffice.people.model import Person
from backoffice.ports import DeadlineKind
from backoffice.workflows import order_booking, order_minors, order_prices, settlement
from backoffice.workflows import order_letters as letters
from backoffice.workflows import order_offers as offers
from backoffice.workflows.work import Work

REF_LENGTH = 5
"""One sign longer than a case's, so that nobody takes one for the other."""
REF_TRIES = 6
CHOOSE, AGAIN = "order.choose", "order.again"
"""Questions: which envoy, and whether to ask again."""
_CHOICES = (Choice("again", "button.order_again", "1"), Choice("cancel", "button.order_cancel", "0"))


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants; `start_at` None means as soon as possible.

    `sex` of the envoy (`female`, `male`, "" for either); `guardian` of somebody under age, None for grown people.
    """

    kind: str
    language: str
    fix: Fix
    start_at: datetime | None
    minutes: int
    details: str = ""
    mode: Mode = Mode.CHOOSE
    sex: str = ""
    guardian: str | None = None


async def quote(work: Work, wish: Wish) -> tuple[Price, PlaceWords]:
    """The price to show before anything is sent, and the place in words. Raises `prices.NoPrice`."""
    place = work.world.places.describe(wish.fix.point)
    need = Need(
        wish.kind,
        place.country,
        wish.start_at or work.now,
        wish.minutes,
        place.zone,
        urgent=wish.start_at is None,
    )
    return await order_prices.quoted(work, need, work.now), place


async def place(work: Work, person: Person, wish: Wish, shown: Price) -> Order:
    """Confirmed at the price shown: kept, offered at once, and again before a later start.

    Raises a `Refusal` when the price is another one by now or the time has passed.
    """
    price, where = await quote(work, wish)
    if price.total != shown.total:
        raise Refusal("order.price_changed")
    check_time(work, wish.start_at)
    order = await _made(work, person, wish, (price, where))
    await work.uow.orders.add(order)
    await letters.note(work, order, "traveller", "order.placed", kind=order.kind, minutes=order.minutes)
    await order_minors.begin(work, order)
    before = order.start_at - work.world.orders.before
    if before > work.now:
        await letters.arm(work, order, DeadlineKind.ORDER_BEFORE, before)
    await ask(work, order, "order.placed")
    return order


def check_time(work: Work, start: datetime | None) -> None:
    """Raises a `Refusal` for a start that has passed or lies too far ahead."""
    if start is not None and start <= work.now:
        raise Refusal("order.time_past")
    if start is not None and start - work.now > work.world.orders.ahead:
        raise Refusal("order.time_far", days=work.world.orders.ahead.days)


async def _made(work: Work, person: Person, wish: Wish, found: tuple[Price, PlaceWords]) -> Order:
    start = wish.start_at or work.now
    return Order(
        id=OrderId(work.new_id()),
        ref=await _free_ref(work),
        customer=person.id,
        kind=wish.kind,
        language=wish.language,
        fix=wish.fix,
        place=found[1],
        created_at=work.now,
        start_at=start,
        end_at=start + timedelta(minutes=wish.minutes),
        minutes=wish.minutes,
        price=found[0],
        mode=wish.mode,
        asap=wish.start_at is None,
        details=wish.details,
        drill=person.drill,
        notes=_notes(wish),
    )


def _notes(wish: Wish) -> dict[str, object]:
    told = {} if wish.guardian is None else order_minors.notes(wish.guardian)
    return {**told, offers.SEX: wish.sex}


async def _free_ref(work: Work) -> str:
    for _ in range(REF_TRIES):
        ref = ids.new_ref(work.world.bits, REF_LENGTH)
        if await work.uow.orders.ref_free(ref):
            return ref
    raise Stale("no free order reference")


async def ask(work: Work, order: Order, key: str) -> None:
    """A round of offers; `key` tells the traveller that `count` envoys were asked until `when`."""
    if order.asap:
        order.start_at, order.end_at = work.now, work.now + timedelta(minutes=order.minutes)
    asked = await offers.begin(work, order)
    await work.uow.orders.save(order)
    if not asked:
        await nobody(work, order)
        return
    until = When(work.now + work.world.orders.hold, order.place.zone)
    params: dict[str, Param] = {"ref": order.ref, "count": asked, "when": until}
    await letters.offer_menu(work, order, Role.TRAVELLER, Message(key, params))


async def nobody(work: Work, order: Order) -> None:
    """Nobody said yes. A later order is offered again before its start; else it is over, and staff know."""
    await letters.disarm(work, order, DeadlineKind.ORDER_ASK, DeadlineKind.ORDER_LAPSE)
    again = await work.uow.deadlines.armed(DeadlineKind.ORDER_BEFORE, order.id)
    if again is not None:
        params: dict[str, Param] = {"ref": order.ref, "when": When(again.due, order.place.zone)}
        await letters.offer_menu(work, order, Role.TRAVELLER, Message("order.nobody_yet", params))
        return
    order.move(OrderStatus.UNTAKEN)
    await order_booking.over(work, order)
    await settlement.close(work, order, rules.nothing(order), None)
    await letters.note(work, order, "system", "order.untaken")
    await letters.alert(work, order, "order_untaken")
    await letters.tell(work, order, Role.TRAVELLER, Message("order.untaken", {"ref": order.ref}))


async def more(work: Work, order: Order) -> None:
    """Some time without a yes: the next ones are asked beside those who still think about it."""
    if order.status is OrderStatus.OFFERING and not await offers.willing(work, order):
        await offers.ask_more(work, order)
        await work.uow.orders.save(order)


async def lapse(work: Work, order: Order) -> None:
    """Offers hold for their time: the unanswered lapse; those who said yes are not kept for ever."""
    if order.status is not OrderStatus.OFFERING:
        return
    for offer in await offers.open_offers(work, order):
        if offer.status is OfferStatus.ASKED and offer.until <= work.now:
            await offers.lapsed(work, order, offer)
    if order.choose_by is not None and order.choose_by <= work.now:
        await _not_chosen(work, order)
    elif not await offers.open_offers(work, order):
        await nobody(work, order)
    else:
        await _look_again(work, order)


async def _look_again(work: Work, order: Order) -> None:
    open_ = await offers.open_offers(work, order)
    asked = [o.until for o in open_ if o.status is OfferStatus.ASKED]
    due = min([*asked, *([order.choose_by] if order.choose_by else [])])
    await letters.arm(work, order, DeadlineKind.ORDER_LAPSE, max(due, work.now))


async def _not_chosen(work: Work, order: Order) -> None:
    """The traveller did not choose in time: the envoys get their time back, the traveller may ask again."""
    await offers.stop(work, order, "offer.order_not_chosen")
    await work.uow.talk.close_about(order.id, CHOOSE)
    order.choose_by = None
    await work.uow.orders.save(order)
    await letters.note(work, order, "system", "order.not_chosen")
    message = Message("order.not_chosen", {"ref": order.ref}, _CHOICES)
    await work.ask(letters.about(order, order.customer, message), AGAIN, order.id)


async def before(work: Work, order: Order) -> None:
    """Some hours before the start: offered again, or both are reminded."""
    if order.status is OrderStatus.BOOKED and await _in_need(work, order):
        await order_booking.give_back(work, order, order_booking.IN_NEED)
        await ask(work, order, "order.envoy_lost")
    elif order.status is OrderStatus.BOOKED:
        await order_booking.remind(work, order)
    elif order.status is OrderStatus.OFFERING and not await offers.open_offers(work, order):
        await letters.note(work, order, "system", "order.offered_again")
        await ask(work, order, "order.offered_again")


async def _in_need(work: Work, order: Order) -> bool:
    """The envoy's own call for help still runs: nobody counts on them for what is coming."""
    envoy = await letters.envoy_of(work, order)
    own = await work.uow.cases.active_of(envoy.person) if envoy else None
    return own is not None and own.status is CaseStatus.OPEN


async def accept(work: Work, offer: Offer, envoy: Envoy) -> None:
    """An envoy says yes: the first has an urgent order, else the traveller chooses among those who said so."""
    order = await work.uow.orders.get(offer.order)
    if offer.status is OfferStatus.CHOSEN and order.envoy == envoy.id:
        await order_booking.brief(work, order, envoy)
    elif not _still_open(work, order, offer, envoy):
        await _too_late(work, order, offer, envoy)
    elif await offers.taken(work, order, [envoy.id]):
        await _refused(work, order, offer, "offer.order_overlap")
    elif order.mode is Mode.FIRST:
        if await order_booking.book(work, order, offer, envoy):
            await offers.answered(work, envoy, Answer.ACCEPTED)
        else:
            await _too_late(work, order, offer, envoy)
    else:
        await _willing(work, order, offer, envoy)


def _still_open(work: Work, order: Order, offer: Offer, envoy: Envoy) -> bool:
    may = offer.status is OfferStatus.ASKED and work.now < offer.until or offer.status is OfferStatus.WILLING
    return may and order.status is OrderStatus.OFFERING and envoy.on_duty


async def _refused(work: Work, order: Order, offer: Offer, key: str) -> None:
    await offers.end(work, order, offer, OfferStatus.STOOD_DOWN)
    envoy = await work.uow.envoys.get(offer.envoy)
    await work.tell(letters.about(order, envoy.person, Message(key)))
    await _one_less(work, order)


async def _too_late(work: Work, order: Order, offer: Offer, envoy: Envoy) -> None:
    """The second is told so at once."""
    if offer.status in (OfferStatus.ASKED, OfferStatus.WILLING):
        offer.move(OfferStatus.STOOD_DOWN)
        await work.uow.order_offers.save(offer)
    await work.uow.talk.close_about(offer.id)
    await work.tell(letters.about(order, envoy.person, Message("offer.order_gone")))


async def _willing(work: Work, order: Order, offer: Offer, envoy: Envoy) -> None:
    if offer.status is not OfferStatus.WILLING:
        offer.move(OfferStatus.WILLING)
        offer.answered_at = work.now
        await work.uow.order_offers.save(offer)
        await offers.answered(work, envoy, Answer.ACCEPTED)
        await letters.note(work, order, f"envoy:{envoy.id}", "order.willing", name=envoy.name)
    if order.choose_by is None:
        order.choose_by = work.now + work.world.orders.hold
        await letters.arm(work, order, DeadlineKind.ORDER_LAPSE, order.choose_by)
    await work.uow.orders.save(order)
    until = When(order.choose_by, order.place.zone)
    await work.tell(letters.about(order, envoy.person, Message("offer.order_willing", {"when": until})))
    await _enough(work, order)
    await show(work, order)


async def _enough(work: Work, order: Order) -> None:
    """As many as one can compare: the others are not kept waiting."""
    open_ = await offers.open_offers(work, order)
    if sum(o.status is OfferStatus.WILLING for o in open_) < work.world.orders.willing_most:
        return
    await letters.disarm(work, order, DeadlineKind.ORDER_ASK)
    for other in open_:
        if other.status is OfferStatus.ASKED:
            await offers.stand_down(work, order, other, "offer.order_enough")


async def show(work: Work, order: Order) -> None:
    """Who said yes: rating, languages, a distance band; no names before one is chosen."""
    found = await offers.willing(work, order)
    lines = [await _line(work, order, offer, n) for n, offer in enumerate(found, 1)]
    picks = [Choice(o.id, f"button.order_pick_{n}", str(n)) for n, o in enumerate(found, 1)]
    until = When(order.choose_by or work.now, order.place.zone)
    params: dict[str, Param] = {"ref": order.ref, "when": until}
    choices = (*picks, Choice("cancel", "button.order_cancel", "0"))
    message = Message("order.choose", params, choices, more=tuple(lines))
    tag = f"choose:{order.id}"
    await work.ask(letters.about(order, order.customer, message, tag), CHOOSE, order.id)


async def _line(work: Work, order: Order, offer: Offer, number: int) -> Sentence:
    envoy = await work.uow.envoys.get(offer.envoy)
    point = order.fix.point if order.fix else envoy.base
    cell = geodesy.cell(point.lat, point.lon)
    params: dict[str, Param] = {
        "number": number,
        "languages": Listing(tuple(Term(f"language.{code}") for code in envoy.languages)),
        "band": str(geodesy.band_from_cell(cell, envoy.where(work.now))),
        "rating": round(envoy.rating, 1),
    }
    return Sentence("order.willing" if envoy.rating else "order.willing_new", params)


async def choose(work: Work, order: Order, offer_id: OfferId) -> None:
    """The traveller's choice; when that envoy is gone meanwhile, the others are shown again."""
    offer = await work.uow.order_offers.get(offer_id)
    if offer.order != order.id or order.status is not OrderStatus.OFFERING:
        raise Refusal("question.over")
    envoy = await work.uow.envoys.get(offer.envoy)
    if offer.status is OfferStatus.WILLING and await order_booking.book(work, order, offer, envoy):
        return
    if offer.status is OfferStatus.WILLING:
        await offers.stand_down(work, order, offer, "offer.order_overlap")
    await letters.tell(work, order, Role.TRAVELLER, Message("order.choice_gone"))
    await _one_less(work, order)


async def decline(work: Work, offer: Offer, envoy: Envoy) -> None:
    """No, or a yes taken back before anybody was chosen: not asked again for this order."""
    order = await work.uow.orders.get(offer.order)
    if offer.status not in (OfferStatus.ASKED, OfferStatus.WILLING):
        await _too_late(work, order, offer, envoy)
        return
    offer.answered_at = work.now
    await offers.end(work, order, offer, OfferStatus.DECLINED)
    await offers.answered(work, envoy, Answer.DECLINED)
    await letters.note(work, order, f"envoy:{envoy.id}", "order.declined", name=envoy.name)
    await work.tell(letters.about(order, envoy.person, Message("offer.order_declined")))
    await _one_less(work, order)


async def _one_less(work: Work, order: Order) -> None:
    """Somebody is out: the list is shown anew; with nobody left the next are asked at once."""
    if order.status is not OrderStatus.OFFERING:
        return
    if await offers.willing(work, order):
        await show(work, order)
        return
    order.choose_by = None
    await work.uow.talk.close_about(order.id, CHOOSE)
    still = await offers.open_offers(work, order) or await offers.ask_more(work, order)
    await work.uow.orders.save(order)
    if not still:
        await nobody(work, order)


async def off_duty(work: Work, envoy: Envoy) -> None:
    """Off duty means no offer, ever: what they were asked and have not been chosen for is taken back."""
    for offer in await work.uow.order_offers.open_of(envoy.id):
        order = await work.uow.orders.get(offer.order)
        await offers.end(work, order, offer, OfferStatus.STOOD_DOWN)
        await _one_less(work, order)
