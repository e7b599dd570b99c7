"""After the close exact positions lie behind a seal that nothing of the daily work opens."""

import dataclasses
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.cases.model import Case, CaseStatus
from backoffice.kernel import codec
from backoffice.kernel.exchange import LetterState, NewLetter
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import MapPoint, Message
from storage import exchange_tables as tables_
from storage import letter_row, sealing, tables
from storage.engine import Database
from storage.places import cell
from storage.unit_of_work import SqlStore
from storage.vault import Vault, opened
from tests.clocks import START
from tests.storage import samples

LATER = START + timedelta(minutes=5)


@pytest.fixture
async def closed(store: SqlStore) -> Case:
    """A case with positions everywhere a position can be, closed but not yet sealed."""
    async with store.begin(START) as uow:
        person = samples.person()
        await uow.people.add(person, samples.WECHAT)
        await uow.people.put_fix(person.id, samples.fix())
        made = samples.case(person.id, status=CaseStatus.CLOSED, closed_at=LATER, notes={"asked": ["phone"]})
        await uow.cases.add(made)
        await uow.cases.add_fix(made.id, samples.fix())
        await uow.cases.add_entry(samples.entry(made.id))
        await uow.commit()
        return made


async def _seal(store: SqlStore, case: Case) -> None:
    async with store.begin(LATER) as uow:
        await uow.cases.seal(case.id)
        await uow.commit()


async def test_the_daily_work_sees_the_city_and_nothing_nearer(store: SqlStore, closed: Case) -> None:
    await _seal(store, closed)
    async with store.begin(LATER) as uow:
        found = await uow.cases.get(closed.id)
        assert found.fix is None
        assert found.place == dataclasses.replace(samples.place(), distance=None)
        assert found.notes == closed.notes
        assert await uow.cases.track(closed.id) == []
        (said,) = await uow.cases.entries(closed.id)
        assert (said.text, said.media, said.place) == ("我在酒店三楼", samples.entry(closed.id).media, None)
        assert await uow.people.last_fix(closed.requester) is None


async def test_what_two_persons_open_is_what_was_sealed(
    store: SqlStore, database: Database, vault: Vault, closed: Case
) -> None:
    await _seal(store, closed)
    async with database.reading() as conn:
        found = await sealing.open_sealed(conn, vault, closed.id)
    assert found == sealing.SealedPlaces(
        samples.fix(), (3417.5, 41.25), [samples.fix()], {1: samples.entry(closed.id).place}
    )


async def test_an_unsealed_case_has_nothing_behind_the_seal(
    database: Database, vault: Vault, closed: Case
) -> None:
    async with database.reading() as conn:
        assert await sealing.open_sealed(conn, vault, closed.id) is None


async def test_the_case_key_alone_opens_no_sealed_place(
    store: SqlStore, database: Database, closed: Case
) -> None:
    """The stored bytes have changed hands: each names the seal's key."""
    await _seal(store, closed)
    async with database.reading() as conn:
        keys = dict((await conn.execute(sa.select(tables.vault_key.c.subject, tables.vault_key.c.id))).all())
        row = (await conn.execute(sa.select(tables.cases.c.fix, tables.cases.c.sealed_place))).one()
        track = (await conn.execute(sa.select(tables.case_fix.c.fix))).scalar_one()
        place = (await conn.execute(sa.select(tables.case_entry.c.place))).scalar_one()
    assert row.fix is None
    assert {blob[1:9] for blob in (row.sealed_place, track, place)} == {keys[f"sealed:{closed.id}"]}


async def _letter(store: SqlStore, case: Case, **changes: Any) -> str:
    """A letter that showed the point; delivered unless something else is said."""
    point = MapPoint(samples.fix().point, "here")
    message = Message("offer.won", {"place": samples.place(), "km": 3}, place=point)
    async with store.begin(LATER) as uow:
        letter = await uow.outbox.put(NewLetter(case.requester, message, case=case.id))
        values = {"state": LetterState.DELIVERED, **changes}
        await uow._conn.execute(sa.update(tables_.letter).where(tables_.letter.c.id == letter).values(values))
        await uow.commit()
        return letter


async def test_what_was_sent_keeps_its_words_without_the_point(
    store: SqlStore, database: Database, vault: Vault, closed: Case
) -> None:
    """And the words as sent, with their map link, can no longer be opened with the case's key."""
    async with database.writing() as conn:
        sealer = await vault.key(conn, f"case:{closed.id}")
    text = b"https://map.example/?q=21.028511,105.854223"
    letter = await _letter(store, closed)
    async with database.writing() as conn:
        sent = sealer.seal(letter_row.text_context(letter), text)
        await conn.execute(sa.update(tables_.letter).values(text_sent=sent))
        await conn.commit()
    await _seal(store, closed)
    async with database.reading() as conn:
        row = (await conn.execute(sa.select(tables_.letter))).one()
        assert opened(sealer, letter_row.message_context(letter), row.message) == {
            "key": "offer.won",
            "params": {
                "km": 3,
                "place": codec.write_param(dataclasses.replace(samples.place(), distance=None)),
            },
        }
        assert opened(sealer, letter_row.text_context(letter), row.text_sent) is None
        context = letter_row.text_context(letter)
        assert await vault.open(conn, f"sealed:{closed.id}", context, row.text_sent) == text


async def test_a_letter_still_to_be_sent_is_left_alone(
    store: SqlStore, database: Database, vault: Vault, closed: Case
) -> None:
    letter = await _letter(store, closed, state=LetterState.HELD)
    await _seal(store, closed)
    async with database.reading() as conn:
        row = (await conn.execute(sa.select(tables_.letter))).one()
        sealer = await vault.find(conn, f"case:{closed.id}")
    assert "place" in opened(sealer, letter_row.message_context(letter), row.message)


async def test_sealing_twice_keeps_what_was_sealed(
    store: SqlStore, database: Database, vault: Vault, closed: Case
) -> None:
    await _seal(store, closed)
    await _seal(store, closed)
    async with database.reading() as conn:
        found = await sealing.open_sealed(conn, vault, closed.id)
    assert found is not None
    assert (found.fix, found.track) == (samples.fix(), [samples.fix()])


async def test_a_reopened_case_collects_places_anew(
    store: SqlStore, database: Database, vault: Vault, closed: Case
) -> None:
    await _seal(store, closed)
    moved = samples.fix(point=Point(22.0, 106.0), at=LATER)
    async with store.begin(LATER) as uow:
        loaded = await uow.cases.get(closed.id)
        loaded.move(CaseStatus.OPEN)
        loaded.fix = moved
        await uow.cases.save(loaded)
        await uow.cases.add_fix(loaded.id, moved)
        assert await uow.cases.track(loaded.id) == [moved]
        loaded.move(CaseStatus.CLOSED)
        await uow.cases.save(loaded)
        await uow.commit()
    await _seal(store, closed)
    async with database.reading() as conn:
        found = await sealing.open_sealed(conn, vault, closed.id)
    assert found is not None
    assert (found.fix, found.track) == (moved, [samples.fix(), moved])


async def test_a_position_of_a_new_sos_outlives_the_seal_of_the_old(store: SqlStore, closed: Case) -> None:
    """Who is in trouble again within the minute keeps their last known place."""
    async with store.begin(LATER) as uow:
        await uow.cases.add(samples.case(closed.requester))
        await uow.commit()
    await _seal(store, closed)
    async with store.begin(LATER) as uow:
        assert await uow.people.last_fix(closed.requester) == samples.fix()


async def test_a_destroyed_case_key_leaves_a_case_without_words(
    store: SqlStore, database: Database, vault: Vault, closed: Case
) -> None:
    """At the end of retention: status and times stay, nothing anybody said."""
    async with database.writing() as conn:
        await vault.destroy(conn, f"case:{closed.id}")
        await conn.commit()
    async with store.begin(LATER) as uow:
        found = await uow.cases.get(closed.id)
        assert (found.status, found.fix, found.notes) == (CaseStatus.CLOSED, None, {})
        (said,) = await uow.cases.entries(closed.id)
        assert (said.text, said.place, said.media) == ("", None, None)
        assert await uow.cases.track(closed.id) == []


@pytest.mark.parametrize("lat", [-89.99, -45.0, 0.0, 21.03, 60.0, 89.99])
def test_a_cell_is_at_least_two_kilometres_wide_and_fixed(lat: float) -> None:
    """Every point of a cell gives the same cell; its neighbours 2.2 km away another."""
    here = cell(Point(lat, 105.85))
    assert cell(here) == here
    assert abs(here.lat - lat) <= 0.0101
    assert cell(Point(lat - 0.02, 105.85)) != here or lat < -89.9
