"""What the console is built from."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from aiohttp import web

from backoffice import centre_queries, desk_queries, ports, queries, shop_queries
from backoffice.cases.tasks import DeskRules
from backoffice.console import clocks
from backoffice.kernel import clock, ids
from backoffice.money.rules import PayRules
from backoffice.oncall.model import OnCall, Sent
from backoffice.orders.rules import OrderRules
from backoffice.ports import wall
from backoffice.ports.claims import PhotoDecoder
from backoffice.ports.translating import Translator
from backoffice.ports.voices import Voices
from backoffice.workflows import work

Step = Callable[[work.Work], Awaitable[None]]
Paper = Callable[[str], Awaitable[bytes]]
"""The PDF of a handle of `workflows.papers`. Raises `NotFound`."""
PageTest = Callable[[OnCall], Awaitable[Sequence[Sent]]]
"""Sends a test page over every way of one person."""


class Actions(Protocol):
    """Runs one step of a workflow: lock, unit of work, commit, and again when stale.

    `case`: a case's id, or `order:<id>`, `payment:<id>`, `task:<id>`, `slip:<id>`, `person:<id>`; None is the desk.
    """

    async def __call__(self, action: Step, case: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class Tiles:
    """A server of map tiles: its address with `{z}`, `{x}` and `{y}`, and the words its licence asks for.

    Without one the map is drawn from our own outlines.
    """

    url: str = ""
    attribution: str = ""

    @property
    def host(self) -> str:
        """What the policy of our pages may name; empty without tiles."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}" if self.url else ""


@dataclass(frozen=True, slots=True)
class ConsoleDeps:
    """Given by assembly. `public_url` decides cookie and HSTS, `zone` is the centre's own time.

    `rungs` are the seconds after which an untaken case goes to the next console, to all, to the supervisors.
    `targets` are by when each stage of a case should be reached, `tiles` the map's only outside host.
    """

    store: ports.Store
    queries: queries.Queries
    actions: Actions
    media: ports.MediaStore
    photos: PhotoDecoder
    places: ports.Places
    words: ports.Words
    bus: ports.Bus
    clock: clock.Clock
    bits: ids.Bits
    public_url: str
    shop: shop_queries.ShopQueries
    centre: centre_queries.CentreQueries
    paper: Paper
    desk: desk_queries.DeskQueries
    wall: wall.WallReads
    rules: OrderRules = OrderRules()
    pay: PayRules = PayRules()
    zone: str = "Asia/Shanghai"
    locale: str = "zh_Hans"
    rungs: tuple[float, ...] = (15.0, 30.0, 60.0)
    targets: clocks.Targets = clocks.Targets()
    tiles: Tiles = Tiles()
    page_test: PageTest | None = None
    disk: Callable[[], tuple[int, int]] | None = None
    """Bytes free and in all where the data lies."""
    synthetic: bool = False
    """Whether this service calls itself once a minute."""
    looks: Callable[[Step], Awaitable[None]] | None = None
    """Runs a step that only reads: no lock, nothing kept. Without it a page that needs the rules cannot be drawn."""
    desk_rules: DeskRules = DeskRules()
    voices: Voices | None = None
    translator: Translator | None = None
    """Off unless the installation names one."""
    proxies: int = 0
    """Proxies of our own in front of us, each of which adds one address to `X-Forwarded-For`."""

    async def look(self, step: Step) -> None:
        """Read with everything the workflows know. Raises `NotImplementedError` where nobody gave a way to."""
        if self.looks is None:
            raise NotImplementedError
        await self.looks(step)

    @property
    def secure(self) -> bool:
        """Whether the outside reaches us over https."""
        return self.public_url.startswith("https:")


DEPS: web.AppKey[ConsoleDeps] = web.AppKey("console_deps", ConsoleDeps)
