"""Finding an envoy for an order: rings and waves, each offer holding for its time, nothing to anybody off duty."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from backoffice.dispatch import looks, ranking, travel
from backoffice.dispatch.fitting import Need, Reason
from backoffice.dispatch.looks import Look
from backoffice.dispatch.model import Envoy
from backoffice.dispatch.standing import Answer, Call, silent
from backoffice.kernel import geodesy
from backoffice.kernel.ids import EnvoyId, OfferId
from backoffice.kernel.messages import Choice, Message, Param, Sentence, Span, Term, When
from backoffice.orders.model import OPEN_OFFERS, Mode, Offer, OfferStatus, Order
from backoffice.people import preferences
from backoffice.people.model import Person
from backoffice.ports import DeadlineKind
from backoffice.workflows import finding
from backoffice.workflows import offers as sos_offers
from backoffice.workflows import order_letters as letters
from backoffice.workflows.work import Work

SOON = timedelta(hours=2)
"""Who is on an emergency now is not asked for what begins so soon."""
ANY_LANGUAGE = ""
ROUND = "round"
"""The note of the first wave of the present round: a later one may ask again who was stood down before."""
SEX = "sex"
"""The note of the envoy's sex that was asked for: only such envoys are asked."""
_NEVER_AGAIN = frozenset({OfferStatus.DECLINED, OfferStatus.WITHDRAWN})


async def begin(work: Work, order: Order) -> int:
    """Start a round of asking from the first ring; returns how many were asked at once. The caller saves."""
    order.ring, order.choose_by = 0, None
    order.notes = order.notes | {ROUND: order.wave + 1}
    return await ask_more(work, order)


async def ask_more(work: Work, order: Order) -> int:
    """The next wave: this ring's next, else the next ring's. The caller saves the order."""
    if order.fix is None:
        return 0
    for ring in range(order.ring, len(work.world.orders.radii_m)):
        order.ring = ring
        found = await look(work, order)
        near = await _reachable(work, found.order, work.world.orders.ask_most)
        wave = near[: ranking.wave(near, Call.ORDER, work.world.orders.ask_most)]
        if wave:
            await _put(work, order, wave)
            await _remember(work, order, found, wave)
            return len(wave)
    return 0


async def _remember(
    work: Work, order: Order, found: finding.Found, wave: Sequence[ranking.Candidate]
) -> None:
    """Why these and why not the others: kept with the order."""
    everybody = finding.picture(found, wave, [])
    ring_km = work.world.orders.radii_m[order.ring] / 1000
    named, counts = looks.kept(everybody), looks.counts(everybody)
    kept = Look(letters.thread(order), work.now, "wave", ring_km, order.wave, named, counts)
    await finding.remember(work, found, kept)


async def answered(work: Work, envoy: Envoy, answer: Answer) -> None:
    """For their record with orders; drills are kept apart."""
    if not envoy.synthetic:
        await work.uow.standings.answered(envoy.id, Call.ORDER, answer)


async def lapsed(work: Work, order: Order, offer: Offer) -> None:
    """An offer's time is over; silence counts only when it had been on their screen long enough."""
    await end(work, order, offer, OfferStatus.LAPSED)
    envoy = await work.uow.envoys.get(offer.envoy)
    reached = await work.uow.standings.reached_at(envoy.person, letters.thread(order), offer.asked_at)
    if silent(reached, work.now):
        await answered(work, envoy, Answer.SILENT)


async def look(work: Work, order: Order) -> finding.Found:
    """Everybody in this ring who fits, in the order of asking, and everybody left out, with the reason."""
    if order.fix is None:
        return finding.Found([], {}, [])
    point, radius = order.fix.point, work.world.orders.radii_m[order.ring]
    near = [EnvoyId(e) for e, _ in work.world.index.within(point.lat, point.lon, radius)[: finding.LOOKED_AT]]
    busy = dict.fromkeys(await taken(work, order, near), Reason.BUSY)
    person = await work.uow.people.get(order.customer)
    out = busy | await _not_now(work, order)
    return await finding.look(work, finding.Search(point, radius, need(order, person), out))


def need(order: Order, person: Person) -> Need:
    """What an order asks for: its language, its kind, the sex the traveller asked for."""
    return Need(
        Call.ORDER,
        order.customer,
        languages=frozenset({order.language} - {ANY_LANGUAGE}),
        skills=frozenset({order.kind}),
        sex=str(order.notes.get(SEX, preferences.wanted_sex(person.profile.envoy_sex))),
        night=travel.is_night(order.start_at, order.place.zone),
        drill=order.drill,
    )


async def _not_now(work: Work, order: Order) -> dict[EnvoyId, Reason]:
    """Who said no, gave it back, or was already asked in this round."""
    first = int(order.notes[ROUND])
    asked = await work.uow.order_offers.of_order(order.id)
    never = {o.envoy: Reason.DECLINED for o in asked if o.status in _NEVER_AGAIN}
    return {o.envoy: Reason.ASKED for o in asked if o.wave >= first} | never


async def _reachable(
    work: Work, candidates: Sequence[ranking.Candidate], most: int
) -> list[ranking.Candidate]:
    """The first `most` in order whom an offer can reach."""
    near: list[ranking.Candidate] = []
    for one in candidates:
        if len(near) == most:
            break
        if await sos_offers.reaches(work, one.envoy):
            near.append(one)
    return near


async def taken(work: Work, order: Order, envoys: Sequence[EnvoyId]) -> set[EnvoyId]:
    """Who has another order in that time, with the time between two."""
    gap = work.world.orders.gap
    return await work.uow.orders.taken(envoys, order.start_at - gap, order.until + gap)


async def _put(work: Work, order: Order, wave: Sequence[ranking.Candidate]) -> None:
    order.wave += 1
    before = {o.envoy: o for o in await work.uow.order_offers.of_order(order.id)}
    for one in wave:
        offer = await _offer(work, order, one, before.get(one.envoy.id))
        message = say(work, order, one.envoy, offer)
        until = offer.until
        await work.ask(letters.about(order, one.envoy.person, message), "order.offer", offer.id, until)
    urgent = order.mode is Mode.FIRST
    gap = work.world.orders.urgent_gap if urgent else work.world.orders.ask_gap
    await letters.arm(work, order, DeadlineKind.ORDER_ASK, work.now + gap)
    await letters.arm(work, order, DeadlineKind.ORDER_LAPSE, work.now + work.world.orders.hold)
    radius = work.world.orders.radii_m[order.ring] / 1000
    await letters.note(work, order, "system", "order.wave", asked=len(wave), ring_km=radius)


async def _offer(work: Work, order: Order, one: ranking.Candidate, old: Offer | None) -> Offer:
    until = work.now + work.world.orders.hold
    made = Offer(
        id=OfferId(work.new_id()),
        order=order.id,
        envoy=one.envoy.id,
        asked_at=work.now,
        until=until,
        wave=order.wave,
        distance_m=one.distance_m,
        from_base=one.from_base,
        reasons=one.reasons,
    )
    if old is None:
        await work.uow.order_offers.add(made)
        return made
    old.move(OfferStatus.ASKED)
    old.asked_at, old.until, old.wave, old.answered_at = work.now, until, order.wave, None
    old.distance_m, old.from_base, old.reasons = made.distance_m, made.from_base, made.reasons
    await work.uow.order_offers.save(old)
    return old


def say(work: Work, order: Order, envoy: Envoy, offer: Offer) -> Message:
    """Kind, cell and band, time, pay, and until when it holds: never the point, never who."""
    point = order.fix.point if order.fix else envoy.base
    cell = geodesy.cell(point.lat, point.lon)
    params: dict[str, Param] = {
        "kind": Term(f"service_kind.{order.kind}"),
        "place": replace(order.place, distance=None),
        "cell": cell.code,
        "band": str(geodesy.band_from_cell(cell, envoy.where(work.now))),
        "length": Span(order.minutes * 60),
        "pay": order.price.pay,
        "hold": Span((offer.until - work.now).total_seconds()),
    }
    more = [_when(order), *_language(order), _how(order)]
    more += [Sentence("offer.order_from_base")] if offer.from_base else []
    choices = (Choice("accept", "button.accept", "1"), Choice("decline", "button.decline", "0"))
    return Message("offer.order", params, choices, more=tuple(more))


def _when(order: Order) -> Sentence:
    if order.asap:
        return Sentence("offer.order_now")
    return Sentence("offer.order_when", {"when": When(order.start_at, order.place.zone)})


def _language(order: Order) -> list[Sentence]:
    spoken = {"language": Term(f"language.{order.language}")}
    return [Sentence("offer.order_language", spoken)] if order.language else []


def _how(order: Order) -> Sentence:
    return Sentence("offer.order_first" if order.mode is Mode.FIRST else "offer.order_choose")


async def open_offers(work: Work, order: Order) -> list[Offer]:
    return [o for o in await work.uow.order_offers.of_order(order.id) if o.status in OPEN_OFFERS]


async def willing(work: Work, order: Order) -> list[Offer]:
    """Who said yes and may be chosen, the earliest yes first."""
    return [o for o in await open_offers(work, order) if o.status is OfferStatus.WILLING]


async def end(work: Work, order: Order, offer: Offer, to: OfferStatus) -> bool:
    """Close an open offer; True when its letter had left, so that the envoy has to be told."""
    offer.move(to)
    await work.uow.order_offers.save(offer)
    await work.uow.talk.close_about(offer.id)
    envoy = await work.uow.envoys.get(offer.envoy)
    return not await work.uow.outbox.drop_about(envoy.person, letters.thread(order))


async def stand_down(work: Work, order: Order, offer: Offer, key: str) -> None:
    """Take an open offer back; who never saw it is told nothing."""
    if await end(work, order, offer, OfferStatus.STOOD_DOWN):
        envoy = await work.uow.envoys.get(offer.envoy)
        await work.tell(letters.about(order, envoy.person, Message(key)))


async def stop(work: Work, order: Order, key: str, but: OfferId | None = None) -> None:
    """Asking is over: everybody still asked or waiting is stood down at once."""
    await letters.disarm(work, order, DeadlineKind.ORDER_ASK, DeadlineKind.ORDER_LAPSE)
    for offer in await open_offers(work, order):
        if offer.id != but:
            await stand_down(work, order, offer, key)
