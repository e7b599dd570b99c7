"""Organisations: the administrator's list, and on a case who answers for its person and what they are asked for."""

import re
from datetime import timedelta
from decimal import InvalidOperation

from aiohttp import web

from backoffice.console import auth, view
from backoffice.console.actions import BadForm, Form, form_of, text_of
from backoffice.console.deps import DEPS, Step
from backoffice.console.guard import CASE
from backoffice.kernel.money import Money
from backoffice.organisations.model import Organisation, OrganisationKind
from backoffice.workflows import answering_for, authorising, work

_PLAIN = re.compile(r"[0-9]{1,12}(\.[0-9]{1,3})?")
HERE = "/console/organisations"
CURRENCIES = ("CNY", "USD", "EUR", "HKD", "THB", "JPY", "KRW", "SGD", "GBP", "AUD", "VND", "IDR", "MYR")


async def show(request: web.Request) -> web.Response:
    deps = request.config_dict[DEPS]
    async with deps.store.begin(deps.clock.now()) as uow:
        found = [(o, await uow.organisations.size(o.code)) for o in await uow.organisations.all()]
        people = await uow.staff.everybody()
    guests = {o.code: [p for p in people if p.organisation == o.code and p.active] for o, _ in found}
    kinds = list(OrganisationKind)
    return view.page(request, "organisations.html", found=found, guests=guests, kinds=kinds)


async def put(request: web.Request) -> web.Response:
    form, by = await form_of(request), request[auth.SIGN_IN].operator.id
    try:
        kind = OrganisationKind(form.get("kind", ""))
    except ValueError as unknown:
        raise BadForm from unknown
    made = Organisation(text_of(form, "code"), text_of(form, "name"), kind, form.get("sees_place") == "yes")

    async def step(w: work.Work) -> None:
        await answering_for.put(w, made, by)

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.organisations.put", HERE)


async def of_case(request: web.Request) -> web.Response:
    """Who answers for the person of this case, who may know what, which sums were asked for."""
    deps, case = request.config_dict[DEPS], request[CASE]
    async with deps.store.begin(deps.clock.now()) as uow:
        bound = await uow.organisations.of_person(case.requester)
        every = await uow.organisations.all()
        asked = await uow.authorisations.of_case(case.id)
        names = {p.id: p.name for p in await uow.staff.everybody()}
    codes = {m.organisation.code for m in bound}
    return view.page(
        request,
        "case_organisations.html",
        case=case,
        may=view.allowed(request),
        bound=bound,
        others=[o for o in every if o.code not in codes],
        asked=asked,
        titles={o.code: o.name for o in every},
        names=names,
        waits=[int(w.total_seconds() // 60) for w in authorising.WAITS],
        currencies=CURRENCIES,
    )


async def bind(request: web.Request) -> web.Response:
    case, operator, code = request[CASE].id, request[auth.SIGN_IN].operator, await _code(request)
    return await _do(request, lambda w: answering_for.bind(w, case, operator, code), "case.bind")


async def unbind(request: web.Request) -> web.Response:
    case, operator, code = request[CASE].id, request[auth.SIGN_IN].operator, await _code(request)
    return await _do(request, lambda w: answering_for.unbind(w, case, operator, code), "case.unbind")


async def _code(request: web.Request) -> str:
    return text_of(await form_of(request), "organisation")


async def ask(request: web.Request) -> web.Response:
    case, operator = request[CASE].id, request[auth.SIGN_IN].operator
    question = _question(await form_of(request))

    async def step(w: work.Work) -> None:
        await authorising.ask(w, case, operator, question)

    return await _do(request, step, "case.ask_authorisation")


def _question(form: Form) -> authorising.Question:
    wait = timedelta(minutes=_minutes(form.get("wait", "")))
    return authorising.Question(text_of(form, "organisation"), _sum(form), text_of(form, "purpose"), wait)


def _minutes(given: str) -> int:
    known = {str(int(w.total_seconds() // 60)) for w in authorising.WAITS}
    if given not in known:
        raise BadForm
    return int(given)


def _sum(form: Form) -> Money:
    """A sum as people type it, `30,000.50`; raises `BadForm` for anything that is none."""
    currency = text_of(form, "currency")
    try:
        if currency not in CURRENCIES:
            raise BadForm
        found = Money.of(_plain(text_of(form, "sum")), currency)
    except (InvalidOperation, ValueError, OverflowError) as wrong:
        raise BadForm("authorisation.no_sum") from wrong
    if not 0 < found.minor < 10**13:
        raise BadForm("authorisation.no_sum")
    return found


def _plain(typed: str) -> str:
    """`30,000.50` as digits and a point; `1e9` and the like are no sums people mean."""
    digits = typed.replace(",", "").replace(" ", "")
    if not _PLAIN.fullmatch(digits):
        raise BadForm("authorisation.no_sum")
    return digits


async def withdraw(request: web.Request) -> web.Response:
    case, operator = request[CASE].id, request[auth.SIGN_IN].operator
    asked = request.match_info["authorisation"]
    return await _do(
        request, lambda w: authorising.withdraw(w, asked, case, operator), "case.withdraw_authorisation"
    )


async def _do(request: web.Request, step: Step, name: str) -> web.Response:
    case = request[CASE].id
    await request.config_dict[DEPS].actions(step, case)
    return view.done(request, f"done.{name}", f"{view.case_url(case)}/organisations")
