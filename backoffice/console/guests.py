"""What an insurer, employer, agency, school or consular desk sees of its own people, and the sums it decides on."""

from typing import Any

from aiohttp import web

from backoffice import queries
from backoffice.console import auth, live, view
from backoffice.console.actions import BadForm, form_of
from backoffice.console.deps import DEPS
from backoffice.console.guard import CASE
from backoffice.kernel import errors
from backoffice.organisations.model import Authorisation
from backoffice.workflows import authorising, work

HERE = "/console/guest"


async def show(request: web.Request) -> web.Response:
    """Their people's cases: what waits for an answer first."""
    deps, code = request.config_dict[DEPS], request[auth.SIGN_IN].operator.organisation
    lines = sorted(await deps.queries.guest_cases(code), key=lambda line: line.waiting == 0)
    async with deps.store.begin(deps.clock.now()) as uow:
        organisation = await uow.organisations.get(code)
    return view.page(request, "guest.html", lines=lines, organisation=organisation, stage=stage)


async def one(request: web.Request) -> web.Response:
    deps, code = request.config_dict[DEPS], request[auth.SIGN_IN].operator.organisation
    line = await _line(request, code)
    async with deps.store.begin(deps.clock.now()) as uow:
        asked = [a for a in await uow.authorisations.of_case(line.id) if a.organisation == code]
        names = {p.id: p.name for p in await uow.staff.everybody() if p.organisation == code}
        organisation = await uow.organisations.get(code)
    context: dict[str, Any] = {"line": line, "asked": asked, "names": names, "organisation": organisation}
    return view.page(request, "guest_case.html", stage=stage, **context)


async def _line(request: web.Request, code: str) -> queries.GuestLine:
    lines = await request.config_dict[DEPS].queries.guest_cases(code)
    found = next((line for line in lines if line.id == request[CASE].id), None)
    if found is None:
        raise errors.NotFound
    return found


def stage(line: queries.GuestLine) -> str:
    """How far help has come, as one code."""
    if line.closed_at:
        return "closed"
    if line.arrived:
        return "arrived"
    if line.accepted:
        return "accepted"
    return "answered" if line.answered_at else "dispatched"


async def stream(request: web.Request) -> web.StreamResponse:
    """`case` when something about this case changed; of the rest of the house not even a beat."""
    mine = f"case:{request[CASE].id}"
    return await live.told(request, lambda topics: ["case"] if mine in topics else [])


async def answer(request: web.Request) -> web.Response:
    """Yes or no to a sum, with words."""
    guest, form = request[auth.SIGN_IN].operator, await form_of(request)
    said, words = form.get("answer", ""), form.get("text", "")
    if said not in ("yes", "no"):
        raise BadForm
    asked = await _asked(request)

    async def step(w: work.Work) -> None:
        await authorising.answer(w, asked.id, guest, said == "yes", words)

    await request.config_dict[DEPS].actions(step, request[CASE].id)
    return view.done(request, "done.guest.answer", f"{HERE}/cases/{request[CASE].id}")


async def _asked(request: web.Request) -> Authorisation:
    """The question, only where it is about this case and put to this organisation."""
    deps, guest = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    async with deps.store.begin(deps.clock.now()) as uow:
        asked = await uow.authorisations.get(request.match_info["authorisation"])
    if asked.case != request[CASE].id or asked.organisation != guest.organisation:
        raise errors.NotFound
    return asked
