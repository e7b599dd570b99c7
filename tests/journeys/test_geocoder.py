"""Street addresses, where a service is configured: staff read one, a typed place is found to the street."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests import house as house_
from tests.clocks import FakeClock
from tests.house import HANOI, House
from tests.journeys import stories

HOTEL = {"lat": "21.0300", "lon": "105.8530", "display_name": "Grand Hotel, 12 Ly Thai To, Hanoi"}


@pytest.fixture
async def service() -> AsyncIterator[TestServer]:
    """An address service that knows one hotel."""

    async def search(request: web.Request) -> web.Response:
        return web.json_response([HOTEL] if "Grand" in request.query["q"] else [])

    async def reverse(_: web.Request) -> web.Response:
        return web.json_response({**HOTEL, "place_id": 1})

    app = web.Application()
    app.add_routes([web.get("/search", search), web.get("/reverse", reverse)])
    async with TestServer(app) as server:
        yield server


@pytest.fixture
async def placed(
    service: TestServer, sqlite_url: str, tmp_path: Path, clock: FakeClock
) -> AsyncIterator[House]:
    """The service with an address service beside it."""
    given: dict[str, Any] = {"provider": "nominatim", "domain": f"http://127.0.0.1:{service.port}"}
    async with house_.opened(sqlite_url, tmp_path / "data", clock, geocoder=given) as opened:
        yield opened


async def test_staff_read_the_address_after_the_dispatch(placed: House) -> None:
    """The address comes after help was called, as a line for staff; the traveller's chat does not show it."""
    phone = await placed.telegram()
    await phone.location(*HANOI)
    await placed.pass_time(8)
    case = await stories.now(placed, phone)
    async with placed.core.store.begin(placed.clock.now()) as uow:
        entries = await uow.cases.entries(case.id)
    assert [(e.text, str(e.audience)) for e in entries] == [(HOTEL["display_name"], "staff")]
    assert not any("Ly Thai To" in text for text in await house_.texts(phone))


async def test_a_typed_hotel_is_found_to_the_street_and_confirmed(placed: House) -> None:
    """ "Grand Hotel": asked back with its address, and kept to the street's precision once confirmed."""
    phone = await placed.telegram()
    await stories.says(placed, phone, "help me", "1")
    await stories.answers(placed, phone, "I am at the Grand Hotel, Hanoi")
    await placed.pass_time(3)
    assert any("12 Ly Thai To" in text for text in await house_.texts(phone))
    await stories.answers(placed, phone, "yes")
    case = await stories.now(placed, phone)
    assert case.fix is not None
    assert case.fix.accuracy_m == 200
