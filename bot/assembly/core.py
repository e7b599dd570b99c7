"""Opens what every role of the service stands on: settings, database, keys, places, index."""

import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp

from backoffice import ports
from backoffice.adapters import geocoder
from backoffice.adapters.envoy_index import CsrEnvoyIndex
from backoffice.adapters.gazetteer import Gazetteer
from backoffice.adapters.photo_decoder import ChildDecoder
from backoffice.enrolment.duty import DutyRules
from backoffice.kernel.clock import Clock, SystemClock
from backoffice.orders.rules import OrderRules
from backoffice.ports.claims import PhotoDecoder
from backoffice.workflows.work import SosRules, World
from bot.assembly import desk, family_rules, pay_rules
from bot.i18n.catalogues import Catalogues
from config.settings import Envoys, Orders, Settings, Sos
from storage import (
    bucket,
    bus,
    deadlines,
    fetches,
    inbox,
    letters,
    locks,
    lookup,
    media,
    migrate,
    tokens,
    vault,
    windows,
)
from storage.engine import Database
from storage.unit_of_work import SqlStore

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Core:
    """Everything below the channels and the pages."""

    settings: Settings
    clock: Clock
    database: Database
    vault: vault.Vault
    bus: ports.Bus
    store: SqlStore
    locks: ports.Locks
    inbox: inbox.Inbox
    letters: letters.Letters
    deadlines: deadlines.DeadlineQueue
    lookup: lookup.Lookup
    fetches: fetches.Fetches
    media: ports.MediaStore
    windows: windows.Windows
    tokens: tokens.Tokens
    world: World
    speech: Catalogues
    geocoder: geocoder.Geocoder
    photos: PhotoDecoder


@asynccontextmanager
async def opened(
    settings: Settings, clock: Clock | None = None, around: World | None = None
) -> AsyncIterator[Core]:
    """The core of one process, closed at the end. Tests bring their own clock and world."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    clock = clock or SystemClock()
    master = vault.load_master(settings.secrets.key_file, settings.data_dir, may_generate=settings.embedded)
    if settings.embedded:
        await migrate.upgrade(settings.database_url)
    database = await Database.open(settings.database_url, thread=settings.sqlite_thread)
    keys = vault.Vault(master, secrets.token_bytes)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(database.close)
        async with database.writing() as conn:
            await keys.check(conn)
            await conn.commit()
        hints = await stack.enter_async_context(_bus(settings))
        base = Base(settings, clock, database, keys, hints, around or world(settings))
        files = await stack.enter_async_context(_media(base))
        guards = await stack.enter_async_context(_locks(settings))
        made = assembled(base, files, guards)
        stack.push_async_callback(made.geocoder.close)
        stack.push_async_callback(made.photos.close)
        yield made


@asynccontextmanager
async def _media(base: "Base") -> AsyncIterator[ports.MediaStore]:
    """Sealed files in a folder, or in an S3-compatible bucket (`RESCUE_MEDIA_URL`)."""
    url = base.settings.media_url
    if not url.startswith("s3:"):
        folder = Path(url.removeprefix("file:")) if url else base.settings.data_dir / "media"
        yield media.FileMedia(folder, base.database, base.vault, base.clock)
        return
    async with aiohttp.ClientSession() as http:
        store = bucket.BucketBlobs(bucket.parse(url), http, base.clock)
        yield media.SealedMedia(base.database, base.vault, base.clock, store)


@asynccontextmanager
async def _locks(settings: Settings) -> AsyncIterator[ports.Locks]:
    if settings.embedded:
        yield locks.LocalLocks()
        return
    shared = locks.PostgresLocks(settings.database_url)
    try:
        yield shared
    finally:
        await shared.close()


@asynccontextmanager
async def _bus(settings: Settings) -> AsyncIterator[ports.Bus]:
    if not settings.redis_url:
        yield bus.LocalBus()
        return
    shared = bus.RedisBus(settings.redis_url)
    await shared.start()
    try:
        yield shared
    finally:
        await shared.close()


@dataclass(frozen=True)
class Base:
    """What the core is assembled from."""

    settings: Settings
    clock: Clock
    database: Database
    vault: vault.Vault
    bus: ports.Bus
    world: World


def assembled(base: Base, files: ports.MediaStore, guards: ports.Locks) -> Core:
    """The core over an open database."""
    settings, clock, database, keys = base.settings, base.clock, base.database, base.vault
    return Core(
        settings=settings,
        clock=clock,
        database=database,
        vault=keys,
        bus=base.bus,
        store=SqlStore(database, keys, base.bus),
        locks=guards,
        inbox=inbox.Inbox(database, keys, clock),
        letters=letters.Letters(database, keys, clock),
        deadlines=deadlines.DeadlineQueue(database),
        lookup=lookup.Lookup(database),
        fetches=fetches.Fetches(database),
        media=files,
        windows=windows.Windows(database),
        tokens=tokens.Tokens(database, keys),
        world=base.world,
        speech=Catalogues(),
        geocoder=addresses(settings),
        photos=ChildDecoder(),
    )


def world(settings: Settings) -> World:
    """Places, index, rules and chance."""
    places = Gazetteer(settings.wechat.hk_macau_datum)
    places.warm()
    return World(
        rules(settings.sos),
        places,
        CsrEnvoyIndex(),
        secrets.randbits,
        settings.centre.phones,
        pay_rules.rules(settings),
        orders=order_rules(settings.orders),
        duty=duty_rules(settings.envoys),
        geocodes=bool(settings.geocoder.provider),
        insurers=settings.confirming,
        sms=bool(settings.sms.url),
        family=family_rules.rules(settings),
        desk=desk.rules(settings.desk),
        claims=pay_rules.claims(settings),
    )


def addresses(settings: Settings) -> geocoder.Geocoder:
    """Street addresses; off unless a provider is set."""
    given = settings.geocoder
    return geocoder.Geocoder(geocoder.GeocoderOptions(given.provider, given.domain, given.user_agent))


def duty_rules(given: Envoys) -> DutyRules:
    """How long an envoy on a job may be silent."""
    return DutyRules(
        silent=timedelta(minutes=given.silent_minutes),
        silent_on_scene=timedelta(minutes=given.silent_on_scene_minutes),
    )


def order_rules(given: Orders) -> OrderRules:
    """The settings of orders in the business's units; the rest is by the business's own tables."""
    return OrderRules(
        hold=timedelta(minutes=given.hold_minutes),
        radii_m=tuple(km * 1000 for km in given.radii_km),
        before=timedelta(hours=given.before_hours),
        pay_within=timedelta(minutes=given.pay_within_minutes),
        rate_within=timedelta(hours=given.rate_within_hours),
    )


def rules(sos: Sos) -> SosRules:
    """The settings in the business's units."""
    return SosRules(
        countdown=timedelta(seconds=sos.countdown_seconds),
        radii_m=tuple(km * 1000 for km in sos.radii_km),
        widen_after=timedelta(seconds=sos.widen_after_seconds),
        late_after=timedelta(seconds=sos.late_after_seconds),
        wave_size=sos.wave_size,
        wave_gap=timedelta(seconds=sos.wave_gap_seconds),
        acknowledge=tuple(timedelta(seconds=s) for s in sos.acknowledge_seconds),
        promise=timedelta(minutes=sos.promise_minutes),
        last_known=timedelta(minutes=sos.last_known_minutes),
    )
