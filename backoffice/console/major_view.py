"""What the pages of a major case show: read together, and what somebody may not see of the attached cases left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from backoffice import ports
from backoffice.cases.model import Case
from backoffice.console import auth, speech, view
from backoffice.console.deps import DEPS
from backoffice.dispatch.model import Assignment, Envoy
from backoffice.families.scopes import Scope
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import PlaceWords
from backoffice.major import facts
from backoffice.major.model import (
    Major,
    MajorId,
    Order,
    OrderStatus,
    Person,
    PersonState,
    Place,
    PlaceKind,
    Post,
    Report,
    Sending,
)
from backoffice.organisations.model import Organisation
from backoffice.workflows import major


@dataclass(frozen=True, slots=True)
class AtWork:
    """An envoy at work in an attached case."""

    envoy: Envoy
    assignment: Assignment
    ref: str


@dataclass(frozen=True, slots=True)
class View:
    """One major case with everything of it."""

    major: Major
    place: PlaceWords | None
    facts: facts.Facts
    persons: Sequence[Person]
    places: Sequence[Place]
    orders: Sequence[Order]
    reports: Sequence[Report]
    sendings: Sequence[Sending]
    posts: Sequence[Post]
    cases: Sequence[Case]
    envoys: Sequence[AtWork]
    organisations: Sequence[Organisation]


async def read(request: web.Request, key: MajorId) -> View:
    """Raises `errors.NotFound`."""
    deps, now = request.config_dict[DEPS], request.config_dict[DEPS].clock.now()
    async with deps.store.begin(now) as uow:
        return await _read(uow, deps.places, (key, now))


async def _read(uow: ports.UnitOfWork, places: ports.Places, at: tuple[MajorId, datetime]) -> View:
    key, now = at
    head, rows = await uow.majors.get(key), uow.majors
    cases = [await uow.cases.get(case) for case in await rows.cases(key)]
    envoys = await _envoys(uow, cases)
    persons, spots, orders = await rows.persons(key), await rows.places(key), await rows.orders(key)
    here = {e.assignment.id for e in envoys}
    posts = [post for post in await rows.posts(key) if post.assignment in here]
    counted = facts.Rows(persons, spots, orders, posts, len(envoys), len(cases))
    return View(
        major=head,
        place=_city(places, head.scene),
        facts=facts.count(counted, now),
        persons=persons,
        places=spots,
        orders=orders,
        reports=await rows.reports(key),
        sendings=await rows.sendings(key),
        posts=posts,
        cases=cases,
        envoys=envoys,
        organisations=await uow.organisations.all(),
    )


def _city(places: ports.Places, point: Point | None) -> PlaceWords | None:
    found = places.describe(point) if point else None
    return PlaceWords(found.country, found.city, None, found.zone) if found else None


async def _envoys(uow: ports.UnitOfWork, cases: Sequence[Case]) -> list[AtWork]:
    found = []
    for case in cases:
        for assignment in await uow.assignments.of_case(case.id):
            if assignment.working:
                found.append(AtWork(await uow.envoys.get(assignment.envoy), assignment, case.ref))
    return found


def counted(persons: Sequence[Person]) -> dict[PersonState, int]:
    return facts.states(persons)


def context(request: web.Request, found: View) -> dict[str, Any]:
    """For both pages."""
    operator = request[auth.SIGN_IN].operator
    t = view.catalogue(request)
    newest = found.reports[0] if found.reports else None
    zone = found.place.zone if found.place else request.config_dict[DEPS].zone
    return {
        "v": found,
        "m": found.major,
        "leads": major.leads(operator, found.major) and found.major.status == "open",
        "running": found.major.status == "open",
        "supervisor": operator.role is ports.OperatorRole.SUPERVISOR,
        "person_states": tuple(PersonState),
        "place_kinds": tuple(PlaceKind),
        "order_done": OrderStatus.DONE,
        "scopes": tuple(Scope),
        "place_names": {p.id: p.name for p in found.places},
        "post_of": {post.assignment: post.place for post in found.posts},
        "case_refs": {c.id: c.ref for c in found.cases},
        "newest": newest,
        "changed": facts.changed(dict(newest.facts), found.facts) if newest else [],
        "draft": draft(request, found),
        "site_zone": zone,
        "state_word": lambda state: t(f"major.state.{state}"),
        "links": facts.LINKS,
        "good": 0,
    }


def draft(request: web.Request, found: View) -> str:
    """A situation report in words, out of the facts alone: whoever sends it edits it first."""
    t, lang, f = view.catalogue(request), view.locale(request), found.facts
    zone = found.place.zone if found.place else request.config_dict[DEPS].zone
    when = speech.day_and_time(f.at, zone)
    where = speech.zone_name(t, zone, lang)
    lines = [
        t("major.draft.head", title=found.major.title, number=len(found.reports) + 1),
        t("major.draft.time", time=when, place=where),
        t("major.draft.total", total=f.total, found=f.found),
        *(t("major.draft.state", state=t(f"major.state.{state}"), n=n) for state, n in f.states.items()),
        *(t("major.draft.place", name=p.place.name, n=p.persons, envoys=p.envoys) for p in f.places),
        t("major.draft.work", envoys=f.envoys, open=f.orders_open, done=f.orders_done),
    ]
    return "\n".join(lines)
