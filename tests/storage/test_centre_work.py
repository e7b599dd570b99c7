"""Centres, tags, views, shifts and the words to search by, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backoffice.cases.model import Case, CaseStatus, Entry, Origin
from backoffice.kernel.errors import IllegalMove
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import CaseId, OperatorId, PersonId
from backoffice.kernel.messages import Role
from backoffice.oncall.centres import Centre
from backoffice.oncall.model import Hours
from backoffice.oncall.shifts import DutyState, Handover
from backoffice.people.model import Person, Profile
from backoffice.ports import Operator, OperatorRole
from backoffice.ports.centres import SavedView
from storage import search
from storage.engine import Database
from storage.unit_of_work import SqlStore, SqlUnitOfWork
from storage.vault import Vault
from tests.clocks import FakeClock

BEIJING = Centre("bj", "北京", Hours("Asia/Shanghai", (0, 1), 480, 1200), ("zh",), ("CN", "TH"), 2)


async def _case(uow: SqlUnitOfWork, clock: FakeClock, ref: str = "7K3F") -> Case:
    person = Person(PersonId(f"p-{ref}"), "zh_Hans", clock.now())
    person.profile = Profile(name="宋佳怡", call_me="宋女士", phone="+8613800138000")
    await uow.people.add(person, Address("wechat", f"o-{ref}"))
    case = Case(CaseId(f"c-{ref}"), ref, person.id, Origin.PIN, clock.now(), clock.now(), CaseStatus.OPEN)
    await uow.cases.add(case)
    return case


async def test_a_centre_comes_back_and_its_cases_are_known(store: SqlStore, clock: FakeClock) -> None:
    async with store.begin(clock.now()) as uow:
        await uow.centres.put(BEIJING)
        await uow.centres.put(replace(BEIJING, code="mad", position=1))
        await uow.centres.put(replace(BEIJING, name="北京中心"))
        case = await _case(uow, clock)
        assert await uow.centres.of_case(case.id) == ""
        await uow.centres.place(case.id, "mad")
        await uow.centres.place(case.id, "bj")
        await uow.commit()
    async with store.begin(clock.now()) as uow:
        assert [c.code for c in await uow.centres.all()] == ["mad", "bj"]
        assert (await uow.centres.all())[1] == replace(BEIJING, name="北京中心")
        assert await uow.centres.untaken() == [("c-7K3F", "bj")]
        assert await uow.centres.remove("mad")


async def test_tags_and_views(store: SqlStore, clock: FakeClock) -> None:
    """A tag stands once; one's own views and the shared ones are seen, only one's own removed."""
    async with store.begin(clock.now()) as uow:
        case = await _case(uow, clock)
        assert await uow.tags.add(case.id, "媒体")
        assert not await uow.tags.add(case.id, "媒体")
        assert await uow.tags.used() == {case.id: ["媒体"]}
        for name in ("a", "b"):
            await uow.staff.add(Operator(OperatorId(name), name, OperatorRole.OPERATOR))
            await uow.views.put(SavedView(f"own-{name}", name, "我的", False, "owner=me"))
            await uow.views.put(SavedView(f"all-{name}", name, "大家的", True, "owner=none"))
        assert {v.id for v in await uow.views.seen_by("a")} == {"own-a", "all-a", "all-b"}
        assert not await uow.views.remove("all-b", "a")
        assert await uow.views.remove("all-a", "a")


async def test_a_shift_and_its_handover(store: SqlStore, database: Database, clock: FakeClock) -> None:
    """Words come back, stand nowhere in plain, and are read once."""
    made = Handover("h1", "a", "b", clock.now(), "夜里平静", (("c-7K3F", "等医院回电"),))
    async with store.begin(clock.now()) as uow:
        for name in ("a", "b"):
            await uow.staff.add(Operator(OperatorId(name), name, OperatorRole.OPERATOR))
        assert await uow.shifts.move("a", DutyState.ON) is DutyState.OFF
        assert await uow.shifts.move("a", DutyState.PAUSED) is DutyState.ON
        with pytest.raises(IllegalMove):
            await uow.shifts.move("a", DutyState.PAUSED)
        await uow.shifts.write(made)
        assert await uow.shifts.get("h1") == made
        assert await uow.shifts.concerning({"c"}) == []
        assert await uow.shifts.concerning({"b"}) == [made] == await uow.shifts.concerning(())
        later = clock.now() + timedelta(minutes=5)
        assert await uow.shifts.acknowledge("h1", later)
        assert not await uow.shifts.acknowledge("h1", later)
        await uow.commit()
    async with database.reading() as conn:
        bodies = (await conn.execute(sa.text("SELECT body FROM handover"))).scalars().all()
    assert all("医院".encode() not in bytes(body) for body in bodies)


async def test_words_are_found_by_keyed_tokens(
    store: SqlStore, database: Database, vault: Vault, clock: FakeClock
) -> None:
    """What was said, who asked, their number whole, without the country, and its last four; nothing in plain."""
    async with store.begin(clock.now()) as uow:
        case = await _case(uow, clock)
        said = Entry(case.id, clock.now(), Role.TRAVELLER, "p", text="我在大皇宫门口，Gate 3")
        await uow.cases.add_entry(said)
        await uow.cases.add_entry(replace(said, text="大皇宫"))
        await uow.commit()
    async with database.reading() as conn:
        assert await search.cases_saying(conn, vault, "皇宫 GATE") == [case.id]
        assert await search.cases_saying(conn, vault, "皇宫 酒店") == []
        assert await search.people_called(conn, vault, "宋女士") == [case.requester]
        for typed in ("+86 138 0013 8000", "0086 13800138000", "13800138000", "8000"):
            assert await search.people_at(conn, vault, typed) == [case.requester], typed
        assert await search.people_at(conn, vault, "13900138000") == []
        rows = (await conn.execute(sa.text("SELECT token FROM search_word"))).scalars().all()
    assert rows
    assert all(len(token) == 32 and set(token) <= set("0123456789abcdef") for token in rows)


async def test_a_changed_and_an_erased_name_is_not_found_any_more(
    store: SqlStore, database: Database, vault: Vault, clock: FakeClock
) -> None:
    async with store.begin(clock.now()) as uow:
        case = await _case(uow, clock)
        person = await uow.people.get(case.requester)
        person.profile.name = "宋佳"
        await uow.people.save(person)
        await uow.commit()
    async with database.reading() as conn:
        assert await search.people_called(conn, vault, "佳怡") == []
        assert await search.people_called(conn, vault, "宋佳") == [case.requester]
    async with store.begin(clock.now()) as uow:
        await uow.people.erase(case.requester)
        await uow.commit()
    async with database.reading() as conn:
        assert await search.people_called(conn, vault, "宋佳") == []
        assert await search.people_at(conn, vault, "8000") == []
