"""Followers, their links, openings and thread, on both databases."""

from datetime import timedelta

import pytest

from backoffice.cases.model import Case, Origin
from backoffice.families.model import (
    Decider,
    FamilyEntry,
    Follower,
    FollowerId,
    FollowerStatus,
    FollowLink,
    LinkKind,
    Reached,
)
from backoffice.families.scopes import Scope
from backoffice.kernel import errors
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import CaseId, PersonId
from backoffice.kernel.messages import Role
from backoffice.people.model import Person
from storage.unit_of_work import SqlStore
from tests.clocks import START

MAMA = FollowerId("f1")


async def _case(store: SqlStore) -> Case:
    case = Case(CaseId("c1"), "7K3F", PersonId("p1"), Origin.PIN, START, START)
    async with store.begin(START) as uow:
        await uow.people.add(Person(PersonId("p1"), "zh_Hans", START), Address("wechat", "o1"))
        await uow.cases.add(case)
        await uow.families.add(Follower(MAMA, case.id, "妈妈", "traveller", START, contact="+8613800138000"))
        await uow.commit()
    return case


async def test_a_follower_is_kept_as_they_were(store: SqlStore) -> None:
    """Name and contact come back through the seal, scopes as a set, and a second writer is refused."""
    case = await _case(store)
    async with store.begin(START) as uow:
        mama = await uow.families.get(MAMA)
        mama.scopes, mama.decided_by, mama.reached = frozenset({Scope.CITY}), Decider.TRAVELLER, Reached.SMS
        mama.person = PersonId("p1")
        mama.move(FollowerStatus.FOLLOWING, START)
        await uow.families.save(mama)
        await uow.commit()
    async with store.begin(START) as uow:
        (read,) = await uow.families.of_case(case.id)
        assert read == mama
        assert [f.id for f in await uow.families.of_person(PersonId("p1"))] == [MAMA]
        read.version = 0
        with pytest.raises(errors.Stale):
            await uow.families.save(read)


async def test_a_link_is_known_by_its_hash_and_opened_once(store: SqlStore) -> None:
    await _case(store)
    async with store.begin(START) as uow:
        await uow.families.add_link(FollowLink("h" * 64, MAMA, LinkKind.WEB, START))
        await uow.commit()
    async with store.begin(START + timedelta(seconds=1)) as uow:
        assert await uow.families.link("x" * 64) is None
        assert await uow.families.open_link("h" * 64)
        assert not await uow.families.open_link("h" * 64)
        link = await uow.families.link("h" * 64)
        assert link is not None
        assert link.opened_at == START + timedelta(seconds=1)
        await uow.families.drop_links(MAMA)
        assert await uow.families.link("h" * 64) is None


async def test_openings_and_words_are_kept_in_order(store: SqlStore) -> None:
    case = await _case(store)
    async with store.begin(START) as uow:
        await uow.families.opened(MAMA)
        first = FamilyEntry(case.id, START, Role.FAMILY, MAMA, "妈妈", "她吃饭了吗", MAMA)
        second = FamilyEntry(case.id, START, Role.OPERATOR, "op", "王", "吃过了", MAMA, "medical")
        for entry in (first, second):
            await uow.families.add_entry(entry)
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.families.openings(MAMA) == [START]
        entries = await uow.families.entries(case.id)
    assert [(e.text, e.role, e.scope) for e in entries] == [
        ("她吃饭了吗", Role.FAMILY, ""),
        ("吃过了", Role.OPERATOR, "medical"),
    ]
    assert entries[0].number < entries[1].number
