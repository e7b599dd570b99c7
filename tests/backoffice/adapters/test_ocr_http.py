"""Words of a paper come from a server of one's own, and nothing depends on them."""

import hashlib
import hmac

from aiohttp import web
from aiohttp.test_utils import TestServer

from backoffice.adapters.ocr_http import HttpReader


async def _read(answer: web.Response) -> tuple[str, list[str]]:
    signed = []

    async def take(request: web.Request) -> web.Response:
        expected = hmac.new(b"key", await request.read(), hashlib.sha256).hexdigest()
        signed.append("signed" if request.headers["X-Rescue-Signature"] == expected else "unsigned")
        return answer

    app = web.Application()
    app.router.add_post("/ocr", take)
    async with TestServer(app) as server:
        return await HttpReader(str(server.make_url("/ocr")), "key").words(b"picture"), signed


async def test_what_the_server_reads_is_kept() -> None:
    assert await _read(web.json_response({"text": "TOTAL 120.00"})) == ("TOTAL 120.00", ["signed"])


async def test_a_server_in_trouble_is_no_trouble_of_the_claim() -> None:
    for answer in (web.Response(status=500), web.Response(text="not json"), web.json_response([1])):
        assert (await _read(answer))[0] == ""
    assert await HttpReader("http://127.0.0.1:9", "key").words(b"picture") == ""
