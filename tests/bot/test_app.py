"""The public application: health that means something, and headers on everything it answers."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from backoffice.kernel.exchange import Address, NewLetter
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Message
from backoffice.people.model import Person
from bot import app as public
from bot.app import Readiness, Site
from bot.channel import Health
from bot.health import Healths
from tests.channels import observing
from tests.channels.conftest import house
from tests.house import House

__all__ = ["house"]
Client = TestClient[web.Request, web.Application]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


async def served(parts: dict[str, bool], channels: dict[str, Health]) -> Client:
    async def ready() -> Readiness:
        return Readiness(parts, channels)

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="x", headers={"Cache-Control": "max-age=60"})

    site = Site([web.get("/page", page)], ready)
    client = TestClient(TestServer(public.build(site)))
    await client.start_server()
    return client


@pytest.mark.parametrize(
    ("parts", "status"),
    [
        ({"database": True, "deadlines": True}, 200),
        ({"database": False, "deadlines": True}, 503),
        ({"database": True, "deadlines": False}, 503),
    ],
)
async def test_ready_means_that_an_sos_can_be_taken(parts: dict[str, bool], status: int) -> None:
    """Each part is named; one that fails makes the whole 503."""
    client = await served(parts, {"wechat": Health(NOON, None, "")})
    async with client.get("/health/ready") as answer:
        body = await answer.json()
    assert answer.status == status
    assert body["ready"] is (status == 200)
    assert body["parts"] == parts
    assert body["channels"] == {"wechat": {"last_ok": NOON.isoformat(), "last_error": None, "error": ""}}
    await client.close()


async def test_every_answer_carries_safe_headers_and_pages_keep_their_own() -> None:
    client = await served({}, {})
    for path in ("/health/live", "/health/ready", "/page", "/nowhere"):
        async with client.get(path) as answer:
            assert answer.headers["X-Content-Type-Options"] == "nosniff", path
            assert answer.headers["Referrer-Policy"] == "no-referrer", path
            assert answer.headers["Cache-Control"] == ("max-age=60" if path == "/page" else "no-store"), path
    await client.close()


async def test_the_running_service_says_so(house: House) -> None:
    """Deadlines that have not looked for ten seconds, or a database that refuses to be written: not ready."""
    async with house.http.get(f"{house.base}/health/live") as answer:
        assert answer.status == 200
    await house.settle()
    assert (await ready(house))[0] == 200
    house.clock.advance(11)
    status, body = await ready(house)
    assert (status, body["parts"]) == (503, {"database": True, "deadlines": False})
    await house.settle()
    assert (await ready(house))[0] == 200


async def ready(house: House) -> tuple[int, dict[str, Any]]:
    async with house.http.get(f"{house.base}/health/ready") as answer:
        return answer.status, await answer.json()


async def test_a_drill_is_no_proof_that_a_channel_works(house: House) -> None:
    """Letters to a drill go nowhere: they say nothing about the platform."""
    drill = Person(PersonId("drill"), "en", house.clock.now(), drill=True)
    async with house.core.store.begin(house.clock.now()) as uow:
        await uow.people.add(drill, Address("wechat", "drill_1"))
        await uow.commit()
    await observing.put(house, NewLetter(drill.id, Message("menu.help")))
    await house.pass_time(4, 1)
    assert (await ready(house))[1]["channels"]["wechat"]["last_ok"] is None
    assert [p.state for p in await observing.posted(house)] == ["delivered"]


def test_health_of_a_channel_is_its_last_success_and_last_trouble() -> None:
    healths = Healths(("telegram",))
    healths.succeeded("telegram", NOON)
    healths.failed("telegram", NOON, "flood")
    assert healths.all() == {"telegram": Health(NOON, NOON, "flood")}
