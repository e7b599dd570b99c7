"""Builds what insurance needs: the insurers that the settings name, their door, the pages of terms, the runner."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web

from backoffice.adapters.insurer_files import FileInsurer
from backoffice.adapters.insurer_http import HttpInsurer, Line
from backoffice.adapters.insurer_signing import Shared
from backoffice.adapters.policy_door import BadRows, Behind, PolicyDoor
from backoffice.adapters.terms_page import TermsPage
from backoffice.clockwork.insurers import Counter, InsurerRunner
from backoffice.insurance.policies import Source
from backoffice.ports.insurance import Insurer
from bot.assembly import policy_deeds
from bot.assembly.core import Core
from storage.insurer_queue import InsurerQueue


@dataclass(frozen=True)
class Insuring:
    """Insurers in use, and what hears of them."""

    insurers: Mapping[str, Insurer]
    keys: Mapping[str, Shared]
    queue: InsurerQueue

    def runner(self, core: Core) -> InsurerRunner:
        """Carries out requests, takes news, looks what covers whom."""
        return InsurerRunner(
            Counter(core.store, self.queue, core.locks, self.insurers, core.world, core.clock)
        )

    def routes(self, core: Core, runner: InsurerRunner) -> list[web.RouteDef]:
        """The insurers' door and the readable terms."""

        async def take(insurer: str, rows: Sequence[Mapping[str, Any]]) -> int:
            read = await policy_deeds.reading(core, insurer)
            for number, row in enumerate(rows, 1):
                read.take(row, number)
            if read.troubles:
                raise BadRows(read.troubles)
            return (await policy_deeds.take_whole(core, read.rows, Source.PUSHED)).people

        door = PolicyDoor(Behind(self.keys, take, self.queue, core.clock, runner.wake))
        return door.routes() + TermsPage(core.store, core.clock).routes()


def build(core: Core, http: aiohttp.ClientSession) -> Insuring:
    """One adapter for each insurer of the settings; one that only pushes has a key and no adapter."""
    insurers: dict[str, Insurer] = {}
    keys: dict[str, Shared] = {}
    for name, given in core.settings.insurers.items():
        if given.secret:
            keys[name] = Shared(given.key_id, given.secret.get_secret_value().encode())
        if given.url:
            line = Line(http, given.url.rstrip("/"), keys[name], core.clock, core.world.bits)
            insurers[name] = HttpInsurer(name, line)
        elif given.folder:
            insurers[name] = FileInsurer(name, given.folder, core.clock)
    return Insuring(insurers, keys, InsurerQueue(core.database))
