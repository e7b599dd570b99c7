"""Major cases: the list, one accident with its roster, places, cases, orders and reports, and the deeds on it."""

from collections.abc import Callable, Mapping

from aiohttp import web
from aiohttp.typedefs import Handler

from backoffice import ports
from backoffice.console import auth, major_scene, major_view, view
from backoffice.console.actions import BadForm, Form, choice, form_of, text_of
from backoffice.console.deps import DEPS, Step
from backoffice.families.scopes import Scope
from backoffice.kernel import cells
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, CaseId
from backoffice.major import roster, telling
from backoffice.major.model import MajorId, OrderStatus, PersonState, Place, PlaceKind
from backoffice.workflows import major, major_telling, work
from backoffice.workflows.major_telling import Words

ID = "[0-9a-zA-Z_-]{1,64}"
HERE = "/console/major"
FILE_LIMIT = 60 * 1024
OnMajor = Callable[[MajorId, ports.Operator, Form], Step]


def add(router: web.UrlDispatcher) -> None:
    """The rooms' routes."""
    one = f"/major/{{major:{ID}}}"
    router.add_get("/major", show_all, name="major")
    router.add_post("/major", open_, name="major.open")
    router.add_get(one, show, name="major.one")
    router.add_get(f"{one}/command", command, name="major.command")
    router.add_get(f"{one}/roster.csv", export, name="major.export")
    router.add_post(f"{one}/roster", import_, name="major.roster")
    router.add_post(f"{one}/preview", preview, name="major.preview")
    router.add_post(f"{one}/send", send, name="major.send")
    for name, (path, step) in DEEDS.items():
        router.add_post(f"{one}/{path}", _deed(name, step), name=name)
    router.add_get("/guest/reports", reports_for_guest, name="guest.reports")


async def show_all(request: web.Request) -> web.Response:
    deps = request.config_dict[DEPS]
    async with deps.store.begin(deps.clock.now()) as uow:
        found = [(m, await uow.majors.persons(m.id)) for m in await uow.majors.all()]
    return view.page(request, "major_list.html", majors=found, states=major_view.counted)


async def open_(request: web.Request) -> web.Response:
    form, operator = await form_of(request), request[auth.SIGN_IN].operator
    title, scene = text_of(form, "title"), _point(request, form.get("place", ""))
    made: list[MajorId] = []

    async def step(w: work.Work) -> None:
        made.append(await major.open_(w, operator, title, scene))

    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, "done.major.open", f"{HERE}/{made[-1]}" if made else HERE)


def _point(request: web.Request, given: str) -> Point | None:
    """`lat, lon` in WGS-84 degrees, or the name of a city."""
    given = given.strip()
    if not given:
        return None
    try:
        return Point(*(float(part) for part in given.split(",")))
    except (TypeError, ValueError):
        found = request.config_dict[DEPS].places.find(given)
    if not found:
        raise BadForm("major.no_such_place")
    return found[0].point


def _key(request: web.Request) -> MajorId:
    return MajorId(request.match_info["major"])


async def show(request: web.Request) -> web.Response:
    """The working page."""
    found = await major_view.read(request, _key(request))
    return view.page(request, "major.html", **major_view.context(request, found), bad=(), pasted="")


async def command(request: web.Request) -> web.Response:
    """The leaders' screen: what comes from the scene, who is where, what was ordered; live."""
    found = await major_view.read(request, _key(request))
    scene = await major_scene.read(request, found)
    return view.page(request, "major_command.html", **major_view.context(request, found), scene=scene)


async def export(request: web.Request) -> web.Response:
    """The roster as CSV that no spreadsheet runs; Excel reads Chinese by the mark at its beginning."""
    found, t = await major_view.read(request, _key(request)), view.catalogue(request)
    places = {p.id: p.name for p in found.places}
    heads = [t(f"major.column.{c}") for c in (*roster.COLUMNS, "state", "place")]
    rows = [
        [
            p.name,
            p.phone,
            p.born,
            p.document,
            p.contact,
            p.note,
            t(f"major.state.{p.state}"),
            places.get(p.place or "", ""),
        ]
        for p in found.persons
    ]
    return web.Response(
        body=("\ufeff" + cells.written([heads, *rows])).encode(),
        headers={
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="roster.csv"',
        },
    )


async def import_(request: web.Request) -> web.Response:
    """Pasted, or a file. With bad lines nothing is taken, unless the operator says that the good ones shall be."""
    text, form = await _pasted(request)
    found = await major_view.read(request, _key(request))
    known = [roster.key(p.name, p.document) for p in found.persons]
    region = found.place.country if found.place else None
    read = roster.read(text, known, region)
    if not read.good or (read.bad and form.get("good_ones") != "yes"):
        context = major_view.context(request, found) | {"good": len(read.good)}
        return view.page(request, "major.html", 422, **context, bad=read.bad, pasted=text)

    async def step(w: work.Work) -> None:
        await major.add_persons(w, _key(request), read.good)

    await request.config_dict[DEPS].actions(step, f"major:{_key(request)}")
    raise web.HTTPSeeOther(f"{HERE}/{_key(request)}#roster")


async def _pasted(request: web.Request) -> tuple[str, Form]:
    posted = await request.post()
    file = posted.get("file")
    form = {key: value for key, value in posted.items() if isinstance(value, str)}
    if isinstance(file, web.FileField) and file.filename:
        return _decoded(file.file.read(FILE_LIMIT)), form
    return form.get("text", ""), form


def _decoded(body: bytes) -> str:
    """UTF-8, or what Excel writes in China."""
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("gb18030", errors="replace")


def _words(form: Form) -> Words:
    to = form.get("scope", "")
    scope = choice(Scope, to) if to else None
    codes = tuple(c for c in form.get("organisations", "").split(",") if c)
    report = form.get("report", "0")
    return Words(text_of(form), scope, codes, int(report) if report.isdigit() and len(report) < 6 else 0)


async def preview(request: web.Request) -> web.Response:
    """Exactly who would be told what; nothing is sent."""
    posted = await request.post()
    form = {key: value for key, value in posted.items() if isinstance(value, str)}
    form["organisations"] = ",".join(str(c) for c in posted.getall("organisation", []))
    said, operator = _words(form), request[auth.SIGN_IN].operator
    shown: list[telling.Preview] = []

    async def look(w: work.Work) -> None:
        shown.append(await major_telling.preview(w, _key(request), operator, said))

    await request.config_dict[DEPS].actions(look, f"major:{_key(request)}")
    found = await major_view.read(request, _key(request))
    context = major_view.context(request, found)
    names = {o.code: o.name for o in found.organisations}
    return view.page(
        request,
        "major_tell.html",
        **context,
        said=said,
        preview=shown[-1] if shown else telling.Preview(said.text, Scope.SAFE, (), ()),
        names=names,
        form=form,
    )


async def send(request: web.Request) -> web.Response:
    """As previewed, or not at all."""
    form, operator = await form_of(request), request[auth.SIGN_IN].operator
    said, seal = _words(form), text_of(form, "seal")

    async def step(w: work.Work) -> None:
        await major_telling.send(w, _key(request), operator, said, seal)

    await request.config_dict[DEPS].actions(step, f"major:{_key(request)}")
    return view.done(request, "done.major.send", f"{HERE}/{_key(request)}#reports")


async def reports_for_guest(request: web.Request) -> web.Response:
    """What was sent to this organisation, newest first."""
    deps, code = request.config_dict[DEPS], request[auth.SIGN_IN].operator.organisation
    async with deps.store.begin(deps.clock.now()) as uow:
        sent = await uow.majors.sent_to(code)
    return view.page(request, "guest_reports.html", sent=sent)


def attach(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    ref = text_of(form, "ref")

    async def step(w: work.Work) -> None:
        await major.attach(w, key, operator, ref)

    return step


def detach(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    case = CaseId(text_of(form, "case"))
    return lambda w: major.detach(w, key, operator, case)


def person(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    """Everybody ticked, as they were seen; what is left empty stays, a dash takes it away."""
    state = choice(PersonState, form["state"]) if form.get("state") else None
    place, case = _wanted(form, "place"), _wanted(form, "case")
    changes = [
        (who, major.Change(version, state, place, case, form.get("note") or None, form.get("reason", "")))
        for who, version in map(_seen, text_of(form, "who").split(","))
    ]

    async def step(w: work.Work) -> None:
        for change in changes:
            await major.change_person(w, key, operator, change)

    return step


def _wanted(form: Form, name: str) -> str | None:
    given = form.get(name, "")
    return "" if given == "-" else given or None


def _seen(given: str) -> tuple[str, int]:
    who, _, version = given.partition(":")
    if not version.isdigit() or len(version) > 9:
        raise BadForm
    return who, int(version)


def place(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    given = form.get("point", "").strip()
    try:
        point = Point(*(float(part) for part in given.split(","))) if given else None
    except (TypeError, ValueError) as unknown:
        raise BadForm("error.place") from unknown
    kind, name, phone = choice(PlaceKind, form.get("kind", "")), text_of(form, "name"), form.get("phone", "")
    return lambda w: major.put_place(w, key, Place(w.new_id(), key, kind, name, phone, point))


def post(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    at = (AssignmentId(text_of(form, "assignment")), text_of(form, "place"), form.get("task", ""))
    return lambda w: major.post_envoy(w, key, operator, at)


def order(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    said = (text_of(form, "to"), text_of(form))
    return lambda w: major.give_order(w, key, operator, said)


def order_move(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    step = (text_of(form, "order"), choice(OrderStatus, form.get("status", "")), form.get("outcome", ""))
    return lambda w: major.move_order(w, key, operator, step)


def report(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    text, seen = text_of(form), form.get("seen", "0")
    if not seen.isdigit() or len(seen) > 6:
        raise BadForm

    async def step(w: work.Work) -> None:
        await major.write_report(w, key, operator, (text, int(seen)))

    return step


def lead(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    return lambda w: major.take_lead(w, key, operator)


def close(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    return lambda w: major.close(w, key, operator)


def reopen(key: MajorId, operator: ports.Operator, form: Form) -> Step:
    return lambda w: major.reopen(w, key, operator)


DEEDS: Mapping[str, tuple[str, OnMajor]] = {
    "major.attach": ("attach", attach),
    "major.detach": ("detach", detach),
    "major.person": ("person", person),
    "major.place": ("place", place),
    "major.post": ("post", post),
    "major.order": ("order", order),
    "major.order_move": ("order-move", order_move),
    "major.report": ("report", report),
    "major.lead": ("lead", lead),
    "major.close": ("close", close),
    "major.reopen": ("reopen", reopen),
}
"""Route name -> last part of its path, and the step."""


def _deed(name: str, step: OnMajor) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        key, operator = _key(request), request[auth.SIGN_IN].operator
        everybody = ",".join(str(who) for who in (await request.post()).getall("who", []))
        form = {**await form_of(request), "who": everybody}
        await request.config_dict[DEPS].actions(step(key, operator, form), _lock(key, form))
        back = "/command" if form.get("back") == "command" else ""
        return view.done(request, f"done.{name}", f"{HERE}/{key}{back}")

    return handle


def _lock(key: MajorId, form: Form) -> str:
    """An envoy's task is given under the lock of the person whose case it is, everything else under the accident's."""
    case = form.get("of_case", "")
    return case if case and ":" not in case else f"major:{key}"
