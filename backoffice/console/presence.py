"""Who has a console open, which case they look at, who is typing: told over the bus, forgotten when nobody says more.

Nothing here is kept, and nothing of it reaches a browser but that something changed: names are asked for apart.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from aiohttp import web

from backoffice import ports, queries
from backoffice.console import access, auth, view
from backoffice.console.deps import DEPS
from backoffice.console.guard import CASE
from backoffice.kernel import ids
from backoffice.kernel.clock import Clock
from backoffice.kernel.ids import OperatorId
from backoffice.oncall import ladder
from backoffice.oncall.ladder import Seat

LIVES = timedelta(seconds=15)
"""A page that said nothing for this long is closed, or its process is gone."""
AGAIN_S = 5.0
TYPES = timedelta(seconds=8)
"""Somebody who pressed no key for this long is thinking, not typing."""
CHANGED, STILL = "here", "still"
"""First word of a hint: something changed, or all is as before (no page is told)."""

PRESENCE: web.AppKey["Presence"] = web.AppKey("console_presence")


@dataclass(frozen=True, slots=True)
class Open:
    """One open page. `supervisor` and `hears` decide whether it counts when a case rings."""

    operator: str
    case: str
    supervisor: bool
    hears: bool = True

    def hint(self, word: str, page: str) -> str:
        flags = f"{int(self.supervisor)}{int(self.hears)}"
        return f"{word}:page:{page}:{self.operator}:{flags}:{self.case}"


@dataclass(frozen=True, slots=True)
class Other:
    """A colleague at the same case."""

    name: str
    typing: bool


@dataclass
class Presence:
    """What this process knows of everybody's pages."""

    bus: ports.Bus
    clock: Clock
    bits: ids.Bits
    _own: dict[str, Open] = field(default_factory=dict)
    _pages: dict[str, tuple[Open, datetime]] = field(default_factory=dict)
    _typing: dict[tuple[str, str], datetime] = field(default_factory=dict)
    _deaf: set[str] = field(default_factory=set)

    async def run(self, _app: web.Application) -> AsyncIterator[None]:
        """For `cleanup_ctx`: listens and repeats itself until the console stops."""
        tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._repeat())]
        yield
        for task in tasks:
            task.cancel()
        for task in tasks:
            with suppress(asyncio.CancelledError):
                await task

    @asynccontextmanager
    async def open(self, operator: ports.Operator, case: str) -> AsyncIterator[None]:
        """While this lasts, the operator is there."""
        page = ids.new_id(self.bits)
        hears = operator.id not in self._deaf
        self._own[page] = Open(operator.id, case, operator.role is ports.OperatorRole.SUPERVISOR, hears)
        await self._say(self._own[page].hint(CHANGED, page))
        try:
            yield
        finally:
            gone = self._own.pop(page)
            await self._say(f"{CHANGED}:gone:{page}:{gone.operator}:00:{gone.case}")

    async def typing(self, operator: OperatorId, case: str) -> None:
        await self._say(f"{CHANGED}:typing::{operator}:00:{case}")

    async def hearing(self, operator: OperatorId, hears: bool) -> None:
        """Whether this operator's browser may sound: a blocked one does not count as somebody who hears."""
        (self._deaf.discard if hears else self._deaf.add)(operator)
        for page, own in list(self._own.items()):
            if own.operator == operator and own.hears is not hears:
                self._own[page] = replace(own, hears=hears)
                await self._say(self._own[page].hint(CHANGED, page))

    def seats(self, loads: dict[str, int]) -> list[Seat]:
        """Everybody there who hears, once each."""
        found = {
            p.operator: Seat(p.operator, p.supervisor, loads.get(p.operator, 0))
            for p in self._there()
            if p.hears
        }
        return list(found.values())

    def at(self, case: str, but: str) -> dict[str, bool]:
        """Operators looking at a case -> whether they type."""
        now = self.clock.now()
        looking = {p.operator for p in self._there() if p.case == case and p.operator != but}
        return {who: self._typing.get((who, case), now) > now for who in sorted(looking)}

    def _there(self) -> Iterable[Open]:
        now = self.clock.now()
        return [opened for opened, until in self._pages.values() if until > now]

    async def _say(self, hint: str) -> None:
        self.hear(hint)
        await self.bus.publish([hint])

    async def _repeat(self) -> None:
        while True:
            await asyncio.sleep(AGAIN_S)
            self._forget()
            if self._own:
                await self.bus.publish([own.hint(STILL, page) for page, own in self._own.items()])

    def _forget(self) -> None:
        now = self.clock.now()
        self._pages = {page: seen for page, seen in self._pages.items() if seen[1] > now}
        self._typing = {key: until for key, until in self._typing.items() if until > now}

    async def _listen(self) -> None:
        async with self.bus.subscribe() as hints:
            async for hint in hints:
                self.hear(hint)

    def hear(self, hint: str) -> None:
        """A hint of this or another process; what is not about presence is not for us."""
        word, _, rest = hint.partition(":")
        if word not in (CHANGED, STILL) or rest.count(":") != 4:
            return
        kind, page, operator, flags, case = rest.split(":")
        now = self.clock.now()
        if kind == "page":
            self._pages[page] = (Open(operator, case, flags[0] == "1", flags[1] == "1"), now + LIVES)
        elif kind == "gone":
            self._pages.pop(page, None)
        elif kind == "typing":
            self._typing[operator, case] = now + TYPES


def concerns(topic: str, case: str) -> bool:
    """Whether a hint says that the people at this case changed."""
    return topic.startswith(f"{CHANGED}:") and topic.rpartition(":")[2] == case


def is_presence(topic: str) -> bool:
    return topic.startswith((f"{CHANGED}:", f"{STILL}:"))


async def others(request: web.Request, case: str) -> list[Other]:
    """Colleagues at this case, by name."""
    deps = request.config_dict[DEPS]
    found = request.config_dict[PRESENCE].at(case, request[auth.SIGN_IN].operator.id)
    if not found:
        return []
    names = {str(o.id): o.name for o in await deps.queries.operators()}
    return [Other(names[who], typing) for who, typing in found.items() if who in names]


async def people(request: web.Request) -> web.Response:
    """Only who else is here, for a page that heard that this changed."""
    found = await others(request, request[CASE].id)
    return view.page(request, "_colleagues.html", others=found)


async def typing(request: web.Request) -> web.Response:
    """A key was pressed in one of this case's boxes; which words is nobody's business yet."""
    await request.config_dict[PRESENCE].typing(request[auth.SIGN_IN].operator.id, request[CASE].id)
    return web.Response(status=204)


async def hearing(request: web.Request) -> web.Response:
    """The browser says whether it may sound."""
    hears = (await request.post()).get("hears") == "yes"
    await request.config_dict[PRESENCE].hearing(request[auth.SIGN_IN].operator.id, hears)
    return web.Response(status=204)


def calls(request: web.Request, rings: queries.Ringing) -> list[list[float]]:
    """Each ringing case as [since when in ms, after how many seconds it sounds at this console]."""
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    seats = request.config_dict[PRESENCE].seats(dict(rings.loads))
    if operator.role not in access.ROLES[access.Act.TAKE]:
        return [[view.millis(c.since), deps.rungs[-1]] for c in rings.calls]
    mine = Seat(operator.id, operator.role is ports.OperatorRole.SUPERVISOR, rings.loads.get(operator.id, 0))
    everybody = [s for s in seats if s.operator != operator.id] + [mine]
    return [[view.millis(c.since), _after(deps.rungs, everybody, mine, c.id)] for c in rings.calls]


def _after(rungs: tuple[float, ...], seats: list[Seat], mine: Seat, case: str) -> float:
    rung = ladder.turn(seats, case, mine.operator)
    return rungs[min(rung, len(rungs)) - 1] if rung else 0.0
