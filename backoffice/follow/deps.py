"""What the families' page is built from."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from aiohttp import web

from backoffice import ports
from backoffice.kernel import clock
from backoffice.ports.families import FollowReads
from backoffice.workflows.work import Work


class Actions(Protocol):
    """Runs one step of a workflow: lock (of `case`), unit of work, commit, and again when stale."""

    async def __call__(self, action: Callable[[Work], Awaitable[None]], case: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class FollowDeps:
    """Given by assembly. `outlines`: the coast lines that the console's map draws too."""

    reads: FollowReads
    actions: Actions
    places: ports.Places
    words: ports.Words
    bus: ports.Bus
    clock: clock.Clock
    phones: Mapping[str, str]
    public_url: str
    outlines: Path
    locale: str = "zh_Hans"
    trusted_proxies: int = 0

    @property
    def secure(self) -> bool:
        """Whether the outside reaches us over https."""
        return self.public_url.startswith("https:")


DEPS: web.AppKey[FollowDeps] = web.AppKey("follow_deps", FollowDeps)
