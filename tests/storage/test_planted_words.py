"""Words that must not stand in plain are looked for in the database's own files."""

import dataclasses
import json
import sqlite3
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
import sqlalchemy as sa

from backoffice.kernel import messages
from backoffice.kernel.exchange import NewLetter, Session
from backoffice.kernel.ids import MediaId
from backoffice.people.model import Profile
from backoffice.ports import Alert, QueueItem
from storage.bus import LocalBus
from storage.engine import Database
from storage.tables import vault_key
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.clocks import START
from tests.storage import samples

LATER = START + timedelta(minutes=5)
WORD = "zq7planted"


def _planted_profile() -> Profile:
    full = samples.full_profile()
    texts = {
        f.name: WORD + f.name for f in dataclasses.fields(full) if isinstance(getattr(full, f.name), str)
    }
    return dataclasses.replace(full, **texts)


async def _plant(store: SqlStore) -> None:
    """An SOS with the word everywhere somebody may have said it, and coordinates to look for."""
    async with store.begin(START) as uow:
        person = samples.person(profile=_planted_profile())
        await uow.people.add(person, samples.WECHAT)
        await uow.people.put_fix(person.id, samples.fix())
        case = samples.case(person.id, place_of_patient=WORD, notes={"said": WORD})
        await uow.cases.add(case)
        await uow.cases.add_fix(case.id, samples.fix())
        media = messages.Media(MediaId("m"), messages.MediaKind.FILE, WORD + ".pdf")
        await uow.cases.add_entry(samples.entry(case.id, text=WORD + "病人过敏", name=WORD, media=media))
        helper = samples.person(id=person.id + "-envoy")
        await uow.people.add(helper, samples.TELEGRAM)
        envoy = samples.envoy(helper.id, phone="+84" + WORD)
        await uow.envoys.add(envoy)
        await uow.assignments.add(samples.assignment(case.id, envoy.id, code_word=WORD, reasons={WORD: 1}))
        await uow.talk.save_session(Session(person.id, "profile", {"typed": WORD}))
        await uow.desk.queue(QueueItem(0, person.id, START, WORD))
        await uow.desk.alert(Alert(0, START, "parked", case.id, WORD))
        point = messages.MapPoint(samples.fix().point, WORD)
        said = messages.Message("relay.text", {"text": WORD}, place=point)
        await uow.outbox.put(NewLetter(person.id, said, case=case.id))
        await uow.outbox.put(NewLetter(person.id, said))
        await uow.commit()


NEEDLES = (WORD, "21.0285", "105.8542", "3417.5", "1234.5", "病人过敏", json.dumps("病人过敏").strip('"'))


async def test_database_file_and_log_hold_no_planted_word(
    sqlite_database: Database, sqlite_url: str, vault: Vault, bus: LocalBus
) -> None:
    """The file and its WAL, byte by byte."""
    store = SqlStore(sqlite_database, vault, bus)
    await _plant(store)
    files = [p for p in Path(sqlite_url.removeprefix("sqlite+aiosqlite:///")).parent.iterdir() if p.is_file()]
    content = b"".join(p.read_bytes() for p in files)
    assert b"openid-1" in content, "the grep looks into the right files"
    assert [n for n in NEEDLES if n.encode() in content or n.encode("utf-16-le") in content] == []


async def test_a_destroyed_key_leaves_file_and_log(
    sqlite_database: Database, sqlite_url: str, vault: Vault, bus: LocalBus
) -> None:
    """What is deleted is overwritten, so that no copy of the file can be opened later with the key file."""
    path = Path(sqlite_url.removeprefix("sqlite+aiosqlite:///"))
    await _plant(SqlStore(sqlite_database, vault, bus))
    async with sqlite_database.reading() as conn:
        query = sa.select(vault_key.c.subject, vault_key.c.wrapped)
        person, wrapped = (await conn.execute(query.where(vault_key.c.subject.startswith("person:")))).one()
    async with sqlite_database.writing() as conn:
        await vault.destroy(conn, person)
        await conn.commit()
    raw = sqlite3.connect(path)
    raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    assert all(wrapped not in p.read_bytes() for p in path.parent.iterdir() if p.is_file())


@pytest.mark.postgres
async def test_no_column_of_postgresql_holds_a_planted_word(
    postgres_url: str, vault: Vault, bus: LocalBus
) -> None:
    database = await Database.open(postgres_url)
    await _plant(SqlStore(database, vault, bus))
    await database.close()
    conn = await asyncpg.connect(postgres_url.replace("+asyncpg", ""))
    dump = await _everything(conn)
    await conn.close()
    assert b"openid-1" in dump, "the grep looks into the right rows"
    assert [n for n in NEEDLES if n.encode() in dump] == []


async def _everything(conn: asyncpg.Connection) -> bytes:
    """Every value of every row, bytes as they are."""
    names = [r[0] for r in await conn.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
    rows = [row for name in names for row in await conn.fetch(f'SELECT * FROM "{name}"')]
    values = [value for row in rows for value in row.values()]
    return b"\n".join(v if isinstance(v, bytes) else str(v).encode() for v in values)
