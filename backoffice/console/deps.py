"""What the console is built from."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from aiohttp import web

from backoffice import ports, queries
from backoffice.kernel import clock, ids
from backoffice.workflows import work

Step = Callable[[work.Work], Awaitable[None]]


class Actions(Protocol):
    """Runs one step of a workflow: lock (of `case` when given), unit of work, commit, and again when stale."""

    async def __call__(self, action: Step, case: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class ConsoleDeps:
    """Given by assembly. `public_url` decides cookie and HSTS, `zone` is the centre's own time.

    `louder` are the seconds after which an untaken case sounds at level 2 and at level 3.
    """

    store: ports.Store
    queries: queries.Queries
    actions: Actions
    media: ports.MediaStore
    places: ports.Places
    words: ports.Words
    bus: ports.Bus
    clock: clock.Clock
    bits: ids.Bits
    public_url: str
    zone: str = "Asia/Shanghai"
    locale: str = "zh_Hans"
    louder: tuple[float, float] = (30.0, 60.0)

    @property
    def secure(self) -> bool:
        """Whether the outside reaches us over https."""
        return self.public_url.startswith("https:")


DEPS: web.AppKey[ConsoleDeps] = web.AppKey("console_deps", ConsoleDeps)
