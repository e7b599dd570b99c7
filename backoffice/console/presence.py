"""Who has a console open, which case they look at, who is typing: told over the bus, forgotten when nobody says more.

Nothing here is kept, and nothing of it reaches a browser but that something changed: names are asked for apart.
"""

import asyncio
import re
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
OPENS = timedelta(minutes=1)
"""A page that has not opened its line by then never will."""
AGAIN_S = 5.0
TYPES = timedelta(seconds=8)
"""Somebody who pressed no key for this long is thinking, not typing."""
TAB = re.compile(r"[0-9a-z]{6,32}")
"""A page's own name: it must not break a hint apart."""
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
    _deaf: dict[str, datetime] = field(default_factory=dict)
    """Pages that said so before their line stood, and until when that is remembered: some never open one."""

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
    async def open(self, operator: ports.Operator, case: str, tab: str = "") -> AsyncIterator[None]:
        """While this lasts, the operator is there. `tab` is the browser's own name for the page."""
        page = tab if tab and tab not in self._own else ids.new_id(self.bits)
        hears = page not in self._deaf
        self._own[page] = Open(operator.id, case, operator.role is ports.OperatorRole.SUPERVISOR, hears)
        await self._say(self._own[page].hint(CHANGED, page))
        try:
            yield
        finally:
            gone = self._own.pop(page)
            await self._say(f"{CHANGED}:gone:{page}:{gone.operator}:00:{gone.case}")

    async def typing(self, operator: OperatorId, case: str) -> None:
        await self._say(f"{CHANGED}:typing::{operator}:00:{case}")

    async def hearing(self, operator: OperatorId, tab: str, hears: bool) -> None:
        """Whether this page may sound: somebody whose every page is blocked is nobody who hears."""
        await self._say(f"{CHANGED}:ears:{tab}:{operator}:0{int(hears)}:")

    def seats(self, loads: dict[str, int]) -> list[Seat]:
        """Everybody there who hears, once each."""
        hearing = [p for p in self._there() if p.hears]
        found = {p.operator: Seat(p.operator, p.supervisor, loads.get(p.operator, 0)) for p in hearing}
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
        self._deaf = {page: until for page, until in self._deaf.items() if until > now}

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
        elif kind == "ears":
            self._listens(page, operator, hears=flags[1] == "1")
        elif kind == "gone":
            self._pages.pop(page, None)
            self._deaf.pop(page, None)
        elif kind == "typing":
            self._typing[operator, case] = now + TYPES

    def _listens(self, page: str, operator: str, *, hears: bool) -> None:
        """A page of that operator, open here or elsewhere, or about to be opened."""
        known = self._pages.get(page)
        if known and known[0].operator != operator:
            return
        self._deaf.pop(page, None)
        if not hears:
            self._deaf[page] = self.clock.now() + OPENS
        if known:
            self._pages[page] = replace(known[0], hears=hears), known[1]
        if page in self._own:
            self._own[page] = replace(self._own[page], hears=hears)


def concerns(topic: str, case: str) -> bool:
    """Whether a hint says that the people at this case changed."""
    return topic.startswith(f"{CHANGED}:") and topic.rpartition(":")[2] == case


def is_presence(topic: str) -> bool:
    return topic.startswith((f"{CHANGED}:", f"{STILL}:"))


def tab_of(request: web.Request) -> str:
    """What the page calls itself; empty when it does not say."""
    given = request.query.get("tab", "")
    return given if TAB.fullmatch(given) else ""


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
    form = await request.post()
    tab, hears = str(form.get("tab", "")), form.get("hears") == "yes"
    if not TAB.fullmatch(tab):
        raise web.HTTPBadRequest
    await request.config_dict[PRESENCE].hearing(request[auth.SIGN_IN].operator.id, tab, hears)
    return web.Response(status=204)


def calls(request: web.Request, rings: queries.Ringing) -> list[list[float]]:
    """Each ringing case as [since when in ms, after how many seconds it sounds at this console]."""
    deps, operator = request.config_dict[DEPS], request[auth.SIGN_IN].operator
    seats = [
        s for s in request.config_dict[PRESENCE].seats(dict(rings.loads)) if s.operator not in rings.resting
    ]
    last = operator.id in rings.resting and any(s.operator != operator.id for s in seats)
    if last or operator.role not in access.ROLES[access.Act.TAKE]:
        return [[view.millis(c.since), deps.rungs[-1]] for c in rings.calls]
    mine = Seat(operator.id, operator.role is ports.OperatorRole.SUPERVISOR, rings.loads.get(operator.id, 0))
    everybody = [s for s in seats if s.operator != operator.id] + [mine]
    return [[view.millis(c.since), _after(deps.rungs, everybody, mine, c.id)] for c in rings.calls]


def _after(rungs: tuple[float, ...], seats: list[Seat], mine: Seat, case: str) -> float:
    rung = ladder.turn(seats, case, mine.operator)
    return rungs[min(rung, len(rungs)) - 1] if rung else 0.0
