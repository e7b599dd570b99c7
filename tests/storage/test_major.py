"""Major cases are kept whole on both databases, words sealed; the wall reads numbers and cells from the same rows."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from backoffice.kernel import errors
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import AssignmentId, OperatorId
from backoffice.major.model import (
    Major,
    MajorId,
    MajorStatus,
    Order,
    OrderStatus,
    Person,
    PersonState,
    Place,
    PlaceKind,
    Report,
    Sending,
)
from backoffice.organisations.model import Organisation, OrganisationKind
from storage.engine import Database
from storage.major_tables import major, major_person
from storage.unit_of_work import SqlStore
from storage.wall_view import SqlWall
from tests.clocks import START

KEY = MajorId("m-1")
MAJOR = Major(KEY, "清迈大巴事故", START, OperatorId("op"), "陈立", Point(18.79, 98.98))


def person(n: int) -> Person:
    return Person(f"p-{n}", KEY, n, f"旅客{n}", START, phone="+8613800138000", contact="家属")


async def test_everything_of_an_accident_comes_back_as_it_was(store: SqlStore) -> None:
    """Head, roster, places, orders, reports and what was sent, to whom."""
    place = Place("pl", KEY, PlaceKind.HOSPITAL, "清迈医院", "+6653", Point(18.8, 98.97))
    order = Order("o", KEY, 1, "清点人数", "李敏", "陈立", START)
    report = Report(KEY, 1, "陈立", START, "第一版", {"total": 2})
    sent = Sending("s", KEY, START, "陈立", "都好", "safe", {"telegram": 2}, 1, 1, ("ACME",))
    async with store.begin(START) as uow:
        await uow.organisations.put(Organisation("ACME", "甲", OrganisationKind.EMPLOYER))
        await uow.majors.add(replace(MAJOR))
        await uow.majors.add_persons([person(1), person(2)])
        await uow.majors.put_place(replace(place, name="旧名"))
        await uow.majors.put_place(place)
        await uow.majors.add_order(order)
        await uow.majors.add_report(report)
        await uow.majors.add_sending(sent)
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.majors.get(KEY) == MAJOR
        assert list(await uow.majors.persons(KEY)) == [person(1), person(2)]
        assert list(await uow.majors.places(KEY)) == [place]
        assert list(await uow.majors.orders(KEY)) == [order]
        assert list(await uow.majors.reports(KEY)) == [report]
        assert list(await uow.majors.sendings(KEY)) == [sent]
        assert list(await uow.majors.sent_to("ACME")) == [sent]
        assert not await uow.majors.sent_to("OTHER")
        assert not await uow.majors.drop_post(AssignmentId("a"))


async def test_of_two_who_change_one_thing_the_second_is_told(store: SqlStore) -> None:
    """A person, an order and the case itself change only in the state they were read in; a version is written once."""
    async with store.begin(START) as uow:
        await uow.majors.add(replace(MAJOR))
        await uow.majors.add_persons([person(1)])
        await uow.majors.add_order(Order("o", KEY, 1, "x", "y", "z", START))
        await uow.majors.add_report(Report(KEY, 1, "a", START, "x"))
        await uow.commit()
    async with store.begin(START) as uow:
        first, order, head = (
            await uow.majors.person("p-1"),
            await uow.majors.order("o"),
            await uow.majors.get(KEY),
        )
        older = replace(first), replace(order), replace(head)
        first.state = PersonState.SAFE
        order.move(OrderStatus.ACKNOWLEDGED, "李敏", START)
        head.move(MajorStatus.CLOSED, START)
        await uow.majors.save_person(first)
        await uow.majors.save_order(order)
        await uow.majors.save(head)
        with pytest.raises(errors.Stale):
            await uow.majors.save_person(older[0])
        with pytest.raises(errors.Stale):
            await uow.majors.save_order(older[1])
        with pytest.raises(errors.Stale):
            await uow.majors.save(older[2])
        await uow.commit()
    with pytest.raises(errors.Stale):
        async with store.begin(START) as uow:
            await uow.majors.add_report(Report(KEY, 1, "b", START, "y"))


async def test_names_and_titles_lie_sealed_and_the_wall_counts(store: SqlStore, database: Database) -> None:
    """In the rows no word can be read; the wall gets states and a coarse cell, and envoys and today's calls at all."""
    async with store.begin(START) as uow:
        await uow.majors.add(replace(MAJOR))
        await uow.majors.add_persons([person(1), replace(person(2), state=PersonState.HOSPITAL)])
        await uow.commit()
    async with database.reading() as conn:
        heads = (await conn.execute(sa.select(major))).all()
        rows = (await conn.execute(sa.select(major_person))).all()
    assert "清迈".encode() not in heads[0].private
    assert not [row for row in rows if "旅客".encode() in row.private or b"138" in row.private]
    wall = SqlWall(database)
    found = await wall.facts(START - timedelta(hours=6), START, 5)
    states = {state: n for state, n in found.majors[0].states.items() if n}
    assert states == {"missing": 1, "hospital": 1}
    assert found.majors[0].cell != MAJOR.scene
    assert list(await wall.envoys()) == []
