"""The case page: who and where, the conversation, what is next."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from aiohttp import web

from backoffice import ports, queries
from backoffice.cases.model import CaseStatus
from backoffice.cases.papers import PaperKind
from backoffice.console import (
    access,
    auth,
    case_papers,
    casework,
    clocks,
    considered,
    cover,
    presence,
    thread,
    view,
    whereabouts,
)
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.console.guard import CASE, LIVE
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.ids import CaseId, OperatorId

SAME_VIEW = timedelta(minutes=10)
"""A page that refreshes itself is the same view for this long; then the trail gets another row."""

VIEWS: web.AppKey[dict[tuple[str, CaseId], datetime]] = web.AppKey("console_views")


@dataclass(frozen=True, slots=True)
class EnvoyGroups:
    """Envoys of a case by what they answered."""

    working: list[queries.EnvoyCard]
    asked: list[queries.EnvoyCard]
    past: list[queries.EnvoyCard]


async def show(request: web.Request) -> web.Response:
    deps = request.config_dict[DEPS]
    found = await deps.queries.case(request[CASE].id, deps.clock.now())
    await _record_view(request, found.case.id)
    return view.page(request, "case.html", **await _context(request, deps, found))


async def _context(request: web.Request, deps: ConsoleDeps, found: queries.CaseView) -> dict[str, Any]:
    case, t = found.case, view.catalogue(request)
    operators, rings = await deps.queries.operators(), await deps.queries.ringing()
    return {
        "v": found,
        "case": case,
        "may": view.allowed(request),
        "owns": access.owns(request[auth.SIGN_IN].operator, case),
        "rings": rings,
        "calls": presence.calls(request, rings),
        "others": await presence.others(request, case.id),
        "clocks": clocks.running(found.line, deps.targets),
        "where": whereabouts.of(found, deps.places, deps.clock.now()),
        "groups": groups(found.envoys),
        "looks": considered.of(found),
        "cover": await cover.of(deps, "case", case.id),
        "papers": await case_papers.of(deps, case.id),
        "paper_kinds": list(PaperKind),
        "askable": considered.askable(found),
        "colleagues": [o for o in operators if may_own(o) and o.id != case.owner],
        "close_reasons": casework.close_reasons(case),
        "closed": case.status is CaseStatus.CLOSED,
        "event_words": partial(thread.event_words, t),
        "actor_words": partial(thread.actor_words, t, names=found.names),
        **await casework.of(request, deps, found),
    }


def groups(envoys: tuple[queries.EnvoyCard, ...]) -> EnvoyGroups:
    """Nearest first within each group."""
    near = sorted(envoys, key=lambda e: e.assignment.distance_m)
    return EnvoyGroups(
        working=[e for e in near if e.assignment.working],
        asked=[e for e in near if e.assignment.status is AssignmentStatus.ASKED],
        past=[
            e for e in near if not e.assignment.working and e.assignment.status is not AssignmentStatus.ASKED
        ],
    )


def may_own(operator: ports.Operator) -> bool:
    return operator.role in access.ROLES[access.Act.TAKE]


async def _record_view(request: web.Request, case: CaseId) -> None:
    """One row of the trail per view; a page's own refreshes count once in ten minutes."""
    deps, seen = request.config_dict[DEPS], request.config_dict[VIEWS]
    now, who = deps.clock.now(), (request[auth.SESSION], case)
    if LIVE in request.headers and now - seen.get(who, datetime.min.replace(tzinfo=now.tzinfo)) < SAME_VIEW:
        return
    await record(deps, request[auth.SIGN_IN].operator.id, "case.view", f"case:{case}")
    seen[who] = now
    for old in [key for key, at in seen.items() if now - at >= SAME_VIEW]:
        del seen[old]


async def record(deps: ConsoleDeps, actor: OperatorId, action: str, about: str) -> None:
    now = deps.clock.now()
    async with deps.store.begin(now) as uow:
        await uow.staff.audit(now, actor, action, about)
        await uow.commit()
