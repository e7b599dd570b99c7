"""`import policies`: read, checked, staged bit by bit with a bar on stderr, then taken over whole."""

import csv
import io
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from backoffice.insurance import rows
from backoffice.insurance.rows import Reading, Row
from bot.assembly import policy_deeds
from bot.assembly.deeds import Refused
from bot.assembly.envoy_import import Bar, Perform
from storage.policy_import import CHUNK


async def run(file: Path, perform: Perform, screen: TextIO) -> str:
    """What came of it, in words. Raises `Refused` naming every bad row; then nothing was imported."""
    known = await perform("known_products", {})
    if not known:
        raise Refused("no product is known here: put one first (`import products FILE.yaml`)")
    found = read(file, Reading(policy_deeds.editions(known), policy_deeds.number))
    batch, bar = secrets.token_hex(16), Bar(len(found), screen)
    try:
        for start in range(0, len(found), CHUNK):
            chunk = [policy_deeds.plain(row) for row in found[start : start + CHUNK]]
            await perform("policies_stage", {"batch": batch, "rows": chunk})
            bar.at(start + len(chunk))
        taken = await perform("policies_take", {"batch": batch})
    except BaseException:
        bar.end()
        await perform("policies_drop", {"batch": batch})
        raise
    bar.end()
    ours = f"; {taken['ours']} rows are of policies bought here and stay as they are" if taken["ours"] else ""
    return f"{taken['people']} people in {taken['policies']} policies imported{ours}"


def read(file: Path, reading: Reading) -> Sequence[Row]:
    """Every row of the file, or `Refused` with all that is wrong with it."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8 text (byte {error.start})") from error
    table = csv.DictReader(io.StringIO(text, newline=""))
    try:
        missing = [name for name in rows.NEEDED if name not in (table.fieldnames or ())]
        if missing:
            raise Refused(f"line 1: missing column(s) {', '.join(missing)}")
        for values in table:
            reading.take(values, table.line_num)
    except csv.Error as error:
        reading.troubles.append(f"line {table.line_num + 1}: {error}")
    if reading.troubles:
        count = len(reading.troubles)
        raise Refused("\n".join([*reading.troubles, f"{count} bad row(s): nothing was imported"]))
    if not reading.rows:
        raise Refused("line 2: there is no policy in this file")
    return reading.rows
