"""How the service does: channels, what waits, what is late, disk and database, and the synthetic SOS."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from backoffice.centre_queries import SyntheticCall, Vitals
from backoffice.console import view
from backoffice.console.deps import DEPS

LAG_S, WAITS_S = 4.0, 30.0
"""A webhook's turn (WeChat gives five seconds in all) and a waiting row: longer than this is trouble."""
FULL = 0.1
"""Less of the disk free than this is trouble: SQLite and media stop where it ends."""
CALLED_WITHIN = timedelta(minutes=3)
"""A synthetic call each minute: three without one is silence that somebody must hear of."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the page: its name, whether it is good, and what to show (seconds, a count or bytes)."""

    name: str
    good: bool
    value: float | None
    unit: str


def checks(found: Vitals, now: datetime, disk: tuple[int, int] | None) -> list[Check]:
    """Worst first within their order is for the reader's eye: the page colours them."""
    waits = (
        ("inbox", found.untaken, found.untaken_since),
        ("outbox", found.outbox, found.outbox_since),
        ("deadlines", found.late, found.late_since),
    )
    made = [_waits(name, since, now) for name, _, since in waits]
    made.insert(0, Check("lag", found.lag_p95_s is None or found.lag_p95_s < LAG_S, found.lag_p95_s, "s"))
    made.append(Check("parked", found.parked == 0, found.parked, "n"))
    if disk:
        made.append(Check("disk", disk[0] >= disk[1] * FULL, disk[0], "bytes"))
    made.append(Check("database", True, found.database_bytes, "bytes"))
    return made


def _waits(name: str, since: datetime | None, now: datetime) -> Check:
    age = (now - since).total_seconds() if since else 0.0
    return Check(name, age < WAITS_S, age, "s")


def calls_good(calls: tuple[SyntheticCall, ...], now: datetime) -> bool:
    """The newest of each channel went through, not long ago."""
    newest: dict[str, SyntheticCall] = {}
    for call in calls:
        newest.setdefault(call.channel, call)
    return bool(newest) and all(not c.missing and now - c.at < CALLED_WITHIN for c in newest.values())


async def show(request: web.Request) -> web.Response:
    deps = request.config_dict[DEPS]
    now = deps.clock.now()
    found = await deps.centre.vitals(now)
    disk = deps.disk() if deps.disk else None
    return view.page(
        request, "health.html", may=view.allowed(request), found=found, checks=checks(found, now, disk), disk=disk,
        calls_good=calls_good(found.calls, now), synthetic=deps.synthetic, size=size,
    )  # fmt: skip


def size(bytes_: float) -> str:
    """`840 MB`, `12 GB`: enough to see whether it will do."""
    for unit in ("B", "kB", "MB", "GB"):
        if bytes_ < 1000:
            return f"{bytes_:.0f} {unit}"
        bytes_ /= 1000
    return f"{bytes_:.1f} TB"
