"""The queue page: what rings first, then what breaches first."""

from dataclasses import dataclass

from aiohttp import web
from markupsafe import Markup

from backoffice import queries
from backoffice.cases.model import CaseStatus
from backoffice.console import access, auth, clocks, presence, view
from backoffice.console.deps import DEPS
from backoffice.console.guard import LIVE
from backoffice.console.shared import Shared

MOST = 100
"""So many lines of a list are shown at once, the first to breach among them: nobody reads more, and the page of
500 cases weighs no more than a photo."""

VETTING = frozenset({"application", "document_over", "envoy_portrait", "drill_over", "readiness"})
"""Alerts that are dealt with in the envoys' room."""

SHARED: web.AppKey[Shared] = web.AppKey("console_shared", Shared)

Led = tuple[queries.CaseLine, clocks.StageClock | None]


@dataclass(frozen=True, slots=True)
class Lists:
    """The board's lines by what they need."""

    ringing: list[Led]
    open: list[Led]
    resolved: list[Led]
    duress: list[Led]


async def show(request: web.Request) -> web.Response:
    """The queue; the page asks for its pieces again whenever a hint says that something changed."""
    board = Markup(await _drawn(request))  # noqa: S704 drawn by our own templates, which escape
    template = "_board_live.html" if LIVE in request.headers else "board.html"
    rings = await _rings(request)
    calls = presence.calls(request, rings)
    return view.page(request, template, rings=rings, calls=calls, pieces=board)


async def _rings(request: web.Request) -> queries.Ringing:
    """What rings: read once for everybody whose page asks by itself, anew for a person."""
    read = request.config_dict[DEPS].queries.ringing
    return await (request.config_dict[SHARED].get("rings", read) if LIVE in request.headers else read())


async def _drawn(request: web.Request) -> str:
    """The pieces of the queue: drawn once for everybody who sees the same, with each one's own token put in."""
    operator, sign_in = request[auth.SIGN_IN].operator, request[auth.SIGN_IN]
    shared, whole = request.config_dict[SHARED], "all" in request.query
    key = (view.locale(request), str(operator.role), whole)
    if LIVE not in request.headers:
        return await _draw(request, whole=whole, csrf=sign_in.csrf)
    drawn = await shared.get(key, lambda: _draw(request, whole=whole, csrf=shared.mark))
    return drawn.replace(shared.mark, sign_in.csrf)


async def _draw(request: web.Request, *, whole: bool, csrf: str) -> str:
    deps = request.config_dict[DEPS]
    now = deps.clock.now()
    board = await deps.queries.board(now)
    operator = request[auth.SIGN_IN].operator
    sees_duress = access.may(operator, access.Act.SEE_DURESS)
    lists = sort(board, deps.targets, sees_duress=sees_duress)
    context = {
        "board": board,
        "lists": lists,
        "most": len(board.lines) + len(board.duress) if whole else MOST,
        "may": view.allowed(request),
        "can_take": operator.role in access.ROLES[access.Act.TAKE],
        "sees_duress": sees_duress,
        "awake": [p.name for p in board.on_call if p.hours.holds(now)],
        "csrf": csrf,
        "vetting": VETTING,
    }
    return view.piece(request, "_board.html", **context)


async def ringing(request: web.Request) -> web.Response:
    """Only the alarm, for pages that show something else."""
    rings = await _rings(request)
    return view.page(request, "_alarm.html", rings=rings, calls=presence.calls(request, rings))


def sort(board: queries.Board, targets: clocks.Targets, *, sees_duress: bool) -> Lists:
    """Untaken first by the longest ringing; the rest by the clock that breaches first."""
    led = clocks.by_breach(board.lines, targets)
    return Lists(
        ringing=[pair for pair in led if pair[0].ringing],
        open=[pair for pair in led if not pair[0].ringing and pair[0].status is CaseStatus.OPEN],
        resolved=[pair for pair in led if pair[0].status is CaseStatus.RESOLVED],
        duress=clocks.by_breach(board.duress, targets) if sees_duress else [],
    )
