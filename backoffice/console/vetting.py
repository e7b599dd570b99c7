"""Envoys: who applied, with what; approve, ask for more, refuse; drills and who did not answer them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from backoffice import ports
from backoffice.console import auth, case, media, view
from backoffice.console.actions import BadForm
from backoffice.console.deps import DEPS, ConsoleDeps
from backoffice.console.deps import Step as Deed
from backoffice.enrolment import readiness
from backoffice.enrolment.model import Application, ApplicationId, ApplicationStatus, Purpose, Step
from backoffice.enrolment.readiness import Drill, DrillId, Readiness
from backoffice.kernel import errors
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import PlaceWords
from backoffice.workflows import readiness as drills
from backoffice.workflows import vetting, work
from backoffice.workflows.vetting import Decision

DECIDED_SHOWN = 30
DRILLS_SHOWN = 5
AGAIN = (
    Step.NAME,
    Step.LANGUAGES,
    Step.BASE,
    Step.SERVICES,
    Step.PHONE,
    Step.DOCUMENT,
    Step.EXPIRY,
    Step.SELFIE,
    Step.PORTRAIT,
)
"""What an operator can ask to be given again, each by a box."""
AGAIN_RENEWING = (Step.DOCUMENT, Step.EXPIRY, Step.SELFIE)
KM = 1000.0


@dataclass(frozen=True, slots=True)
class Row:
    """One envoy's week of drills, with their name."""

    name: str
    of: Readiness


@dataclass(frozen=True, slots=True)
class DrillRow:
    """One drill as the list shows it."""

    drill: Drill
    place: PlaceWords
    asked: int
    answered: int


async def show(request: web.Request) -> web.Response:
    """Who waits to be vetted, what was decided, how ready envoys are."""
    deps = request.config_dict[DEPS]
    async with deps.store.begin(deps.clock.now()) as uow:
        waiting, decided = await uow.enrolments.to_vet(), await uow.enrolments.decided(DECIDED_SHOWN)
        week, held = await _week(deps, uow), await _drills(deps, uow)
    lists: dict[str, Any] = {"waiting": waiting, "decided": decided, "week": week, "drills": held}
    return view.page(request, "envoys.html", may=view.allowed(request), **lists)


async def _week(deps: ConsoleDeps, uow: ports.UnitOfWork) -> list[Row]:
    """Drills only: no real figure stands here, and none of these anywhere else."""
    offers = await uow.drills.since(deps.clock.now() - readiness.WEEK)
    found = readiness.by_envoy(offers)
    names = {e.id: e.name for e in await uow.envoys.many([r.envoy for r in found])}
    return [Row(names.get(r.envoy, ""), r) for r in found]


async def _drills(deps: ConsoleDeps, uow: ports.UnitOfWork) -> list[DrillRow]:
    return [await _drill(deps, uow, drill) for drill in await uow.drills.newest(DRILLS_SHOWN)]


async def _drill(deps: ConsoleDeps, uow: ports.UnitOfWork, drill: Drill) -> DrillRow:
    offers = await uow.drills.offers(drill.id)
    answered = sum(o.answered_at is not None for o in offers)
    return DrillRow(drill, deps.places.describe(drill.point), len(offers), answered)


def _id(request: web.Request) -> ApplicationId:
    return ApplicationId(request.match_info["application"])


async def application(request: web.Request) -> web.Response:
    """Everything told, with the photos; that somebody looked is on record. A draft is the applicant's alone."""
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    found = await _found(deps, _id(request))
    await case.record(deps, operator.id, "application.view", f"application:{found.id}")
    context: dict[str, Any] = {
        "application": found,
        "place": deps.places.describe(found.answers.base) if found.answers.base else None,
        "again": AGAIN_RENEWING if found.purpose is Purpose.RENEWAL else AGAIN,
        "to_decide": found.status is ApplicationStatus.SUBMITTED,
        "earlier": await _earlier(deps, found),
        "portrait": [one for one in [await _portrait(deps, found)] if one],
        "may": view.allowed(request),
    }
    return view.page(request, "application.html", **context)


async def _found(deps: ConsoleDeps, wanted: ApplicationId) -> Application:
    async with deps.store.begin(deps.clock.now()) as uow:
        found = await uow.enrolments.get(wanted)
    if found.status is ApplicationStatus.DRAFT:
        raise errors.NotFound
    return found


async def _earlier(deps: ConsoleDeps, found: Application) -> Sequence[Application]:
    async with deps.store.begin(deps.clock.now()) as uow:
        every = await uow.enrolments.of_person(found.person)
    return [a for a in every if a.id != found.id and a.status is not ApplicationStatus.DRAFT]


async def _portrait(deps: ConsoleDeps, found: Application) -> str:
    """The one given with this application, and once it is approved the one that is shown now."""
    if found.status is not ApplicationStatus.APPROVED:
        return found.answers.portrait
    async with deps.store.begin(deps.clock.now()) as uow:
        return (await uow.people.get(found.person)).profile.portrait


async def photo(request: web.Request) -> web.Response:
    """A photo of this application, drawn anew; of no other, and of no draft."""
    deps, wanted = request.config_dict[DEPS], MediaId(request.match_info["photo"])
    found = await _found(deps, _id(request))
    if wanted not in (*found.answers.photos, await _portrait(deps, found)):
        raise errors.NotFound
    operator = request[auth.SIGN_IN].operator
    await case.record(deps, operator.id, "application.photo", f"media:{wanted}")
    return await media.drawn(request, await deps.media.get(wanted))


async def _decision(request: web.Request) -> Decision:
    words = str((await request.post()).get("text", "")).strip()
    return Decision(_id(request), request[auth.SIGN_IN].operator, words)


async def approve(request: web.Request) -> web.Response:
    """With the document's last day as the operator read it, when they wrote one."""
    decision, until = await _decision(request), await _day(request)

    async def step(w: work.Work) -> None:
        await vetting.approve(w, decision, until)

    return await _do(request, step, "done.envoy.approve")


async def _day(request: web.Request) -> date | None:
    given = str((await request.post()).get("expiry", "")).strip()
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as wrong:
        raise BadForm from wrong


async def want_more(request: web.Request) -> web.Response:
    decision = await _decision(request)
    given = [str(value) for value in (await request.post()).getall("again", [])]
    if any(value not in AGAIN for value in given):
        raise BadForm

    async def step(w: work.Work) -> None:
        await vetting.want_more(w, decision, [Step(value) for value in given])

    return await _do(request, step, "done.envoy.more")


async def refuse(request: web.Request) -> web.Response:
    decision = await _decision(request)

    async def step(w: work.Work) -> None:
        await vetting.refuse(w, decision)

    return await _do(request, step, "done.envoy.refuse")


async def _do(request: web.Request, step: Deed, said: str) -> web.Response:
    await request.config_dict[DEPS].actions(step, None)
    return view.done(request, said, "/console/envoys")


async def drill(request: web.Request) -> web.Response:
    """An exercise near a place, named or in degrees, once or every week."""
    deps, form = request.config_dict[DEPS], await request.post()
    order = drills.Order(
        _place(deps, str(form.get("place", ""))), _radius(form.get("radius")), "weekly" in form
    )
    operator = request[auth.SIGN_IN].operator.id

    async def step(w: work.Work) -> None:
        await drills.begin(w, operator, order)

    return await _do(request, step, "done.drill.start")


def _place(deps: ConsoleDeps, words: str) -> Point:
    """Degrees as "13.75, 100.5", or a city's name."""
    try:
        lat, lon = (float(part) for part in words.split(","))
        return Point(lat, lon)
    except ValueError:
        found = deps.places.find(words)
    if not found:
        raise BadForm("error.no_such_place")
    return found[0].point


def _radius(given: object) -> float:
    try:
        return float(str(given)) * KM
    except ValueError as wrong:
        raise BadForm from wrong


async def stop_drill(request: web.Request) -> web.Response:
    wanted, operator = DrillId(request.match_info["drill"]), request[auth.SIGN_IN].operator.id

    async def step(w: work.Work) -> None:
        await drills.stop_weekly(w, operator, wanted)

    return await _do(request, step, "done.drill.stop")
