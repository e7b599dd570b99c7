"""The on-call list and the pages sent, on both databases."""

from dataclasses import replace

import sqlalchemy as sa

from backoffice.kernel.ids import CaseId
from backoffice.oncall.model import Hours, OnCall, PageState, Reach, Sent, WayKind
from storage.engine import Database
from storage.unit_of_work import SqlStore
from tests.clocks import FakeClock
from tests.storage import samples

WEN = OnCall(
    "oc1", "北京", 1, "文静", (Reach(WayKind.SMS, "+8613800138000"), Reach(WayKind.EMAIL, "wen@example.org")),
    Hours("Asia/Shanghai", (0, 1), 480, 1200), supervisor=True, locale="en",
)  # fmt: skip


async def test_an_entry_comes_back_as_it_was_and_changes_whole(
    store: SqlStore, database: Database, clock: FakeClock
) -> None:
    """Order, hours, ways; and the number stands nowhere in the table."""
    async with store.begin(clock.now()) as uow:
        await uow.on_call.put(replace(WEN, id="oc2", position=2))
        await uow.on_call.put(WEN)
        await uow.on_call.put(replace(WEN, name="文"))
        await uow.commit()
    async with store.begin(clock.now()) as uow:
        assert list(await uow.on_call.all()) == [replace(WEN, name="文"), replace(WEN, id="oc2", position=2)]
        assert await uow.on_call.remove("oc2")
        assert not await uow.on_call.remove("oc2")
    async with database.reading() as conn:
        rows = (await conn.execute(sa.text("SELECT reaches FROM on_call"))).all()
    assert all(b"138001" not in bytes(row.reaches) for row in rows)


async def test_pages_are_listed_newest_first(store: SqlStore, clock: FakeClock) -> None:
    first = Sent(clock.now(), "7K3F", 1, "unanswered", "文", WayKind.SMS, PageState.FAILED, "timeout" * 60)
    second = Sent(clock.now(), "7K3F", 2, "unanswered", "文", WayKind.EMAIL, PageState.TAKEN)
    async with store.begin(clock.now()) as uow:
        await uow.on_call.record([first, second])
        await uow.on_call.record([])
        found = await uow.on_call.recent(9)
    assert found == [second, replace(first, why=first.why[:200])]


async def test_a_stage_is_wanted_once_and_reached_once(store: SqlStore, clock: FakeClock) -> None:
    """Whoever is second is told so; reaching what nobody waited for counts too."""
    async with store.begin(clock.now()) as uow:
        person = samples.person()
        await uow.people.add(person, samples.address())
        await uow.cases.add(samples.case(person.id, id=CaseId("c1")))
        case = CaseId("c1")
        assert [await uow.stages.want(case, "family"), await uow.stages.want(case, "family")] == [True, False]
        assert [await uow.stages.reach(case, "family"), await uow.stages.reach(case, "family")] == [
            True,
            False,
        ]
        assert await uow.stages.reach(case, "provider")
