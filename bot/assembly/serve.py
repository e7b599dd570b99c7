"""The long-running roles: everything in one process, or the web and the worker halves apart."""

import asyncio
import gc
import logging
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from aiohttp import web

from backoffice.adapters.papers import PdfPapers
from backoffice.adapters.voices import FfmpegVoices
from backoffice.console import app as console
from backoffice.console import clocks
from backoffice.console.deps import ConsoleDeps, Tiles
from bot import app as public
from bot.assembly import bot_name, control, core, desk, follow_page, metrics, paging, service
from bot.assembly import channels as channels_
from bot.assembly.centre_watch import CentreWatch
from bot.assembly.channels import Channels
from bot.assembly.core import Core
from bot.assembly.paperwork import Paperwork
from bot.assembly.service import CaseActions, Service
from bot.assembly.synthetic import Synthetic
from bot.assembly.words import PlainWords
from config.settings import Clocks, Settings
from storage.centre_reads import SqlCentreQueries
from storage.desk_view import SqlDeskQueries
from storage.queries import SqlQueries
from storage.shop_reads import SqlShopQueries
from storage.wall_view import SqlWall

log = logging.getLogger(__name__)
SHUTDOWN_S = 10.0


@dataclass(frozen=True)
class Role:
    """What this process does."""

    pages: bool = True
    work: bool = True


@dataclass(frozen=True)
class Running:
    """A started process."""

    core: Core
    channels: Channels
    service: Service
    app: web.Application


async def serve(settings: Settings, role: Role) -> None:
    """Run until SIGTERM or SIGINT."""
    async with running(settings, role):
        log.info("listening on http://%s:%s", settings.http.host, settings.http.port)
        await until_stopped()


@asynccontextmanager
async def running(
    settings: Settings, role: Role, mounts: dict[str, web.Application] | None = None
) -> AsyncIterator[Running]:
    """Start a process's parts and stop them in the reverse order.

    Nothing built meanwhile is garbage: looking for some took a third of the start.
    """
    gc.disable()
    async with AsyncExitStack() as stack:
        stack.callback(gc.enable)
        base = await stack.enter_async_context(core.opened(settings))
        channels = await stack.enter_async_context(channels_.opened(base))
        parts = service.build(base, channels)
        running_service = Service(base, parts)
        app = application(base, channels, running_service, mounts or {})
        await stack.enter_async_context(bot_name.learning(base, channels))
        await running_service.start(work=role.work)
        if role.work:
            running_service.every(60, CentreWatch(base).step)
        stack.push_async_callback(running_service.stop)
        if role.pages:
            await _listen(stack, app, settings)
            _call_oneself(base, running_service)
        await _metrics(stack, base, running_service)
        if settings.embedded:
            await stack.enter_async_context(control.served(base))
        gc.collect()
        gc.freeze()
        gc.enable()
        yield Running(base, channels, running_service, app)


def application(
    base: Core, channels: Channels, running_service: Service, mounts: dict[str, web.Application]
) -> web.Application:
    """Webhooks, health, the console, and what else is mounted."""
    parts = running_service.parts
    routes = channels.routes(parts.gateway) + list(channels.paying.routes(base, parts.payments))
    routes += channels.insuring.routes(base, parts.insurers)
    mounted = {"/console": console.build(console_deps(base)), "/follow": follow_page.mounted(base), **mounts}
    return public.build(public.Site(routes, running_service.ready, mounted))


def console_deps(base: Core) -> ConsoleDeps:
    given = base.settings
    return ConsoleDeps(
        store=base.store,
        queries=SqlQueries(base.database, base.vault),
        actions=CaseActions(base),
        looks=CaseActions(base).look,
        media=base.media,
        photos=base.photos,
        places=base.world.places,
        words=PlainWords(base.speech),
        bus=base.bus,
        clock=base.clock,
        bits=base.world.bits,
        public_url=base.settings.public_url,
        proxies=base.settings.http.trusted_proxies,
        rungs=tuple(given.sos.acknowledge_seconds),
        targets=_targets(given.clocks),
        tiles=Tiles(given.map.tile_url, given.map.attribution),
        page_test=paging.pager(base).test,
        shop=SqlShopQueries(base.database, base.vault),
        centre=SqlCentreQueries(base.database, base.vault),
        disk=lambda: _disk(given.data_dir),
        synthetic=given.synthetic.runs(given.embedded),
        desk=SqlDeskQueries(base.database, base.vault),
        desk_rules=base.world.desk,
        voices=FfmpegVoices(),
        translator=desk.translator(given.translator),
        paper=Paperwork(base, PdfPapers(PlainWords(base.speech))).drawn,
        wall=SqlWall(base.database),
        rules=base.world.orders,
        pay=base.world.pay,
    )


def _disk(folder: Path) -> tuple[int, int]:
    found = shutil.disk_usage(folder)
    return found.free, found.total


def _targets(given: Clocks) -> clocks.Targets:
    return clocks.Targets(
        answered=timedelta(seconds=given.answered_seconds),
        called_back=timedelta(seconds=given.called_back_seconds),
        envoy_accepted=timedelta(seconds=given.envoy_accepted_seconds),
        envoy_arrived=timedelta(seconds=given.arrived_seconds),
        provider=timedelta(seconds=given.provider_seconds),
        family=timedelta(seconds=given.family_seconds),
    )


async def _listen(stack: AsyncExitStack, app: web.Application, settings: Settings) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_S)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, settings.http.host, settings.http.port).start()


def _call_oneself(base: Core, running_service: Service) -> None:
    """Where the webhooks are served, once they are: the synthetic SOS knocks at this process's own door."""
    given = base.settings.synthetic
    if given.runs(base.settings.embedded):
        running_service.every(given.every_seconds, Synthetic(base, paging.pager(base)).step)


async def _metrics(stack: AsyncExitStack, base: Core, running_service: Service) -> None:
    """Metrics on a port of their own, loopback only; 0 switches them off."""
    port = base.settings.http.metrics_port
    if not port:
        return
    runner = web.AppRunner(metrics.build(base, running_service), access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port).start()


async def until_stopped() -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    await stopped.wait()
