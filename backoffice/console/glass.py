"""Opening a case that is not one's own: the form that asks why, and the supervisor's list of who did."""

from aiohttp import web

from backoffice.console import access, auth, view
from backoffice.console.actions import form_of
from backoffice.console.deps import DEPS
from backoffice.console.guard import CASE
from backoffice.workflows import opening, work

HERE = "/console/glass"
SEEN_SHOWN = 50


async def ask(request: web.Request) -> web.Response:
    """Why; somebody who may see the case anyway is led to it."""
    if access.may(request[auth.SIGN_IN].operator, access.Act.SEE_CASE, request[auth.ABOUT]):
        raise web.HTTPSeeOther(view.case_url(request[CASE].id))
    return view.page(request, "glass_ask.html", case=request[CASE])


async def break_(request: web.Request) -> web.Response:
    case, operator = request[CASE].id, request[auth.SIGN_IN].operator
    reason = (await form_of(request)).get("reason", "")

    async def step(w: work.Work) -> None:
        await opening.open_case(w, case, operator, reason)

    await request.config_dict[DEPS].actions(step, case)
    return view.done(request, "done.case.glass", view.case_url(case))


async def show(request: web.Request) -> web.Response:
    """Who opened what, and why: what no supervisor has read yet, then what was read."""
    deps = request.config_dict[DEPS]
    async with deps.store.begin(deps.clock.now()) as uow:
        unseen = await uow.glasses.unseen()
        seen = await uow.glasses.seen_lately(SEEN_SHOWN)
        refs = {g.case: (await uow.cases.get(g.case)).ref for g in (*unseen, *seen)}
        people = {p.id: p for p in await uow.staff.everybody()}
    return view.page(request, "glass.html", unseen=unseen, seen=seen, refs=refs, people=people)


async def see(request: web.Request) -> web.Response:
    glass, supervisor = request.match_info["glass"], request[auth.SIGN_IN].operator

    async def step(w: work.Work) -> None:
        await opening.see(w, glass, supervisor)

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.glass.seen", HERE)
