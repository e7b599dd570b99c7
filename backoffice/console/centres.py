"""The operations centres: hours, languages, regions, and which are open now."""

from aiohttp import web

from backoffice.console import actions, auth, on_call, view
from backoffice.console.deps import DEPS
from backoffice.kernel import errors
from backoffice.oncall import centres as rules
from backoffice.oncall.centres import Centre
from backoffice.oncall.model import ALL_DAYS, Hours
from backoffice.workflows import centring, work

HERE = "/console/centres"


async def show(request: web.Request) -> web.Response:
    deps = request.config_dict[DEPS]
    async with deps.store.begin(deps.clock.now()) as uow:
        known = await uow.centres.all()
        listed = {p.centre for p in await uow.on_call.all()}
        staff = [o.centre for o in await uow.staff.everybody() if o.active]
    editing = next((c for c in known if c.code == request.query.get("edit")), None)
    return view.page(
        request, "centres.html", may=view.allowed(request), centres=known, editing=editing, listed=listed,
        people={c.code: staff.count(c.code) for c in known}, days=ALL_DAYS, clock_text=on_call.clock_text,
    )  # fmt: skip


async def put(request: web.Request) -> web.Response:
    given, operator = await request.post(), request[auth.SIGN_IN].operator
    form = {key: value for key, value in given.items() if isinstance(value, str)}
    days = tuple(sorted({on_call.day_of(str(d)) for d in given.getall("day", [])}))
    made = rules.check(_centre(form, days))

    async def step(w: work.Work) -> None:
        await centring.put(w, made, operator.id)

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.centres.put", HERE)


def _centre(form: actions.Form, days: tuple[int, ...]) -> Centre:
    hours = (on_call.minutes_of(form, "start"), on_call.minutes_of(form, "end"))
    return Centre(
        code=form.get("code", "").strip(),
        name=form.get("name", "").strip()[:128],
        hours=Hours(on_call.zone_of(form.get("zone", "")), days, *hours),
        languages=tuple(dict.fromkeys(form.get("languages", "").lower().split())),
        regions=tuple(dict.fromkeys(form.get("regions", "").upper().split())),
        position=on_call.position_of(form.get("position", "")),
    )


async def remove(request: web.Request) -> web.Response:
    operator, code = request[auth.SIGN_IN].operator, request.match_info["centre"]

    async def step(w: work.Work) -> None:
        if not await w.uow.centres.remove(code):
            raise errors.NotFound
        await w.uow.staff.audit(w.now, operator.id, "centres.removed", f"centre:{code}")
        w.uow.hint("queue")

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.centres.remove", HERE)
