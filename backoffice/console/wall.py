"""The big screen: read-only, live, without anybody's name, number, words, reference or exact place."""

import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from backoffice import ports
from backoffice.console import auth, board, live, presence, speech, view, wall_figures
from backoffice.console.deps import DEPS
from backoffice.kernel.geo import Point
from backoffice.places import regions
from backoffice.ports import wall

HERE = Path(__file__).parent
PARTS = (
    "templates/wall.html",
    "static/wall.css",
    "static/js/wall.js",
    "static/js/wall-map.js",
    "static/js/wall-parts.js",
)
LINES, TICKS, REGIONS, ALERTS, CHANNELS, MAJORS = 6, 6, 6, 2, 4, 2
"""How many lines each list holds at most: who stands in the back of the room reads no more."""
DULL = ("deadlines", "payments")
"""Hints that change nothing the wall shows."""
REST = 20.0
"""Envoys are counted again after this many times as long as the counting took: a hundred thousand take 0.1 s."""

CityOf = Callable[[Point | None], wall_figures.City | None]
ENVOYS: web.AppKey["Envoys"] = web.AppKey("console_wall_envoys")
CITIES: web.AppKey["CityOf"] = web.AppKey("console_wall_cities")
BUILD: web.AppKey[str] = web.AppKey("console_wall_build")


def add(app: web.Application) -> None:
    """The wall's routes and what it keeps."""
    app[ENVOYS], app[CITIES] = Envoys(), _cities(app[DEPS].places)
    app[BUILD] = sha256(b"".join((HERE / part).read_bytes() for part in PARTS)).hexdigest()[:12]
    app.router.add_get("/wall", show, name="wall")
    app.router.add_get("/wall/data", data, name="wall.data")
    app.router.add_get("/wall/live", stream, name="wall.live")


async def show(request: web.Request) -> web.Response:
    """The frame; its script fills it and keeps it filled."""
    return view.page(
        request,
        "wall.html",
        build=request.config_dict[BUILD],
        is_wall=request[auth.SIGN_IN].operator.role is ports.OperatorRole.WALL,
        stages=wall_figures.ORDER,
        lines=LINES,
        home=view.home(request[auth.SIGN_IN].operator),
    )


async def data(request: web.Request) -> web.Response:
    """Everything that is shown, in the reader's language: drawn once per change for every screen."""
    deps, lang = request.config_dict[DEPS], view.locale(request)
    shared = request.config_dict[board.SHARED]
    found = await shared.get(("wall", lang), lambda: _drawn(request))
    return web.json_response(found | {"now": view.millis(deps.clock.now())})


async def _drawn(request: web.Request) -> dict[str, Any]:
    deps = request.config_dict[DEPS]
    now = deps.clock.now()
    facts = await deps.wall.facts(midnight(now, deps.zone), now, TICKS)
    envoys = await request.config_dict[ENVOYS].get(deps.wall.envoys)
    return {"build": request.config_dict[BUILD]} | Drawing(request, now).all(facts, envoys)


def midnight(now: datetime, zone: str) -> datetime:
    """When today began at the centre."""
    return now.astimezone(ZoneInfo(zone)).replace(hour=0, minute=0, second=0, microsecond=0)


class Envoys:
    """The counted envoys, kept for a while that grows with what counting costs."""

    def __init__(self) -> None:
        self._kept: Sequence[wall.EnvoyCell] = ()
        self._until = 0.0

    async def get(self, read: Callable[[], Awaitable[Sequence[wall.EnvoyCell]]]) -> Sequence[wall.EnvoyCell]:
        began = time.monotonic()
        if began >= self._until:
            self._kept = await read()
            self._until = began + REST * (time.monotonic() - began)
        return self._kept


class Drawing:
    """One reading, in words."""

    def __init__(self, request: web.Request, now: datetime) -> None:
        self._deps, self._t, self._now = request.config_dict[DEPS], view.catalogue(request), now
        self._city = request.config_dict[CITIES]

    def all(self, facts: wall.WallFacts, envoys: Sequence[wall.EnvoyCell]) -> dict[str, Any]:
        placed = [(case, self._city(case.cell)) for case in facts.cases]
        return {
            "countdowns": facts.countdowns,
            "cities": [self._dot(c) for c in wall_figures.by_city(placed)],
            "counts": self._counts(facts.cases),
            "lines": self._lines(placed),
            "answer": self._answer(facts),
            "beside": self._beside(facts),
            "envoys": self._envoys(envoys),
            "alerts": [self._alert(a) for a in facts.alerts[:ALERTS]],
            "alerts_count": sum(a.count for a in facts.alerts),
            "channels": [self._channel(c) for c in facts.channels[:CHANNELS]],
            "ticker": [self._tick(e) for e in reversed(facts.events)],
            "majors": [self._major(m) for m in facts.majors[:MAJORS]],
        }

    def _name(self, where: wall_figures.City | None) -> str:
        if where and where.words.country in CITY_STATES:
            return speech.city(where.words.city, self._t.locale)
        return speech.place(self._t, where.words, self._t.locale) if where else self._t("wall.unplaced")

    def _short(self, where: wall_figures.City | None) -> str:
        """The city alone where it has a name."""
        return (
            speech.city(where.words.city, self._t.locale) if where and where.words.city else self._name(where)
        )

    def _dot(self, found: wall_figures.CityCases) -> dict[str, Any]:
        return {
            "key": found.city.key,
            "at": [found.city.at.lat, found.city.at.lon],
            "name": self._short(found.city),
            "stage": found.worst,
            "n": sum(found.stages.values()),
            "since": view.millis(found.rings_since) if found.rings_since else None,
        }

    def _counts(self, cases: Sequence[wall.WallCase]) -> dict[str, int]:
        found = [wall_figures.stage(case) for case in cases]
        return {stage: found.count(stage) for stage in wall_figures.ORDER}

    def _lines(
        self, placed: Sequence[tuple[wall.WallCase, wall_figures.City | None]]
    ) -> list[dict[str, Any]]:
        """The most urgent first, those that wait longest before the others."""
        shown = sorted(
            placed,
            key=lambda p: (wall_figures.ORDER.index(wall_figures.stage(p[0])), wall_figures.since(p[0])),
        )
        return [
            {
                "key": f"{n}",
                "stage": wall_figures.stage(case),
                "word": self._t(f"wall.stage.{wall_figures.stage(case)}"),
                "place": self._name(where),
                "kind": self._t(f"kind.{case.kind}"),
                "since": view.millis(wall_figures.since(case)),
            }
            for n, (case, where) in enumerate(shown[:LINES])
        ]

    def _answer(self, facts: wall.WallFacts) -> dict[str, Any]:
        found = wall_figures.answered(facts.spans, self._now)
        ringing = [c for c in facts.cases if wall_figures.stage(c) is wall_figures.WallStage.RINGING]
        bars = [
            self._bar(found, wall_figures.SOON, wall_figures.SOON_SHARE),
            self._bar(found, wall_figures.FAST, wall_figures.FAST_SHARE),
        ]
        return self._clock(found, [wall_figures.since(c) for c in ringing], wall_figures.SOON) | {
            "bars": bars
        }

    def _beside(self, facts: wall.WallFacts) -> dict[str, Any]:
        found = wall_figures.beside(facts.spans, self._now)
        alone = (wall_figures.WallStage.BESIDE, wall_figures.WallStage.SAFE)
        waits = [c.dispatched_at for c in facts.cases if wall_figures.stage(c) not in alone]
        target = self._deps.targets.envoy_arrived
        return self._clock(found, waits, target) | {
            "bars": [self._bar(found, target, wall_figures.SOON_SHARE)]
        }

    def _clock(
        self, found: wall_figures.Reached, waits: Sequence[datetime], target: timedelta
    ) -> dict[str, Any]:
        half, most = wall_figures.percentile(found.lengths, 0.5), wall_figures.percentile(found.lengths, 0.9)
        return {
            "waiting": len(waits),
            "since": view.millis(min(waits)) if waits else None,
            "target_ms": int(target.total_seconds() * 1000),
            "n": len(found.lengths),
            "half": speech.ticking(half) if half is not None else "–",
            "most": speech.ticking(most) if most is not None else "–",
        }

    def _bar(self, found: wall_figures.Reached, limit: timedelta, wanted: float) -> dict[str, Any]:
        share = wall_figures.share_within(found.lengths, found.pending, limit)
        total = int(limit.total_seconds())
        unit, n = ("minutes", total // 60) if total >= 120 else ("seconds", total)
        return {
            "word": self._t(f"wall.within_{unit}", n=n),
            "target": self._t("wall.target", percent=round(wanted * 100)),
            "wanted": wanted,
            "share": share,
            "said": self._t("wall.percent", percent=int(share * 100)) if share is not None else "–",
            "heat": "none" if share is None else "safe" if share >= wanted else "breached",
        }

    def _envoys(self, cells: Sequence[wall.EnvoyCell]) -> dict[str, Any]:
        found: dict[regions.Region, list[int]] = {}
        for cell in cells:
            where = self._city(Point(cell.lat, cell.lon))
            mine = found.setdefault(regions.of(where.words.country if where else ""), [0, 0])
            mine[0] += cell.free
            mine[1] += cell.busy
        most = sorted(found.items(), key=lambda pair: -sum(pair[1]))
        lines = [
            {"key": region, "name": self._t(f"wall.region.{region}"), "free": free, "busy": busy}
            for region, (free, busy) in most[:REGIONS]
        ]
        return {
            "free": sum(c.free for c in cells),
            "busy": sum(c.busy for c in cells),
            "regions": lines,
            "more": max(0, len(most) - REGIONS),
        }

    def _alert(self, found: wall.WallAlert) -> dict[str, Any]:
        word = self._t.either(f"alert.{found.kind}", self._t("wall.other_alert"))
        return {"key": found.kind, "word": word, "n": found.count, "since": view.millis(found.oldest_at)}

    def _channel(self, found: wall.WallChannel) -> dict[str, Any]:
        heat = wall_figures.channel(found, self._now)
        said = self._t(f"wall.channel.{heat}")
        if found.failed:
            said = self._t("wall.channel_failed", n=found.failed)
        elif found.waiting:
            said = self._t("wall.channel_waiting", n=found.waiting)
        name = self._t.either(f"channel.{found.name}", found.name)
        return {"key": found.name, "name": name, "heat": heat, "word": said}

    def _tick(self, event: wall.WallEvent) -> dict[str, Any]:
        return {
            "key": f"{event.number}",
            "time": speech.at(event.at, self._deps.zone, seconds=True),
            "word": self._t.either(f"wall.event.{event.what}", ""),
            "place": self._name(self._city(event.cell)),
            "stage": STAGE_OF.get(event.what, wall_figures.WallStage.TAKEN),
        }

    def _major(self, major: wall.WallMajor) -> dict[str, Any]:
        states = [
            {"key": state, "word": self._t(f"major.state.{state}"), "n": n}
            for state, n in major.states.items()
            if n
        ]
        name = self._t("wall.major", place=self._short(self._city(major.cell)), n=sum(major.states.values()))
        return {"key": f"{view.millis(major.opened_at)}", "name": name, "states": states}


CITY_STATES = frozenset({"HK", "MO", "SG", "MC", "VA"})
"""Said by the city alone: both names would fill the line with the same word twice."""
STAGE_OF = {
    "case.dispatched": wall_figures.WallStage.RINGING,
    "case.rang_again": wall_figures.WallStage.RINGING,
    "centre.reopened": wall_figures.WallStage.RINGING,
    "dispatch.accepted": wall_figures.WallStage.COMING,
    "job.under_way": wall_figures.WallStage.COMING,
    "job.arrived": wall_figures.WallStage.BESIDE,
    "centre.closed": wall_figures.WallStage.SAFE,
}
"""The colour of a line of the ticker; what is missing is somebody at work."""


def _cities(places: ports.Places) -> CityOf:
    """Cells told by their city, each worked out once; a city stays where its first cell said that it is."""
    first: dict[str, wall_figures.City] = {}

    @lru_cache(maxsize=50_000)
    def known(cell: Point) -> wall_figures.City:
        found = wall_figures.city(cell, places.describe)
        return first.setdefault(found.key, found)

    return lambda cell: known(cell) if cell else None


async def stream(request: web.Request) -> web.StreamResponse:
    """`wall` when something on it can have changed."""
    return await live.told(request, lambda topics: ["wall"] if any(map(is_news, topics)) else [])


def is_news(hint: str) -> bool:
    """Whether a hint can change the wall: who looks at which page does not."""
    return not (presence.is_presence(hint) or hint in DULL)
