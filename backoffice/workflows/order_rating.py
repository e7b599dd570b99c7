"""Ratings after an order: each side of the other, blind until both have rated or 72 h are over."""

from datetime import datetime

from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import EnvoyId
from backoffice.kernel.messages import Choice, Message, Param, Role, Span
from backoffice.orders import ratings
from backoffice.orders.model import Order, OrderStatus, Rating
from backoffice.ports import DeadlineKind
from backoffice.workflows import order_booking as booking
from backoffice.workflows import order_letters as letters
from backoffice.workflows.work import Work

RATE, WHY = "order.rate", "order.why"
"""Questions: how many stars, and what went badly. Their subject outlives the order's own questions."""


def subject(order: Order, role: Role) -> str:
    return f"rate:{letters.subject(order, role)}"


def until(work: Work, order: Order) -> datetime:
    return (order.ended_at or work.now) + work.world.orders.rate_within


async def ask(work: Work, order: Order) -> None:
    """Both are asked; neither sees the other's stars before giving their own."""
    await letters.arm(work, order, DeadlineKind.ORDER_RATING, until(work, order))
    within: dict[str, Param] = {"within": Span(work.world.orders.rate_within.total_seconds())}
    choices = tuple(Choice(str(n), f"button.stars_{n}", str(n)) for n in ratings.STARS)
    for role, message in (
        (Role.TRAVELLER, Message("order.rate", within, choices)),
        (Role.ENVOY, Message("job.order_rate", within, choices)),
    ):
        to = await letters.reader(work, order, role)
        if to is not None:
            question = letters.about(order, to, message, tag=subject(order, role))
            await work.ask(question, RATE, subject(order, role), until(work, order))


async def rate(work: Work, order: Order, role: Role, stars: int) -> None:
    """One side's stars. Few of them open a review at once, which only the centre sees."""
    if order.status is not OrderStatus.COMPLETED or order.envoy is None or work.now >= until(work, order):
        raise Refusal("order.rating_over")
    about = order.envoy if role is Role.TRAVELLER else order.customer
    if not await work.uow.order_ratings.add(Rating(order.id, role, about, stars, work.now)):
        raise Refusal("order.rated_before")
    await work.uow.talk.close_about(subject(order, role), RATE)
    await letters.note(work, order, str(role), "order.rated")
    await _thank(work, order, role, stars)
    if ratings.complete(await work.uow.order_ratings.of_order(order.id)):
        await show(work, order)


async def _thank(work: Work, order: Order, role: Role, stars: int) -> None:
    """Whoever answered before the question had left (a shut window) is not asked again by it: one tag replaces it."""
    tag = subject(order, role)
    if not ratings.bad(stars):
        key = "order.rated" if role is Role.TRAVELLER else "job.order_rated"
        await letters.tell(work, order, role, Message(key), tag)
        return
    await booking.review(work, order, "bad_rating")
    to = await letters.reader(work, order, role)
    if to is not None:
        key = "order.why" if role is Role.TRAVELLER else "job.order_why"
        message = Message(key, {}, (Choice("skip", "button.order_skip", "0"),))
        await work.ask(letters.about(order, to, message, tag), WHY, subject(order, role), until(work, order))


async def why(work: Work, order: Order, role: Role, text: str) -> None:
    """What went badly, for the review; "" says nothing more."""
    await work.uow.talk.close_about(subject(order, role), WHY)
    if text:
        await booking.review(work, order, "bad_rating_told", text[:2000])
    await letters.tell(work, order, role, Message("order.why_kept"))


async def show(work: Work, order: Order) -> None:
    """Both have rated, or the time is over: what is there is shown and counts."""
    await letters.disarm(work, order, DeadlineKind.ORDER_RATING)
    given = await work.uow.order_ratings.of_order(order.id)
    if not given or all(r.shown_at for r in given):
        return
    await work.uow.order_ratings.show(order.id, work.now)
    for role in (Role.TRAVELLER, Role.ENVOY):
        await work.uow.talk.close_about(subject(order, role), RATE)
    if order.envoy:
        await _count(work, order.envoy)
    for rating in given:
        key = "job.order_rating_shown" if rating.by is Role.TRAVELLER else "order.rating_shown"
        params: dict[str, Param] = {"ref": order.ref, "stars": rating.stars}
        await letters.tell(work, order, letters.other(rating.by), Message(key, params))


async def _count(work: Work, envoy_id: EnvoyId) -> None:
    """An envoy's rating is the mean of the stars shown."""
    envoy = await work.uow.envoys.get(envoy_id)
    envoy.rating = ratings.average(await work.uow.order_ratings.shown_about(envoy.id))
    await work.uow.envoys.save(envoy)
