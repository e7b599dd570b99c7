"""The deed `put_prices`: new price tables, SOS pay and rates, all rows or none."""

from collections.abc import Mapping
from typing import Any

from backoffice.money import tables
from backoffice.workflows import pricing
from backoffice.workflows.work import Work
from bot.assembly.core import Core


async def put_prices(core: Core, given: Mapping[str, Any]) -> int:
    """`prices`, `sos_pay`, `rates`: CSV texts, each optional; `starting`: the tables the project brings along.

    Returns how many rows were put. Raises `tables.BadTable` naming every bad row.
    """
    table = tables.starting() if given.get("starting") else tables.read(_texts(given))
    now = core.clock.now()
    async with core.store.begin(now) as uow:
        count = await pricing.put(Work(uow, now, core.world), table)
        await uow.commit()
    return count


def _texts(given: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(given[name]) for name in tables.FILES if given.get(name)}
