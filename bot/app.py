"""The public web application: webhooks of every channel, health, and the sub-applications mounted on it."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.channel import Health

BODY_LIMIT = 256 * 1024
"""Webhooks read their own bodies with this cap; pages set their own."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether an SOS can be taken now, part by part; `channels` tells each channel's last success and trouble."""

    parts: Mapping[str, bool]
    channels: Mapping[str, Health]

    @property
    def ok(self) -> bool:
        return all(self.parts.values())


@dataclass(frozen=True, slots=True)
class Site:
    """What the application is made of."""

    routes: Sequence[web.AbstractRouteDef]
    ready: Callable[[], Awaitable[Readiness]]
    mounted: Mapping[str, web.Application] = field(default_factory=dict)


def build(site: Site) -> web.Application:
    """The application of one process."""
    app = web.Application(client_max_size=BODY_LIMIT, middlewares=[_safe_headers])
    app.add_routes(site.routes)
    app.add_routes([web.get("/health/live", _live), web.get("/health/ready", _ready(site))])
    for prefix, mounted in site.mounted.items():
        app.add_subapp(prefix, mounted)
    return app


@web.middleware
async def _safe_headers(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Nothing we answer, refusals included, is sniffed, framed or kept by a cache unless a page says otherwise."""
    try:
        response = await handler(request)
    except web.HTTPException as refusal:
        _add_headers(refusal)
        raise
    if not response.prepared:
        _add_headers(response)
    return response


def _add_headers(response: web.StreamResponse) -> None:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers.setdefault("Referrer-Policy", "no-referrer")


async def _live(_: web.Request) -> web.Response:
    return web.json_response({"live": True})


def _ready(site: Site) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(_: web.Request) -> web.StreamResponse:
        found = await site.ready()
        body = {"ready": found.ok, "parts": dict(found.parts), "channels": _channels(found)}
        return web.json_response(body, status=200 if found.ok else 503)

    return handle


def _channels(found: Readiness) -> dict[str, dict[str, str | None]]:
    return {
        name: {
            "last_ok": health.last_ok.isoformat() if health.last_ok else None,
            "last_error": health.last_error.isoformat() if health.last_error else None,
            "error": health.error,
        }
        for name, health in found.channels.items()
    }
