"""Protocols, macros, tasks, relations and translations, on both databases."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backoffice.cases import macros, protocols
from backoffice.cases.model import CloseReason, Kind
from backoffice.cases.protocols import Step, Tick
from backoffice.cases.relations import Relation, RelationKind
from backoffice.cases.tasks import Task, TaskKind, TaskStatus
from backoffice.desk_queries import Progress, Side
from backoffice.kernel.errors import NotFound, Stale
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.major.model import Major, MajorId
from storage.counting import COUNTS
from storage.desk_view import SqlDeskQueries
from storage.engine import Database
from storage.export import export_cases
from storage.tables import cases
from storage.unit_of_work import SqlStore, SqlUnitOfWork
from storage.vault import Vault
from tests.clocks import FakeClock
from tests.storage import samples

C1, C2, ME = CaseId("c1"), CaseId("c2"), OperatorId("op1")


async def _case(uow: SqlUnitOfWork, number: str) -> None:
    person = samples.person()
    await uow.people.add(person, samples.address())
    await uow.cases.add(samples.open_case(person.id, id=CaseId(f"c{number}"), ref=f"AAA{number}"))


@pytest.fixture
async def two(store: SqlStore, clock: FakeClock) -> None:
    async with store.begin(clock.now()) as uow:
        await _case(uow, "1")
        await _case(uow, "2")
        await uow.commit()


async def test_a_centre_begins_with_protocols_for_every_kind_and_macros_in_five_languages(
    store: SqlStore, clock: FakeClock
) -> None:
    """What the revision puts in obeys the rules that supervisors obey."""
    async with store.begin(clock.now()) as uow:
        book, sentences = await uow.checklists.newest(), await uow.macros.all()
    assert {"stroke", "accident", "theft", "kidnapping", "disaster", "lost_documents"} <= {
        p.code for p in book
    }
    assert all(any(p.fits(kind) for p in book) for kind in Kind)
    assert [protocols.check(p) for p in book] == list(book)
    assert [macros.check(m) for m in sentences] == [replace(m, sets=m.sets or {}) for m in sentences]


async def test_a_case_keeps_its_edition_and_ticks_survive_the_newer(
    store: SqlStore, clock: FakeClock, two: None
) -> None:
    tick = Tick("signs", clock.now(), ME, "林")
    async with store.begin(clock.now()) as uow:
        first = next(p for p in await uow.checklists.newest() if p.code == "stroke")
        await uow.checklists.begin(C1, "stroke", 1)
        assert await uow.checklists.tick(C1, "stroke", tick)
        assert not await uow.checklists.tick(C1, "stroke", replace(tick, name="王"))
        steps = (first.steps[0], Step("new", {"zh_Hans": "新", "en": "new"}, required=True))
        await uow.checklists.put(replace(first, edition=2, steps=steps))
        (kept,) = await uow.checklists.running(C1)
        assert (kept.protocol.edition, kept.newest, kept.outdated, kept.done) == (1, 2, True, 1)
        await uow.checklists.begin(C1, "stroke", 2)
        (now,) = await uow.checklists.running(C1)
        assert (now.protocol.steps, now.ticks) == (steps, {"signs": tick})
        assert [s.key for s in now.missing] == ["new"]
        assert await uow.checklists.untick(C1, "stroke", "signs")
        assert not await uow.checklists.untick(C1, "stroke", "signs")
        await uow.commit()
    with pytest.raises(Stale):
        async with store.begin(clock.now()) as uow:
            await uow.checklists.put(replace(first, edition=2))


async def test_a_task_is_sealed_and_saved_by_one_at_a_time(
    store: SqlStore, database: Database, clock: FakeClock, two: None
) -> None:
    due = clock.now() + timedelta(hours=1)
    made = Task("t1", C1, TaskKind.MESSAGE, due, clock.now(), "operator:op1", "午夜再问一次")
    async with store.begin(clock.now()) as uow:
        await uow.tasks.add(made)
        await uow.tasks.add(replace(made, id="t2", kind=TaskKind.REMINDER, due=due - timedelta(minutes=5)))
        await uow.commit()
    async with store.begin(clock.now()) as uow:
        assert [t.id for t in await uow.tasks.open_of(C1)] == ["t2", "t1"]
        assert list(await uow.tasks.open_of(C1, TaskKind.MESSAGE)) == [made]
        found = await uow.tasks.get("t1")
        found.move(TaskStatus.DONE, clock.now())
        await uow.tasks.save(found)
        with pytest.raises(Stale):
            await uow.tasks.save(replace(found, version=0))
        assert [t.id for t in await uow.tasks.open_of(C1)] == ["t2"]
        with pytest.raises(NotFound):
            await uow.tasks.get("nothing")
        await uow.commit()
    async with database.reading() as conn:
        rows = (await conn.execute(sa.text("SELECT private FROM task"))).all()
    assert all("午夜".encode() not in bytes(row.private) for row in rows)


async def test_relations_are_seen_from_both_sides_and_end_once(
    store: SqlStore, clock: FakeClock, two: None
) -> None:
    part = Relation(C2, C1, RelationKind.PART, clock.now(), ME)
    async with store.begin(clock.now()) as uow:
        await uow.relations.add(part)
        await uow.relations.add(replace(part, kind=RelationKind.LINK))
        assert [r.kind for r in await uow.relations.of(C1)] == [RelationKind.PART, RelationKind.LINK]
        assert list(await uow.relations.of(C2)) == list(await uow.relations.of(C1))
        assert not await uow.relations.end(C1, C2, RelationKind.PART)
        assert await uow.relations.end(C2, C1, RelationKind.PART)
        assert await uow.relations.end(C1, C2, RelationKind.LINK)
        assert not await uow.relations.end(C2, C1, RelationKind.LINK)
        assert list(await uow.relations.of(C1)) == []


async def test_lists_and_exports_tell_of_the_work_on_a_case(
    store: SqlStore, database: Database, vault: Vault, clock: FakeClock, two: None
) -> None:
    """Checklists with their ticks, tasks, related cases and the accident: all of one case, a line of each of many."""
    due = clock.now() + timedelta(hours=1)
    async with store.begin(clock.now()) as uow:
        await uow.checklists.begin(C1, "stroke", 1)
        await uow.checklists.tick(C1, "stroke", Tick("signs", clock.now(), ME, "林"))
        steps = len((await uow.checklists.running(C1))[0].protocol.steps)
        open_one = Task("t1", C1, TaskKind.REMINDER, due, clock.now(), ME, text="问床位")
        await uow.tasks.add(open_one)
        await uow.tasks.add(replace(open_one, id="t2", status=TaskStatus.DONE, outcome="好了"))
        await uow.relations.add(Relation(C2, C1, RelationKind.PART, clock.now(), ME))
        await uow.majors.add(Major(MajorId("m1"), "=大巴", clock.now(), ME, "陈立"))
        await uow.majors.attach(MajorId("m1"), C1, ME)
        await uow.commit()
    found = await SqlDeskQueries(database, vault).beside()
    first, second = found[C1], found[C2]
    assert first.checklists == (Progress("stroke", 1, steps),)
    assert (first.tasks, first.due, first.major) == (1, due, "=大巴")
    assert [(r.ref, r.side) for r in first.related] == [("AAA2", Side.PART)]
    assert [(r.ref, r.side) for r in second.related] == [("AAA1", Side.MAIN)]
    assert (second.checklists, second.tasks, second.major) == ((), 0, "")
    one, other = await export_cases(database, vault)
    assert [(t["step"], t["by"]) for t in one["protocols"][0]["ticks"]] == [("signs", "林")]
    assert [(t["status"], t["text"], t["outcome"]) for t in one["tasks"]] == [
        ("open", "问床位", ""),
        ("done", "问床位", "好了"),
    ]
    assert [(r["ref"], r["side"]) for r in one["related"]] == [("AAA2", "part")]
    assert one["major"] == {"id": "m1", "title": "=大巴", "status": "open"}
    assert (other["protocols"], other["tasks"], other["major"]) == ([], [], None)
    json.dumps([one, other])


async def test_macros_change_whole_and_by_one_at_a_time(store: SqlStore, clock: FakeClock) -> None:
    async with store.begin(clock.now()) as uow:
        first = (await uow.macros.all())[0]
        await uow.macros.put(replace(first, position=99))
        changed = await uow.macros.get(first.id)
        assert (changed.position, changed.version) == (99, first.version + 1)
        with pytest.raises(Stale):
            await uow.macros.put(first)
        assert await uow.macros.remove(first.id)
        assert not await uow.macros.remove(first.id)


async def test_translations_are_sealed_with_the_case(
    store: SqlStore, database: Database, clock: FakeClock, two: None
) -> None:
    """The first one made stays; another language is another row; nothing stands in plain."""
    async with store.begin(clock.now()) as uow:
        await uow.translations.put(C1, "en", {1: "my leg", 2: "please"})
        await uow.translations.put(C1, "en", {1: "other"})
        assert await uow.translations.of(C1, "en") == {1: "my leg", 2: "please"}
        assert await uow.translations.of(C1, "zh_Hans") == {}
        assert await uow.translations.of(C2, "en") == {}
        await uow.commit()
    async with database.reading() as conn:
        rows = (await conn.execute(sa.text("SELECT body FROM entry_translation"))).all()
    assert all(b"leg" not in bytes(row.body) for row in rows)


async def test_drills_and_what_was_closed_as_a_test_stand_in_no_figure(
    store: SqlStore, database: Database, clock: FakeClock, two: None
) -> None:
    """The condition of the queries says what the rule says."""
    async with store.begin(clock.now()) as uow:
        found = await uow.cases.get(C1)
        found.close_reason = CloseReason.TEST
        await uow.cases.save(found)
        await uow.commit()
    async with database.reading() as conn:
        ids = (await conn.execute(sa.select(cases.c.id).where(COUNTS))).scalars().all()
    assert ids == ["c2"]
