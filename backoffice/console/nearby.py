"""The nearest envoys beside the map: in the order of asking, with why, and one press to ask."""

from aiohttp import web

from backoffice.console import view
from backoffice.console.considered import MEANT
from backoffice.console.deps import DEPS
from backoffice.console.guard import CASE
from backoffice.dispatch.ranking import Candidate
from backoffice.workflows import nearest
from backoffice.workflows.work import Work

WAVE = 5
"""How many one press asks; the form beside it takes any number."""


async def show(request: web.Request) -> web.Response:
    """Looked up now: a look that every open page repeats takes no lock from whoever acts on the case."""
    deps, case = request.config_dict[DEPS], request[CASE]
    found: list[nearest.Near] = []

    async def look(work: Work) -> None:
        found.append(await nearest.near(work, await work.uow.cases.get(case.id)))

    await deps.look(look)
    near = found[-1] if found else nearest.Near()
    return view.page(
        request,
        "_nearest.html",
        case=case,
        may=view.allowed(request),
        near=near,
        terms=terms,
        wave=min(WAVE, len(near.order)),
        points=[_point(one) for one in near.order],
    )


def terms(one: Candidate) -> list[tuple[str, int]]:
    """The reasons that count, in whole seconds, in the order they are told."""
    by_name = {term.name: round(term.contribution) for term in one.terms}
    return [(name, by_name[name]) for name in MEANT if by_name.get(name)]


def _point(one: Candidate) -> dict[str, object]:
    at = one.envoy.base if one.from_base or one.envoy.position is None else one.envoy.position
    label = one.envoy.name
    return {"kind": "near", "id": one.envoy.id, "at": [at.lat, at.lon], "label": label, "base": one.from_base}
