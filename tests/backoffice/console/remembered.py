"""A world that many tests begin with is built once per process and copied: its rows, its files, its time, its dice.

What a test could change is copied for each; a test that did something before, or runs on another database, gets its
world built anew.
"""

import copy
import random
import shutil
import sqlite3
import tempfile
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

from storage.engine import SqliteDatabase

Made = TypeVar("Made")
Build = Callable[[Any], Awaitable[Made]]


@dataclass(frozen=True)
class _Picture:
    """Everything `build` left behind."""

    made: Any
    rows: sqlite3.Connection
    files: Path
    ended: datetime
    dice: Any


def once(build: Build[Made]) -> Build[Made]:
    """`build(evening)` with its outcome remembered for evenings that begin alike."""
    pictures: dict[Any, _Picture] = {}
    home = tempfile.TemporaryDirectory(prefix="rescue-remembered-")

    @wraps(build)
    async def begun(evening: Any) -> Made:
        key = await _start(evening)
        if key is None:
            return await build(evening)
        if key not in pictures:
            pictures[key] = await _built(build, evening, Path(home.name) / str(len(pictures)))
        else:
            await _restored(pictures[key], evening)
        made: Made = copy.deepcopy(pictures[key].made)
        return made

    return begun


async def _start(evening: Any) -> Any:
    """What tells two beginnings apart; None for one that is like no other."""
    dice = _dice(evening)
    if not isinstance(evening.database, SqliteDatabase) or dice is None or evening.files is None:
        return None
    async with evening.database.driver() as driver:
        if await driver.run(lambda conn: conn.total_changes):
            return None
    return evening.clock.beginning, dice.getstate()


def _dice(evening: Any) -> random.Random | None:
    owner = getattr(evening.bits, "__self__", None)
    return owner if isinstance(owner, random.Random) else None


async def _built(build: Build[Any], evening: Any, files: Path) -> _Picture:
    made = await build(evening)
    rows = sqlite3.connect(":memory:", check_same_thread=False)
    async with evening.database.driver() as driver:
        await driver.run(lambda conn: conn.backup(rows))
    if evening.files.exists():
        shutil.copytree(evening.files, files)
    dice = _dice(evening)
    return _Picture(copy.deepcopy(made), rows, files, evening.clock.now(), dice and dice.getstate())


async def _restored(picture: _Picture, evening: Any) -> None:
    async with evening.database.driver() as driver:
        await driver.run(lambda conn: picture.rows.backup(conn))
    if picture.files.exists():
        shutil.copytree(picture.files, evening.files, dirs_exist_ok=True)
    evening.clock.advance(picture.ended - evening.clock.now())
    dice = _dice(evening)
    assert dice is not None
    dice.setstate(picture.dice)
