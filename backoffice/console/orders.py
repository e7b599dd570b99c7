"""Orders: the list, one order with its whole conversation, and what an operator does with it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from backoffice import ports, shop_queries
from backoffice.console import (
    auth,
    considered,
    cover,
    media,
    money_words,
    order_clocks,
    presence,
    thread,
    view,
)
from backoffice.console.actions import BadForm, Form, choice, form_of, text_of
from backoffice.console.deps import DEPS, ConsoleDeps, Step
from backoffice.dispatch.looks import Look
from backoffice.kernel import errors
from backoffice.kernel.ids import MediaId, OrderId
from backoffice.kernel.messages import Role
from backoffice.orders import rules
from backoffice.orders.model import HELD, Decision, Order, OrderStatus
from backoffice.workflows import order_desk, order_minors, order_sos, papers
from backoffice.workflows.order_desk import Ending
from backoffice.workflows.papers import REPORT, REPORTED

OnOrder = Callable[[OrderId, ports.Operator, Form], Step]
SIDES = {"traveller": Role.TRAVELLER, "envoy": Role.ENVOY}


async def show(request: web.Request) -> web.Response:
    """Every live order by the clock that breaches first, then the reviews and what is over."""
    deps = request.config_dict[DEPS]
    found = await deps.shop.orders()
    context: dict[str, Any] = {
        "found": found,
        "live": order_clocks.by_breach(found.live, deps.clock.now()),
        "first_name": first_name,
        "money": money_words.said,
        "decisions": list(Decision),
        "may": view.allowed(request),
        **await alarm(request, deps),
    }
    return view.page(request, "orders.html", **context)


async def alarm(request: web.Request, deps: ConsoleDeps) -> dict[str, Any]:
    """The bell sounds here too for whoever works the queue."""
    if not view.allowed(request)("see_board"):
        return {"rings": None, "calls": []}
    rings = await deps.queries.ringing()
    return {"rings": rings, "calls": presence.calls(request, rings)}


def first_name(name: str) -> str:
    """How a list names somebody: what they are called by, never more than the first part of a full name."""
    return name.split()[0] if name.strip() else ""


def _id(request: web.Request) -> OrderId:
    return OrderId(request.match_info["order"])


async def one(request: web.Request) -> web.Response:
    """One order: what is agreed, what was said, what can be done."""
    deps = request.config_dict[DEPS]
    found = await deps.shop.order(_id(request), deps.clock.now())
    covered = await cover.of(deps, "order", found.order.id)
    return view.page(request, "order.html", cover=covered, **await _context(request, deps, found))


async def _context(request: web.Request, deps: ConsoleDeps, found: shop_queries.OrderView) -> dict[str, Any]:
    order, t = found.order, view.catalogue(request)
    spoken = thread.Spoken(found.said, found.told, found.names)
    return {
        "v": found,
        "order": order,
        "clocks": order_clocks.running(found.line, deps.clock.now()),
        "thread": thread.lines(spoken, deps.words, sealed=not order.live),
        "looks": [considered.told(look, exact=order.live) for look in _newest_first(found)],
        "deeds": deeds(order, deps),
        "cost": cost(order, deps),
        "reported": any(event.what == REPORTED for event in found.events),
        "names_of": order_names(found),
        "money": money_words.said,
        "decisions": list(Decision),
        "may": view.allowed(request),
        "event_words": partial(thread.event_words, t),
        "actor_words": partial(thread.actor_words, t, names=found.names),
        **await alarm(request, deps),
    }


def _newest_first(found: shop_queries.OrderView) -> list[Look]:
    return list(reversed(found.looks))


def order_names(found: shop_queries.OrderView) -> Mapping[Role, str]:
    """How the two sides are called on the page."""
    return {Role.TRAVELLER: found.person.call_me or found.person.name, Role.ENVOY: found.line.envoy}


def cost(order: Order, deps: ConsoleDeps) -> dict[str, Any]:
    """What the table would charge if the traveller cancelled now, and for not showing up."""
    percent = rules.cancel_percent(deps.rules, order, deps.clock.now())
    return {
        "percent": percent,
        "fee": rules.fee(order, percent),
        "no_show_percent": deps.rules.no_show_percent,
        "no_show": rules.fee(order, deps.rules.no_show_percent),
        "table": deps.rules.cancel,
        "late": rules.LATE_CANCEL_PERCENT,
    }


def deeds(order: Order, deps: ConsoleDeps) -> frozenset[str]:
    """What makes sense with an order as it stands; who may is another question."""
    now, status = deps.clock.now(), order.status
    soon = order.start_at - now < order_sos.NEAR
    found = {
        "ask_again": status is OrderStatus.OFFERING,
        "reassign": status is OrderStatus.BOOKED,
        "free": order.live and order.blocked,
        "guardian": order.live and order_minors.waits(order),
        "absent": status is OrderStatus.BOOKED and now >= order.start_at,
        "end": order.live,
        "unmask": status in HELD and not order.unmasked,
        "mask": status in HELD and order.unmasked,
        "sos": status is OrderStatus.RUNNING or (status is OrderStatus.BOOKED and soon),
    }
    return frozenset(name for name, sensible in found.items() if sensible)


def answer(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    side = SIDES.get(form.get("to", ""))
    text = text_of(form)
    if side is None:
        raise BadForm
    return lambda w: order_desk.answer(w, order, operator, side, text)


def note(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    text = text_of(form)
    return lambda w: order_desk.note(w, order, operator, text)


def unmask(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    reason = text_of(form, "reason")
    return lambda w: order_desk.lift_masking(w, order, operator, reason)


def mask(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    return lambda w: order_desk.mask_again(w, order, operator)


def free(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    return lambda w: order_desk.free_start(w, order, operator)


def guardian(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    async def step(w: Any) -> None:
        await order_minors.agreed(w, await w.uow.orders.get(order), operator)

    return step


def end(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    ending = Ending(text_of(form, "reason"), by_table=form.get("charge") == "table")
    return lambda w: order_desk.end(w, order, operator, ending)


def absent(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    side, reason = SIDES.get(form.get("who", "")), text_of(form, "reason")
    if side is None:
        raise BadForm
    return lambda w: order_desk.who_came(w, order, operator, side, reason)


def reassign(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    reason = text_of(form, "reason")
    return lambda w: order_desk.reassign(w, order, operator, reason)


def ask_again(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    return lambda w: order_desk.ask_again(w, order, operator)


def to_sos(order: OrderId, operator: ports.Operator, form: Form) -> Step:
    reason = text_of(form, "reason")

    async def step(w: Any) -> None:
        await order_desk.to_sos(w, order, operator, reason)

    return step


ON_ORDER: Mapping[str, tuple[str, OnOrder]] = {
    "order.answer": ("answer", answer),
    "order.note": ("note", note),
    "order.unmask": ("unmask", unmask),
    "order.mask": ("mask", mask),
    "order.free": ("free", free),
    "order.guardian": ("guardian", guardian),
    "order.end": ("end", end),
    "order.absent": ("absent", absent),
    "order.reassign": ("reassign", reassign),
    "order.ask_again": ("ask-again", ask_again),
    "order.to_sos": ("to-sos", to_sos),
}
"""Route name -> last part of its path, and the step."""


def on_order(name: str, step: OnOrder) -> Handler:
    """The handler of one action on an order; it runs under the traveller's lock."""

    async def handle(request: web.Request) -> web.Response:
        order, operator = _id(request), request[auth.SIGN_IN].operator
        deed = step(order, operator, await form_of(request))
        await request.config_dict[DEPS].actions(deed, f"order:{order}")
        return view.done(request, f"done.{name}", f"/console/orders/{order}")

    return handle


async def decide(request: web.Request) -> web.Response:
    """What was decided about an order that went badly, and why."""
    review, operator = int(request.match_info["review"]), request[auth.SIGN_IN].operator
    form = await form_of(request)
    decision, why = choice(Decision, form.get("decision", "")), text_of(form, "why")

    async def step(w: Any) -> None:
        await order_desk.decide(w, review, operator, decision, why)

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.order.review", "/console/orders")


async def file(request: web.Request) -> web.Response:
    """A file of this order's thread: a photo drawn anew, anything else as a sandboxed download."""
    deps, wanted = request.config_dict[DEPS], MediaId(request.match_info["file"])
    if not await deps.shop.order_has(_id(request), wanted):
        raise errors.NotFound
    body = await deps.media.get(wanted)
    if request.query.get("as") == "photo":
        return await media.drawn(request, body)
    return media.download("order", wanted, body)


async def paper(request: web.Request) -> web.Response:
    """The receipt or the report from the scene, as the traveller has it, in the language of this page."""
    deps, kind = request.config_dict[DEPS], request.match_info["paper"]
    found = await deps.shop.order(_id(request), deps.clock.now())
    if kind != REPORT and found.order.charged is None:
        raise errors.NotFound
    locale = view.catalogue(request).locale
    body = await deps.paper(f"{kind}:{found.order.id}:{locale}")
    return pdf(body, f"{kind}-{found.order.ref}")


def pdf(body: bytes, name: str) -> web.Response:
    """One of our own papers, to keep."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.pdf"'}
    return web.Response(body=body, content_type=papers.PDF, headers=headers)
