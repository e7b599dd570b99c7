"""The deeds of insurance: products put, policies staged bit by bit and taken over whole."""

import csv
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from backoffice.insurance import products, rows
from backoffice.insurance.policies import Source
from backoffice.insurance.rows import Reading, Row
from backoffice.kernel import ids
from backoffice.kernel.errors import Refusal
from backoffice.kernel.money import Money
from backoffice.people import phones
from backoffice.workflows import insurer_statement
from bot.assembly.core import Core
from storage import policy_import
from storage.policy_import import PolicyImports, Taken


async def put_products(core: Core, given: Mapping[str, Any]) -> int:
    """`sources`: YAML texts; `samples`: the two the project brings along. Returns how many editions are new.

    Raises `products.BadProduct` naming what is wrong; then none was put.
    """
    sources = products.sample_sources() if given.get("samples") else tuple(given["sources"])
    async with core.store.begin(core.clock.now()) as uow:
        new = [await uow.products.put(source) for source in sources]
        await uow.commit()
    return sum(new)


async def known_products(core: Core, given: Mapping[str, Any]) -> list[list[Any]]:
    """Editions that may stand in a list of policies: code, edition, currency, first day."""
    async with core.store.begin(core.clock.now()) as uow:
        found = await uow.products.all()
    return [[p.code, p.edition, p.currency, p.since.isoformat()] for p in found]


def editions(known: Sequence[Sequence[Any]]) -> rows.Edition:
    """Which edition a row means: the one it names, else the newest that is sold on its first day."""

    def find(code: str, starts: date, edition: int) -> tuple[int, str] | None:
        mine = [(int(e), str(cur), date.fromisoformat(since)) for c, e, cur, since in known if c == code]
        fits = [(e, cur) for e, cur, since in mine if (e == edition if edition else since <= starts)]
        return max(fits, default=None)

    return find


def number(text: str) -> str | None:
    return phones.parse(text, None)


async def reading(core: Core, insurer: str = "") -> Reading:
    return Reading(editions(await known_products(core, {})), number, insurer)


def plain(row: Row) -> dict[str, Any]:
    """A row as JSON values."""
    found = {name: getattr(row, name) for name in Row.__slots__}
    days = {name: found[name] and found[name].isoformat() for name in ("born", "starts", "ends")}
    return found | days | {"premium": [row.premium.minor, row.premium.currency]}


def _row(given: Mapping[str, Any]) -> Row:
    days = {name: given[name] and date.fromisoformat(given[name]) for name in ("born", "starts", "ends")}
    return Row(**{**given, **days, "premium": Money(*given["premium"])})


async def policies_stage(core: Core, given: Mapping[str, Any]) -> int:
    """Some rows of an import wait; nobody sees them yet."""
    made = [_row(row) for row in given["rows"]]
    await _imports(core).stage(given["batch"], made, core.clock.now())
    return len(made)


async def policies_take(core: Core, given: Mapping[str, Any]) -> dict[str, int]:
    """Everything that waits becomes policies at once."""
    return asdict(await _imports(core).take_over(given["batch"], core.clock.now()))


async def policies_drop(core: Core, given: Mapping[str, Any]) -> bool:
    await _imports(core).drop(given["batch"])
    return True


async def take_whole(core: Core, found: Sequence[Row], source: Source) -> Taken:
    """A push in one go: all rows or none."""
    batch, imports = ids.new_id(core.world.bits), _imports(core)
    try:
        for start in range(0, len(found), policy_import.CHUNK):
            await imports.stage(batch, found[start : start + policy_import.CHUNK], core.clock.now(), source)
        return await imports.take_over(batch, core.clock.now())
    except BaseException:
        await imports.drop(batch)
        raise


async def export_premiums(core: Core, given: Mapping[str, Any]) -> str:
    """`insurer`, `month` (2026-03): the statement as CSV. Raises `Refusal` for what is no month."""
    try:
        since, until = insurer_statement.month(given["month"])
    except ValueError:
        raise Refusal(f"{given['month']} is no month (write it like 2026-03)") from None
    async with core.store.begin(core.clock.now()) as uow:
        found = await insurer_statement.statements(uow, given["insurer"], since, until)
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(insurer_statement.table(found))
    return out.getvalue()


def _imports(core: Core) -> PolicyImports:
    return PolicyImports(core.database, core.vault)


DEEDS: Mapping[str, Callable[[Core, Mapping[str, Any]], Awaitable[Any]]] = {
    "put_products": put_products,
    "known_products": known_products,
    "export_premiums": export_premiums,
    "policies_stage": policies_stage,
    "policies_take": policies_take,
    "policies_drop": policies_drop,
}
