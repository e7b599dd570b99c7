"""What operators do through the page reaches the case, and what is refused says so."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backoffice.cases.model import Audience, CaseStatus, CloseReason, Verified
from backoffice.ports import Operator, OperatorRole
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import Cast, busy

CASE = "/console/cases/case-7K3F"

CLOSED = {"reason": "helped", "summary": "家人已接走，伤口处理完毕"}


@pytest.fixture
async def cast(evening: Evening) -> Cast:
    return await busy(evening)


@pytest.fixture
async def lin(cast: Cast, visit: Callable[[Operator], Any]) -> Visitor:
    visitor: Visitor = await visit(cast.lin)
    return visitor


async def case(evening: Evening, ref: str) -> Any:
    return await evening.deps().queries.head(f"case-{ref}")  # type: ignore[arg-type]


async def view(evening: Evening, ref: str) -> Any:
    return await evening.deps().queries.case(f"case-{ref}", evening.clock.now())  # type: ignore[arg-type]


async def test_take(lin: Visitor, evening: Evening) -> None:
    """The case is hers and rings no more."""
    assert (await lin.post("/console/cases/case-K9BP/take")).status == 303
    taken = await case(evening, "K9BP")
    assert taken.owner_name == "林晓"
    assert not taken.ringing


async def test_of_two_who_take_the_same_case_one_wins_and_the_other_reads_who(
    evening: Evening, cast: Cast, visit: Callable[[Operator], Any]
) -> None:
    """Both saw it free; a supervisor who was slower takes nothing from a colleague without knowing it."""
    zhou = await visit(await evening.operator("周", OperatorRole.OPERATOR))
    boss = await visit(cast.chen)
    path, seen = "/console/cases/case-K9BP/take", {"seen": ""}
    answers = await asyncio.gather(zhou.post(path, seen), boss.post(path, seen))
    assert sorted(a.status for a in answers) == [303, 409]
    winner = (await case(evening, "K9BP")).owner_name
    refused = next(a for a in answers if a.status == 409)
    assert f"{winner} 已经接手这件案子" in await refused.text()


async def test_taking_over_from_a_colleague_asks_why_and_tells(
    evening: Evening, cast: Cast, visit: Callable[[Operator], Any]
) -> None:
    """The reason stands in the timeline; without one, or when the case has moved on meanwhile, nothing happens."""
    zhou = await visit(await evening.operator("周", OperatorRole.OPERATOR))
    path = f"{CASE}/take-over"
    assert (await zhou.post(path, {"seen": cast.lin.id, "reason": " "})).status == 400
    assert (await zhou.post(path, {"seen": "op-somebody", "reason": "x"})).status == 409
    assert (await zhou.post(path, {"seen": cast.lin.id, "reason": "林晓下班了"})).status == 303
    assert (await case(evening, "7K3F")).owner_name == "周"
    (event,) = [e for e in (await view(evening, "7K3F")).events if e.what == "centre.taken_over"]
    assert (event.params["was"], event.params["reason"]) == ("林晓", "林晓下班了")
    assert (await zhou.post(f"{CASE}/take", {"seen": cast.lin.id})).status == 303
    page = await (await zhou.get(CASE)).text()
    assert "周从林晓手中接管：林晓下班了" in page


async def test_hand_over(lin: Visitor, evening: Evening, cast: Cast) -> None:
    """To a named colleague, and to nobody else."""
    assert (await lin.post(f"{CASE}/hand-over", {"to": "nobody"})).status == 404
    assert (await lin.post(f"{CASE}/hand-over", {"to": cast.chen.id})).status == 303
    assert (await case(evening, "7K3F")).owner == cast.chen.id


async def test_reply_goes_to_the_traveller_and_note_to_nobody(lin: Visitor, evening: Evening) -> None:
    """The reply has a letter whose state shows; the note has none and is for staff."""
    await lin.post(f"{CASE}/reply", {"text": "救护车到了"})
    await lin.post(f"{CASE}/note", {"text": "他说保险号 8"})
    said = {s.entry.text: s for s in (await view(evening, "7K3F")).said}
    assert [s.to for s in said["救护车到了"].sent] == ["宋女士"]
    assert said["他说保险号 8"].sent == ()
    assert said["他说保险号 8"].entry.audience is Audience.STAFF


async def test_reply_to_the_envoy_at_work(lin: Visitor, evening: Evening) -> None:
    """Only to those who accepted."""
    await lin.post(f"{CASE}/reply-envoy", {"text": "正门"})
    said = {s.entry.text: s for s in (await view(evening, "7K3F")).said}
    assert [s.to for s in said["正门"].sent] == ["Somchai Rattana"]


@pytest.mark.parametrize("outcome", ["verified", "no_answer", "no_number", "false_alarm"])
async def test_what_came_of_the_call(outcome: str, lin: Visitor, evening: Evening) -> None:
    """Each of the four outcomes is kept and stands in the timeline."""
    assert (await lin.post(f"{CASE}/called", {"outcome": outcome})).status == 303
    found = await view(evening, "7K3F")
    assert found.case.verified is Verified(outcome)
    assert found.events[-1].what == f"centre.called_{outcome}"


async def test_a_number_the_operator_learnt(lin: Visitor, evening: Evening) -> None:
    """Kept in one form; what is no number is refused in words."""
    bad = await lin.post("/console/cases/case-M4TR/number", {"phone": "abc"})
    assert bad.status == 400
    assert "不像一个电话号码" in await bad.text()
    await lin.post("/console/cases/case-M4TR/number", {"phone": "+86 138 0013 8001"})
    assert (await view(evening, "M4TR")).person.phone == "+8613800138001"


async def test_close_with_a_reason_and_reopen(lin: Visitor, evening: Evening) -> None:
    """Closed is closed for all; one action brings it back into her hands."""
    refused = await lin.post(f"{CASE}/close", CLOSED)
    assert "还没记录回拨结果" in await refused.text()
    await lin.post(f"{CASE}/called", {"outcome": "verified"})
    await lin.post(f"{CASE}/close", CLOSED)
    closed = await case(evening, "7K3F")
    assert (closed.status, closed.close_reason) == (CaseStatus.CLOSED, CloseReason.HELPED)
    assert not [e for e in (await view(evening, "7K3F")).envoys if e.assignment.working]
    await lin.post(f"{CASE}/reopen")
    assert (await case(evening, "7K3F")).status is CaseStatus.OPEN


async def test_closing_twice_is_refused_in_words(lin: Visitor) -> None:
    """The second of two windows is told that it is too late."""
    await lin.post(f"{CASE}/called", {"outcome": "verified"})
    await lin.post(f"{CASE}/close", CLOSED)
    assert (await lin.post(f"{CASE}/close", CLOSED)).status == 403


async def test_ask_again_and_end_duress(lin: Visitor, evening: Evening) -> None:
    """The search begins anew; the case under duress is an ordinary one afterwards."""
    assert (await lin.post("/console/cases/case-M4TR/ask-again")).status == 303
    assert (await view(evening, "M4TR")).events[-1].what in ("centre.ask_again", "dispatch.nobody")
    assert (await lin.post("/console/cases/case-Q8DN/end-duress")).status == 303
    assert (await case(evening, "Q8DN")).duress is False


async def test_direct_contact_is_allowed_with_a_reason_and_taken_back(lin: Visitor, evening: Evening) -> None:
    """The reason is a note for staff; without one nothing changes; both steps stand in the timeline."""
    assert (await lin.post(f"{CASE}/unmask")).status == 400
    assert not (await case(evening, "7K3F")).notes.get("unmasked")
    assert (await lin.post(f"{CASE}/unmask", {"reason": "两边听不见对方"})).status == 303
    found = await view(evening, "7K3F")
    assert found.case.notes["unmasked"]
    assert found.events[-1].what == "centre.unmasked"
    assert [s.entry.audience for s in found.said if s.entry.text == "两边听不见对方"] == [Audience.STAFF]
    assert "恢复隐藏号码" in await (await lin.get(CASE)).text()
    assert (await lin.post(f"{CASE}/mask")).status == 303
    assert not (await case(evening, "7K3F")).notes.get("unmasked")


async def test_messages_outside_cases(lin: Visitor, evening: Evening) -> None:
    """Answered, done, or its case reopened with one key; then they leave the list."""

    async def waiting() -> list[int]:
        return [q.id for q in (await evening.deps().queries.board(evening.clock.now())).queue]

    after, alone = await waiting()
    assert (await lin.post(f"/console/queue/{alone}/answer", {"text": "Which temple?"})).status == 303
    assert (await lin.post(f"/console/queue/{alone}/reopen")).status == 404
    assert (await lin.post(f"/console/queue/{alone}/done")).status == 303
    assert (await lin.post(f"/console/queue/{after}/reopen")).status == 303
    assert (await case(evening, "2HVX")).status is CaseStatus.OPEN
    assert await waiting() == []


async def test_an_alert_seen_is_gone(lin: Visitor, evening: Evening) -> None:
    """Until then it stays, whoever looks."""
    board = await evening.deps().queries.board(evening.clock.now())
    for alert in board.alerts:
        assert (await lin.post(f"/console/alerts/{alert.id}/seen")).status == 303
    assert (await evening.deps().queries.board(evening.clock.now())).alerts == ()


async def test_a_refusal_of_the_workflow_is_a_sentence(
    evening: Evening, cast: Cast, visit: Callable[[Operator], Any]
) -> None:
    """A quiet case of a colleague is not taken away by another operator."""
    other: Visitor = await visit(await evening.operator("other", OperatorRole.OPERATOR))
    answer = await other.post(f"{CASE}/take", Accept="application/json")
    assert answer.status == 409
    assert (await answer.json())["said"] == "林晓 已经接手这件案子。"
