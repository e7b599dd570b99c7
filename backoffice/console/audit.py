"""The trail as supervisors and administrators read it: newest first, by person, action, object and day."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from backoffice import ports
from backoffice.console import trail, view
from backoffice.console.deps import DEPS

PAGE = 100


async def show(request: web.Request) -> web.Response:
    """That somebody read the trail is in it too, with what they looked for."""
    deps = request.config_dict[DEPS]
    wanted = _wanted(request, deps.zone)
    if trail.LIVE not in request.headers:
        await trail.write(request, "audit.view", _looked_for(request))
    async with deps.store.begin(deps.clock.now()) as uow:
        lines = await uow.staff.trail(wanted)
        people = await uow.staff.everybody()
    names = {p.id: p.name for p in people}
    older = lines[-1].seq if len(lines) == PAGE else None
    asked = {k: request.query.get(k, "") for k in ("actor", "action", "object", "day")}
    return view.page(request, "audit.html", lines=lines, people=people, names=names, asked=asked, older=older)


def _wanted(request: web.Request, zone: str) -> ports.AuditWanted:
    since = _day(request.query.get("day", ""), zone)
    before = request.query.get("before", "")
    return ports.AuditWanted(
        actor=request.query.get("actor", "")[:64],
        action=request.query.get("action", "").strip()[:64],
        object=request.query.get("object", "").strip()[:64],
        since=since,
        until=since + timedelta(days=1) if since else None,
        before=int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None,
        limit=PAGE,
    )


def _day(given: str, zone: str) -> datetime | None:
    """The beginning of a day in the centre's zone; nothing for anything that is no day."""
    try:
        return datetime.combine(date.fromisoformat(given), time(), ZoneInfo(zone)) if given else None
    except ValueError:
        return None


def _looked_for(request: web.Request) -> str:
    """Ids and codes only: what is typed freely may be somebody's name, and the trail keeps none."""
    return f"operator:{request.query['actor'][:64]}" if request.query.get("actor") else ""
