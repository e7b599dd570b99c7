"""Addresses from a configured service, over HTTP on loopback; never an exception, never a long wait."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
from aiohttp import web

from backoffice.adapters.geocoder import Geocoder, GeocoderOptions
from backoffice.kernel import geo

HOTEL = geo.Point(21.0279, 105.8523)
FOUND = {
    "lat": "21.0279",
    "lon": "105.8523",
    "display_name": "Hàng Trống, Hà Nội, Việt Nam",
    "address": {"country_code": "vn"},
}
FEATURE = {
    "type": "Feature",
    "geometry": {"type": "Point", "coordinates": [105.8523, 21.0279]},
    "properties": {"name": "Hàng Trống", "city": "Hà Nội", "country": "Việt Nam", "countrycode": "VN"},
}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class FakeService:
    """A geocoding service that answers what it is told to and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.answer: Answer = self._nothing
        self.url = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        return await self.answer(request)

    def says(self, payload: object) -> None:
        async def answer(_: web.Request) -> web.StreamResponse:
            return web.json_response(payload)

        self.answer = answer

    async def _nothing(self, _: web.Request) -> web.StreamResponse:
        return web.json_response([])


@pytest.fixture
async def service() -> AsyncIterator[FakeService]:
    fake = FakeService()
    app = web.Application()
    app.router.add_get("/{tail:.*}", fake.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    fake.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield fake
    await runner.cleanup()


@pytest.fixture
async def geocoder(service) -> AsyncIterator[Geocoder]:
    built = Geocoder(GeocoderOptions("nominatim", service.url, "tests", timeout_s=0.5))
    yield built
    await built.close()


async def test_an_address_is_asked_in_the_readers_language(service, geocoder):
    service.says(FOUND)
    assert await geocoder.address(HOTEL, "zh_Hans") == "Hàng Trống, Hà Nội, Việt Nam"
    asked = service.asked[0]
    assert (asked.path, asked.query["accept-language"]) == ("/reverse", "zh-CN")
    assert (float(asked.query["lat"]), float(asked.query["lon"])) == (HOTEL.lat, HOTEL.lon)
    assert asked.headers["User-Agent"] == "tests"


async def test_a_typed_place_gives_candidates_to_confirm(service, geocoder):
    service.says([FOUND, FOUND | {"lat": "0", "lon": "0"}])
    found = await geocoder.search("  Grand   Hotel, Hanoi ", "en")
    assert [(c.label, c.country, c.point) for c in found] == [(FOUND["display_name"], "VN", HOTEL)]
    assert service.asked[0].query["q"] == "Grand Hotel, Hanoi"


async def test_photon_is_asked_in_languages_it_knows(service):
    geocoder = Geocoder(GeocoderOptions("photon", service.url))
    service.says({"type": "FeatureCollection", "features": [FEATURE]})
    found = await geocoder.search("Hàng Trống", "zh_Hans")
    assert [(c.point, c.country) for c in found] == [(HOTEL, "VN")]
    assert "Hà Nội" in found[0].label
    assert service.asked[0].query["lang"] == "default"
    await geocoder.close()


async def test_it_is_off_by_default_and_asks_nobody():
    geocoder = Geocoder(GeocoderOptions())
    assert not geocoder.enabled
    assert await geocoder.address(HOTEL, "en") is None
    assert await geocoder.search("Hanoi", "en") == []
    await geocoder.close()


def test_a_provider_with_another_datum_is_refused_at_start():
    with pytest.raises(ValueError, match="no such geocoder: 'baidu'"):
        Geocoder(GeocoderOptions("baidu"))


async def test_a_slow_service_is_given_up_in_time_without_a_word_of_where(service, geocoder, caplog):
    never = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.json_response(FOUND)

    service.answer = slow
    with caplog.at_level(logging.WARNING):
        assert await geocoder.address(HOTEL, "en") is None
    never.set()
    assert "geocoder nominatim failed" in caplog.text
    assert "105.85" not in caplog.text


@pytest.mark.parametrize("status", [400, 403, 429, 500, 502])
async def test_a_refusing_service_is_an_empty_answer(service, geocoder, status):
    async def refuse(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text="<html>no</html>", content_type="text/html")

    service.answer = refuse
    assert await geocoder.address(HOTEL, "en") is None
    assert await geocoder.search("Hanoi", "en") == []


@pytest.mark.parametrize(
    "payload",
    [
        [],
        {},
        None,
        "text",
        5,
        [5],
        [{"lat": "x"}],
        {"error": "Unable to geocode"},
        [{"lat": "1", "lon": None}],
    ],
    ids=repr,
)
async def test_a_broken_answer_is_an_empty_answer(service, geocoder, payload):
    service.says(payload)
    assert await geocoder.address(HOTEL, "en") is None
    assert await geocoder.search("Hanoi", "en") == []


async def test_nobody_at_the_other_end_is_an_empty_answer():
    geocoder = Geocoder(GeocoderOptions("nominatim", "http://127.0.0.1:9", timeout_s=0.5))
    assert await geocoder.address(HOTEL, "en") is None
    await geocoder.close()


async def test_a_very_long_address_is_cut_and_a_long_question_too(service, geocoder):
    service.says(FOUND | {"display_name": "x" * 5000})
    assert len(await geocoder.address(HOTEL, "en")) == 300
    await geocoder.search("q" * 5000, "en")
    assert len(service.asked[-1].query["q"]) == 200


async def test_a_closed_geocoder_is_off(service, geocoder):
    service.says(FOUND)
    await geocoder.close()
    assert not geocoder.enabled
    assert await geocoder.address(HOTEL, "en") is None
    assert service.asked == []
