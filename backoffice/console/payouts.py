"""Paying envoys: what is owed, whose account is checked, proposed, signed by others, filed, and their weeks."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from backoffice import ports
from backoffice.console import auth, money_words, view
from backoffice.console.actions import BadForm, form_of, text_of
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.console.orders import pdf
from backoffice.kernel.ids import PersonId
from backoffice.money import payouts as rules
from backoffice.money.payouts import Payee, PayoutId
from backoffice.money.rules import RECORDED
from backoffice.workflows import payouts, work
from backoffice.workflows.papers import STATEMENT

HOME = "/console/money/payouts"
PROVIDERS = (RECORDED, "wechat")
WEEKS_SHOWN = 4


async def show(request: web.Request) -> web.Response:
    """What is owed, what waits for whose signature, what finance pays by hand now, and the newest."""
    deps = request.config_dict[DEPS]
    context: dict[str, Any] = {
        "found": await deps.shop.payouts(),
        "weeks": weeks(deps),
        "providers": PROVIDERS,
        "may": view.allowed(request),
        "money": money_words.said,
        "limit": deps.pay.second_person_over,
        "smallest": deps.pay.smallest_payout,
        "me": request[auth.SIGN_IN].operator.id,
    }
    return view.page(request, "payouts.html", **context)


def weeks(deps: ConsoleDeps) -> list[date]:
    """Mondays of this week and those before it, newest first."""
    today = deps.clock.now().astimezone(ZoneInfo(deps.zone)).date()
    monday = today - timedelta(days=today.weekday())
    return [monday - timedelta(weeks=n) for n in range(WEEKS_SHOWN)]


async def set_payee(request: web.Request) -> web.Response:
    """Name and telephone must be the enrolled envoy's."""
    person, operator = PersonId(request.match_info["person"]), request[auth.SIGN_IN].operator
    form = await form_of(request)
    provider = form.get("provider", "")
    if provider not in PROVIDERS:
        raise BadForm
    payee = Payee(person, text_of(form, "name"), text_of(form, "phone"), provider, text_of(form, "account"))

    async def step(w: work.Work) -> None:
        await payouts.set_payee(w, payee, operator)

    return await _do(request, step, "done.payout.payee", f"person:{person}")


async def propose(request: web.Request) -> web.Response:
    """Everybody who has earned enough and has a checked payee. Who was left out stands on the page, with why."""
    operator = request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await payouts.propose(w, operator)

    return await _do(request, step, "done.payout.propose", "payouts")


async def approve(request: web.Request) -> web.Response:
    payout, operator = PayoutId(request.match_info["payout"]), request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await payouts.approve(w, payout, operator)

    return await _do(request, step, "done.payout.approve", "payouts")


async def withdraw(request: web.Request) -> web.Response:
    payout, operator = PayoutId(request.match_info["payout"]), request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await payouts.withdraw(w, payout, operator)

    return await _do(request, step, "done.payout.withdraw", "payouts")


async def _do(request: web.Request, step: Any, said: str, lock: str) -> web.Response:
    await request.config_dict[DEPS].actions(step, lock)
    return view.done(request, said, HOME)


async def file(request: web.Request) -> web.Response:
    """The file finance pays from, as CSV; that somebody took it is on record."""
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    body = rules.file(await _ordered(deps, operator))
    day = deps.clock.now().astimezone(ZoneInfo(deps.zone)).date()
    headers = {"Content-Disposition": f'attachment; filename="payouts-{day}.csv"'}
    return web.Response(
        body=b"\xef\xbb\xbf" + body.encode(), content_type="text/csv", charset="utf-8", headers=headers
    )


async def _ordered(deps: ConsoleDeps, operator: ports.Operator) -> list[rules.Payout]:
    found: list[rules.Payout] = []

    async def step(w: work.Work) -> None:
        found[:] = await payouts.file_rows(w, operator)

    await deps.actions(step, "payouts")
    return found


async def statement(request: web.Request) -> web.Response:
    """An envoy's week as they read it, in the language of this page; `week` is any day of it."""
    deps, person = request.config_dict[DEPS], PersonId(request.match_info["person"])
    day = _week(request)
    at = datetime.combine(day, time(12), ZoneInfo(deps.zone)) + timedelta(days=1)
    locale = view.catalogue(request).locale
    body = await deps.paper(f"{STATEMENT}:{person}:{locale}:{at.isoformat()}")
    return pdf(body, f"statement-{day}")


def _week(request: web.Request) -> date:
    try:
        return date.fromisoformat(request.query.get("week", ""))
    except ValueError as wrong:
        raise BadForm from wrong
