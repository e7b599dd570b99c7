"""An insurer that works with files: each day a bordereau goes out, its answers come back beside it.

`out/<yyyy-mm-dd>.csv` gets one line per request, once; `in/*.csv` are the insurer's answers
(`request,state,number,reason`). A request is with the insurer from the moment its line stands in a bordereau.
"""

import asyncio
import csv
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from backoffice.adapters.insurer_http import body
from backoffice.insurance.policies import Answer, Said, local_day
from backoffice.kernel import cells
from backoffice.kernel.clock import Clock
from backoffice.ports.insurance import Instruction, Insurer, InsurerTemporary

COLUMNS: Final = (
    "request", "kind", "policy", "number", "product", "edition", "starts", "ends", "premium_minor", "currency",
    "commission_percent", "refund_minor", "more_premium_minor", "countries", "sports", "people",
)  # fmt: skip
AGAIN_S: Final = 60.0


class FileInsurer:
    """`ports.insurance.Insurer` over a folder both sides can reach."""

    def __init__(self, name: str, folder: Path, clock: Clock) -> None:
        self._name, self._folder, self._clock = name, folder, clock
        self._one = asyncio.Lock()

    @property
    def name(self) -> str:
        return self._name

    async def send(self, instruction: Instruction) -> Answer:
        """On disk when this returns; a request that already stands in a bordereau is not written again."""
        async with self._one:
            try:
                return await asyncio.to_thread(self._send, instruction)
            except OSError as error:
                raise InsurerTemporary(f"folder: {error.strerror}", AGAIN_S) from error

    async def query(self, instruction: Instruction) -> Answer:
        try:
            return await asyncio.to_thread(self._query, instruction.request.id)
        except OSError as error:
            raise InsurerTemporary(f"folder: {error.strerror}", AGAIN_S) from error

    def _send(self, instruction: Instruction) -> Answer:
        known = self._query(instruction.request.id)
        if known.said is not Said.UNKNOWN_THERE:
            return known
        folder = self._folder / "out"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / f"{local_day(self._clock.now()).isoformat()}.csv"
        fresh = not path.exists()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, COLUMNS)
            if fresh:
                writer.writeheader()
            writer.writerow(_row(instruction))
            file.flush()
            os.fsync(file.fileno())
        return Answer(Said.PENDING)

    def _query(self, request: str) -> Answer:
        for row in _rows(self._folder / "in"):
            if row.get("request") == request and row.get("state") in ("confirmed", "refused"):
                return Answer(Said(row["state"]), row.get("number") or "", row.get("reason") or "")
        sent = any(row.get("request") == request for row in _rows(self._folder / "out"))
        return Answer(Said.PENDING if sent else Said.UNKNOWN_THERE)


def _rows(folder: Path) -> Iterator[dict[str, str]]:
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        with path.open(newline="", encoding="utf-8-sig", errors="replace") as file:
            yield from csv.DictReader(file)


def _row(instruction: Instruction) -> dict[str, object]:
    """One line; cells that a spreadsheet would take for a formula are disarmed."""
    given = body(instruction)
    people = "; ".join(
        f"{p['name']} {p['document']} {p['born'] or ''}".strip() for p in given.get("people", ())
    )
    row = {
        **{name: given.get(name, "") for name in COLUMNS},
        "premium_minor": given["premium"]["minor"],
        "currency": given["premium"]["currency"],
        "refund_minor": given.get("refund", ""),
        "more_premium_minor": given.get("more_premium", {}).get("minor", ""),
        "countries": " ".join(given.get("countries", ())),
        "sports": " ".join(given.get("sports", ())),
        "people": people,
    }
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: object) -> object:
    return cells.safe(value) if isinstance(value, str) else value


def _fits(insurer: FileInsurer) -> Insurer:
    return insurer
