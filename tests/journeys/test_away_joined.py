"""Cases that belong together when whoever has them is away, or hands them over: one bell, one owner, every word."""

from dataclasses import dataclass

import pytest

from backoffice.cases.model import Case, CaseStatus
from backoffice.cases.relations import RelationKind
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.major.model import MajorId
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import centre, major, relating, ringing, shifts
from backoffice.workflows.work import Work
from tests.house import House
from tests.journeys import stories
from tests.journeys.test_casework import NEARBY


@dataclass(frozen=True)
class Joined:
    """Lin has all of them: a main case with a part, a linked one, all of one accident that the supervisor leads."""

    house: House
    lin: Operator
    chen: Operator
    main: CaseId
    part: CaseId
    linked: CaseId
    accident: MajorId

    async def case(self, which: CaseId) -> Case:
        async with self.house.core.store.begin(self.house.clock.now()) as uow:
            return await uow.cases.get(which)

    async def gone(self, order: list[CaseId]) -> list[bool]:
        """Away, and each case given back by itself, as the console does it."""
        self.house.clock.advance(60)
        await self.house.actions(lambda w: shifts.away(w, self.lin.id, self.house.operator), None)
        given: list[bool] = []

        async def step(work: Work, case: CaseId) -> None:
            given.append(await shifts.give_back(work, case, self.lin.id, self.house.operator))

        for case in order:
            await self.house.actions(lambda w, case=case: step(w, case), case)  # type: ignore[misc]
        return given


async def _joined(house: House) -> Joined:
    people = [Operator(OperatorId(name), name, OperatorRole.OPERATOR) for name in ("林晓", "陈立")]
    async with house.core.store.begin(house.clock.now()) as uow:
        for one in people:
            await uow.staff.add(one)
        await uow.commit()
    lin, chen = people
    main = await stories.dispatched(house, await house.wechat("母亲"))
    part = await stories.dispatched(house, await house.telegram("Son"), NEARBY)
    linked = await stories.dispatched(house, await house.wechat("邻座"), NEARBY)
    accidents: list[MajorId] = []

    async def together(work: Work) -> None:
        for one in (main, linked):
            await centre.take(work, one.id, lin)
        await relating.merge(work, main.id, lin, part.ref)
        await relating.link(work, main.id, lin, linked.ref)
        accidents.append(await major.open_(work, house.operator, "大巴", Point(13.7, 100.5)))
        await major.attach(work, accidents[0], house.operator, main.ref)

    await house.actions(together, main.id)
    return Joined(house, lin, chen, main.id, part.id, linked.id, accidents[0])


@pytest.mark.parametrize("part_first", [False, True])
async def test_joined_cases_go_back_under_one_bell(either_house: House, part_first: bool) -> None:
    """The part is nobody's with its main case and does not ring beside it, the linked one rings by itself; nothing
    comes apart, and whoever takes the main case has both."""
    it = await _joined(either_house)
    order = [it.part, it.main, it.linked] if part_first else [it.main, it.part, it.linked]
    assert sum(await it.gone(order)) == 2
    main, part, linked = [await it.case(which) for which in (it.main, it.part, it.linked)]
    assert [case.owner for case in (main, part, linked)] == [None, None, None]
    assert [case.ringing for case in (main, part, linked)] == [True, False, True]
    assert "centre.left_behind" in await it.house.timeline(part)
    await it.house.actions(lambda w: centre.take(w, it.main, it.chen), it.main)
    assert [(await it.case(which)).owner for which in (it.main, it.part)] == [it.chen.id, it.chen.id]
    async with it.house.core.store.begin(it.house.clock.now()) as uow:
        kinds = {r.kind for r in await uow.relations.of(it.main)}
        assert kinds == {RelationKind.PART, RelationKind.LINK}
        assert await uow.majors.of_case(it.main) == it.accident


async def test_an_open_part_rings_when_its_main_case_is_no_longer_open(house: House) -> None:
    """A resolved case has no bell: what is still open under it has its own."""
    it = await _joined(house)

    async def resolved(work: Work) -> None:
        main = await work.uow.cases.get(it.main)
        main.move(CaseStatus.RESOLVED)
        await work.uow.cases.save(main)

    await house.actions(resolved, it.main)
    assert not (await it.case(it.part)).ringing
    await it.gone([it.main, it.part])
    assert (await it.case(it.part)).ringing


@pytest.mark.parametrize("part_first", [False, True])
async def test_the_note_of_a_part_is_read_with_its_main_case(house: House, part_first: bool) -> None:
    """Each case of a handover has its word, also the one that changes hands because it goes with another."""
    it = await _joined(house)
    notes = {it.main: "主案：等床位", it.part: "并案：已送医", it.linked: "关联：等电话"}

    async def written(work: Work) -> None:
        await shifts.write(work, it.lin, it.chen.id, "", {str(k): v for k, v in notes.items()})

    await house.actions(written, None)
    async with house.core.store.begin(house.clock.now()) as uow:
        (paper,) = await uow.shifts.concerning({it.chen.id})
    for case in sorted(notes, key=lambda which: (which == it.part) != part_first):

        async def read(work: Work, case: CaseId = case) -> None:
            await shifts.receive(work, case, paper)

        await house.actions(read, case)
        await house.actions(read, case)
    for which, words in notes.items():
        case_ = await it.case(which)
        assert case_.owner == it.chen.id
        assert (await house.entries(case_)).count(words) == 1


async def test_whoever_takes_a_ringing_part_has_its_main_case(house: House) -> None:
    """One desk, one owner: also when the part rang by itself, and when it alone is handed over."""
    it = await _joined(house)
    house.clock.advance(60)

    async def rings(work: Work) -> None:
        await ringing.again(work, await work.uow.cases.get(it.part))

    await house.actions(rings, it.part)
    await house.actions(lambda w: centre.take(w, it.part, it.chen), it.part)
    assert {(await it.case(which)).owner for which in (it.main, it.part)} == {it.chen.id}
    assert (await it.case(it.linked)).owner == it.lin.id
    await house.actions(lambda w: centre.hand_over(w, it.part, it.chen, it.lin.id), it.part)
    assert {(await it.case(which)).owner for which in (it.main, it.part)} == {it.lin.id}
