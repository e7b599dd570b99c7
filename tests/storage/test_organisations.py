"""Organisations, their people, what they are asked and who opened what; on both databases."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from backoffice.kernel import errors
from backoffice.kernel.ids import CaseId, OperatorId, PersonId
from backoffice.kernel.money import Money
from backoffice.organisations.model import (
    Authorisation,
    AuthorisationStatus,
    Organisation,
    OrganisationKind,
)
from backoffice.ports import Glass, Operator, OperatorRole
from storage.unit_of_work import SqlStore
from tests.clocks import START
from tests.storage import samples

LATER = START + timedelta(hours=1)
ACME = Organisation("ACME", "平安", OrganisationKind.INSURER)


CASE = CaseId("case-1")


async def _case(store: SqlStore) -> PersonId:
    person = samples.person()
    async with store.begin(START) as uow:
        await uow.people.add(person, samples.WECHAT)
        await uow.cases.add(samples.case(person.id, id=CASE))
        await uow.organisations.put(ACME)
        await uow.staff.add(Operator(OperatorId("li"), "Li", OperatorRole.OPERATOR))
        await uow.commit()
    return person.id


async def test_people_are_bound_once_and_released(store: SqlStore) -> None:
    person = await _case(store)
    async with store.begin(START) as uow:
        assert await uow.organisations.bind(person, "ACME", START)
        assert not await uow.organisations.bind(person, "ACME", LATER)
        await uow.organisations.put(replace(ACME, name="平安健康", sees_place=True))
        [bound] = await uow.organisations.of_person(person)
        assert (bound.organisation.name, bound.organisation.sees_place, bound.since) == (
            "平安健康",
            True,
            START,
        )
        assert await uow.organisations.size("ACME") == 1
        assert await uow.organisations.unbind(person, "ACME")
        assert not await uow.organisations.unbind(person, "ACME")


async def test_two_chats_of_one_person_may_both_have_been_bound(store: SqlStore) -> None:
    """The merge moves the second binding on; the person is listed once, since the earlier day."""
    person, other = await _case(store), samples.person()
    async with store.begin(START) as uow:
        await uow.people.add(other, samples.TELEGRAM)
        await uow.organisations.bind(person, "ACME", LATER)
        await uow.organisations.bind(other.id, "ACME", START)
        await uow.people.merge(other.id, person)
        await uow.commit()
    async with store.begin(LATER) as uow:
        assert [m.since for m in await uow.organisations.of_person(person)] == [START]
        assert await uow.organisations.size("ACME") == 1


async def test_whoever_erases_everything_is_on_nobodys_list(store: SqlStore) -> None:
    person = await _case(store)
    async with store.begin(START) as uow:
        await uow.organisations.bind(person, "ACME", START)
        await uow.people.erase(person)
        assert await uow.organisations.of_person(person) == []


async def test_an_authorisation_is_answered_once(store: SqlStore) -> None:
    """Of a yes and a no at the same moment one counts; the words come back as they were said."""
    person = await _case(store)
    asked = Authorisation(
        "a-1", CASE, "ACME", Money(3_000_000, "CNY"), "住院押金", OperatorId("li"), START, LATER
    )
    async with store.begin(START) as uow:
        await uow.organisations.bind(person, "ACME", START)
        await uow.authorisations.add(asked)
        assert await uow.authorisations.get("a-1") == asked
        await uow.commit()

    async def settle(status: AuthorisationStatus) -> bool:
        async with store.begin(LATER) as uow:
            settled = replace(asked, status=status, answered_by="g", answered_at=LATER, answer="好")
            won = await uow.authorisations.settle(settled)
            await uow.commit()
            return won

    won = await asyncio.gather(settle(AuthorisationStatus.GRANTED), settle(AuthorisationStatus.REFUSED))
    assert sorted(won) == [False, True]
    async with store.begin(LATER) as uow:
        [found] = await uow.authorisations.of_case(CASE)
        assert (found.answer, found.open) == ("好", False)
        with pytest.raises(errors.NotFound):
            await uow.authorisations.get("unknown")


async def test_an_opening_is_seen_once_and_not_by_whom_it_was(store: SqlStore) -> None:
    await _case(store)
    made = Glass("g-1", CASE, OperatorId("li"), "家属来电", START, LATER)
    async with store.begin(START) as uow:
        await uow.glasses.add(made)
        assert await uow.glasses.newest(OperatorId("li"), CASE) == made
        assert await uow.glasses.newest(OperatorId("chen"), CASE) is None
        assert not await uow.glasses.see("g-1", OperatorId("li"), LATER)
        assert await uow.glasses.unseen() == [made]
        assert await uow.glasses.see("g-1", OperatorId("chen"), LATER)
        assert not await uow.glasses.see("g-1", OperatorId("wu"), LATER)
        assert await uow.glasses.unseen() == []
        assert [g.seen_by for g in await uow.glasses.seen_lately(5)] == ["chen"]
