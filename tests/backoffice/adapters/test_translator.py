"""The translator's door over HTTP: one text for each, or nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from backoffice.adapters.translator_http import HttpTranslator
from backoffice.ports.translating import NotTranslated, Wanted

WANTED = Wanted(["足が痛い", "はい"], "ja", "zh_Hans")


@pytest.fixture
async def served() -> AsyncIterator[tuple[list[Any], dict[str, Any], str]]:
    """What was asked, what is answered, and where."""
    asked: list[Any] = []
    answer: dict[str, Any] = {"status": 200, "body": {"translatedText": ["腿疼", "是"]}}

    async def door(request: web.Request) -> web.Response:
        asked.append(await request.json())
        return web.json_response(answer["body"], status=answer["status"])

    app = web.Application()
    app.router.add_post("/translate", door)
    async with TestServer(app) as server:
        yield asked, answer, str(server.make_url("/translate"))


async def test_texts_go_and_come_in_their_order(served: tuple[list[Any], dict[str, Any], str]) -> None:
    asked, _, url = served
    assert await HttpTranslator(url, "k").translate(WANTED) == ["腿疼", "是"]
    assert asked == [
        {"q": ["足が痛い", "はい"], "source": "ja", "target": "zh-Hans", "format": "text", "api_key": "k"}
    ]


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, {}), (200, {"translatedText": ["腿疼"]}), (200, {"translatedText": "腿疼"}), (200, []), (403, {})],
)  # fmt: skip
async def test_a_shifted_or_broken_answer_is_none(
    status: int, body: Any, served: tuple[list[Any], dict[str, Any], str]
) -> None:
    """One text too few would put somebody's words in another's mouth."""
    _, answer, url = served
    answer.update(status=status, body=body)
    with pytest.raises(NotTranslated):
        await HttpTranslator(url).translate(WANTED)


async def test_nobody_there_is_said_so() -> None:
    with pytest.raises(NotTranslated):
        await HttpTranslator("http://127.0.0.1:9/translate").translate(WANTED)
