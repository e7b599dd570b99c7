"""`import envoys`: read, checked, staged bit by bit with a bar on stderr, then taken over whole."""

import dataclasses
import secrets
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, TextIO

from bot.assembly import envoy_csv
from bot.assembly.deeds import Refused
from storage.envoy_import import CHUNK

Perform = Callable[[str, dict[str, Any]], Awaitable[Any]]
WIDTH = 30
FIELDS = tuple(field.name for field in dataclasses.fields(envoy_csv.Row))


async def run(file: Path, perform: Perform, screen: TextIO) -> int:
    """How many envoys the file brought. Raises `Refused` naming every bad row; then nobody was imported."""
    rows = read(file)
    batch, bar = secrets.token_hex(16), Bar(len(rows), screen)
    try:
        for start in range(0, len(rows), CHUNK):
            chunk = [_plain(row) for row in rows[start : start + CHUNK]]
            await perform("import_stage", {"batch": batch, "rows": chunk})
            bar.at(start + len(chunk))
        count = await perform("import_take", {"batch": batch})
    except BaseException:
        bar.end()
        await perform("import_drop", {"batch": batch})
        raise
    bar.end()
    return int(count)


def read(file: Path) -> Sequence[envoy_csv.Row]:
    """Every row of the file, or `Refused` with all that is wrong with it."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8 text (byte {error.start})") from error
    rows, troubles = envoy_csv.read(text)
    if troubles:
        raise Refused("\n".join([*troubles, f"{len(troubles)} bad row(s): nobody was imported"]))
    return rows


def _plain(row: envoy_csv.Row) -> dict[str, Any]:
    """A row as JSON values; `dataclasses.asdict` would copy every string of a hundred thousand rows."""
    return {name: getattr(row, name) for name in FIELDS}


class Bar:
    """How far it has come: redrawn on a terminal, a line every tenth elsewhere."""

    def __init__(self, total: int, screen: TextIO = sys.stderr) -> None:
        self._total, self._screen, self._tenth = total, screen, -1

    def at(self, done: int) -> None:
        full = WIDTH * done // self._total
        line = f"[{'#' * full}{'.' * (WIDTH - full)}] {done:,} of {self._total:,}"
        if self._screen.isatty():
            print(f"\r{line}", end="", file=self._screen, flush=True)
        elif 10 * done // self._total > self._tenth:
            self._tenth = 10 * done // self._total
            print(line, file=self._screen, flush=True)

    def end(self) -> None:
        if self._screen.isatty():
            print(file=self._screen, flush=True)
