"""Both platforms' outward APIs, bare and as their own process: every send is taken, numbered and remembered.

python -m tests.chaos.platform PORT

GET /seen?after=N lists what came: number, seconds since 1970, chat, a digest of the words.
"""

import asyncio
import hashlib
import json
import sys
import time
from typing import Any

from aiohttp import web


class Seen:
    """What was sent to anybody."""

    def __init__(self) -> None:
        self.rows: list[tuple[int, float, str, str]] = []

    def note(self, chat: str, words: str) -> int:
        number = len(self.rows) + 1
        digest = hashlib.blake2b(words.encode(), digest_size=8).hexdigest()
        self.rows.append((number, time.time(), chat, digest))
        return number

    async def telegram(self, request: web.Request) -> web.Response:
        at = time.time()
        form = await request.post()
        method = request.match_info["method"]
        if not method.startswith(("send", "edit")):
            return web.json_response({"ok": True, "result": True})
        chat = str(form.get("chat_id", ""))
        number = self.note(chat, method + str(sorted((k, str(v)) for k, v in form.items())))
        message = {"message_id": number, "date": int(at), "chat": {"id": int(chat), "type": "private"}}
        return web.json_response({"ok": True, "result": message})

    async def wechat(self, request: web.Request) -> web.Response:
        if request.path.endswith("token"):
            return web.json_response({"access_token": "T", "expires_in": 7200})
        body: dict[str, Any] = json.loads(await request.read())
        number = self.note(str(body.get("touser", "")), str(body))
        return web.json_response({"errcode": 0, "errmsg": "ok", "msgid": number})

    async def seen(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", "0"))
        return web.json_response(self.rows[after:])


def build() -> web.Application:
    seen = Seen()
    app = web.Application(client_max_size=64 << 20)
    app.add_routes([web.get("/seen", seen.seen), web.post("/bot{token}/{method}", seen.telegram)])
    app.add_routes([web.route("*", "/cgi-bin/{rest:.*}", seen.wechat)])
    return app


async def main(port: int) -> None:
    runner = web.AppRunner(build(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
