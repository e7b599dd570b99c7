"""Vetting in the console: what was told and the papers are seen by few and on record; each decision is taken once."""

from collections.abc import Callable
from typing import Any

import pytest

from backoffice.enrolment.model import Application, ApplicationId, ApplicationStatus
from backoffice.enrolment.readiness import Drill, DrillAnswer, DrillId, DrillOffer
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import EnvoyId, LetterId, MediaId, OperatorId
from backoffice.ports import DeadlineKind, Operator, OperatorRole
from backoffice.workflows import portraits
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import BANGKOK, Evening, photo
from tests.backoffice.console.world import applied

ONE = "/console/envoys/app-1"


@pytest.fixture
async def vetter(evening: Evening, visit: Callable[[Operator], Any]) -> Visitor:
    visitor: Visitor = await visit(await evening.operator("林晓", OperatorRole.OPERATOR))
    return visitor


async def now(evening: Evening) -> Application:
    async with evening.store.begin(evening.clock.now()) as uow:
        return await uow.enrolments.get(ApplicationId("app-1"))


async def trail(evening: Evening) -> list[str]:
    async with evening.database.reading() as conn:
        rows = await conn.exec_driver_sql("SELECT action FROM audit ORDER BY seq")
        return [row.action for row in rows]


async def test_the_list_shows_who_waits_and_the_page_what_they_told(
    evening: Evening, vetter: Visitor
) -> None:
    await applied(evening)
    listed = await (await vetter.get("/console/envoys")).text()
    assert "宁静" in listed
    assert ONE in listed
    page = await (await vetter.get(ONE)).text()
    for told in ("中文 (母语)", "泰语 (流利)", "曼谷", "现场翻译", "+66812345678", "2030-05-01"):
        assert told in page
    assert f"{ONE}/photo/m-paper" in page
    assert "application.view" in await trail(evening)


async def test_a_photo_is_drawn_anew_and_on_record(evening: Evening, vetter: Visitor) -> None:
    await applied(evening)
    answer = await vetter.get(f"{ONE}/photo/m-paper")
    assert (answer.status, answer.content_type) == (200, "image/jpeg")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "application.photo" in await trail(evening)


async def test_the_portrait_stands_beside_the_papers_and_then_the_one_that_is_shown(
    evening: Evening, vetter: Visitor
) -> None:
    """Of an envoy the page shows what whoever they help sees now, not what they once applied with."""
    made = await applied(evening)
    made.answers.portrait = "portrait-m-self"
    await evening.act(lambda work: work.uow.enrolments.save(made))
    assert f"{ONE}/photo/portrait-m-self" in await (await vetter.get(ONE)).text()
    await vetter.post(f"{ONE}/approve", Accept="application/json")
    await evening.media.put(None, MediaId("portrait-new"), photo(), made.person)
    await evening.act(lambda work: portraits.hand_on(work, made.person, "portrait-new"))
    page = await (await vetter.get(ONE)).text()
    assert f"{ONE}/photo/portrait-new" in page
    assert "portrait-m-self" not in page
    assert (await vetter.get(f"{ONE}/photo/portrait-new")).status == 200
    assert (await vetter.get(f"{ONE}/photo/portrait-m-self")).status == 404


async def test_no_other_file_opens_through_an_application(evening: Evening, vetter: Visitor) -> None:
    await applied(evening)
    await evening.media.put(None, MediaId("m-stray"), b"\xff\xd8\xff")
    assert (await vetter.get(f"{ONE}/photo/m-stray")).status == 404


async def test_a_draft_is_the_applicants_alone(evening: Evening, vetter: Visitor) -> None:
    await applied(evening, status=ApplicationStatus.DRAFT, submitted_at=None)
    assert "宁静" not in await (await vetter.get("/console/envoys")).text()
    assert (await vetter.get(ONE)).status == 404
    assert (await vetter.get(f"{ONE}/photo/m-paper")).status == 404


async def test_an_approval_makes_the_applicant_an_envoy_and_tells_them(
    evening: Evening, vetter: Visitor
) -> None:
    """Off duty, bound to the person who applied; the operator's reading of the document counts."""
    made = await applied(evening)
    answer = await vetter.post(f"{ONE}/approve", {"expiry": "2029-12-31"}, Accept="application/json")
    assert (await answer.json())["ok"]
    found = await now(evening)
    assert (found.status, str(found.answers.expiry)) == (ApplicationStatus.APPROVED, "2029-12-31")
    assert found.decided_by_name == "林晓"
    async with evening.store.begin(evening.clock.now()) as uow:
        envoy = await uow.envoys.of_person(made.person)
        assert await uow.deadlines.armed(DeadlineKind.DOCUMENT, made.id) is not None
    assert envoy is not None
    assert (envoy.name, envoy.on_duty, envoy.languages) == ("宁静", False, ["zh", "th"])
    assert "application.approved" in await trail(evening)


async def test_a_chat_that_changed_hands_makes_nobody_an_envoy(evening: Evening, vetter: Visitor) -> None:
    """Never by an id: the chat that applied must still be the applicant's."""
    await applied(evening, applied_at=Address("telegram", "somebody-else"))
    answer = await vetter.post(f"{ONE}/approve", Accept="application/json")
    assert answer.status == 409
    assert (await now(evening)).status is ApplicationStatus.SUBMITTED


async def test_papers_that_have_run_out_are_not_approved(evening: Evening, vetter: Visitor) -> None:
    await applied(evening)
    assert (await vetter.post(f"{ONE}/approve", {"expiry": "2020-01-01"})).status == 409
    assert (await vetter.post(f"{ONE}/approve", {"expiry": "soon"})).status == 400


async def test_a_refusal_and_a_wish_for_more_need_words(evening: Evening, vetter: Visitor) -> None:
    await applied(evening)
    for verb in ("more", "refuse"):
        assert (await vetter.post(f"{ONE}/{verb}", {"text": " "})).status == 400
    assert (await vetter.post(f"{ONE}/more", {"text": "补拍", "again": "consent"})).status == 400
    assert (await vetter.post(f"{ONE}/more", {"text": "请补拍证件", "again": "document"})).status == 303
    found = await now(evening)
    assert (found.status, found.wanted, found.answers.documents) == (
        ApplicationStatus.MORE_WANTED,
        ["document"],
        [],
    )


async def test_a_decision_is_taken_once(evening: Evening, vetter: Visitor) -> None:
    """Whoever is second is told so, and nothing changes."""
    await applied(evening)
    await vetter.post(f"{ONE}/refuse", {"text": "证件不是本人的"})
    answer = await vetter.post(f"{ONE}/approve", Accept="application/json")
    assert answer.status == 409
    assert "已有人处理" in (await answer.json())["said"]
    assert (await now(evening)).status is ApplicationStatus.REFUSED


@pytest.mark.parametrize(
    "role", [OperatorRole.DOCTOR, OperatorRole.FINANCE, OperatorRole.GUEST, OperatorRole.WALL]
)
async def test_papers_are_not_for_everybody_of_the_staff(
    role: OperatorRole, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    await applied(evening)
    other: Visitor = await visit(await evening.operator("other", role))
    for path in ("/console/envoys", ONE, f"{ONE}/photo/m-paper"):
        assert (await other.get(path)).status == 403
    assert (await other.post(f"{ONE}/approve")).status == 403


async def test_the_week_says_who_did_not_answer_drills(evening: Evening, vetter: Visitor) -> None:
    """Apart from every real figure, with the latency of those who did."""
    made = await applied(evening)
    await vetter.post(f"{ONE}/approve")
    at = evening.clock.now()
    async with evening.store.begin(at) as uow:
        envoy = await uow.envoys.of_person(made.person)
        assert envoy is not None
        drill = Drill(DrillId("drill-1"), at, OperatorId("op"), BANGKOK, 20_000.0, weekly=True)
        await uow.drills.add(drill)
        offer = DrillOffer(drill.id, EnvoyId(envoy.id), LetterId("l"), at)
        await uow.drills.ask(offer)
        offer.answer = DrillAnswer.SILENT
        await uow.drills.save(offer)
        await uow.commit()
    page = await (await vetter.get("/console/envoys")).text()
    assert "一次都没回应" in page
    assert "0/1 人回应" in page


async def test_a_drill_is_ordered_by_place_and_stopped(evening: Evening, vetter: Visitor) -> None:
    form = {"place": "曼谷", "radius": "20", "weekly": "1"}
    assert (await vetter.post("/console/drills", form)).status == 303
    async with evening.store.begin(evening.clock.now()) as uow:
        (drill,) = await uow.drills.newest(5)
        assert drill.weekly
        assert abs(drill.point.lat - 13.75) < 0.05
    assert (await vetter.post(f"/console/drills/{drill.id}/stop")).status == 303
    assert (await vetter.post(f"/console/drills/{drill.id}/stop")).status == 409
    for bad in (
        {"place": "啦啦啦", "radius": "20"},
        {"place": "曼谷", "radius": "x"},
        {"place": "曼谷", "radius": "0"},
    ):
        assert (await vetter.post("/console/drills", bad)).status == 400
