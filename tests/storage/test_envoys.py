"""Envoys and what they were asked: races have one winner."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from backoffice.cases.model import Case
from backoffice.dispatch.model import Assignment, AssignmentStatus, Envoy
from backoffice.kernel import errors
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId, PersonId
from storage.unit_of_work import SqlStore
from tests.clocks import START
from tests.storage import samples

LATER = START + timedelta(minutes=5)


async def _envoy(store: SqlStore, **changes: object) -> Envoy:
    async with store.begin(START) as uow:
        person = samples.person()
        await uow.people.add(person, samples.address())
        made = samples.envoy(person.id, **changes)
        await uow.envoys.add(made)
        await uow.commit()
        return made


@pytest.fixture
async def case(store: SqlStore) -> Case:
    async with store.begin(START) as uow:
        person = samples.person()
        await uow.people.add(person, samples.WECHAT)
        made = samples.open_case(person.id)
        await uow.cases.add(made)
        await uow.commit()
        return made


async def test_an_envoy_comes_back_as_vetted(store: SqlStore, case: Case) -> None:
    made = await _envoy(store, busy_with=case.id, synthetic=True)
    bare = await _envoy(store, phone="", position=None, position_at=None, on_duty=False)
    async with store.begin(LATER) as uow:
        assert await uow.envoys.get(made.id) == made
        assert await uow.envoys.of_person(bare.person) == bare
        assert await uow.envoys.of_person(PersonId("somebody")) is None


async def test_many_envoys_come_in_the_order_asked_for(store: SqlStore) -> None:
    made = [await _envoy(store) for _ in range(3)]
    async with store.begin(LATER) as uow:
        wanted = [made[2].id, EnvoyId("gone"), made[0].id]
        assert [e.id for e in await uow.envoys.many(wanted)] == [made[2].id, made[0].id]
        assert await uow.envoys.many([]) == []


async def test_the_index_is_loaded_with_those_on_duty(store: SqlStore) -> None:
    on = await _envoy(store)
    await _envoy(store, on_duty=False)
    async with store.begin(LATER) as uow:
        assert await uow.envoys.on_duty() == [on]


async def test_an_envoy_moves_and_goes_off_duty(store: SqlStore) -> None:
    made = await _envoy(store)
    async with store.begin(LATER) as uow:
        loaded = await uow.envoys.get(made.id)
        loaded.position, loaded.position_at, loaded.on_duty = Point(1.0, 2.0), LATER, False
        await uow.envoys.save(loaded)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert await uow.envoys.get(made.id) == loaded
        with pytest.raises(errors.Stale):
            await uow.envoys.save(made)


async def test_an_envoy_taken_by_two_cases_at_once_goes_to_one(store: SqlStore, case: Case) -> None:
    made = await _envoy(store)

    async def take() -> bool:
        async with store.begin(LATER) as uow:
            won = await uow.envoys.take(made.id, case.id)
            await uow.commit()
            return won

    assert sorted(await asyncio.gather(take(), take())) == [False, True]


async def test_an_envoy_off_duty_is_not_taken(store: SqlStore, case: Case) -> None:
    made = await _envoy(store, on_duty=False)
    async with store.begin(LATER) as uow:
        assert not await uow.envoys.take(made.id, case.id)


async def test_a_taken_envoy_is_known_as_busy_in_the_same_turn_and_later(store: SqlStore, case: Case) -> None:
    made = await _envoy(store)
    async with store.begin(LATER) as uow:
        loaded = await uow.envoys.get(made.id)
        assert await uow.envoys.take(made.id, case.id)
        assert loaded.busy_with == case.id
        loaded.rating = 5.0
        await uow.envoys.save(loaded)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert (await uow.envoys.get(made.id)).busy_with == case.id


async def test_who_saves_an_envoy_taken_meanwhile_runs_again(store: SqlStore, case: Case) -> None:
    """Else a position update would free an envoy who has just accepted."""
    made = await _envoy(store)
    async with store.begin(LATER) as uow:
        await uow.envoys.take(made.id, case.id)
        await uow.commit()
    async with store.begin(LATER) as uow:
        with pytest.raises(errors.Stale):
            await uow.envoys.save(made)


async def test_only_the_case_that_holds_an_envoy_releases_them(store: SqlStore, case: Case) -> None:
    made = await _envoy(store)
    async with store.begin(LATER) as uow:
        await uow.envoys.take(made.id, case.id)
        await uow.envoys.release(made.id, CaseId("another"))
        assert (await uow.envoys.get(made.id)).busy_with == case.id
        await uow.envoys.release(made.id, case.id)
        assert (await uow.envoys.get(made.id)).busy_with is None


async def _ask(store: SqlStore, case: Case, envoy: Envoy, **changes: object) -> Assignment:
    async with store.begin(START) as uow:
        made = samples.assignment(case.id, envoy.id, **changes)
        await uow.assignments.add(made)
        await uow.commit()
        return made


async def test_an_assignment_comes_back_with_its_reasons(store: SqlStore, case: Case) -> None:
    made = await _ask(store, case, await _envoy(store), answered_at=LATER, from_base=True)
    async with store.begin(LATER) as uow:
        assert await uow.assignments.get(made.id) == made
        with pytest.raises(errors.NotFound):
            await uow.assignments.get(AssignmentId("none"))


async def test_an_answer_is_kept_once(store: SqlStore, case: Case) -> None:
    made = await _ask(store, case, await _envoy(store))
    twin = dataclasses.replace(made)
    async with store.begin(LATER) as uow:
        loaded = await uow.assignments.get(made.id)
        loaded.move(AssignmentStatus.ACCEPTED)
        loaded.answered_at = LATER
        await uow.assignments.save(loaded)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert await uow.assignments.get(made.id) == loaded
        with pytest.raises(errors.Stale):
            await uow.assignments.save(twin)


async def test_an_envoy_is_asked_once_for_a_case(store: SqlStore, case: Case) -> None:
    """Two waves that overlap cannot put the question twice."""
    envoy = await _envoy(store)
    await _ask(store, case, envoy)
    with pytest.raises(errors.Stale):
        await _ask(store, case, envoy)


async def test_a_case_knows_whom_it_asked_and_an_envoy_what_for(store: SqlStore, case: Case) -> None:
    one, two = await _envoy(store), await _envoy(store)
    first = await _ask(store, case, one)
    second = await _ask(store, case, two, asked_at=LATER, status=AssignmentStatus.ACCEPTED)
    async with store.begin(LATER) as uow:
        assert await uow.assignments.of_case(case.id) == [first, second]
        assert await uow.assignments.of_envoy(two.id, frozenset({AssignmentStatus.ACCEPTED})) == [second]
        assert await uow.assignments.of_envoy(one.id, frozenset({AssignmentStatus.ACCEPTED})) == []
