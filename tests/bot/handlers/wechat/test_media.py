"""Fetching what somebody sent: by MediaId, within the limit, never from a foreign address."""

import pytest
from aiohttp import web

from bot import channel
from tests.bot.handlers.wechat import api

GET = "media/get"


async def test_a_photo_comes_as_it_is() -> None:
    async with api.bench() as on:
        on.api.answers[GET] = [b"\xff\xd8photo"]
        assert await on.channel.fetch("m1", 100) == b"\xff\xd8photo"
        assert on.api.at(GET)[0].query["media_id"] == "m1"


async def test_never_more_than_the_limit() -> None:
    async with api.bench() as on:
        on.api.answers[GET] = [b"\xff" * 101]
        with pytest.raises(channel.PermanentFailure, match="too large"):
            await on.channel.fetch("m1", 100)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (
            web.Response(text='{"errcode":40007,"errmsg":"invalid media_id"}', content_type="text/plain"),
            channel.PermanentFailure,
        ),
        ({"errcode": -1}, channel.TemporaryFailure),
        (web.Response(status=502, text="<html>"), channel.TemporaryFailure),
        (web.Response(text="{cut off"), channel.TemporaryFailure),
        ({"unexpected": "shape"}, channel.PermanentFailure),
    ],
)
async def test_an_error_on_a_200_is_not_a_file(answer: api.Answer, failure: type[Exception]) -> None:
    async with api.bench() as on:
        on.api.answers[GET] = [answer]
        with pytest.raises(failure):
            await on.channel.fetch("m1", 100)


async def test_a_revoked_token_does_not_cost_the_photo() -> None:
    """Media are fetched at once: they are gone after three days."""
    async with api.bench() as on:
        on.api.answers[GET] = [{"errcode": 42001, "errmsg": "expired"}, b"\xff\xd8photo"]
        assert await on.channel.fetch("m1", 100) == b"\xff\xd8photo"


async def test_a_film_is_fetched_from_the_platforms_own_host_without_the_token() -> None:
    async with api.bench() as on:
        on.api.answers[GET] = [{"video_url": f"{on.api.url}/film/1"}]
        on.api.answers["/film/1"] = [b"mp4"]
        assert await on.channel.fetch("m1", 100) == b"mp4"
        assert on.api.at("/film/1")[0].query == {}


async def test_a_film_keeps_to_the_limit_as_well() -> None:
    async with api.bench() as on:
        on.api.answers[GET] = [{"video_url": f"{on.api.url}/film/1"}]
        on.api.answers["/film/1"] = [b"x" * 201]
        with pytest.raises(channel.PermanentFailure, match="too large"):
            await on.channel.fetch("m1", 200)


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data",
        "http://127.0.0.1:1/x",
        "http://qq.com.evil.example/x",
        "http://evilqq.com/x",
        "https://v.qq.com:8443/x",
        "https://user@evil.example/.qq.com",
        "file:///etc/passwd",
        "ftp://v.qq.com/x",
        "http://[::ffff:127.0.0.1]/x",
        "http://[broken/x",
        "",
        7,
    ],
)
async def test_no_other_address_is_ever_asked(url: object) -> None:
    async with api.bench() as on:
        on.api.answers[GET] = [{"video_url": url}]
        with pytest.raises(channel.PermanentFailure, match="foreign address"):
            await on.channel.fetch("m1", 100)


async def test_a_film_that_is_moved_elsewhere_is_not_followed() -> None:
    async with api.bench() as on:
        on.api.answers[GET] = [{"video_url": f"{on.api.url}/film/1"}]
        on.api.answers["/film/1"] = [web.Response(status=302, headers={"Location": f"{on.api.url}/inside"})]
        with pytest.raises(channel.TemporaryFailure):
            await on.channel.fetch("m1", 100)
        assert on.api.at("/inside") == []
