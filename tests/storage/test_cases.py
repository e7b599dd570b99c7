"""Cases keep everything, and races about them have one winner."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from backoffice.cases.model import (
    Audience,
    Case,
    CaseStatus,
    CloseReason,
    Event,
    ForWhom,
    Hurt,
    Kind,
    Origin,
    Verified,
)
from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, OperatorId, PersonId
from storage.unit_of_work import SqlStore
from tests.clocks import START
from tests.storage import samples

LATER = START + timedelta(minutes=5)


@pytest.fixture
async def requester(store: SqlStore) -> PersonId:
    async with store.begin(START) as uow:
        made = samples.person()
        await uow.people.add(made, samples.WECHAT)
        await uow.commit()
        return made.id


async def _add(store: SqlStore, case: Case) -> Case:
    async with store.begin(START) as uow:
        await uow.cases.add(case)
        await uow.commit()
        return case


def _everything(requester: PersonId) -> Case:
    return samples.case(
        requester,
        origin=Origin.PHRASE,
        status=CaseStatus.OPEN,
        kind=Kind.ILLNESS,
        for_whom=ForWhom.OTHER,
        hurt=Hurt.UNSURE,
        verified=Verified.NO_NUMBER,
        fix_is_last_known=True,
        dispatched_at=LATER,
        rang_at=LATER,
        answered_at=START,
        owner=OperatorId("op-1"),
        owner_name="Li",
        owned_at=LATER,
        says_safe_at=LATER,
        promised_at=LATER,
        closed_at=LATER,
        close_reason=CloseReason.SAFE,
        true_at=START,
        late=True,
        drill=True,
        searching=True,
        ring=1,
        wave=3,
        envoys_wanted=2,
        envoys_taken=1,
        place_of_patient="Grand Hotel, Hanoi",
        notes={"asked": ["phone"], "语": 1},
    )


async def test_a_case_comes_back_as_it_was_stored(store: SqlStore, requester: PersonId) -> None:
    """Every field, by id and by the reference people read aloud."""
    made = await _add(store, _everything(requester))
    async with store.begin(LATER) as uow:
        assert await uow.cases.get(made.id) == made
    async with store.begin(LATER) as uow:
        assert await uow.cases.by_ref(made.ref) == made


def test_the_sample_above_fills_every_field() -> None:
    """Else a forgotten column would go unnoticed."""
    plain = samples.case(PersonId("p"), fix=None, place=None)
    full = _everything(PersonId("p"))
    same = {"id", "ref", "requester", "opened_at", "due_at", "duress", "version"}
    for field in dataclasses.fields(Case):
        assert field.name in same or getattr(full, field.name) != getattr(plain, field.name), field.name


async def test_every_change_of_a_case_is_kept(store: SqlStore, requester: PersonId) -> None:
    made = await _add(store, samples.case(requester, fix=None, place=None))
    full = _everything(requester)
    async with store.begin(LATER) as uow:
        loaded = await uow.cases.get(made.id)
        for field in dataclasses.fields(Case):
            if field.name not in {"id", "ref", "requester", "version"}:
                setattr(loaded, field.name, getattr(full, field.name))
        await uow.cases.save(loaded)
        await uow.commit()
    async with store.begin(LATER) as uow:
        found = await uow.cases.get(made.id)
        assert found == dataclasses.replace(full, id=made.id, ref=made.ref, version=1)


async def test_two_who_save_the_same_state_of_a_case_have_one_winner(
    store: SqlStore, requester: PersonId
) -> None:
    made = await _add(store, samples.case(requester))
    twin = dataclasses.replace(made)
    async with store.begin(LATER) as uow:
        await uow.cases.save(made)
        with pytest.raises(errors.Stale):
            await uow.cases.save(twin)


async def test_a_person_has_one_active_case(store: SqlStore, requester: PersonId) -> None:
    """Whatever two processes believed when they looked."""
    await _add(store, samples.case(requester))
    with pytest.raises(errors.Stale):
        await _add(store, samples.open_case(requester))


async def test_a_case_under_duress_does_not_stand_in_the_way_of_the_next(
    store: SqlStore, requester: PersonId
) -> None:
    """The next pin shows the ordinary countdown."""
    silent = await _add(store, samples.open_case(requester, duress=True))
    shown = await _add(store, samples.case(requester))
    async with store.begin(LATER) as uow:
        assert await uow.cases.active_of(requester) == shown
        assert await uow.cases.duress_of(requester) == silent


async def test_a_closed_case_makes_room_and_is_the_last_closed(store: SqlStore, requester: PersonId) -> None:
    closed = samples.case(requester, status=CaseStatus.CLOSED, closed_at=START)
    newer = samples.case(requester, status=CaseStatus.CLOSED, closed_at=LATER)
    for case in (newer, closed, samples.case(requester, status=CaseStatus.CANCELLED)):
        await _add(store, case)
    async with store.begin(LATER) as uow:
        assert await uow.cases.active_of(requester) is None
        assert await uow.cases.last_closed_of(requester) == newer


async def test_a_case_opened_in_this_turn_is_already_the_active_one(
    store: SqlStore, requester: PersonId
) -> None:
    async with store.begin(START) as uow:
        assert await uow.cases.active_of(requester) is None
        made = samples.case(requester)
        await uow.cases.add(made)
        assert await uow.cases.active_of(requester) is made
        made.move(CaseStatus.CANCELLED)
        assert await uow.cases.active_of(requester) is None


async def test_reopening_beside_another_active_case_is_stale(store: SqlStore, requester: PersonId) -> None:
    closed = await _add(store, samples.case(requester, status=CaseStatus.CLOSED))
    await _add(store, samples.case(requester))
    async with store.begin(LATER) as uow:
        loaded = await uow.cases.get(closed.id)
        loaded.move(CaseStatus.OPEN)
        with pytest.raises(errors.Stale):
            await uow.cases.save(loaded)


async def test_a_reference_is_given_once(store: SqlStore, requester: PersonId) -> None:
    made = await _add(store, samples.case(requester, status=CaseStatus.CLOSED))
    async with store.begin(LATER) as uow:
        assert not await uow.cases.ref_free(made.ref)
        assert await uow.cases.ref_free("ZZZZ")
        with pytest.raises(errors.Stale):
            await uow.cases.add(samples.case(requester, ref=made.ref))


async def test_an_unknown_case_is_a_refusal(store: SqlStore) -> None:
    async with store.begin(LATER) as uow:
        with pytest.raises(errors.NotFound):
            await uow.cases.get(CaseId("none"))
        assert await uow.cases.by_ref("NONE") is None


async def test_the_track_keeps_its_order(store: SqlStore, requester: PersonId) -> None:
    made = await _add(store, samples.case(requester))
    fixes = [samples.fix(at=START + timedelta(seconds=n), accuracy_m=float(n)) for n in range(3)]
    async with store.begin(LATER) as uow:
        for fix in fixes:
            await uow.cases.add_fix(made.id, fix)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert await uow.cases.track(made.id) == fixes


async def test_what_was_said_is_numbered_and_kept_whole(store: SqlStore, requester: PersonId) -> None:
    made = await _add(store, samples.case(requester))
    full = samples.entry(made.id)
    bare = samples.entry(made.id, text="", media=None, place=None, name="", audience=Audience.STAFF)
    async with store.begin(LATER) as uow:
        assert [await uow.cases.add_entry(e) for e in (full, bare)] == [1, 2]
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert await uow.cases.entries(made.id) == [
            dataclasses.replace(full, number=1),
            dataclasses.replace(bare, number=2),
        ]


async def test_the_timeline_keeps_its_order(store: SqlStore, requester: PersonId) -> None:
    made = await _add(store, samples.case(requester))
    events = [Event(made.id, START, "system", f"case.{n}", {"n": n, "late": True}) for n in range(3)]
    async with store.begin(LATER) as uow:
        for event in events:
            await uow.cases.add_event(event)
        assert await uow.cases.events(made.id) == events


async def test_envoys_at_once_get_no_more_places_than_wanted(store: SqlStore, requester: PersonId) -> None:
    """Five answers at the same moment, two places: two winners."""
    made = await _add(store, samples.open_case(requester, envoys_wanted=2))

    async def take() -> bool:
        async with store.begin(LATER) as uow:
            won = await uow.cases.take_envoy_place(made.id)
            await uow.commit()
            return won

    assert sum(await asyncio.gather(*(take() for _ in range(5)))) == 2


async def test_a_place_given_back_can_be_taken_again(store: SqlStore, requester: PersonId) -> None:
    made = await _add(store, samples.open_case(requester))
    async with store.begin(LATER) as uow:
        loaded = await uow.cases.get(made.id)
        assert await uow.cases.take_envoy_place(made.id)
        assert not await uow.cases.take_envoy_place(made.id)
        assert loaded.envoys_taken == 1
        await uow.cases.give_envoy_place_back(made.id)
        await uow.cases.give_envoy_place_back(made.id)
        assert loaded.envoys_taken == 0
        assert await uow.cases.take_envoy_place(made.id)
        await uow.cases.save(loaded)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert (await uow.cases.get(made.id)).envoys_taken == 1


@pytest.mark.parametrize("status", [s for s in CaseStatus if s is not CaseStatus.OPEN])
async def test_a_case_that_is_not_open_takes_no_envoy(
    store: SqlStore, requester: PersonId, status: CaseStatus
) -> None:
    made = await _add(store, samples.case(requester, status=status))
    async with store.begin(LATER) as uow:
        assert not await uow.cases.take_envoy_place(made.id)


async def test_two_who_work_on_one_case_at_once_both_keep_their_words(
    store: SqlStore, requester: PersonId
) -> None:
    """The second waits for the first: numbers follow each other."""
    made = await _add(store, samples.open_case(requester))

    async def say(text: str) -> int:
        async with store.begin(LATER) as uow:
            await uow.cases.get(made.id)
            await asyncio.sleep(0)
            number = await uow.cases.add_entry(samples.entry(made.id, text=text))
            await uow.commit()
            return number

    assert sorted(await asyncio.gather(*(say(str(n)) for n in range(4)))) == [1, 2, 3, 4]
