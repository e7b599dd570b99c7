"""Prometheus metrics of one process, asked for on a loopback port."""

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.assembly.core import Core
from bot.assembly.service import Service
from bot.gateway import UNTAKEN_AFTER


def build(core: Core, service: Service) -> web.Application:
    """`GET /metrics`."""
    registry = CollectorRegistry()
    ready = Gauge("rescue_ready", "1 when an SOS can be taken", ["part"], registry=registry)
    last_ok = Gauge("rescue_channel_last_success_seconds", "Unix time", ["channel"], registry=registry)
    waiting = Gauge("rescue_inbox_untaken_lanes", "Lanes with rows untaken for 1 s", registry=registry)

    async def show(_: web.Request) -> web.Response:
        found = await service.ready()
        for part, ok in found.parts.items():
            ready.labels(part).set(ok)
        for name, health in found.channels.items():
            last_ok.labels(name).set(health.last_ok.timestamp() if health.last_ok else 0)
        waiting.set(len(await core.inbox.idle_lanes(core.clock.now() - UNTAKEN_AFTER)))
        return web.Response(body=generate_latest(registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    app = web.Application()
    app.add_routes([web.get("/metrics", show)])
    return app
