"""Money for finance: what waits for a person, one payment, bookings by hand with their second signature."""

from datetime import date
from typing import Any

from aiohttp import web

from backoffice.console import auth, money_words, view
from backoffice.console.actions import BadForm, Form, choice, form_of
from backoffice.console.deps import DEPS, Step
from backoffice.kernel.money import Money
from backoffice.money.model import OrderState, PaymentId, PaymentStatus, ProviderOrder, ProviderOrderId
from backoffice.money.slips import SlipId, SlipKind, Way
from backoffice.workflows import money_desk, payment_outcomes, settlement, work
from backoffice.workflows.money_desk import Written

HOME = "/console/money"
PAID = frozenset({PaymentStatus.AUTHORISED, PaymentStatus.CAPTURED})


class BadSum(BadForm):
    """The sum cannot be read."""

    key = "error.sum"


async def show(request: web.Request) -> web.Response:
    """Payments to record, orders nobody knows the end of, slips to sign; then what is new."""
    deps = request.config_dict[DEPS]
    found = await deps.shop.money()
    return view.page(request, "money.html", found=found, by_hand=by_hand, **_always(request))


def _always(request: web.Request) -> dict[str, Any]:
    deps = request.config_dict[DEPS]
    return {
        "may": view.allowed(request),
        "money": money_words.said,
        "ways": list(Way),
        "limit": deps.pay.second_person_over,
        "me": request[auth.SIGN_IN].operator.id,
        "today": deps.clock.now().date(),
    }


def by_hand(order: ProviderOrder) -> bool:
    """A person carries it out and says what became of it; of everything else the platform is asked."""
    return order.error == payment_outcomes.BY_HAND and order.state is OrderState.PENDING


async def payment(request: web.Request) -> web.Response:
    """One payment: what is held, what came and fits nothing, what was ordered, who booked what."""
    deps = request.config_dict[DEPS]
    found = await deps.shop.payment(PaymentId(request.match_info["payment"]))
    one = found.line.payment
    left = Money(one.amount.minor - one.refunded, one.amount.currency)
    context: dict[str, Any] = {
        "v": found,
        "payment": one,
        "left": left,
        "can_refund": one.status in PAID and bool(left),
        "can_record": one.status is PaymentStatus.REQUESTED or one.given_up,
        "by_hand": by_hand,
        "next_number": f"{one.id[:8]}-{len(found.slips) + 1}",
    }
    return view.page(request, "payment.html", **context, **_always(request))


def _amount(form: Form) -> Money:
    try:
        return money_words.read(form.get("amount", ""), form.get("currency", ""))
    except ValueError as wrong:
        raise BadSum from wrong


def _day(form: Form, today: date) -> date:
    given = form.get("day", "").strip()
    try:
        return date.fromisoformat(given) if given else today
    except ValueError as wrong:
        raise BadForm from wrong


def slip_of(request: web.Request, form: Form, kind: SlipKind, subject: str) -> Written:
    """What the form of a booking by hand says. Raises `BadSum`, `BadForm`."""
    today = request.config_dict[DEPS].clock.now().date()
    way, reference = choice(Way, form.get("way", "")), form.get("reference", "")
    return Written(kind, subject, _amount(form), way, reference, _day(form, today), form.get("why", ""))


async def _do(request: web.Request, step: Step, said: str, lock: str | None, back: str) -> web.Response:
    await request.config_dict[DEPS].actions(step, lock)
    return view.done(request, said, back)


async def book(request: web.Request) -> web.Response:
    """Money of one payment: seen (`payment`), given back (`refund`), sent back because it fits nothing (`release`)."""
    number, operator = request.match_info["payment"], request[auth.SIGN_IN].operator
    form = await form_of(request)
    kind = choice(SlipKind, form.get("kind", ""))
    if not kind.of_payment:
        raise BadForm
    written = slip_of(request, form, kind, number)

    async def step(w: work.Work) -> None:
        await money_desk.write_down(w, operator, written)

    return await _do(request, step, f"done.money.{kind}", f"payment:{number}", f"{HOME}/payments/{number}")


async def put_in(request: web.Request) -> web.Response:
    """Into the centre's fund or from a sponsor (`top_up`), or what a provider's bill says it kept (`fee`)."""
    operator, form = request[auth.SIGN_IN].operator, await form_of(request)
    kind = choice(SlipKind, form.get("kind", ""))
    subject = form.get("subject", "").strip()
    if kind not in (SlipKind.TOP_UP, SlipKind.FEE) or (kind is SlipKind.FEE and not subject):
        raise BadForm
    written = slip_of(request, form, kind, subject[:128])

    async def step(w: work.Work) -> None:
        await money_desk.write_down(w, operator, written)

    return await _do(request, step, f"done.money.{kind}", None, HOME)


async def sign(request: web.Request) -> web.Response:
    """The second signature; it runs under the desk's lock, the booking itself is settled by the ledger's key."""
    slip, operator = SlipId(request.match_info["slip"]), request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await money_desk.sign(w, slip, operator)

    return await _do(request, step, "done.money.sign", f"slip:{slip}", HOME)


async def drop(request: web.Request) -> web.Response:
    slip, operator = SlipId(request.match_info["slip"]), request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await money_desk.drop(w, slip, operator)

    return await _do(request, step, "done.money.drop", f"slip:{slip}", HOME)


async def outcome(request: web.Request) -> web.Response:
    """What became of a refund or a payout that a person carried out."""
    task, operator = ProviderOrderId(request.match_info["task"]), request[auth.SIGN_IN].operator
    form = await form_of(request)
    done, reference = form.get("done", ""), form.get("reference", "").strip()[:128]
    if done not in ("yes", "no"):
        raise BadForm

    async def step(w: work.Work) -> None:
        changed = await payment_outcomes.record_outcome(w, task, operator, reference, done == "yes")
        if changed is not None:
            await settlement.on_payment(w, changed)

    return await _do(request, step, "done.money.outcome", f"task:{task}", HOME)


async def ask(request: web.Request) -> web.Response:
    """The platform is asked now what became of an order; nothing is sent again."""
    task, operator = ProviderOrderId(request.match_info["task"]), request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await money_desk.ask_now(w, task, operator)

    return await _do(request, step, "done.money.ask", f"task:{task}", HOME)
