"""A list of envoys is true by one mark and moved in small steps: nothing of it is seen before, nobody waits for it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from backoffice.dispatch.travel import Transport
from backoffice.kernel.exchange import Address
from bot.assembly import deeds, envoy_csv
from storage import envoy_moves, import_batches, search
from storage.envoy_import import EnvoyImports
from storage.wall_view import SqlWall
from tests import house
from tests.bot.assembly.test_envoys import GOOD, HEAD
from tests.house import House

OLD = GOOD.replace("陈静", "旧名")
TABLES = ("person", "identity", "envoy", "envoy_standing")


@pytest.fixture
async def either(database_url: str, tmp_path: Path, clock: house.FakeClock) -> AsyncIterator[House]:
    """The service over the played platforms, once on SQLite and once on PostgreSQL."""
    async with house.opened(database_url, tmp_path / "data", clock) as opened:
        yield opened


def listed(*numbers: int) -> str:
    """A file of envoys 101, 102 … in motorcars."""
    rows = [GOOD.replace("101,", f"{number},") + ",car" for number in numbers]
    return "\n".join([HEAD + ",transport", *rows])


async def counted(of: House) -> tuple[int, ...]:
    async with of.core.database.reading() as conn:
        counts = [await conn.exec_driver_sql(f"SELECT count(*) FROM {table}") for table in TABLES]
        return tuple(count.scalar_one() for count in counts)


async def envoy_at(of: House, number: int) -> Any:
    async with of.core.store.begin(of.clock.now()) as uow:
        person = await uow.people.at(Address("telegram", f"7000000{number}"))
        found = person and await uow.envoys.of_person(person.id)
        await uow.commit()
    return found


async def on_lists(of: House) -> list[str]:
    """Who dispatch may load, and how many the wall counts."""
    async with of.core.store.begin(of.clock.now()) as uow:
        found = [envoy.phone for envoy in await uow.envoys.on_duty()]
    assert sum(cell.free for cell in await SqlWall(of.core.database).envoys()) == len(found)
    return found


async def killed(*_: Any) -> bool:
    raise RuntimeError("killed")


async def test_killed_before_the_mark_nothing_is_true(either: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """No person, no chat, no envoy; nothing is left waiting."""
    monkeypatch.setattr(EnvoyImports, "_mark", killed)
    with pytest.raises(RuntimeError, match="killed"):
        await deeds.import_envoys(either.core, {"csv": listed(101, 102)})
    assert await counted(either) == (0, 0, 0, 0)
    assert await envoy_at(either, 101) is None
    async with either.core.database.reading() as conn:
        assert (await conn.exec_driver_sql("SELECT count(*) FROM envoy_import")).scalar_one() == 0


async def test_killed_after_the_mark_everything_is_true(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is asked for is there; lists take the newcomers all at once, when another worker has moved the last."""
    await deeds.import_envoys(either.core, {"csv": "\n".join([HEAD, OLD])})
    with monkeypatch.context() as dying:
        dying.setattr(envoy_moves, "step", killed)
        with pytest.raises(RuntimeError, match="killed"):
            await deeds.import_envoys(either.core, {"csv": listed(101, 102, 103)})
    assert (await counted(either))[2] == 1, "nothing is moved yet"
    assert (await envoy_at(either, 101)).name == "陈静", "who was known has the new name"
    newcomer = await envoy_at(either, 102)
    assert newcomer.name == "陈静", "a newcomer who writes is an envoy"
    async with either.core.store.begin(either.clock.now()) as uow:
        way = (await uow.standings.of([newcomer.id]))[newcomer.id].transport
    assert way is Transport.CAR
    assert len(await on_lists(either)) == 1, "no list shows one newcomer without the other"
    imports = EnvoyImports(either.core.database, either.core.vault)
    assert not await imports.finish_left(either.clock.now())
    assert (await counted(either))[2] == 2, "whoever marked it has a while to move it"
    assert await imports.finish_left(either.clock.now() + import_batches.LEASE)
    assert (await counted(either))[1:] == (3, 3, 3)
    assert await on_lists(either) == ["+66812345678"] * 3


async def test_others_write_between_the_steps(either: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an SOS writes waits for one step, not for the whole list."""
    monkeypatch.setattr(envoy_moves, "STEP", 2)
    rows, _ = envoy_csv.read(listed(*range(100, 112)))
    await deeds.import_stage(either.core, {"batch": "b", "rows": [plain(row) for row in rows]})
    taking = asyncio.create_task(deeds.import_take(either.core, {"batch": "b"}))
    written = 0
    while not taking.done():
        await either.core.database.prove_writable()
        written += 1
    assert await taking == 12
    assert written >= 6


async def test_a_later_list_waits_for_the_one_being_moved(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was told later counts, whoever moves it."""
    with monkeypatch.context() as dying:
        dying.setattr(envoy_moves, "step", killed)
        with pytest.raises(RuntimeError):
            await deeds.import_envoys(either.core, {"csv": "\n".join([HEAD, OLD])})
    assert await deeds.import_envoys(either.core, {"csv": listed(101)}) == 1
    assert (await envoy_at(either, 101)).name == "陈静"
    assert (await counted(either))[2] == 1


async def test_an_address_that_gets_an_owner_meanwhile_is_not_taken_from_them(either: House) -> None:
    """Somebody writes for the first time between staging and taking over: they are who becomes the envoy."""
    rows, _ = envoy_csv.read(f"{HEAD}\n{GOOD}\n")
    await deeds.import_stage(either.core, {"batch": "b", "rows": [plain(row) for row in rows]})
    phone = await either.telegram("陈静", "zh-hans", id="7000000101")
    await phone.text("你好")
    await either.settle()
    assert await deeds.import_take(either.core, {"batch": "b"}) == 1
    envoy = await envoy_at(either, 101)
    assert envoy.phone == "+66812345678"


async def test_chats_of_one_person_are_told_by_their_lines(
    either: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two rows for one person: which of them counts is for whoever made the list; nobody is imported."""
    await deeds.import_envoys(either.core, {"csv": "\n".join([HEAD, OLD])})
    known = await envoy_at(either, 101)
    async with either.core.store.begin(either.clock.now()) as uow:
        await uow.people.link(known.person, Address("wechat", "o-same"))
        await uow.commit()
    text = f"{HEAD}\n{GOOD}\n{GOOD.replace('telegram,7000000101', 'wechat,o-same')}\n"
    with pytest.raises(deeds.Refused, match="lines 2, 3: chats of one person"):
        await deeds.import_envoys(either.core, {"csv": text})
    assert (await envoy_at(either, 101)).name == "旧名"


def plain(row: envoy_csv.Row) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.__slots__}


async def test_whoever_came_with_a_list_is_found_by_name(either: House) -> None:
    """An envoy who calls for help is found like anybody else; the list gave their name."""
    await deeds.import_envoys(either.core, {"csv": listed(101)})
    person = (await envoy_at(either, 101)).person
    async with either.core.database.reading() as conn:
        assert list(await search.people_called(conn, either.core.vault, "陈静")) == [person]
