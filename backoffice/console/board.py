"""The queue page: what rings first, then what breaches first."""

from dataclasses import dataclass

from aiohttp import web

from backoffice import queries
from backoffice.cases.model import CaseStatus
from backoffice.console import access, auth, clocks, view
from backoffice.console.deps import DEPS

Led = tuple[queries.CaseLine, clocks.StageClock | None]


@dataclass(frozen=True, slots=True)
class Lists:
    """The board's lines by what they need."""

    ringing: list[Led]
    open: list[Led]
    resolved: list[Led]
    duress: list[Led]


async def show(request: web.Request) -> web.Response:
    """The queue; the page asks for it again whenever a hint says that something changed."""
    deps = request.config_dict[DEPS]
    board = await deps.queries.board(deps.clock.now())
    operator = request[auth.SIGN_IN].operator
    sees_duress = access.may(operator, access.Act.SEE_DURESS)
    lists = sort(board, sees_duress=sees_duress)
    rings = await deps.queries.ringing()
    can_take = operator.role in access.ROLES[access.Act.TAKE]
    context = {
        "board": board,
        "lists": lists,
        "rings": rings,
        "may": view.allowed(request),
        "can_take": can_take,
    }
    return view.page(request, "board.html", sees_duress=sees_duress, **context)


async def ringing(request: web.Request) -> web.Response:
    """Only the alarm, for pages that show something else."""
    rings = await request.config_dict[DEPS].queries.ringing()
    return view.page(request, "_alarm.html", rings=rings)


def sort(board: queries.Board, *, sees_duress: bool) -> Lists:
    """Untaken first by the longest ringing; the rest by the clock that breaches first."""
    led = clocks.by_breach(board.lines)
    return Lists(
        ringing=[pair for pair in led if pair[0].ringing],
        open=[pair for pair in led if not pair[0].ringing and pair[0].status is CaseStatus.OPEN],
        resolved=[pair for pair in led if pair[0].status is CaseStatus.RESOLVED],
        duress=clocks.by_breach(board.duress) if sees_duress else [],
    )
