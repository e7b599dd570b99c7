"""In the demo only: `/sandbox` on the service's own port, passed on to the sandbox's process."""

import aiohttp
from aiohttp import web

DROPPED = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "content-length", "host", "content-encoding"}
)
UPLOAD_LIMIT = 30 * 2**20


def build(base: str, http: aiohttp.ClientSession) -> web.Application:
    """A sub-application that passes everything on, event streams included."""

    async def passed_on(request: web.Request) -> web.StreamResponse:
        url = f"{base}{request.rel_url}"
        headers = {k: v for k, v in request.headers.items() if k.lower() not in DROPPED}
        body = await request.read() if request.can_read_body else None
        timeout = aiohttp.ClientTimeout(total=None, connect=5)
        try:
            async with http.request(
                request.method, url, headers=headers, data=body, timeout=timeout, allow_redirects=False
            ) as answer:
                return await _copied(request, answer)
        except aiohttp.ClientConnectionError:
            return web.Response(status=502, text="the sandbox is not running")

    app = web.Application(client_max_size=UPLOAD_LIMIT)
    app.add_routes([web.route("*", "/{path:.*}", passed_on), web.route("*", "", passed_on)])
    return app


async def _copied(request: web.Request, answer: aiohttp.ClientResponse) -> web.StreamResponse:
    headers = {k: v for k, v in answer.headers.items() if k.lower() not in DROPPED}
    response = web.StreamResponse(status=answer.status, headers=headers)
    await response.prepare(request)
    async for chunk in answer.content.iter_any():
        await response.write(chunk)
    await response.write_eof()
    return response
