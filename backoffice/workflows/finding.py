"""Looking for envoys: everybody near weighed and put in order, everybody else with a reason; kept with the case.

For cries and for orders alike: whoever looks says around which point, how far, what for, and who is out already.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from backoffice.cases.model import Case, Kind
from backoffice.dispatch import acceptance, fitting, looks, ranking, travel
from backoffice.dispatch.fitting import Need, Reason
from backoffice.dispatch.looks import Considered, Look
from backoffice.dispatch.model import Assignment, Envoy
from backoffice.dispatch.standing import Call, Standing
from backoffice.kernel import geodesy
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import EnvoyId
from backoffice.people import preferences
from backoffice.people.model import Person
from backoffice.workflows.work import Work

MEETING = timedelta(minutes=30)
"""Whoever meets a traveller of an order within this time is not asked."""
LOOKED_AT = 600
"""Most envoys ever looked at in one ring: 20 waves of 30."""
SKILLS: Mapping[Kind, frozenset[str]] = {
    Kind.ACCIDENT: frozenset({"first_response", "medical_visit"}),
    Kind.ILLNESS: frozenset({"medical_visit", "first_response"}),
    Kind.CRIME: frozenset({"police_report"}),
    Kind.LOST: frozenset({"lost_documents", "police_report"}),
    Kind.DISASTER: frozenset({"first_response", "car_guide"}),
}
"""Which services (`services.yaml`) fit what happened; for anything else everybody fits."""


@dataclass(frozen=True, slots=True)
class Search:
    """Where to look, how far in metres, what for, and who is out already and why."""

    point: Point
    radius_m: float
    need: Need
    out: Mapping[EnvoyId, Reason] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """Everybody who may be asked, in order, with their records; and everybody left out, with the reason."""

    order: Sequence[ranking.Candidate]
    standings: Mapping[EnvoyId, Standing]
    left_out: Sequence[Considered]


async def look(work: Work, search: Search) -> Found:
    """The index only proposes: who they are and where is read from their rows."""
    near = work.world.index.within(search.point.lat, search.point.lon, search.radius_m)[:LOOKED_AT]
    asked = {e for e, reason in search.out.items() if reason is Reason.ASKED}
    rows = await work.uow.envoys.many([EnvoyId(e) for e, _ in near if e not in asked])
    envoys = [e for e in rows if fitting.concerns(e, search.need)]
    standings = await work.uow.standings.of([e.id for e in envoys])
    search = replace(search, out=await _with_travellers(work, search, envoys) | dict(search.out))
    reasons = {e.id: _why_not(work, search, e, standings[e.id]) for e in envoys}
    free = [e for e in envoys if reasons[e.id] is None]
    others = [left_out(work, search.point, e, reason) for e in envoys if (reason := reasons[e.id])]
    return Found(_order(work, search, free, standings), standings, others)


async def _with_travellers(work: Work, search: Search, envoys: Sequence[Envoy]) -> dict[EnvoyId, Reason]:
    """For a cry nobody is called away from a traveller they are with, or are about to meet."""
    if search.need.call is not Call.SOS:
        return {}
    held = await work.uow.orders.taken([e.id for e in envoys], work.now, work.now + MEETING)
    return dict.fromkeys(held, Reason.BUSY)


def _why_not(work: Work, search: Search, envoy: Envoy, standing: Standing) -> Reason | None:
    return search.out.get(envoy.id) or fitting.why_not(envoy, standing, search.need, work.now)


def _order(
    work: Work, search: Search, envoys: Sequence[Envoy], standings: Mapping[EnvoyId, Standing]
) -> list[ranking.Candidate]:
    histories = [s.history(search.need.call) for s in standings.values()]
    around = ranking.Around(search.need, work.now, acceptance.prior(histories), work.world.weights)
    away = {e.id: geodesy.distance_m(search.point, e.where(work.now)) for e in envoys}
    return ranking.ranked([ranking.weigh(e, away[e.id], standings[e.id], around) for e in envoys])


def left_out(work: Work, point: Point, envoy: Envoy, reason: Reason) -> Considered:
    """Somebody who was not asked, with how far they are."""
    metres = geodesy.distance_m(point, envoy.where(work.now))
    facts = {"distance_m": round(metres), "from_base": not envoy.has_fresh_fix(work.now)}
    return Considered(envoy.id, envoy.name, 0, reason, facts)


def need(work: Work, case: Case, person: Person) -> Need:
    """What an SOS asks for: the traveller's languages, what fits the trouble, the sex they asked for."""
    spoken = [*person.profile.languages, person.locale]
    return Need(
        Call.SOS,
        case.requester,
        languages=frozenset(s.replace("-", "_").partition("_")[0].lower() for s in spoken),
        skills=SKILLS.get(case.kind, frozenset()),
        sex=preferences.wanted_sex(person.profile.envoy_sex),
        night=travel.is_night(work.now, work.zone(case)),
        drill=case.drill,
    )


async def arrival_s(work: Work, case: Case, assignment: Assignment, envoy: Envoy) -> float:
    """Expected seconds until this envoy is there, from where they are now."""
    target = assignment.place or (case.fix.point if case.fix else None)
    metres = geodesy.distance_m(target, envoy.where(work.now)) if target else assignment.distance_m
    standing = (await work.uow.standings.of([envoy.id]))[envoy.id]
    night = travel.is_night(work.now, work.zone(case))
    return travel.arrival_s(standing.transport, metres, night=night)


async def remember(work: Work, found: Found, look_: Look) -> None:
    """Keep a look with its case, and count the question for everybody asked in it."""
    await work.uow.standings.asked([found.standings[c.envoy] for c in look_.considered if c.asked])
    await work.uow.considerations.add(look_)


def picture(
    found: Found, wave: Sequence[ranking.Candidate], unreachable: Sequence[Envoy]
) -> list[Considered]:
    """Everybody of a look: this wave in order, who cannot be reached, whose turn has not come, who is left out."""
    placed = {e.id for e in unreachable} | {c.envoy.id for c in wave}
    order = [*wave, *(c for c in found.order if c.envoy.id not in placed)]
    lost = [Considered(e.id, e.name, 0, Reason.UNREACHABLE) for e in unreachable]
    news = [one for one in found.left_out if one.reason is not Reason.ASKED]
    return [*looks.asked(order, len(wave)), *lost, *news]
