"""The trail of the console: every change before it is made, every view of somebody's data before it is shown."""

from datetime import datetime, timedelta

from aiohttp import web

from backoffice.console import auth
from backoffice.console.deps import DEPS
from backoffice.console.security import UNSAFE

SAME_VIEW = timedelta(minutes=10)
"""A page that asks for itself again is the same view for this long; then the trail gets another row."""
NOT_A_VIEW = frozenset(
    {"ringing", "live", "live.case", "case", "media", "envoy.application", "envoy.photo", "account", "audit"}
    | {"guest.live", "wall", "wall.data", "wall.live", "case.people", "list.export", "reports.take"}
)
"""Pages and streams that show nobody's data, and those that write their own row with more in it."""
NOT_A_CHANGE = frozenset({"present", "language", "leave", "hearing", "case.typing", "search"})
"""What a page says about itself, not about anybody's data; leaving and searching write their own row."""
SHOWN = frozenset({200, 206, 304})
"""Answers that put something before somebody's eyes: whole, in part, or again from their browser."""

LIVE = "X-Live"
"""As `guard.LIVE`: the page asked by itself."""

VIEWS: web.AppKey[dict[tuple[str, str, str], datetime]] = web.AppKey("console_trail_views")


async def keep_change(request: web.Request, name: str) -> None:
    """One row for an admitted change, also for one that is then refused: nothing is changed or tried unseen."""
    if request.method in UNSAFE and name not in NOT_A_CHANGE:
        await write(request, name, about(request))


async def keep_view(request: web.Request, name: str, answer: web.StreamResponse) -> None:
    """One row for what is about to be shown. What was refused, led elsewhere or is not there was seen by nobody."""
    if request.method in UNSAFE or name in NOT_A_VIEW or answer.status not in SHOWN:
        return
    if not _same_view(request, name):
        await write(request, f"{name}.view", about(request))


def _same_view(request: web.Request, name: str) -> bool:
    now, seen = request.config_dict[DEPS].clock.now(), request.config_dict[VIEWS]
    key = (request[auth.SESSION], name, about(request))
    if LIVE in request.headers and key in seen and now - seen[key] < SAME_VIEW:
        return True
    for old in [k for k, at in seen.items() if now - at >= SAME_VIEW]:
        del seen[old]
    seen[key] = now
    return False


def about(request: web.Request) -> str:
    """What a request is about as a reference: `case:<id>`, `operator:<id>`; nothing for a list."""
    return ",".join(f"{kind}:{key}" for kind, key in request.match_info.items())[:256]


async def write(request: web.Request, action: str, object_: str) -> None:
    deps = request.config_dict[DEPS]
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        await uow.staff.audit(now, request[auth.SIGN_IN].operator.id, action[:64], object_)
        await uow.commit()
