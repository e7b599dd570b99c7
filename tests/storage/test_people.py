"""Persons, their profiles and the addresses that reach them."""

from datetime import timedelta

import pytest

from backoffice.kernel import errors
from backoffice.kernel.ids import PersonId
from backoffice.people.model import Person, Profile, Reach
from storage.unit_of_work import SqlStore
from tests.clocks import START
from tests.storage import samples
from tests.storage.samples import TELEGRAM, WECHAT

LATER = START + timedelta(minutes=5)


async def _stored(store: SqlStore, **changes: object) -> Person:
    async with store.begin(START) as uow:
        made = samples.person(**changes)
        await uow.people.add(made, WECHAT)
        await uow.commit()
        return made


async def test_a_person_is_found_by_the_address_they_write_from(store: SqlStore) -> None:
    """With all they told about themselves."""
    made = await _stored(
        store, profile=samples.full_profile(), zone="Asia/Tokyo", locale_chosen=True, drill=True
    )
    async with store.begin(LATER) as uow:
        assert await uow.people.at(WECHAT) == made
        assert await uow.people.at(TELEGRAM) is None


async def test_one_person_is_one_object_within_a_turn(store: SqlStore) -> None:
    """Two workflows of one turn cannot overwrite each other's changes."""
    made = await _stored(store)
    async with store.begin(LATER) as uow:
        found = await uow.people.at(WECHAT)
        assert found is await uow.people.get(made.id)


async def test_a_profile_grows_field_by_field(store: SqlStore) -> None:
    made = await _stored(store)
    async with store.begin(LATER) as uow:
        found = await uow.people.get(made.id)
        found.profile.phone, found.zone = "+8613912345678", "Asia/Seoul"
        await uow.people.save(found)
        found.profile.allergies = "nuts"
        await uow.people.save(found)
        await uow.commit()
    async with store.begin(LATER) as uow:
        found = await uow.people.get(made.id)
        assert (found.profile, found.zone, found.version) == (
            Profile(phone="+8613912345678", allergies="nuts"),
            "Asia/Seoul",
            2,
        )


async def test_who_saves_an_older_state_of_a_person_is_told_to_run_again(store: SqlStore) -> None:
    old = await _stored(store)
    async with store.begin(LATER) as uow:
        await uow.people.save(await uow.people.get(old.id))
        await uow.commit()
    async with store.begin(LATER) as uow:
        with pytest.raises(errors.Stale):
            await uow.people.save(old)


async def test_nobody_by_that_id_is_a_refusal(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        with pytest.raises(errors.NotFound):
            await uow.people.get(PersonId("nobody"))


async def test_an_address_belongs_to_one_person(store: SqlStore) -> None:
    """Two first messages at once make one person: the second turn runs again and finds them."""
    await _stored(store)
    with pytest.raises(errors.Stale):
        async with store.begin(LATER) as uow:
            await uow.people.add(samples.person(), WECHAT)


async def test_letters_go_to_the_address_that_reaches_and_was_heard_from_last(store: SqlStore) -> None:
    made = await _stored(store)
    async with store.begin(LATER) as uow:
        await uow.people.link(made.id, TELEGRAM)
        assert [i.at for i in await uow.people.identities(made.id)] == [TELEGRAM, WECHAT]
        await uow.people.set_reach(TELEGRAM, Reach.UNREACHABLE)
        assert [(i.at, i.reach) for i in await uow.people.identities(made.id)] == [
            (WECHAT, Reach.OK),
            (TELEGRAM, Reach.UNREACHABLE),
        ]


async def test_who_writes_can_be_reached_again(store: SqlStore) -> None:
    made = await _stored(store)
    async with store.begin(LATER) as uow:
        await uow.people.set_reach(WECHAT, Reach.UNREACHABLE)
        await uow.people.heard(WECHAT, LATER)
        (found,) = await uow.people.identities(made.id)
        assert (found.reach, found.heard_at) == (Reach.OK, LATER)


async def test_the_last_known_position_is_kept_with_its_time(store: SqlStore) -> None:
    made = await _stored(store)
    async with store.begin(LATER) as uow:
        assert await uow.people.last_fix(made.id) is None
        await uow.people.put_fix(made.id, samples.fix(at=LATER))
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert await uow.people.last_fix(made.id) == samples.fix(at=LATER)
    async with store.begin(LATER) as uow:
        await uow.people.at(WECHAT)
        assert await uow.people.last_fix(made.id) == samples.fix(at=LATER)


async def _erase(store: SqlStore, person: PersonId) -> None:
    async with store.begin(LATER) as uow:
        await uow.people.erase(person)
        await uow.commit()


async def test_who_erases_themselves_without_an_open_case_is_forgotten(store: SqlStore) -> None:
    """Profile, position, what a conversation noted, and the address itself."""
    made = await _stored(store, profile=samples.full_profile())
    async with store.begin(LATER) as uow:
        await uow.people.put_fix(made.id, samples.fix())
        await uow.commit()
    await _erase(store, made.id)
    async with store.begin(LATER) as uow:
        assert await uow.people.at(WECHAT) is None
        assert (await uow.people.get(made.id)).profile == Profile()
        assert await uow.people.last_fix(made.id) is None


async def test_who_erases_themselves_with_an_open_case_still_gets_its_messages(store: SqlStore) -> None:
    """The address goes when that case is closed and sealed."""
    made = await _stored(store, profile=samples.full_profile())
    async with store.begin(LATER) as uow:
        case = samples.open_case(made.id)
        await uow.cases.add(case)
        await uow.commit()
    await _erase(store, made.id)
    async with store.begin(LATER) as uow:
        found = await uow.people.at(WECHAT)
        assert found is not None
        assert (found.id, found.profile) == (made.id, Profile())
        loaded = await uow.cases.get(case.id)
        loaded.move(type(loaded.status).CLOSED)
        loaded.closed_at = LATER
        await uow.cases.save(loaded)
        await uow.cases.seal(case.id)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert await uow.people.at(WECHAT) is None


async def test_after_erasing_a_new_profile_can_be_told(store: SqlStore) -> None:
    made = await _stored(store, profile=samples.full_profile())
    await _erase(store, made.id)
    async with store.begin(LATER) as uow:
        found = await uow.people.get(made.id)
        found.profile.name = "新"
        await uow.people.save(found)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert (await uow.people.get(made.id)).profile == Profile(name="新")
