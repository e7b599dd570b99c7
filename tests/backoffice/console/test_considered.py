"""The case page says why these envoys, and lets an operator ask for others."""

from collections.abc import Callable
from typing import Any

import pytest

from backoffice.cases.model import Case, CaseStatus
from backoffice.dispatch.fitting import Reason
from backoffice.dispatch.looks import Considered, Look
from backoffice.dispatch.model import AssignmentStatus
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.ports import Operator
from backoffice.workflows.work import Work
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import Cast, busy

CASE = "/console/cases/case-7K3F"
FACTS = {
    "distance_m": 4711, "arrival_s": 720, "likelihood": 0.34, "score_s": 1500, "from_base": False,
    "terms": [["arrival", 720.0, 1.0, 720.0], ["acceptance", 0.66, 900.0, 594.0], ["rest", 0.0, 600.0, 0.0]],
}  # fmt: skip


@pytest.fixture
async def cast(evening: Evening) -> Cast:
    return await busy(evening)


@pytest.fixture
async def lin(cast: Cast, visit: Callable[[Operator], Any]) -> Visitor:
    visitor: Visitor = await visit(cast.lin)
    return visitor


async def _looked(evening: Evening, case: Case, *considered: Considered, **more: Any) -> None:
    async def add(work: Work) -> None:
        counts = {"asked": 1, "off_duty": 1}
        look = Look(
            case.id, work.now, more.get("what", "wave"), 20.0, 1, considered, counts, more.get("answer", "")
        )
        await work.uow.considerations.add(look)

    await evening.act(add)


async def _waiting_envoy(evening: Evening, name: str, **more: Any) -> Any:
    return await evening.envoy(
        name, Address("telegram", f"77{len(name)}{ord(name[0])}"), Point(13.76, 100.51), **more
    )


async def test_the_page_says_who_was_asked_in_which_order_and_why(
    lin: Visitor, evening: Evening, cast: Cast
) -> None:
    """Name, turn, terms of the rank in seconds, and who was left out for what."""
    one, two = await _waiting_envoy(evening, "何梅"), await _waiting_envoy(evening, "周末")
    rows = (Considered(one.id, "何梅", 1, None, FACTS), Considered(two.id, "周末", 0, Reason.OFF_DUTY))
    await _looked(evening, cast.cases["7K3F"], *rows)
    page = await (await lin.get(CASE)).text()
    for words in ("为什么是这些星使", "何梅", "应答率 34%", "到达 +720", "可能不接 +594", "未在岗", "周末"):
        assert words in page, words
    assert "疲劳 +0" not in page


async def test_nobody_comes_and_the_page_says_why(lin: Visitor, evening: Evening, cast: Cast) -> None:
    await _looked(evening, cast.cases["7K3F"], what="nobody", answer="all_declined")
    assert "被问者都婉拒了" in await (await lin.get(CASE)).text()


async def test_a_closed_case_shows_reasons_without_distances(
    lin: Visitor, evening: Evening, cast: Cast
) -> None:
    """Distances from known bases are the exact place in other words."""
    case = await evening.case("ZZ99", await evening.person("乙", Address("telegram", "991")))
    await _looked(
        evening, case, Considered((await _waiting_envoy(evening, "何梅")).id, "何梅", 1, None, FACTS)
    )

    async def close(work: Work) -> None:
        found = await work.uow.cases.get(case.id)
        found.move(CaseStatus.CLOSED)
        found.closed_at = work.now
        await work.uow.cases.save(found)

    await evening.act(close)
    page = await (await lin.get("/console/cases/case-ZZ99")).text()
    assert "何梅" in page
    assert "4.7 km" not in page
    assert "+720" not in page


async def test_an_envoy_is_asked_by_name_with_their_own_task(
    lin: Visitor, evening: Evening, cast: Cast
) -> None:
    one = await _waiting_envoy(evening, "何梅")
    await _looked(evening, cast.cases["7K3F"], Considered(one.id, "何梅", 2, Reason.NOT_REACHED, FACTS))
    assert f'<option value="{one.id}">何梅</option>' in await (await lin.get(CASE)).text()
    form = {"envoy": one.id, "task": "去医院", "place": "13.7460, 100.5340"}
    assert (await lin.post(f"{CASE}/ask-by-name", form)).status == 303

    async def check(work: Work) -> None:
        asked = {a.envoy: a for a in await work.uow.assignments.of_case(cast.cases["7K3F"].id)}[one.id]
        assert (asked.status, asked.task, asked.by_hand) == (AssignmentStatus.ASKED, "去医院", True)
        assert asked.place == Point(13.746, 100.534)

    await evening.act(check)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("ask-by-name", {"envoy": "e", "place": "north of here"}),
        ("ask-by-name", {"envoy": "e", "place": "1,2,3"}),
        ("envoys-wanted", {"number": "-1"}),
        ("envoys-wanted", {"number": "500"}),
        ("ask-wave", {"size": "many"}),
        ("task", {"assignment": "", "task": "x"}),
    ],
)
async def test_a_form_that_makes_no_sense_is_refused_in_words(
    lin: Visitor, path: str, form: dict[str, str]
) -> None:
    answer = await lin.post(f"{CASE}/{path}", form)
    assert answer.status == 400
    assert "没有" in await answer.text()
