"""What leaders see beside the roster: reports from the scene, what is under way, and what is around."""

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from backoffice.cases.model import Audience, Case, Entry
from backoffice.cases.tasks import Task
from backoffice.console import access, auth, wall
from backoffice.console.deps import DEPS
from backoffice.console.major_view import View
from backoffice.kernel import geodesy
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import MediaKind, Role
from backoffice.places import centres

AROUND_M = 150_000.0
"""How far envoys on duty count as near: two hours by road."""
SCENE_LINES = 24
CENTRES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """Something from the scene: who reports, in which case, in which words or picture."""

    case: Case
    entry: Entry

    @property
    def photo(self) -> bool:
        return self.entry.media is not None and self.entry.media.kind is MediaKind.PHOTO


@dataclass(frozen=True, slots=True)
class Waiting:
    """An open task of an attached case."""

    case: Case
    task: Task


@dataclass(frozen=True, slots=True)
class Scene:
    """What comes from the scene, what is under way and around it. `hidden` cases are not this person's to read."""

    lines: Sequence[Line]
    tasks: Sequence[Waiting]
    hidden: int
    near: int
    busy: int
    centres: Sequence[centres.NearestCentre]


async def read(request: web.Request, found: View) -> Scene:
    """Words, pictures and tasks of the attached cases this person may open without a reason; resources around."""
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    now = deps.clock.now()
    open_ = []
    for case in found.cases:
        on = access.OnCase(case, await deps.queries.tie(operator, case), now)
        if access.may(operator, access.Act.SEE_CASE, on):
            open_.append(case)
    async with deps.store.begin(now) as uow:
        lines = [Line(c, e) for c in open_ for e in await uow.cases.entries(c.id) if _from_scene(e)]
        tasks = [Waiting(c, t) for c in open_ if c.active for t in await uow.tasks.open_of(c.id)]
    lines.sort(key=lambda line: line.entry.at, reverse=True)
    tasks.sort(key=lambda one: one.task.due)
    near, busy = await _around(request, found.major.scene)
    point = found.major.scene
    known = centres.centres_near(point, deps.places.in_mainland_china(point))[:CENTRES] if point else []
    return Scene(lines[:SCENE_LINES], tasks, len(found.cases) - len(open_), near, busy, known)


def _from_scene(entry: Entry) -> bool:
    """What envoys and the people there say; the centre's own words are no news to the centre."""
    return entry.role in (Role.ENVOY, Role.TRAVELLER) and entry.audience is Audience.PARTIES


async def _around(request: web.Request, point: Point | None) -> tuple[int, int]:
    """Envoys on duty around the scene: free, and on a job. By whole degrees: a number for a first thought."""
    if point is None:
        return 0, 0
    cells = await request.config_dict[wall.ENVOYS].get(request.config_dict[DEPS].wall.envoys)
    near = [c for c in cells if geodesy.distance_m(point, Point(c.lat, c.lon)) <= AROUND_M]
    return sum(c.free for c in near), sum(c.busy for c in near)
