"""Claims as finance sees them: what to pay by hand, its file, and an insurer's month. No papers, no illness."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from backoffice.claims import statement as rules
from backoffice.claims.payment import ClaimPayment
from backoffice.claims.statement import PaidClaim
from backoffice.console import money_words, view
from backoffice.console.actions import BadForm
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.kernel import cells
from backoffice.workflows import claim_desk, claim_statement, work

COLUMNS = ("claim", "name", "account", "currency", "amount", "task")


async def show(request: web.Request) -> web.Response:
    """Payee, account and sum of each; its outcome is recorded here as it is among the other tasks of money."""
    deps = request.config_dict[DEPS]
    context: dict[str, Any] = {
        "found": await to_pay(deps),
        "money": money_words.said,
        "may": view.allowed(request),
    }
    async with deps.store.begin(deps.clock.now()) as uow:
        products = await uow.products.all()
    context["insurers"] = sorted({product.insurer for product in products})
    context["month"] = deps.clock.now().astimezone(ZoneInfo(deps.zone)).date().strftime("%Y-%m")
    return view.page(request, "claim_payments.html", **context)


async def to_pay(deps: ConsoleDeps) -> list[tuple[str, ClaimPayment]]:
    found: list[tuple[str, ClaimPayment]] = []

    async def step(w: work.Work) -> None:
        found[:] = await claim_desk.to_pay(w)

    await deps.look(step)
    return found


async def file(request: web.Request) -> web.Response:
    """What finance pays from, as CSV; the trail keeps that it was taken."""
    deps = request.config_dict[DEPS]
    rows: list[tuple[str, ...]] = [COLUMNS]
    for ref, payment in await to_pay(deps):
        payee, amount = payment.payee, payment.amount
        if payee is not None:
            rows.append((ref, payee.name, payee.account, amount.currency, str(amount.amount), payment.order))
    return as_csv(cells.written(rows), f"claims-{deps.clock.now().astimezone(ZoneInfo(deps.zone)).date()}")


def as_csv(text: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    body = b"\xef\xbb\xbf" + text.encode()
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)


async def statement(request: web.Request) -> web.Response:
    """`month` as `2026-03`: what was paid in an insurer's name."""
    return await of_insurer(request, request.match_info["insurer"])


async def of_insurer(request: web.Request, insurer: str) -> web.Response:
    deps, day = request.config_dict[DEPS], _month(request)
    found: list[PaidClaim] = []

    async def step(w: work.Work) -> None:
        found[:] = await claim_statement.of_month(w, insurer, day)

    await deps.look(step)
    return as_csv(rules.file(found), f"claims-{day.strftime('%Y-%m')}")


def _month(request: web.Request) -> date:
    try:
        return date.fromisoformat(f"{request.query.get('month', '')}-01")
    except ValueError as wrong:
        raise BadForm from wrong
