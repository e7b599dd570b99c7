"""Guests see their own people, redacted, and decide what is theirs to decide."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backoffice.cases.model import CaseStatus, ForWhom
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import OperatorId
from backoffice.kernel.messages import Role
from backoffice.organisations.model import AuthorisationStatus, Organisation, OrganisationKind
from backoffice.ports import DeadlineKind, Operator, OperatorRole
from backoffice.workflows import authorising
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import BANGKOK, Evening
from tests.backoffice.console.test_live import event, listen
from tests.backoffice.console.world import Cast, busy

CASE = "/console/cases/case-7K3F"
GUEST = "/console/guest/cases/case-7K3F"
ACME = Organisation("ACME", "平安健康", OrganisationKind.INSURER)
SCHOOL = Organisation("PKU", "北大附中", OrganisationKind.SCHOOL, sees_place=True)
ASK = {
    "organisation": "ACME",
    "sum": "30,000.50",
    "currency": "CNY",
    "purpose": "曼谷医院住院押金",
    "wait": "30",
}


@pytest.fixture
async def cast(evening: Evening) -> Cast:
    """A busy evening; an insurer and a school answer for the person of 7K3F."""
    made = await busy(evening)
    for organisation in (ACME, SCHOOL, replace(ACME, code="OTHER", name="别家")):
        await evening.act(lambda w, o=organisation: w.uow.organisations.put(o))
    for code in ("ACME", "PKU"):
        await bind(evening, made, "7K3F", code)
    return made


async def bind(e: Evening, cast: Cast, ref: str, code: str) -> None:
    person = cast.cases[ref].requester
    await e.act(lambda w: _bound(w, person, code))


async def _bound(w: Any, person: Any, code: str) -> None:
    await w.uow.organisations.bind(person, code, w.now)


@pytest.fixture
def guest(evening: Evening, visit: Callable[[Operator], Any]) -> Callable[[str], Any]:
    async def sign_in(code: str) -> Visitor:
        made = Operator(OperatorId(f"g-{code}"), f"核赔{code}", OperatorRole.GUEST, "", code)
        await evening.act(lambda w: w.uow.staff.add(made))
        visitor: Visitor = await visit(made)
        return visitor

    return sign_in


def asked_in(text: str) -> str:
    found = re.search(r"/authorisations/([0-9a-f]{32})/answer", text)
    assert found
    return found[1]


async def test_a_guest_sees_their_people_and_nobody_else(
    cast: Cast, evening: Evening, guest: Callable[[str], Any]
) -> None:
    """The list, the page and the stream alike; another's case looks like one that does not exist."""
    mine, other = await guest("ACME"), await guest("OTHER")
    page = await (await mine.get("/console/guest")).text()
    assert "7K3F" in page
    assert [ref for ref in ("K9BP", "M4TR", "2HVX", "Q8DN", "DR22") if ref in page] == []
    assert "7K3F" not in await (await other.get("/console/guest")).text()
    hidden, missing = await other.get(GUEST), await other.get("/console/guest/cases/case-NONE")
    assert (hidden.status, missing.status) == (404, 404)
    assert (await other.get("/console/guest/live/case-7K3F")).status == 404
    for path in (CASE, "/console/live/case-7K3F", "/console/media/m-street", f"{CASE}/organisations"):
        assert (await mine.get(path)).status == 404, path


async def test_what_a_guest_is_shown_holds_no_talk_no_number_no_exact_place(
    cast: Cast, evening: Evening, guest: Callable[[str], Any]
) -> None:
    """Words planted in every sealed corner of the case appear on no page of theirs."""
    song = cast.cases["7K3F"]
    await evening.said(song, Role.TRAVELLER, song.requester, "宋女士", "暗语芒果")
    page = await (await (await guest("ACME")).get(GUEST)).text()
    for planted in (
        "暗语芒果",
        "突突车",
        "13800138000",
        "13900139000",
        "青霉素",
        "O+",
        "13.742",
        "Somchai",
        "山茶",
        "m-street",
    ):
        assert planted not in page, planted
    assert "曼谷" in page
    assert "宋女士" in page
    assert "已有人赶去" in page


async def test_a_school_knows_the_place_and_not_what_happened(
    cast: Cast, evening: Evening, guest: Callable[[str], Any]
) -> None:
    """Each what is theirs to know: the insurer decides on an accident, the teacher must find the pupil."""
    school = await (await (await guest("PKU")).get(GUEST)).text()
    insurer = await (await (await guest("ACME")).get(GUEST)).text()
    assert f"{BANGKOK.lat:.4f}"[:6] in school
    assert "意外受伤" not in school
    assert "意外受伤" in insurer


async def test_called_for_somebody_else_the_exact_place_is_not_theirs(
    cast: Cast, evening: Evening, guest: Callable[[str], Any]
) -> None:
    """The school answers for the pupil who called, and not for the stranger who lies there: the city, no map."""

    async def for_other(work: Any) -> None:
        case = await work.uow.cases.get(cast.cases["7K3F"].id)
        case.for_whom = ForWhom.OTHER
        await work.uow.cases.save(case)

    await evening.act(for_other)
    page = await (await (await guest("PKU")).get(GUEST)).text()
    assert f"{BANGKOK.lat:.4f}"[:6] not in page
    assert "曼谷" in page


async def test_duress_and_drills_do_not_exist_for_guests(
    cast: Cast, evening: Evening, guest: Callable[[str], Any]
) -> None:
    """Whoever threatens may be the employer: not a mark, not a gap, not an address that answers differently."""
    for ref in ("Q8DN", "DR22"):
        await bind(evening, cast, ref, "ACME")
    visitor = await guest("ACME")
    page = await (await visitor.get("/console/guest")).text()
    assert "Q8DN" not in page
    assert "DR22" not in page
    for ref in ("Q8DN", "DR22"):
        assert (await visitor.get(f"/console/guest/cases/case-{ref}")).status == 404


async def test_a_stream_tells_a_guest_of_their_case_only(
    cast: Cast, evening: Evening, guest: Callable[[str], Any]
) -> None:
    """Not even that elsewhere something happens; and it ends when the person is released."""
    stream = await listen(await guest("ACME"), "/console/guest/live/case-7K3F")
    await evening.bus.publish(["queue"])
    await evening.bus.publish(["case:case-7K3F"])
    assert await event(stream) == "case"
    person = cast.cases["7K3F"].requester

    async def release(w: Any) -> None:
        await w.uow.organisations.unbind(person, "ACME")

    await evening.act(release)
    while (name := await event(stream)) == "case":
        pass
    assert name == "gone"


async def test_a_sum_is_asked_answered_with_words_and_told(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any], guest: Callable[[str], Any]
) -> None:
    """From the owner's question to the guest's yes: timeline, alert, and no second answer."""
    owner, mine, school = await visit(cast.lin), await guest("ACME"), await guest("PKU")
    assert (await owner.post(f"{CASE}/authorisations", ASK)).status == 303
    assert "1 项待决定" in await (await mine.get("/console/guest")).text()
    page = await (await mine.get(GUEST)).text()
    assert "30000.50 CNY" in page
    assert "曼谷医院住院押金" in page
    assert "曼谷医院住院押金" not in await (await school.get(GUEST)).text()
    answer = f"{GUEST}/authorisations/{asked_in(page)}/answer"
    assert (await school.post(answer, {"answer": "yes"})).status == 404
    assert (await mine.post(answer, {"answer": "no", "text": " "})).status == 400
    assert (await mine.post(answer, {"answer": "yes", "text": "同意，先付后核"})).status == 303
    assert (await mine.post(answer, {"answer": "no", "text": "改主意"})).status == 409
    told = await (await owner.get(f"{CASE}/organisations")).text()
    assert "同意，先付后核" in told
    assert "平安健康 同意 30000.50 CNY" in await (await owner.get(CASE)).text()
    assert "授权已同意" in await (await owner.get("/console/")).text()


async def test_an_unanswered_question_wakes_the_desk_three_times(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """After its time, and again; the last time a supervisor decides. An answer in between ends it."""
    owner: Visitor = await visit(cast.lin)
    await owner.post(f"{CASE}/authorisations", ASK)
    kinds = []
    async with evening.store.begin(evening.clock.now()) as uow:
        [asked] = await uow.authorisations.of_case(cast.cases["7K3F"].id)
    for _ in range(4):
        evening.clock.advance(timedelta(minutes=30))
        await evening.act(lambda w: _fire(w, asked.id))
        async with evening.store.begin(evening.clock.now()) as uow:
            kinds.append((await uow.desk.alerts())[0].kind)
    assert kinds[:3] == ["authorisation_unanswered"] * 2 + ["authorisation_for_supervisor"]
    async with evening.store.begin(evening.clock.now()) as uow:
        assert await uow.deadlines.armed(DeadlineKind.AUTHORISATION, asked.id) is None


async def _fire(w: Any, asked: str) -> None:
    due = await w.uow.deadlines.armed(DeadlineKind.AUTHORISATION, asked)
    if due and await w.uow.deadlines.fire(due.id, w.now):
        await authorising.unanswered(w, due)


async def test_the_question_is_withdrawn_by_the_owner_and_by_nobody_else(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any], guest: Callable[[str], Any]
) -> None:
    owner, mine = await visit(cast.lin), await guest("ACME")
    colleague = await visit(await evening.operator("同事", OperatorRole.OPERATOR))
    await owner.post(f"{CASE}/authorisations", ASK)
    page = await (await mine.get(GUEST)).text()
    withdraw = f"{CASE}/authorisations/{asked_in(page)}/withdraw"
    assert (await colleague.post(withdraw)).status == 403
    assert (await owner.post(withdraw)).status == 303
    assert (
        await mine.post(f"{GUEST}/authorisations/{asked_in(page)}/answer", {"answer": "yes"})
    ).status == 409
    async with evening.store.begin(evening.clock.now()) as uow:
        [asked] = await uow.authorisations.of_case(cast.cases["7K3F"].id)
    assert asked.status is AuthorisationStatus.WITHDRAWN


@pytest.mark.parametrize(
    "form",
    [
        {"sum": "0"}, {"sum": "-5"}, {"sum": "1e9"}, {"sum": "NaN"}, {"sum": "0.001"}, {"sum": "99999999999999"},
        {"currency": "XXX"}, {"wait": "1"}, {"purpose": " "}, {"organisation": "OTHER"}, {"organisation": "NONE"},
    ],
)  # fmt: skip
async def test_a_question_that_makes_no_sense_is_not_asked(
    form: dict[str, str], cast: Cast, evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    owner: Visitor = await visit(cast.lin)
    assert (await owner.post(f"{CASE}/authorisations", {**ASK, **form})).status in (400, 404)
    async with evening.store.begin(evening.clock.now()) as uow:
        assert await uow.authorisations.of_case(cast.cases["7K3F"].id) == []


async def test_the_desk_binds_a_person_and_the_person_is_told(
    cast: Cast, evening: Evening, visit: Callable[[Operator], Any], guest: Callable[[str], Any]
) -> None:
    """Only the owner, on a running case; released as easily, and told again."""
    owner, mine = await visit(cast.lin), await guest("OTHER")
    assert (await owner.post(f"{CASE}/organisations/bind", {"organisation": "OTHER"})).status == 303
    assert (await owner.post(f"{CASE}/organisations/bind", {"organisation": "OTHER"})).status == 409
    assert (await owner.post(f"{CASE}/organisations/bind", {"organisation": "NONE"})).status == 404
    assert (await mine.get(GUEST)).status == 200
    thread = await (await owner.get(CASE)).text()
    assert "[organisation.bound]" in thread
    assert (await owner.post(f"{CASE}/organisations/unbind", {"organisation": "OTHER"})).status == 303
    assert (await mine.get(GUEST)).status == 404


async def test_a_guest_without_an_organisation_sees_nothing(
    cast: Cast, evening: Evening, guest: Callable[[str], Any]
) -> None:
    """An empty code is nobody's, not everybody's."""
    lost = await guest("")
    assert "7K3F" not in await (await lost.get("/console/guest")).text()
    assert (await lost.get(GUEST)).status == 404


async def test_a_case_that_never_was_called_is_not_told(
    cast: Cast, evening: Evening, guest: Callable[[str], Any]
) -> None:
    person = await evening.person("甲", Address("telegram", "9"))
    case = await evening.case("CNCL", person, status=CaseStatus.CANCELLED)
    await evening.act(lambda w: _bound(w, case.requester, "ACME"))
    visitor = await guest("ACME")
    assert "CNCL" not in await (await visitor.get("/console/guest")).text()
    assert (await visitor.get("/console/guest/cases/case-CNCL")).status == 404
