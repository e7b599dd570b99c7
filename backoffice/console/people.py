"""The administrator's page: who works here, in which role, with which sessions; new people and fresh links."""

from collections import Counter
from typing import Any

from aiohttp import web

from backoffice import ports
from backoffice.console import auth, browsers, tokens, view
from backoffice.console.actions import BadForm
from backoffice.console.deps import DEPS, Step
from backoffice.kernel import errors, ids
from backoffice.kernel.ids import OperatorId
from backoffice.workflows import staffing, work

HERE = "/console/people"


def _one(request: web.Request) -> OperatorId:
    return OperatorId(request.match_info["operator"])


async def show(request: web.Request) -> web.Response:
    deps = request.config_dict[DEPS]
    async with deps.store.begin(deps.clock.now()) as uow:
        people = await uow.staff.everybody()
        sessions = Counter(s.operator for s in await uow.staff.sessions())
        organisations = await uow.organisations.all()
    context: dict[str, Any] = {"people": people, "sessions": sessions, "organisations": organisations}
    return view.page(request, "people.html", roles=list(ports.OperatorRole), **context)


async def one(request: web.Request) -> web.Response:
    deps, operator = request.config_dict[DEPS], _one(request)
    async with deps.store.begin(deps.clock.now()) as uow:
        person = await _known(uow, operator)
        secret = await uow.credentials.totp(operator)
        context: dict[str, Any] = {
            "person": person,
            "passkeys": await uow.credentials.passkeys(operator),
            "has_totp": bool(secret and secret.confirmed_at),
            "codes_left": len(await uow.credentials.recovery(operator)),
            "sessions": await uow.staff.sessions(operator),
            "organisations": await uow.organisations.all(),
        }
    myself = operator == request[auth.SIGN_IN].operator.id
    roles, words = list(ports.OperatorRole), browsers.words
    return view.page(request, "person.html", roles=roles, browser_words=words, myself=myself, **context)


async def _wanted(request: web.Request) -> staffing.Wanted:
    form = {k: v.strip() for k, v in (await request.post()).items() if isinstance(v, str)}
    try:
        role = ports.OperatorRole(form.get("role", ""))
    except ValueError as unknown:
        raise BadForm from unknown
    organisation = form.get("organisation", "") if role is ports.OperatorRole.GUEST else ""
    active = form.get("active", "yes") == "yes"
    return staffing.Wanted(form.get("name", ""), role, form.get("centre", ""), organisation, active)


async def add(request: web.Request) -> web.Response:
    """Somebody new; their one-time link is on this answer and nowhere else."""
    deps, by = request.config_dict[DEPS], request[auth.SIGN_IN].operator.id
    made = staffing.person(ids.new_id(deps.bits), await _wanted(request))
    token = tokens.fresh(deps.bits)

    async def step(w: work.Work) -> None:
        await staffing.add(w, made, by)
        await staffing.give_link(w, made, tokens.digest(token), by)

    await deps.actions(step, None)
    return _link(request, made, token)


def _link(request: web.Request, person: ports.Operator, token: str) -> web.Response:
    url = request.config_dict[DEPS].public_url
    wall = person.role is ports.OperatorRole.WALL
    link = tokens.wall_url(url, token) if wall else tokens.enter_url(url, token)
    return view.page(request, "person_link.html", person=person, link=link)


async def fresh_link(request: web.Request) -> web.Response:
    deps, by = request.config_dict[DEPS], request[auth.SIGN_IN].operator.id
    token = tokens.fresh(deps.bits)
    async with deps.store.begin(deps.clock.now()) as uow:
        known = await _known(uow, _one(request))

    async def step(w: work.Work) -> None:
        await staffing.give_link(w, known, tokens.digest(token), by)

    await deps.actions(step, None)
    return _link(request, known, token)


async def _known(uow: ports.UnitOfWork, operator: OperatorId) -> ports.Operator:
    person = await uow.staff.get(operator)
    if person is None:
        raise errors.NotFound
    return person


async def change(request: web.Request) -> web.Response:
    operator, by, wanted = _one(request), request[auth.SIGN_IN].operator, await _wanted(request)

    async def step(w: work.Work) -> None:
        await staffing.change(w, operator, wanted, by)

    return await _do(request, step, "done.people.change")


async def end_sessions(request: web.Request) -> web.Response:
    """One by its handle, or all of them."""
    operator, handle = _one(request), request.match_info.get("session", "")

    async def step(w: work.Work) -> None:
        await staffing.end_sessions(w, operator, handle)

    return await _do(request, step, "done.people.sessions")


async def forget_factors(request: web.Request) -> web.Response:
    operator = _one(request)

    async def step(w: work.Work) -> None:
        await staffing.forget_factors(w, operator)

    return await _do(request, step, "done.people.factors")


async def _do(request: web.Request, step: Step, said: str) -> web.Response:
    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, said, f"{HERE}/{_one(request)}")
