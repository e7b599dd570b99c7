"""Insurers and policies: what is asked and unanswered, premiums passed on, one policy with its people and clauses."""

import csv
import io
from datetime import timedelta
from typing import Any

from aiohttp import web

from backoffice.console import auth, money_words, trail, view
from backoffice.console.actions import BadForm, choice, form_of, text_of
from backoffice.console.deps import DEPS, Step
from backoffice.console.money import slip_of
from backoffice.insurance.model import PolicyId, Product, RequestId
from backoffice.insurance.policies import Policy, Request, Said
from backoffice.kernel.errors import NotFound
from backoffice.money.model import Payment, Purpose
from backoffice.money.slips import SlipKind, Way
from backoffice.ports import UnitOfWork
from backoffice.workflows import insurance_desk, insurer_statement, money_desk, premiums, work
from backoffice.workflows.insurance_desk import Outcome

HOME = "/console/insuring"
ID = "[0-9a-zA-Z_-]{1,64}"
REFUSED_SHOWN = timedelta(days=30)


def add(router: web.UrlDispatcher) -> None:
    """Every route here has its entry in `access.ROUTES`."""
    request, policy = f"/insuring/requests/{{request:{ID}}}", f"/insuring/policies/{{policy:{ID}}}"
    router.add_get("/insuring", show, name="insuring")
    router.add_get(policy, one, name="insuring.policy")
    router.add_post(f"{policy}/unmask", unmask, name="insuring.unmask")
    router.add_post(f"{request}/ask", ask, name="insuring.ask")
    router.add_post(f"{request}/record", record, name="insuring.record")
    router.add_post(f"{request}/sign", sign, name="insuring.sign")
    router.add_post(f"{request}/withdraw", withdraw, name="insuring.withdraw")
    router.add_post("/insuring/remittances", remit, name="insuring.remit")
    router.add_get("/insuring/statement", statement, name="insuring.statement")


async def show(request: web.Request) -> web.Response:
    """Requests nobody has settled, refusals of late, what we hold for insurers; a search by number."""
    deps = request.config_dict[DEPS]
    number = request.query.get("number", "").strip()[:128]
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        names = await _insurers(uow, view.locale(request))
        open_, refused = (
            await uow.policies.open_requests(),
            await uow.policies.refused_requests(now - REFUSED_SHOWN),
        )
        context: dict[str, Any] = {
            "open_requests": [(r, await uow.policies.get(r.policy)) for r in open_],
            "refused": [(r, await uow.policies.get(r.policy)) for r in refused],
            "found": await uow.policies.numbered(number) if number else None,
            "owed": await insurance_desk.owed(uow, sorted(names)),
            "to_sign": [slip for slip in await uow.slips.waiting() if slip.kind is SlipKind.REMIT],
            "names": names,
        }
    for policy in context["found"] or ():
        await trail.write(request, "policy.found", f"policy:{policy.id}")
    return view.page(request, "insuring.html", number=number, **context, **_always(request))


async def _insurers(uow: UnitOfWork, locale: str) -> dict[str, str]:
    """Every insurer of a product ever put, by the name people read."""
    return {product.insurer: product.insurer_name(locale) for product in await uow.products.all()}


def _always(request: web.Request) -> dict[str, Any]:
    deps = request.config_dict[DEPS]
    today = deps.clock.now().date()
    return {
        "may": view.allowed(request),
        "money": money_words.said,
        "ways": list(Way),
        "limit": deps.pay.second_person_over,
        "me": request[auth.SIGN_IN].operator.id,
        "today": today,
        "last_month": (today.replace(day=1) - timedelta(days=1)).strftime("%Y-%m"),
        "recorded": insurance_desk.recorded,
        "gives_cover": insurance_desk.GIVES_COVER,
    }


async def one(request: web.Request) -> web.Response:
    """One policy; its people are masked until this operator has given a reason."""
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        policy = await uow.policies.get(PolicyId(request.match_info["policy"]))
        product = await _product(uow, policy)
        requests, payments = await uow.policies.requests_of(policy.id), await _payments(uow, policy)
    clear = insurance_desk.unmasked(policy, operator, now)
    context: dict[str, Any] = {
        "policy": policy,
        "product": product,
        "insured": policy.people if clear else [insurance_desk.masked(p) for p in policy.people],
        "clear": clear,
        "requests": requests,
        "payments": payments,
        "minutes": int(insurance_desk.UNMASKED_FOR.total_seconds() // 60),
    }
    return view.page(request, "policy.html", **context, **_always(request))


async def _product(uow: UnitOfWork, policy: Policy) -> Product | None:
    """The edition it was sold by; a list may name one that nobody has put yet."""
    try:
        return await uow.products.get(policy.product, policy.edition)
    except NotFound:
        return None


async def _payments(uow: UnitOfWork, policy: Policy) -> list[Payment]:
    found = [await uow.payments.of(Purpose(kind, policy.id)) for kind in (premiums.POLICY, premiums.CHANGE)]
    return sorted((payment for some in found for payment in some), key=lambda payment: payment.created_at)


async def unmask(request: web.Request) -> web.Response:
    policy, operator = PolicyId(request.match_info["policy"]), request[auth.SIGN_IN].operator
    reason = text_of(await form_of(request), "reason")

    async def step(w: work.Work) -> None:
        await insurance_desk.unmask(w, policy, operator, reason)

    await request.config_dict[DEPS].actions(step, f"policy:{policy}")
    return view.done(request, "done.insuring.unmask", f"{HOME}/policies/{policy}")


async def ask(request: web.Request) -> web.Response:
    """The insurer is asked now; what certainly never arrived leaves again."""
    operator = request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await insurance_desk.ask_now(w, _request(request), operator)

    return await _do(request, step, "done.insuring.ask")


async def record(request: web.Request) -> web.Response:
    """What the insurer said on the telephone or by letter, with its own reference."""
    operator, form = request[auth.SIGN_IN].operator, await form_of(request)
    said = choice(Said, form.get("said", ""))
    outcome = Outcome(said, form.get("number", ""), form.get("reason", ""))
    settled: list[Request] = []

    async def step(w: work.Work) -> None:
        settled[:] = [await insurance_desk.record(w, _request(request), operator, outcome)]

    await request.config_dict[DEPS].actions(step, f"insurer:{_request(request)}")
    waits = any(insurance_desk.recorded(each) for each in settled)
    return view.done(request, "done.insuring.to_sign" if waits else "done.insuring.record", HOME)


async def sign(request: web.Request) -> web.Response:
    operator, form = request[auth.SIGN_IN].operator, await form_of(request)

    async def step(w: work.Work) -> None:
        await insurance_desk.sign(w, _request(request), operator, form.get("number", ""))

    return await _do(request, step, "done.insuring.sign")


async def withdraw(request: web.Request) -> web.Response:
    operator = request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await insurance_desk.withdraw(w, _request(request), operator)

    return await _do(request, step, "done.insuring.withdraw")


async def _do(request: web.Request, step: Step, said: str) -> web.Response:
    """Under the lock of whose policy it is: the runner of insurers works under it too."""
    await request.config_dict[DEPS].actions(step, f"insurer:{_request(request)}")
    return view.done(request, said, HOME)


def _request(request: web.Request) -> RequestId:
    return RequestId(request.match_info["request"])


async def remit(request: web.Request) -> web.Response:
    """Premiums that were passed on; over the limit a second person signs on the page of money."""
    operator, form = request[auth.SIGN_IN].operator, await form_of(request)
    insurer = text_of(form, "subject")
    written = slip_of(request, form, SlipKind.REMIT, insurer)

    async def step(w: work.Work) -> None:
        await money_desk.write_down(w, operator, written)

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.money.remit", HOME)


async def statement(request: web.Request) -> web.Response:
    """A month of premiums as CSV, as `export premiums` writes it."""
    deps, insurer = request.config_dict[DEPS], request.query.get("insurer", "")
    month = request.query.get("month", "")
    try:
        since, until = insurer_statement.month(month)
    except ValueError as wrong:
        raise BadForm from wrong
    async with deps.store.begin(deps.clock.now()) as uow:
        if insurer not in await _insurers(uow, "en"):
            raise NotFound
        found = await insurer_statement.statements(uow, insurer, since, until)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(insurer_statement.table(found))
    headers = {"Content-Disposition": f'attachment; filename="premiums-{insurer}-{month}.csv"'}
    body = b"\xef\xbb\xbf" + out.getvalue().encode()
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)
