"""The running service: gateway, delivery, deadlines, fetching and upkeep, started and stopped together."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from backoffice import ports
from backoffice.adapters.ocr_http import HttpReader
from backoffice.adapters.papers import PdfPapers
from backoffice.claims.claim import ClaimId
from backoffice.clockwork.claim_papers import Bench, PaperRunner
from backoffice.clockwork.deadlines import DeadlineRunner
from backoffice.clockwork.firing import Firing
from backoffice.clockwork.index_feed import IndexFeed
from backoffice.clockwork.insurers import InsurerRunner
from backoffice.clockwork.payments import PaymentRunner
from backoffice.insurance.model import RequestId
from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import CaseId, EnvoyId, OrderId
from backoffice.money.model import PaymentId, ProviderOrderId
from backoffice.money.slips import SlipId
from backoffice.workflows import certificates, family_links, papers, pay_codes, portraits
from backoffice.workflows.acting import Acting
from backoffice.workflows.work import Work
from bot.app import Readiness
from bot.assembly import channels as channels_
from bot.assembly import families, paging
from bot.assembly.certificates import Certificates
from bot.assembly.channels import Channels
from bot.assembly.core import Core
from bot.assembly.paperwork import Paperwork
from bot.assembly.pay_codes import PayCodes
from bot.assembly.portraits import Portraits
from bot.assembly.words import PlainWords
from bot.delivery import Delivery, Way
from bot.enclosures import Enclosures
from bot.fetching import Fetching, Source
from bot.gate import Gate
from bot.gateway import Gateway
from bot.health import Healths
from bot.i18n import negotiation
from bot.receipts import Receipts
from bot.rendering import Rendering
from bot.riding import Riding, RidingDeps
from bot.sending import Sending
from storage.claim_queue import PaperQueue
from storage.envoy_import import EnvoyImports
from storage.media import FileMedia

log = logging.getLogger(__name__)
BODIES_KEPT = timedelta(hours=24)
"""The raw inbox is emptied of bodies this long after handling (business.md, Data)."""
KEYS_KEPT = timedelta(days=60)
"""Keys of what was taken live this long, so that a late repeat is still known (house.md, machinery 16)."""
ALIVE_WITHIN = timedelta(seconds=10)


@dataclass(frozen=True)
class Parts:
    """The moving parts of one process."""

    gateway: Gateway
    delivery: Delivery
    deadlines: DeadlineRunner
    fetching: Fetching
    feed: IndexFeed
    healths: Healths
    rendering: Rendering
    payments: PaymentRunner
    insurers: InsurerRunner
    claim_papers: PaperRunner


def build(core: Core, channels: Channels, wake: ports.Pager | None = None) -> Parts:
    """Put the parts together; nothing runs yet. `wake` stands in for the configured pager."""
    healths = Healths(tuple(channels.by_name))
    rendering = Rendering(core.speech, channels_.map_link(core))
    firing = Firing(core.store, core.world, core.clock, wake or paging.pager(core), core.geocoder)
    gateway = Gateway(_gate(core, channels, rendering, firing))
    drawn = PdfPapers(PlainWords(core.speech))
    enclosures = Enclosures(core.fetches, core.media, core.letters, core.clock, drawn.picture)
    sources: dict[str, Source] = {
        **channels.by_name,
        papers.SOURCE: Paperwork(core, drawn),
        pay_codes.SOURCE: PayCodes(core),
        portraits.SOURCE: Portraits(core),
    }
    sources[certificates.SOURCE] = Certificates(core)
    sources[family_links.QR_SOURCE] = families.QrCodes(core, channels.wechat)
    sending = Sending(channels.by_name, core.letters, rendering, enclosures, core.clock)
    way = Way(core.letters, core.store, channels.by_name, sending, core.clock, healths)
    return Parts(
        gateway=gateway,
        delivery=Delivery(way),
        deadlines=DeadlineRunner(core.deadlines, core.locks, firing, gateway.drain, core.clock),
        fetching=Fetching(core.fetches, sources, core.media, core.clock),
        feed=IndexFeed(core.store, core.world.index, core.clock),
        healths=healths,
        rendering=rendering,
        payments=channels.paying.runner(core),
        insurers=channels.insuring.runner(core),
        claim_papers=_claim_papers(core),
    )


def _claim_papers(core: Core) -> PaperRunner:
    queue, given = PaperQueue(core.database), core.settings.ocr
    reader = HttpReader(given.url, given.secret.get_secret_value()) if given.url and given.secret else None
    bench = Bench(core.store, queue, core.locks, core.media, core.photos, core.world, core.clock, reader)
    return PaperRunner(bench)


def _gate(core: Core, channels: Channels, rendering: Rendering, firing: Firing) -> Gate:
    riding = RidingDeps(core.letters, core.store, rendering, channels.features, core.world, core.clock)
    return Gate(
        store=core.store,
        inbox=core.inbox,
        lookup=core.lookup,
        locks=core.locks,
        firing=firing,
        world=core.world,
        clock=core.clock,
        readers=channels_.READERS,
        riding=Riding(riding),
        locale=locale_of(core.settings.default_locale),
        ledgers=channels_.LEDGERS,
        receipts=Receipts(core.store, core.clock).note,
    )


def locale_of(default: str) -> Callable[[Address, str], str]:
    """A newcomer's language: Telegram's code by our map; WeChat tells none."""

    def locale(at: Address, language: str) -> str:
        if at.channel == "wechat" and not language:
            return "zh_Hans"
        return negotiation.locale_for(language, default)

    return locale


class Service:
    """Runs the parts until stopped."""

    def __init__(self, core: Core, parts: Parts) -> None:
        self._core = core
        self.parts = parts
        self._loops: list[asyncio.Task[None]] = []

    async def start(self, sweep: bool = True, work: bool = True) -> None:
        """`sweep`: takes rows left behind; `work`: deadlines, delivery, fetching, upkeep."""
        await self.parts.feed.load()
        self._run(self._follow_hints())
        if sweep:
            self._run(_every(self._core, 0.5, self._sweep))
        if work:
            if self._core.settings.embedded:
                await self.parts.delivery.recover()
            self._run(self.parts.delivery.run())
            self._run(self.parts.deadlines.run())
            self._run(self.parts.payments.run())
            self._run(self.parts.insurers.run())
            self._run(_every(self._core, 0.5, self.parts.delivery.upkeep))
            self._run(_every(self._core, 0.3, self._fetch))
            self._run(_every(self._core, 0.3, self._look))
            forget = (self._forget_bodies, self._forget_keys, self._forget_maps)
            for job in (*forget, self._sweep_media, self._envoys):
                self._run(_every(self._core, 60, job))

    def every(self, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        """One more job of this process, again and again until the service stops."""
        self._run(_every(self._core, seconds, job))

    def _run(self, loop: Awaitable[None]) -> None:
        self._loops.append(asyncio.ensure_future(loop))

    async def _follow_hints(self) -> None:
        async with self._core.bus.subscribe() as hints:
            async for topic in hints:
                await self._heard(topic)

    async def _heard(self, topic: str) -> None:
        """A hint that cannot be followed is caught up by whoever looks again; those behind it are heard."""
        try:
            await self._hear(topic)
        except Exception:
            log.exception("a hint of %s could not be followed", topic.partition(":")[0])

    async def _hear(self, topic: str) -> None:
        if topic == "letters":
            self.parts.delivery.wake()
        elif topic == "deadlines":
            self.parts.deadlines.wake()
        elif topic == "payments":
            self.parts.payments.wake()
        elif topic == "insurers":
            self.parts.insurers.wake()
        elif topic == "envoys":
            await self.parts.feed.load()
        elif topic.startswith("envoy:"):
            await self.parts.feed.refresh(EnvoyId(topic.removeprefix("envoy:")))

    async def _sweep(self) -> None:
        await self.parts.gateway.sweep()

    async def _fetch(self) -> None:
        while await self.parts.fetching.step():
            self.parts.delivery.wake()

    async def _look(self) -> None:
        while await self.parts.claim_papers.step():
            self.parts.delivery.wake()

    async def _forget_bodies(self) -> None:
        await self._core.inbox.purge(self._core.clock.now() - BODIES_KEPT)

    async def _forget_keys(self) -> None:
        await self._core.inbox.forget(self._core.clock.now() - KEYS_KEPT)

    async def _forget_maps(self) -> None:
        await self._core.letters.forget_maps(self._core.clock.now())

    async def _sweep_media(self) -> None:
        if isinstance(self._core.media, FileMedia):
            await self._core.media.sweep()

    async def _envoys(self) -> None:
        """A list of envoys that was left half moved comes to its end; then everybody on duty is placed."""
        await EnvoyImports(self._core.database, self._core.vault).finish_left(self._core.clock.now())
        await self.parts.feed.load()

    async def stop(self) -> None:
        """Let turns and sends under way end, then stop the loops."""
        await self.parts.gateway.close()
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self.parts.deadlines.settle()
        await self.parts.delivery.settle()

    async def ready(self) -> Readiness:
        """Database writable, deadlines running, each channel's last success."""
        writable = await self._writable()
        parts = {"database": writable, "deadlines": writable and await self._deadlines_run()}
        return Readiness(parts, self.parts.healths.all())

    async def _deadlines_run(self) -> bool:
        """Somebody fires deadlines: this process's runner, or (where none has run here) none is long overdue."""
        now = self._core.clock.now()
        last = self.parts.deadlines.last_round
        if last is not None:
            return now - last < ALIVE_WITHIN
        following = await self._core.deadlines.next_due()
        return following is None or now - following < ALIVE_WITHIN

    async def _writable(self) -> bool:
        try:
            await self._core.database.prove_writable()
        except Exception:
            log.exception("the database cannot be written")
            return False
        return True


async def _every(core: Core, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
    """Run a job again and again; one that fails is logged and tried again."""
    while True:
        try:
            await job()
        except Exception:
            log.exception("%s failed", getattr(job, "__qualname__", job))
        await core.clock.sleep(seconds)


class CaseActions:
    """The console's way to change things: lock, unit of work, commit, again when stale."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._acting = Acting(core.store, core.locks, core.world, core.clock)

    async def __call__(self, action: Callable[[Work], Awaitable[None]], case: str | None) -> None:
        await self._acting.under(await self._key(case), action)

    async def look(self, action: Callable[[Work], Awaitable[None]]) -> None:
        """A step that only reads: no lock is taken, and what it wrote all the same is undone."""
        now = self._core.clock.now()
        async with self._core.store.begin(now) as uow:
            await action(Work(uow, now, self._core.world))

    async def _key(self, about: str | None) -> str:
        """Whose lock: the person's whose case, order or payment it is; the desk's for what is nobody's."""
        if about is None:
            return "desk"
        kind, _, subject = about.rpartition(":")
        async with self._core.store.begin(self._core.clock.now()) as uow:
            match kind:
                case "":
                    return (await uow.cases.get(CaseId(subject))).requester
                case "order":
                    return (await uow.orders.get(OrderId(subject))).customer
                case "payment":
                    return (await uow.payments.get(PaymentId(subject))).payer
                case "task":
                    return (await uow.payments.order(ProviderOrderId(subject))).person
                case "insurer":
                    return (await uow.policies.request(RequestId(subject))).person
                case "claim":
                    return (await uow.claims.get(ClaimId(subject))).person
                case "slip":
                    return await self._of_slip(uow, SlipId(subject))
        return subject

    async def _of_slip(self, uow: ports.UnitOfWork, slip: SlipId) -> str:
        """Under the payer's lock where it is about a payment: the runner of payments works under it too."""
        found = await uow.slips.get(slip)
        if not found.kind.of_payment:
            return "desk"
        return (await uow.payments.get(PaymentId(found.subject))).payer
