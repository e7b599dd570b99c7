"""Who may do what: every route against every role, on one's own case and on another's."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientResponse

from backoffice.cases.model import Case, CaseStatus, Origin
from backoffice.console import access, actions, entrance
from backoffice.console import app as console
from backoffice.console.access import Act
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import CaseId, MediaId, OperatorId, PersonId
from backoffice.ports import Operator, OperatorRole
from tests.backoffice.console import (
    centre_matrix,
    claim_matrix,
    desk_matrix,
    family_matrix,
    major_matrix,
    people_matrix,
    shop_matrix,
)
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import applied, busy

FORMS = {
    "case.hand_over": {"to": "op-林晓"},
    "case.called": {"outcome": "verified"},
    "case.number": {"phone": "+8613800138000"},
    "case.unmask": {"reason": "听不见对方"},
    "case.envoys_wanted": {"number": "2"},
    "case.ask_wave": {"size": "5"},
    "case.ask_by_name": {"envoy": "e-1", "task": "", "place": ""},
    "case.task": {"assignment": "a-1", "task": "在门口等", "place": "13.7, 100.5"},
    "language": {"to": "en"},
    "drill.start": {"place": "曼谷", "radius": "20"},
    "case.take_over": {"reason": "他在吃饭", "seen": "op-林晓"},
    "hearing": {"hears": "yes", "tab": "0123abcd"},
    "on_call.put": {
        "centre": "北京", "name": "文静", "position": "1", "sms": "+8613800138000", "day": "0",
        "zone": "Asia/Shanghai", "start": "08:00", "end": "20:00",
    },
}  # fmt: skip
FORMS |= people_matrix.FORMS | family_matrix.FORMS | shop_matrix.FORMS | centre_matrix.FORMS
FORMS |= claim_matrix.FORMS | desk_matrix.FORMS
FORMS |= major_matrix.FORMS
TEXT = {"text": "一句话"}
ROLES = list(OperatorRole)


def paths(evening: Evening) -> dict[str, tuple[str, str]]:
    """Method and path of every route, filled with things that exist."""
    filled = {"case": "case-7K3F", "media": "m-street", "item": "1", "alert": "1", "token": "0" * 64}
    filled |= {"entry": "oc-1"}
    filled |= (
        desk_matrix.FILLED
        | major_matrix.FILLED
        | people_matrix.FILLED
        | centre_matrix.FILLED
        | shop_matrix.FILLED
        | claim_matrix.FILLED
    )
    filled |= {"application": "app-1", "photo": "m-paper", "drill": "drill-1"}
    found = {}
    for route in console.build(evening.deps()).router.routes():
        info = route.resource.get_info() if route.resource else {}
        pattern = info.get("path", info.get("formatter", f"{info.get('prefix')}/console.css"))
        if route.method != "HEAD":
            found[str(route.name)] = (
                route.method,
                "/console"
                + re.sub(r"\{(\w+)[^}]*\}", lambda m: filled[m[1]], pattern)
                + (shop_matrix.QUERY | claim_matrix.QUERY | desk_matrix.QUERY).get(str(route.name), ""),
            )
    return found


def test_every_route_is_in_the_table_and_every_entry_has_a_route(evening: Evening) -> None:
    """A route nobody decided about cannot exist, nor a decision about nothing."""
    assert set(paths(evening)) == set(access.ROUTES)


def test_a_route_without_an_entry_stops_the_start(evening: Evening) -> None:
    """Deny by default: the console refuses to be built with an unguarded door."""
    app = console.build(evening.deps())
    app.router.add_get("/secret", entrance.signed_out, name="secret")
    with pytest.raises(console.UnguardedRoute, match="secret"):
        console._check(app)


STREAMS = {"live", "live.case", "guest.live", "wall.live"}
NOT_HERE = {"leave", "enter", "enter.use", "leaflet"} | STREAMS | people_matrix.SKIPPED


@pytest.mark.parametrize("standing", people_matrix.STANDINGS)
@pytest.mark.parametrize("role", ROLES)
async def test_matrix_of_routes_and_roles(
    role: OperatorRole, standing: str, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """On one's own case, a colleague's and a foreign one: what is forbidden is refused, what is allowed is reached."""
    cast = await busy(evening)
    await applied(evening)
    await evening.on_call()
    await desk_matrix.prepare(evening, cast)
    operator = await people_matrix.prepare(evening, cast, role, standing)
    if standing == "colleague":
        await shop_matrix.prepare(evening)
        await centre_matrix.prepare(evening, operator)
        await claim_matrix.prepare(evening)
    await major_matrix.prepare(evening)
    evening.still = True
    visitor: Visitor = await visit(operator)
    for name, (method, path) in paths(evening).items():
        if name in NOT_HERE or (standing != "colleague" and not people_matrix.depends(path)):
            continue
        form = {**TEXT, **FORMS.get(name, {})}
        answer = await (visitor.get(path) if method == "GET" else visitor.post(path, form))
        allowed = access.ROUTES[name] is access.PUBLIC or _expected(operator, name, standing)
        assert _reached(name, answer, await answer.text(errors="replace")) == allowed, (
            role,
            standing,
            name,
            answer.status,
        )


def _reached(name: str, answer: ClientResponse, text: str) -> bool:
    """Whether the page or the action answered, and not the gate before it."""
    if (people_matrix.DECLINED | desk_matrix.DECLINED).get(name, "\0") in text:
        return True
    led_away = {"board": "/console/", "case": "/console/cases/case-7K3F"}.get(name)
    if answer.status == 303 and led_away:
        return answer.headers["Location"] == led_away
    assert answer.status in (200, 204, 303, 403, 404), (name, answer.status)
    return answer.status < 400


@pytest.mark.parametrize("standing", people_matrix.STANDINGS)
@pytest.mark.parametrize("role", ROLES)
async def test_matrix_of_streams_and_roles(
    role: OperatorRole, standing: str, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """A stream opens for whom its page opens, and for nobody else."""
    operator = await people_matrix.prepare(evening, await busy(evening), role, standing)
    visitor: Visitor = await visit(operator)
    for name in STREAMS:
        stream = await visitor.get(paths(evening)[name][1])
        like = {"live": "board", "live.case": "case", "guest.live": "guest.case", "wall.live": "wall"}[name]
        assert (stream.status == 200) == _expected(operator, like, standing), (role, standing, name)
        stream.close()


def _expected(operator: Operator, name: str, standing: str) -> bool:
    """Written out by hand from business.md, not read from the code under test."""
    about_people = people_matrix.expected(operator, name, standing)
    if about_people is not None:
        return about_people
    about_centre = centre_matrix.expected(operator, name, standing)
    if about_centre is not None:
        return about_centre
    about_claims = claim_matrix.expected(operator, name)
    if about_claims is not None:
        return about_claims
    about_major = major_matrix.expected(operator, name)
    if about_major is not None:
        return about_major
    about_shop = shop_matrix.expected(operator, name)
    if about_shop is not None:
        return about_shop
    if name.startswith("wall"):
        return operator.role is not OperatorRole.GUEST
    on_case = name.startswith("case.") or name in ("case", "media", "media.voice")
    if on_case and not people_matrix.sees_case(operator, standing):
        return False
    about_work = desk_matrix.expected(operator, name, standing)
    if about_work is not None:
        return about_work
    desk = operator.role in (OperatorRole.OPERATOR, OperatorRole.SUPERVISOR)
    speaks = {"case.reply", "case.reply_envoy", "case.called", "case.number", "case.close", "case.hand_over"}
    asks = {"case.ask_again", "case.envoys_wanted", "case.ask_by_name", "case.ask_wave", "case.task"}
    about_families = family_matrix.expected(operator, name, standing)
    if about_families is not None:
        return about_families
    if name in speaks | asks | {"case.unmask", "case.mask"} | people_matrix.OWNERS:
        return people_matrix.owns(operator, standing)
    if name in ("case.reopen", "case.end_duress"):
        return False
    if name in ("board", "ringing", "case", "media", "case.note", "case.organisations", "case.family"):
        return desk or operator.role is OperatorRole.DOCTOR
    if name in ("on_call.put", "on_call.remove", "on_call.test"):
        return operator.role in (OperatorRole.SUPERVISOR, OperatorRole.ADMIN)
    if name in ("case.people", "case.nearest", "case.typing"):
        return desk or operator.role is OperatorRole.DOCTOR
    if name.startswith(("envoy", "drill.", "on_call")):
        return desk or operator.role is OperatorRole.ADMIN
    return desk or name in ("present", "signed_out", "language")


async def test_the_owner_may_what_a_colleague_may_not(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Only the owner (or a supervisor) speaks to the parties."""
    cast = await busy(evening)
    owner, other = await visit(cast.lin), await visit(await evening.operator("other", OperatorRole.OPERATOR))
    assert (await owner.post("/console/cases/case-7K3F/reply", TEXT)).status == 303
    refused = await other.post("/console/cases/case-7K3F/reply", TEXT)
    assert refused.status == 403
    assert "先接手" in await refused.text()


@pytest.mark.parametrize("status", [CaseStatus.COUNTDOWN, CaseStatus.CANCELLED])
async def test_before_dispatch_a_case_does_not_exist_for_anybody(
    status: CaseStatus, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Nobody is told during the countdown, nor after a cancel in time: page, notes and stream say 404."""
    person = await evening.person("x", Address("telegram", "1"))
    await evening.case("AAAA", person, status=status)
    boss = await visit(await evening.operator("boss", OperatorRole.SUPERVISOR))
    assert (await boss.get("/console/cases/case-AAAA")).status == 404
    assert (await boss.get("/console/live/case-AAAA")).status == 404
    assert (await boss.post("/console/cases/case-AAAA/note", TEXT)).status == 404


async def test_an_unknown_case_and_a_forbidden_one_look_the_same(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """A doctor learns nothing about a case under duress, not even that it exists."""
    await busy(evening)
    doctor = await visit(await evening.operator("doc", OperatorRole.DOCTOR))
    hidden, missing = (
        await doctor.get("/console/cases/case-Q8DN"),
        await doctor.get("/console/cases/case-NONE"),
    )
    assert (hidden.status, missing.status) == (404, 404)
    assert (await hidden.text()).replace("Q8DN", "") == (await missing.text()).replace("NONE", "")


def test_deny_by_default() -> None:
    """An act without a list of roles, an operator who is off, a case act without its case: no."""
    boss = Operator(OperatorId("b"), "b", OperatorRole.SUPERVISOR)
    off = Operator(OperatorId("b"), "b", OperatorRole.SUPERVISOR, active=False)
    assert access.may(boss, Act.SEE_BOARD)
    assert not access.may(off, Act.SEE_BOARD)
    assert not access.may(boss, Act.SEE_CASE, None)
    assert set(access.ROLES) == set(Act)
    assert set(actions.ON_CASE) <= set(access.ROUTES)


def test_under_duress_nobody_speaks_to_the_phone() -> None:
    """Neither words nor a call-back, not even from the owner or a supervisor."""
    case = Case(*_head(), status=CaseStatus.OPEN, duress=True, owner=OperatorId("b"))
    boss = Operator(OperatorId("b"), "b", OperatorRole.SUPERVISOR)
    assert not access.may(boss, Act.REPLY, case)
    assert not access.may(boss, Act.CALLED, case)
    assert access.may(boss, Act.NOTE, case)
    assert access.may(boss, Act.REPLY_ENVOY, case)


def _head() -> tuple[Any, ...]:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    return CaseId("c"), "REF1", PersonId("p"), Origin.PIN, now, now


async def test_files_of_a_case_follow_its_case(evening: Evening, visit: Callable[[Operator], Any]) -> None:
    """Who may not see the case may not see its photos, and a file of no case is nobody's."""
    cast = await busy(evening)
    await evening.file(cast.cases["Q8DN"], MediaId("m-secret"), b"x")
    await evening.media.put(None, MediaId("m-stray"), b"x")
    doctor = await visit(await evening.operator("doc", OperatorRole.DOCTOR))
    assert (await doctor.get("/console/media/m-street")).status == 200
    assert (await doctor.get("/console/media/m-secret")).status == 404
    assert (await doctor.get("/console/media/m-stray")).status == 404
    assert (await (await visit(cast.lin)).get("/console/media/m-secret")).status == 200
