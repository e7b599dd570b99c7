"""Working a case from end to end: calls and reports that are due, words for later, macros, cases worked as one."""

from datetime import timedelta
from typing import Any

import pytest

from backoffice.cases.closing import CloseOut
from backoffice.cases.model import Case, CaseStatus, CloseReason, Hurt, Kind, Verified
from backoffice.cases.tasks import Task, TaskKind
from backoffice.kernel.errors import Refusal
from backoffice.kernel.exchange import LetterState
from backoffice.workflows import case_tasks, centre, checklists, closing, relating
from tests.house import House, texts
from tests.journeys import stories

NEARBY = (13.7440, 100.5580)


async def open_tasks(house: House, case: Case) -> dict[str, Task]:
    async with house.core.store.begin(house.clock.now()) as uow:
        return {str(t.kind): t for t in await uow.tasks.open_of(case.id)}


async def later(house: House, case: Case, kind: TaskKind, minutes: int, text: str) -> None:
    wish = case_tasks.Wish(kind, house.clock.now() + timedelta(minutes=minutes), text)

    async def step(work: Any, case_id: Any, operator: Any) -> None:
        await case_tasks.add(work, await centre.owned(work, case_id, operator), operator, wish)

    await house.do(step, case.id)


async def test_a_number_is_a_task_and_then_a_call_and_then_done(either_house: House) -> None:
    """No number yet: somebody must get one. It comes by itself: now it must be called, again when nobody answers."""
    house = either_house
    phone = await house.wechat()
    case = await stories.dispatched(house, phone)
    assert await open_tasks(house, case) == {}
    await house.do(centre.take, case.id)
    assert set(await open_tasks(house, case)) == {"get_number", "report"}
    await stories.answers(house, phone, "13800138000")
    assert set(await open_tasks(house, case)) == {"call_back", "report"}
    first = (await open_tasks(house, case))["call_back"].due
    await house.do(centre.called, case.id, Verified.NO_ANSWER)
    again = (await open_tasks(house, case))["call_back"]
    assert (again.attempts, again.due > first - timedelta(minutes=3)) == (1, True)
    await house.pass_time(301, step=30)
    assert "task_due" in await house.told_staff()
    await house.do(centre.called, case.id, Verified.VERIFIED)
    assert set(await open_tasks(house, case)) == {"report"}


async def test_words_for_later_go_out_in_the_writers_name_unless_the_case_is_over(house: House) -> None:
    """Shown before, sent at its time, withdrawn by the close; under duress never sent."""
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    await later(house, case, TaskKind.MESSAGE, 20, "Are you at the clinic now?")
    await house.pass_time(1_190, step=60)
    assert not any("clinic" in text for text in await texts(phone))
    await house.pass_time(60, step=10)
    sent = [text for text in await texts(phone) if "clinic" in text]
    assert len(sent) == 1
    assert house.operator.name in sent[0]
    assert any("Are you at the clinic now?" in said for said in await house.entries(case))
    await later(house, case, TaskKind.MESSAGE, 20, "Good night")
    await house.do(centre.close, case.id, CloseReason.HELPED)
    await house.pass_time(1_300, step=120)
    assert not any("Good night" in text for text in await texts(phone))
    assert "task.message_withdrawn" in await house.timeline(case)
    assert await open_tasks(house, case) == {}


async def test_a_report_is_due_by_priority_and_one_begins_the_next(house: House) -> None:
    """Somebody is hurt: every half hour; the report is a note that the client never sees."""
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    await house.do(checklists.set_fields, case.id, {"hurt": "yes", "kind": "accident"})
    before = (await open_tasks(house, case))["report"].due
    house.clock.advance(600)

    async def report(work: Any, case_id: Any, operator: Any) -> None:
        await case_tasks.report(work, await centre.owned(work, case_id, operator), operator, "已送诊，等片子")

    await house.do(report, case.id)
    after = (await open_tasks(house, case))["report"].due
    assert before < after <= house.clock.now() + timedelta(minutes=30)
    assert not any("已送诊" in text for text in await texts(phone))


async def test_a_macro_speaks_the_clients_language_and_sets_what_it_settles(house: House) -> None:
    phone = await house.telegram(language="ja")
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    await house.do(checklists.use_macro, case.id, "macro-stroke")
    await house.pass_time(3)
    assert any("脳卒中かもしれません" in text for text in await texts(phone))
    found = await stories.now(house, phone)
    assert (found.kind, found.hurt) == (Kind.ILLNESS, Hurt.YES)
    with pytest.raises(Refusal):
        await house.do(checklists.use_macro, case.id, "macro-disaster")


async def test_two_relatives_one_accident_one_desk_and_no_word_lost(either_house: House) -> None:
    """Joined: one owner, both threads, each client answered where they write; taken apart both are whole."""
    house = either_house
    mother, son = await house.wechat("母亲"), await house.telegram("Son")
    main = await stories.dispatched(house, mother)
    part = await stories.dispatched(house, son, NEARBY)
    await house.do(centre.take, main.id)
    await house.do(relating.merge, main.id, part.ref)
    await house.pass_time(3)
    joined = await stories.now(house, son)
    assert (joined.owner, joined.ringing, joined.status) == (house.operator.id, False, CaseStatus.OPEN)
    assert any(house.operator.name in text for text in await texts(son))
    await stories.says(house, son, "He can walk again")
    assert any("He can walk again" in said for said in await house.entries(joined))
    both = (main.id, part.id)
    await house.actions(lambda work: relating.reply_part(work, house.operator, both, "Thank you"), main.id)
    await house.pass_time(3)
    assert any("Thank you" in text for text in await texts(son))
    assert not any("Thank you" in text for text in await texts(mother))
    await house.do(relating.split, main.id, part.id)
    assert {"relation.merged_in", "relation.split_off"} <= set(await house.timeline(main))
    assert {"relation.merged_into", "relation.split_from"} <= set(await house.timeline(joined))
    assert any("He can walk again" in said for said in await house.entries(joined))
    with pytest.raises(Refusal):
        await house.actions(lambda work: relating.reply_part(work, house.operator, both, "?"), main.id)


async def test_parts_close_with_the_main_case_once_nothing_is_missing(house: House) -> None:
    """The close names what is lacking; then each client hears of their own case."""
    mother, son = await house.wechat("母亲"), await house.telegram("Son")
    main = await stories.dispatched(house, mother)
    part = await stories.dispatched(house, son, NEARBY)
    await house.do(centre.take, main.id)
    await house.do(relating.merge, main.id, part.ref)
    out = CloseOut(CloseReason.HELPED, "两人都已送医，家属到场")
    with pytest.raises(Refusal) as lacking:
        await house.do(closing.close, main.id, out)
    assert lacking.value.key == "close.missing_kind"
    await house.do(checklists.set_fields, main.id, {"kind": "accident"})
    await house.do(centre.called, main.id, Verified.VERIFIED)
    await house.do(checklists.begin, main.id, "accident")
    with pytest.raises(Refusal) as lacking:
        await house.do(closing.close, main.id, out)
    assert lacking.value.key == "close.missing_steps"
    for key in ("scene", "ambulance"):
        await house.do(checklists.tick, main.id, ("accident", key, True))
    await house.do(closing.close, main.id, out)
    await house.pass_time(5)
    assert {(await stories.now(house, phone)).status for phone in (mother, son)} == {CaseStatus.CLOSED}
    assert any(part.ref in text for text in (await texts(son))[-2:])
    assert any("家属到场" in said for said in await house.entries(main))
    assert not any("家属到场" in text for text in [*await texts(mother), *await texts(son)])


async def test_death_is_told_by_a_person(house: House) -> None:
    """The service itself writes nothing about a case that ended so."""
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    await house.pass_time(5)
    before = await texts(phone)
    await house.do(checklists.set_fields, case.id, {"kind": "illness"})
    await house.do(centre.called, case.id, Verified.VERIFIED)
    await house.pass_time(5)
    before = await texts(phone)
    await house.do(closing.close, case.id, CloseOut(CloseReason.DIED, "医院宣告，领馆已接手"))
    await house.pass_time(30, step=5)
    assert await texts(phone) == before
    assert not await house.letters(phone, LetterState.WAITING)


async def test_a_duress_case_is_joined_to_nothing(house: House) -> None:
    one, two = await house.telegram("A"), await house.telegram("B")
    main, other = await stories.dispatched(house, one), await stories.dispatched(house, two, NEARBY)
    await house.do(centre.take, main.id)

    async def coerced(work: Any) -> None:
        case = await work.uow.cases.get(other.id)
        case.duress = True
        await work.uow.cases.save(case)

    await house.actions(coerced, other.id)
    for step in (relating.merge, relating.link):
        with pytest.raises(Refusal) as refused:
            await house.do(step, main.id, other.ref)
        assert refused.value.key == "relation.duress"
