"""Breaking the glass: whose case it is, the reason asked, the hour it lasts, and who sees that it was done."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backoffice import queries
from backoffice.cases.model import Case, CaseStatus, Origin
from backoffice.console import access
from backoffice.console.access import Act, OnCase
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import CaseId, OperatorId, PersonId
from backoffice.ports import Operator, OperatorRole
from storage.tables import audit
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.test_entrance import rows
from tests.backoffice.console.test_live import event, listen
from tests.backoffice.console.world import Cast, busy

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CASE = "/console/cases/case-7K3F"
WHY = {"reason": "北京中心请求协助"}
R = OperatorRole


def on(tie: queries.Tie | None = None, **changes: Any) -> OnCase:
    made: dict[str, Any] = {"status": CaseStatus.OPEN, "owner": OperatorId("lin"), "answered_at": NOW}
    case = Case(CaseId("c"), "REF1", PersonId("p"), Origin.PIN, NOW, NOW, **(made | changes))
    return OnCase(case, tie or queries.Tie(centre="北京"), NOW)


def who(role: OperatorRole, centre: str = "上海", **changes: Any) -> Operator:
    return Operator(OperatorId("me"), "me", role, centre, **changes)


CLOSED = {"status": CaseStatus.CLOSED, "closed_at": NOW - timedelta(hours=25), "owner": OperatorId("me")}


@pytest.mark.parametrize(
    ("role", "centre", "case", "yours"),
    [
        (R.OPERATOR, "上海", on(), False),
        (R.OPERATOR, "北京", on(), True),
        (R.OPERATOR, "上海", on(owner=OperatorId("me")), True),
        (R.OPERATOR, "上海", on(owner=None), True),
        (R.OPERATOR, "上海", on(rang_at=NOW + timedelta(seconds=1)), True),
        (R.SUPERVISOR, "上海", on(), True),
        (R.DOCTOR, "上海", on(), False),
        (R.DOCTOR, "北京", on(), True),
        (R.DOCTOR, "北京", on(duress=True), False),
        (R.CLAIMS, "北京", on(owner=OperatorId("me")), False),
        (R.ADMIN, "北京", on(owner=None), False),
        (R.FINANCE, "北京", on(owner=None), False),
        (R.OPERATOR, "北京", on(**CLOSED), False),
        (R.SUPERVISOR, "北京", on(**CLOSED), False),
        (R.OPERATOR, "北京", on(**{**CLOSED, "closed_at": NOW - timedelta(hours=23)}), True),
        (R.OPERATOR, "北京", on(queries.Tie(written=True), **CLOSED), True),
        (R.DOCTOR, "北京", on(queries.Tie(written=True), **CLOSED), False),
        (R.GUEST, "北京", on(owner=None), False),
        (R.WALL, "北京", on(owner=None), False),
    ],
)
def test_whose_case_it_is(role: OperatorRole, centre: str, case: OnCase, yours: bool) -> None:
    """docs/decisions/access.md, line by line."""
    assert access.may(who(role, centre), Act.SEE_CASE, case) == yours


@pytest.mark.parametrize("role", list(OperatorRole))
def test_a_reason_opens_a_case_for_some_and_for_an_hour(role: OperatorRole) -> None:
    """Staff whose work may need it; never finance, guests or the wall; and reading is all it gives an administrator."""
    may_ask = role in (R.OPERATOR, R.SUPERVISOR, R.DOCTOR, R.CLAIMS, R.ADMIN)
    assert access.may(who(role), Act.BREAK_GLASS, on()) == may_ask
    for until, opened in ((NOW + timedelta(seconds=1), True), (NOW, False)):
        case = on(queries.Tie(centre="北京", glass_until=until), **CLOSED)
        assert access.may(who(role), Act.SEE_CASE, case) == (opened and may_ask)
    glass = on(queries.Tie(centre="北京", glass_until=NOW + timedelta(minutes=1)))
    assert access.may(who(role), Act.REPLY, glass) == (role is R.SUPERVISOR)


def test_a_reason_shows_no_doctor_a_case_under_duress() -> None:
    glass = on(queries.Tie(glass_until=NOW + timedelta(minutes=1)), duress=True)
    assert not access.may(who(R.DOCTOR), Act.SEE_CASE, glass)
    assert not access.may(who(R.DOCTOR), Act.BREAK_GLASS, glass)
    assert access.may(who(R.OPERATOR), Act.SEE_CASE, glass)


def test_a_bare_case_shows_itself_to_nobody() -> None:
    """Who asks without saying how the person stands to it is refused."""
    assert not access.may(who(R.SUPERVISOR), Act.SEE_CASE, on().case)


@pytest.fixture
async def cast(evening: Evening) -> Cast:
    return await busy(evening)


async def far(evening: Evening, visit: Callable[[Operator], Any], name: str = "周远") -> Visitor:
    """An operator of another centre."""
    made = Operator(OperatorId(f"op-{name}"), name, OperatorRole.OPERATOR, "伦敦")
    await evening.act(lambda w: w.uow.staff.add(made))
    visitor: Visitor = await visit(made)
    return visitor


async def test_the_page_asks_why_and_then_opens_for_an_hour(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Before the reason: no page, no stream, no file, no note. After sixty minutes: asked anew."""
    visitor = await far(evening, visit)
    asked = await visitor.get(CASE)
    assert (asked.status, asked.headers["Location"]) == (303, f"{CASE}/glass")
    shown = await (await visitor.get(f"{CASE}/glass")).text()
    assert "7K3F" in shown
    assert "宋" not in shown
    for path in ("/console/live/case-7K3F", "/console/media/m-street", f"{CASE}/organisations"):
        assert (await visitor.get(path)).status == 403, path
    assert (await visitor.post(f"{CASE}/note", {"text": "x"})).status == 403
    for reason in ("", " . ", "x" * 501):
        assert (await visitor.post(f"{CASE}/glass", {"reason": reason})).status == 400
    assert (await visitor.post(f"{CASE}/glass", WHY)).status == 303
    assert "宋女士" in await (await visitor.get(CASE)).text()
    assert (await visitor.get("/console/media/m-street")).status == 200
    for _ in range(3):
        evening.clock.advance(timedelta(minutes=20))
        await visitor.post("/console/present")
    assert (await visitor.get(CASE)).headers["Location"] == f"{CASE}/glass"


async def test_an_open_stream_ends_with_the_hour(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    visitor = await far(evening, visit)
    await visitor.post(f"{CASE}/glass", WHY)
    stream = await listen(visitor, "/console/live/case-7K3F")
    evening.clock.advance(timedelta(minutes=29))
    await visitor.post("/console/present")
    evening.clock.advance(timedelta(minutes=29))
    await visitor.post("/console/present")
    evening.clock.advance(timedelta(minutes=2))
    while (name := await event(stream)) in ("board", "case"):
        pass
    assert name == "gone"


async def test_it_is_in_the_trail_on_the_timeline_and_before_a_supervisor(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """The owner reads who looked; a supervisor ticks it off; the reason itself is in no plain row."""
    visitor, boss = await far(evening, visit), await visit(cast.chen)
    await visitor.post(f"{CASE}/glass", WHY)
    trail = [(r.actor, r.action, r.object) for r in await rows(evening, audit)]
    assert ("op-周远", "case.glass", "case:case-7K3F") in trail
    assert not [row for row in trail if WHY["reason"] in str(row)]
    assert "周远 凭事由打开了本案" in await (await (await visit(cast.lin)).get(CASE)).text()
    page = await (await boss.get("/console/glass")).text()
    assert WHY["reason"] in page
    assert "周远" in page
    glass = page.split("/console/glass/")[1].split("/seen")[0]
    assert (await visitor.post(f"/console/glass/{glass}/seen")).status == 403
    assert (await boss.post(f"/console/glass/{glass}/seen")).status == 303
    assert (await boss.post(f"/console/glass/{glass}/seen")).status == 409
    assert "都看过了" in await (await boss.get("/console/glass")).text()


async def test_a_supervisor_does_not_tick_off_their_own(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """An old case asks everybody; another supervisor looks at it."""
    evening.clock.advance(timedelta(days=2))
    boss = await visit(cast.chen)
    other = await visit(await evening.operator("另一位", OperatorRole.SUPERVISOR))
    assert (await boss.get("/console/cases/case-2HVX")).status == 200, "a message about it waits"
    await evening.act(lambda w: w.uow.desk.finish(1, w.now))
    assert (await boss.get("/console/cases/case-2HVX")).headers["Location"].endswith("/glass")
    assert (await boss.post("/console/cases/case-2HVX/glass", WHY)).status == 303
    page = await (await boss.get("/console/glass")).text()
    assert "/seen" not in page
    glass = (await (await other.get("/console/glass")).text()).split("/console/glass/")[1].split("/seen")[0]
    assert (await boss.post(f"/console/glass/{glass}/seen")).status == 409
    assert (await other.post(f"/console/glass/{glass}/seen")).status == 303


async def test_before_dispatch_no_reason_opens_a_case(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """It does not exist for anybody here, not even for a good reason."""
    person = await evening.person("x", Address("telegram", "1"))
    await evening.case("AAAA", person, status=CaseStatus.COUNTDOWN)
    boss = await visit(await evening.operator("boss", OperatorRole.SUPERVISOR))
    assert (await boss.get("/console/cases/case-AAAA/glass")).status == 404
    assert (await boss.post("/console/cases/case-AAAA/glass", WHY)).status == 404
