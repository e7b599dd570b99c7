"""A world for the big screen: cases in many cities and stages, envoys on duty, alerts, and names to look for."""

from datetime import timedelta

from backoffice.cases.model import CaseStatus, Kind
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId
from backoffice.workflows.work import Work
from tests.backoffice.console.evening import Evening

PLANTED = (
    "宋保密",
    "+8613800139999",
    "SECR",
    "13.7563",
    "100.5018",
    "我在酒店三楼",
    "Somchai Geheim",
)
"""A name, a number, a reference, both halves of an exact place, words of a chat, an envoy's name."""
SPOT = Point(13.756331, 100.501837)
CITIES = {
    "TOKY": (Point(35.68, 139.76), Kind.ILLNESS, 61, 75),
    "PARS": (Point(48.86, 2.35), Kind.CRIME, 20, 29),
    "NEWY": (Point(40.71, -74.0), Kind.LOST, 33, 46),
    "SYDN": (Point(-33.87, 151.2), Kind.ACCIDENT, 15, 24),
    "NAIR": (Point(-1.29, 36.82), Kind.ILLNESS, 90, 97),
    "KATH": (Point(27.7, 85.32), Kind.DISASTER, 40, 52),
}
"""Reference -> place, kind, minutes ago that it came, seconds until a person answered."""
BASES = (Point(13.7, 100.5), Point(35.6, 139.7), Point(22.3, 114.1), Point(48.8, 2.3), Point(-33.9, 151.1))


async def planted(e: Evening) -> None:
    """One ringing case full of what must not be seen."""
    song = await e.person(PLANTED[0], Address("wechat", "oSecret"), phone=PLANTED[1])
    case = await e.case(PLANTED[2], song, point=SPOT, kind=Kind.ACCIDENT)
    await e.happened(case, "system", "case.dispatched")
    await e.said(case, "traveller", song.id, PLANTED[0], PLANTED[5])  # type: ignore[arg-type]
    await e.alarm("parked", case, f"{PLANTED[0]} {PLANTED[1]} {PLANTED[5]}")


async def world(e: Evening) -> None:
    """An hour of a day: six cities, each further on than the next."""
    await _envoys(e)
    for n, (ref, (at, kind, _, answered_s)) in enumerate(CITIES.items()):
        e.clock.advance(timedelta(minutes=6))
        person = await e.person(f"旅客{n}", Address("telegram", f"4{n}"))
        case = await e.case(ref, person, point=at, kind=kind)
        await e.happened(case, "system", "case.dispatched")
        e.clock.advance(6 + answered_s / 10)
        await e.act(_answers(ref))
        await e.happened(case, "operator:x", "centre.taken", name="x")
        await _goes_on(e, ref, n)
    e.clock.advance(60)


def _answers(ref: str):  # type: ignore[no-untyped-def]
    async def step(work: Work) -> None:
        case = await work.uow.cases.get(CaseId(f"case-{ref}"))
        case.answered_at = work.now
        await work.uow.cases.save(case)

    return step


async def _goes_on(e: Evening, ref: str, n: int) -> None:
    """Some have an envoy on the way, some beside them, one is safe."""
    if n < 2:
        return
    status = AssignmentStatus.UNDER_WAY if n < 4 else AssignmentStatus.ARRIVED
    envoy = await e.envoy(PLANTED[6], Address("telegram", f"88{n}"), CITIES[ref][0])

    async def step(work: Work) -> None:
        case = await work.uow.cases.get(CaseId(f"case-{ref}"))
        if n == 5:
            case.status = CaseStatus.RESOLVED
            await work.uow.cases.save(case)

    await e.act(step)
    async with e.store.begin(e.clock.now()) as uow:
        case = await uow.cases.get(CaseId(f"case-{ref}"))
    await e.asked(case, envoy, 900.0, status=status)
    await e.happened(case, "system", "dispatch.accepted")
    e.clock.advance(timedelta(minutes=7))
    await e.happened(case, f"envoy:{envoy.id}", "job.arrived" if n > 3 else "job.under_way")


async def _envoys(e: Evening) -> None:
    for n, base in enumerate(BASES):
        for i in range(7 - n):
            await e.envoy(f"星使{n}{i}", Address("telegram", f"7{n}{i}"), base)
