"""A remembered world is the built one, and nobody's changes are in anybody else's."""

import os
import random
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from backoffice.kernel.ids import CaseId, MediaId
from backoffice.ports import OperatorRole
from storage.bus import LocalBus
from storage.engine import Database
from storage.media import FileMedia
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.backoffice.console import remembered
from tests.backoffice.console.evening import Evening, photo
from tests.backoffice.console.world import Cast, busy
from tests.clocks import FakeClock
from tests.conftest import MASTER


@asynccontextmanager
async def evening(folder: Path, template: Path) -> AsyncIterator[Evening]:
    os.mkdir(folder)
    shutil.copyfile(template, folder / "rescue.db")
    database = await Database.open(f"sqlite+aiosqlite:///{folder / 'rescue.db'}")
    clock, bus, vault = FakeClock(), LocalBus(), Vault(MASTER, random.Random(3).randbytes)
    media, files = FileMedia(folder / "media", database, vault, clock), folder / "media"
    bits = random.Random(20260301).getrandbits
    yield Evening(database, vault, SqlStore(database, vault, bus), bus, clock, bits, media, files)
    await database.close()


async def seen(one: Evening) -> object:
    """What a test could tell two worlds apart by."""
    now, queries = one.clock.now(), one.deps().queries
    cases = [await queries.case(CaseId(case), now) for case in ("case-7K3F", "case-K9BP")]
    return cases, one.clock.now(), one.bits(64), await one.media.get(MediaId("m-street"))


async def names(one: Evening) -> list[str]:
    async with one.store.begin(one.clock.now()) as uow:
        return [operator.name for operator in await uow.staff.everybody()]


async def test_the_copy_is_the_built_one(tmp_path: Path, sqlite_template: Path) -> None:
    """Rows, files, time and dice."""
    async with (
        evening(tmp_path / "a", sqlite_template) as one,
        evening(tmp_path / "b", sqlite_template) as two,
    ):
        again = remembered.once(busy.__wrapped__)  # type: ignore[attr-defined]
        assert await again(one) == await again(two)
        assert await seen(one) == await seen(two)


async def test_what_one_test_changes_no_other_sees(tmp_path: Path, sqlite_template: Path) -> None:
    async with (
        evening(tmp_path / "a", sqlite_template) as one,
        evening(tmp_path / "b", sqlite_template) as two,
    ):
        first: Cast = await busy(one)
        await one.operator("新人", OperatorRole.OPERATOR)
        await one.media.put(None, MediaId("m-new"), photo())
        first.cases.clear()
        assert (await busy(two)).cases
        assert "新人" not in await names(two)
        assert "新人" in await names(one)


async def test_a_world_that_has_begun_is_built_on(tmp_path: Path, sqlite_template: Path) -> None:
    """What a test did before stays."""
    async with evening(tmp_path / "a", sqlite_template) as one:
        early = await one.operator("早到", OperatorRole.OPERATOR)
        await busy(one)
        assert early.name in await names(one)
