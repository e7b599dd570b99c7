"""The big screen: what it says is true, and what it must not say it does not know."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backoffice.adapters.gazetteer import Gazetteer
from backoffice.cases.model import CaseStatus, Kind
from backoffice.console import wall_figures
from backoffice.console.wall_figures import WallStage
from backoffice.kernel import geodesy
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Point
from backoffice.places import regions
from backoffice.ports import OperatorRole
from backoffice.ports.wall import WallCase, WallChannel, WallSpan
from tests.backoffice.console import wall_scene
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening

NOW = datetime(2026, 3, 1, 6, 0, tzinfo=UTC)
S = timedelta(seconds=1)


def case(**changes: Any) -> WallCase:
    made: dict[str, Any] = {
        "number": 0, "status": CaseStatus.OPEN, "kind": Kind.ACCIDENT, "cell": Point(13.75, 100.5),
        "dispatched_at": NOW, "rang_at": NOW, "answered_at": NOW + S, "working": 0, "arrived": 0,
    }  # fmt: skip
    return WallCase(**(made | changes))


@pytest.mark.parametrize(
    ("changes", "stage"),
    [
        ({"answered_at": None}, WallStage.RINGING),
        ({"answered_at": NOW - S, "arrived": 1}, WallStage.RINGING),
        ({}, WallStage.TAKEN),
        ({"working": 1}, WallStage.COMING),
        ({"working": 1, "arrived": 1}, WallStage.BESIDE),
        ({"status": CaseStatus.RESOLVED, "answered_at": None}, WallStage.SAFE),
    ],
)
def test_a_ring_that_nobody_has_seen_outranks_how_far_help_has_come(
    changes: dict[str, Any], stage: WallStage
) -> None:
    assert wall_figures.stage(case(**changes)) is stage


def test_shares_count_who_still_waits_as_late_only_once_they_are() -> None:
    """Two in time, one late; one waits 8 s (not judged yet), one 40 s (late already): two of four."""
    spans = [
        WallSpan(NOW - 60 * S, NOW - 55 * S, None, False),
        WallSpan(NOW - 60 * S, NOW - 45 * S, None, False),
        WallSpan(NOW - 60 * S, NOW - 44 * S, None, False),
        WallSpan(NOW - 8 * S, None, None, False),
        WallSpan(NOW - 40 * S, None, None, False),
        WallSpan(NOW - 90 * S, None, None, True),
    ]
    found = wall_figures.answered(spans, NOW)
    assert wall_figures.share_within(found.lengths, found.pending, wall_figures.SOON) == 0.5
    assert wall_figures.share_within(found.lengths, found.pending, wall_figures.FAST) == 0.75
    assert wall_figures.share_within([], [8 * S], wall_figures.SOON) is None
    assert wall_figures.percentile(found.lengths, 0.5) == 15 * S
    assert wall_figures.percentile([], 0.5) is None


def test_a_city_is_shown_at_its_own_centre_however_the_cell_lies() -> None:
    """Two cells of Bangkok are one dot, within 11 km of the city's centre, and neither cell shines through."""
    places = Gazetteer()
    cells = (Point(13.70, 100.60), Point(13.82, 100.41))
    found = [wall_figures.city(cell, places.describe) for cell in cells]
    assert {c.key for c in found} == {"TH:Bangkok"}
    for city in found:
        assert geodesy.distance_m(city.at, Point(13.754, 100.501)) < 11_000
        assert city.words.distance is None
        assert city.at.lat == round(city.at.lat, 1)


@pytest.mark.parametrize(
    ("waiting_s", "failed", "heat"),
    [(None, 0, "safe"), (5, 0, "safe"), (30, 0, "waiting"), (90, 0, "breached"), (None, 1, "breached")],
)
def test_a_channel_is_red_when_letters_fail_or_stand_still(
    waiting_s: int | None, failed: int, heat: str
) -> None:
    since = NOW - waiting_s * S if waiting_s else None
    assert wall_figures.channel(WallChannel("telegram", NOW, 1, since, failed), NOW) == heat


def test_every_country_lies_in_one_region() -> None:
    assert regions.of("TH") is regions.Region.SOUTHEAST_ASIA
    assert regions.of("HK") is regions.Region.CHINA
    assert regions.of("") is regions.Region.ELSEWHERE
    codes = " ".join(regions._COUNTRIES.values()).split()
    assert len(codes) == len(set(codes))


async def test_nothing_of_anybody_is_in_page_data_or_stream(
    evening: Evening, visit: Callable[..., Any]
) -> None:
    """Names, numbers, references, words, exact places and ids planted in the rows appear nowhere."""
    await wall_scene.planted(evening)
    await wall_scene.world(evening)
    wall: Visitor = await visit(await evening.operator("大屏", OperatorRole.WALL))
    page, data = await wall.get("/console/wall"), await wall.get("/console/wall/data")
    stream = await wall.get("/console/wall/live")
    assert (page.status, data.status, stream.status) == (200, 200, 200)
    await evening.bus.publish(["case:case-SECR"])
    heard = b""
    while b"event: wall" not in heard:
        heard += await asyncio.wait_for(stream.content.readany(), 3)
    stream.close()
    seen = await page.text() + json.dumps(await data.json(), ensure_ascii=False) + heard.decode()
    for secret in (*wall_scene.PLANTED, "case-SECR", "p-oSecret", "旅客", "星使00", "TOKY"):
        assert secret not in seen, secret


async def test_what_the_wall_says(evening: Evening, visit: Callable[..., Any]) -> None:
    """Stages, today's times against their targets, envoys by region, alerts; drills and duress are not there."""
    await wall_scene.planted(evening)
    await wall_scene.world(evening)
    quiet = await evening.person("q", Address("telegram", "q1"))
    await evening.case("DURE", quiet, point=Point(52.5, 13.4), duress=True)
    drill = await evening.person("d", Address("telegram", "d1"))
    await evening.case("DRIL", drill, point=Point(55.7, 37.6), drill=True)
    wall: Visitor = await visit(await evening.operator("大屏", OperatorRole.WALL))
    found = await (await wall.get("/console/wall/data")).json()
    assert found["counts"] == {"ringing": 1, "taken": 2, "coming": 2, "beside": 1, "safe": 1}
    assert len(found["cities"]) == 7
    assert not [c for c in found["cities"] if c["key"].startswith(("DE", "RU"))]
    assert found["answer"]["waiting"] == 1
    assert found["answer"]["n"] == 6
    assert [b["said"] for b in found["answer"]["bars"]] == ["71%", "85%"]
    assert found["beside"]["half"] == "7:11"
    lines = {line["key"]: (line["free"], line["busy"]) for line in found["envoys"]["regions"]}
    assert lines["southeast_asia"] == (7, 0)
    assert found["ticker"][0]["word"] == "星使到达"
    assert len(found["lines"]) == 6
    assert found["lines"][0]["stage"] == "ringing"
    assert found["alerts_count"] == 1


async def test_a_wall_that_is_switched_off_goes_dark(evening: Evening, visit: Callable[..., Any]) -> None:
    """Its stream ends within a second and a half, and its data are refused."""
    wall = await evening.operator("大屏", OperatorRole.WALL)
    visitor: Visitor = await visit(wall)
    stream = await visitor.get("/console/wall/live")

    async def off(work: Any) -> None:
        await work.uow.staff.end_sessions(wall.id)

    await evening.act(off)
    heard = await asyncio.wait_for(stream.content.read(), 4)
    assert b"event: gone" in heard
    assert (await visitor.get("/console/wall/data", X_Live="1")).status == 401


async def test_a_wall_is_not_signed_out_after_a_week(evening: Evening, visit: Callable[..., Any]) -> None:
    """Nobody touches it for eight days; its data still come."""
    wall: Visitor = await visit(await evening.operator("大屏", OperatorRole.WALL))
    evening.clock.advance(timedelta(days=8))
    assert (await wall.get("/console/wall/data", X_Live="1")).status == 200
