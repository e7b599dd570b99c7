"""The list of cases: filters, saved views, taking it away as CSV or JSON. Cities and codes, no names of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from backoffice import desk_queries
from backoffice.console import access, actions, auth, case, clocks, filters, sheets, trail, view
from backoffice.console.deps import DEPS
from backoffice.console.filters import Filter, Line
from backoffice.kernel import errors, ids
from backoffice.ports.centres import SavedView
from backoffice.workflows import work

HERE = "/console/list"
MOST = 200
VIEWS = 40
HEADER = (
    "ref", "status", "kind", "hurt", "state", "country", "city", "owner", "centre", "tags", "opened_at",
    "dispatched_at", "answered_at", "envoys_asked", "envoys_working", "envoys_arrived", "drill",
    "checklists", "tasks", "next_task", "related", "major",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """What one operator sees of the list."""

    wanted: Filter
    lines: list[Line]
    fitting: list[Line]
    now: datetime


async def listed(request: web.Request) -> Listed:
    """Every case this person may read of on the queue, those under duress only for the desk; first to breach first."""
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    now, wanted = deps.clock.now(), filters.parse(request.query)
    board, labels = await deps.queries.board(now), await deps.centre.labels()
    seen = [*board.lines, *(board.duress if access.may(operator, access.Act.SEE_DURESS) else ())]
    lines = [
        Line(line, lead, labels.centres.get(line.id, ""), tuple(labels.tags.get(line.id, ())))
        for line, lead in clocks.by_breach(seen, deps.targets)
    ]
    lines.sort(key=lambda x: not x.case.ringing)
    fitting = [line for line in lines if filters.fits(line, wanted, operator.id, now)]
    return Listed(wanted, lines, fitting, now)


async def show(request: web.Request) -> web.Response:
    deps, found = request.config_dict[DEPS], await listed(request)
    operator = request[auth.SIGN_IN].operator
    async with deps.store.begin(found.now) as uow:
        centres, views = await uow.centres.all(), await uow.views.seen_by(operator.id)
    operators = await deps.queries.operators()
    return view.page(
        request,
        "case_list.html",
        may=view.allowed(request),
        found=found,
        most=len(found.fitting) if "all" in request.query else MOST,
        centres=centres,
        views=views,
        owners=[o for o in operators if case.may_own(o)],
        countries=sorted(
            {x.case.place.country for x in found.lines if x.case.place and x.case.place.country}
        ),
        tags=sorted({tag for x in found.lines for tag in x.tags}),
        choices=filters.CHOICES,
    )


async def export(request: web.Request) -> web.Response:
    """The filtered list as it is now; that it was taken, and how much of it, stands in the trail."""
    found, kind = await listed(request), request.match_info["ending"]
    await trail.write(request, "list.export", f"{kind}:{len(found.fitting)},{found.wanted.query}"[:256])
    work = await request.config_dict[DEPS].desk.beside()
    duress = access.may(request[auth.SIGN_IN].operator, access.Act.SEE_DURESS)
    rows = [
        (
            *_row(line, found.now, view.locale(request)),
            *_beside(work.get(line.case.id, desk_queries.Beside()), duress=duress),
        )
        for line in found.fitting
    ]
    return sheets.download(f"cases-{found.now:%Y%m%d-%H%M}.{kind}", HEADER, rows)


def _row(line: Line, now: datetime, locale: str) -> Sequence[object]:
    one, place = line.case, line.case.place
    city = (place.city.get(locale) or place.city.get("") or "") if place else ""
    times = [
        t.isoformat(timespec="seconds") if t else ""
        for t in (one.opened_at, one.dispatched_at, one.answered_at)
    ]
    facts = (one.ref, one.status, one.kind, one.hurt, line.state(now), place.country if place else "", city)
    rest = (one.asked, one.working, one.arrived, one.drill)
    return (*map(str, facts), one.owner_name, line.centre, " ".join(line.tags), *times, *rest)


def _beside(one: desk_queries.Beside, *, duress: bool) -> Sequence[object]:
    """Codes, numbers and references; a case under duress is named to nobody who may not know of it."""
    checklists = "; ".join(f"{c.code} {c.done}/{c.steps}" for c in one.checklists)
    related = "; ".join(f"{r.side} {r.ref}" for r in one.related if duress or not r.duress)
    due = one.due.isoformat(timespec="seconds") if one.due else ""
    return checklists, one.tasks, due, related, one.major


async def keep(request: web.Request) -> web.Response:
    """The filter as it stands, under a name, for oneself or for everybody."""
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    form = await actions.form_of(request)
    name = " ".join(actions.text_of(form, "name").split())[:64]
    wanted = filters.parse(form)
    made = SavedView(ids.new_id(deps.bits), operator.id, name, "shared" in form, wanted.query)

    async def step(w: work.Work) -> None:
        if sum(v.operator == operator.id for v in await w.uow.views.seen_by(operator.id)) >= VIEWS:
            raise errors.Refusal("list.too_many_views", n=VIEWS)
        await w.uow.views.put(made)

    await deps.actions(step, None)
    return view.done(request, "done.list.keep", f"{HERE}?{wanted.query}")


async def drop(request: web.Request) -> web.Response:
    operator, key = request[auth.SIGN_IN].operator, request.match_info["view"]

    async def step(w: work.Work) -> None:
        if not await w.uow.views.remove(key, operator.id):
            raise errors.NotFound

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.list.drop", HERE)
