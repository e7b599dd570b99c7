"""Whom to wake outside the console: each centre's list in its order, hours and ways, and the pages sent."""

from collections.abc import Mapping
from itertools import groupby
from zoneinfo import ZoneInfo, available_timezones

from aiohttp import web

from backoffice.console import auth, view
from backoffice.console.actions import BadForm
from backoffice.console.deps import DEPS
from backoffice.kernel import errors, ids
from backoffice.oncall import model
from backoffice.oncall.model import ALL_DAYS, Hours, OnCall, Reach, WayKind
from backoffice.workflows import work

SHOWN = 60
"""Pages of the last hours; older ones stay in the database."""
WAYS = (WayKind.CHAT, WayKind.SMS, WayKind.EMAIL)
LOCALES = ("zh_Hans", "zh_Hant", "en", "ja", "ko")
BACK = "/console/on-call"
Form = Mapping[str, str]


async def show(request: web.Request) -> web.Response:
    """The lists by centre. Addresses are shown to whom may change them, else only which ways there are."""
    deps = request.config_dict[DEPS]
    async with deps.store.begin(deps.clock.now()) as uow:
        people, pages = await uow.on_call.all(), await uow.on_call.recent(SHOWN)
    found = {centre: list(them) for centre, them in groupby(people, key=lambda p: p.centre)}
    editing = next((p for p in people if p.id == request.query.get("edit")), None)
    return view.page(
        request,
        "on_call.html",
        may=view.allowed(request),
        centres=found,
        pages=pages,
        editing=editing,
        ways=WAYS,
        days=ALL_DAYS,
        locales=LOCALES,
        clock_text=clock_text,
    )


def clock_text(minutes: int) -> str:
    """Minutes since midnight as `HH:MM`."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


async def put(request: web.Request) -> web.Response:
    """A new entry, or the newest state of one."""
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    given = await request.post()
    form = {key: value for key, value in given.items() if isinstance(value, str)}
    days = tuple(sorted({day_of(str(d)) for d in given.getall("day", [])}))
    entry = model.check(_entry(form, days, form.get("id") or ids.new_id(deps.bits)))

    async def step(w: work.Work) -> None:
        await w.uow.on_call.put(entry)
        await w.uow.staff.audit(w.now, operator.id, "on_call.put", f"on_call:{entry.id}")
        w.uow.hint("queue")

    await deps.actions(step, None)
    return view.done(request, "done.on_call.put", BACK)


def _entry(form: Form, days: tuple[int, ...], key: str) -> OnCall:
    reaches = tuple(Reach(kind, form[kind].strip()) for kind in WAYS if form.get(kind, "").strip())
    return OnCall(
        id=key[:64],
        centre=form.get("centre", "").strip()[:64],
        position=position_of(form.get("position", "")),
        name=form.get("name", "").strip()[:128],
        reaches=reaches,
        hours=Hours(zone_of(form.get("zone", "")), days, minutes_of(form, "start"), minutes_of(form, "end")),
        supervisor="supervisor" in form,
        locale=form["locale"] if form.get("locale") in LOCALES else LOCALES[0],
    )


def position_of(given: str) -> int:
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= 99):
        raise BadForm("on_call.bad_position")
    return int(given)


def zone_of(given: str) -> str:
    if given not in available_timezones():
        raise BadForm("on_call.bad_zone")
    return ZoneInfo(given).key


def day_of(given: str) -> int:
    if given not in {str(d) for d in ALL_DAYS}:
        raise BadForm
    return int(given)


def minutes_of(form: Form, name: str) -> int:
    hours, _, minutes = form.get(name, "").partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and int(hours) < 24 and int(minutes) < 60):
        raise BadForm("on_call.bad_hours")
    return int(hours) * 60 + int(minutes)


async def remove(request: web.Request) -> web.Response:
    deps, operator, key = request.config_dict[DEPS], request[auth.SIGN_IN].operator, _key(request)

    async def step(w: work.Work) -> None:
        if not await w.uow.on_call.remove(key):
            raise errors.NotFound
        await w.uow.staff.audit(w.now, operator.id, "on_call.removed", f"on_call:{key}")
        w.uow.hint("queue")

    await deps.actions(step, None)
    return view.done(request, "done.on_call.remove", BACK)


async def test(request: web.Request) -> web.Response:
    """Wake this person over every way, now, with words that say it is a test."""
    deps, key = request.config_dict[DEPS], _key(request)
    async with deps.store.begin(deps.clock.now()) as uow:
        entry = next((p for p in await uow.on_call.all() if p.id == key), None)
    if entry is None or deps.page_test is None:
        raise errors.NotFound
    sent = await deps.page_test(entry)
    bad = [s for s in sent if s.why]
    return view.done(request, "done.on_call.test_bad" if bad else "done.on_call.test", BACK)


def _key(request: web.Request) -> str:
    return request.match_info["entry"]
