"""The sandbox as an aiohttp application: both platforms' APIs, the control API and the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

from aiohttp import web

from bot.sandbox import page
from bot.sandbox.clock import Clock, SystemClock
from bot.sandbox.config import SandboxConfig
from bot.sandbox.control import api as control
from bot.sandbox.sandbox import Sandbox

BODY_LIMIT = 64 << 20
SANDBOX = web.AppKey("sandbox", Sandbox)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build(config: SandboxConfig, clock: Clock | None = None) -> web.Application:
    """The application; the `Sandbox` inside is at `app[SANDBOX]`. `clock` defaults to the machine's."""
    sandbox = Sandbox(config, clock or SystemClock())
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[only_own_pages])
    app[SANDBOX] = sandbox
    app.add_routes(control.Control(sandbox).routes())
    app.add_routes(page.routes())
    app.add_routes(sandbox.platform_routes())
    app.cleanup_ctx.append(_life(sandbox))
    app.on_shutdown.append(_end_streams)
    return app


def _life(sandbox: Sandbox) -> Callable[[web.Application], AsyncIterator[None]]:
    async def life(app: web.Application) -> AsyncIterator[None]:
        session = await sandbox.run()
        yield
        await sandbox.close(session)

    return life


async def _end_streams(app: web.Application) -> None:
    app[SANDBOX].world.events.close()


@web.middleware
async def only_own_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Other sites open in the same browser may not play with the phones."""
    from_another = request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site")
    if from_another and request.path.startswith("/sandbox/api"):
        return web.json_response({"error": "not from another site"}, status=403)
    return await handler(request)
