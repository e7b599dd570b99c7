"""The whole service without sockets: real gateway, deadlines, delivery and storage over channels that write down."""

import asyncio
import dataclasses
import random
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from backoffice.adapters.envoy_index import CsrEnvoyIndex
from backoffice.adapters.recorded_pay import RecordedPay
from backoffice.kernel.clock import Clock
from backoffice.kernel.exchange import Accepted, Letter, Question, RawUpdate
from backoffice.kernel.ids import PersonId
from backoffice.money.rules import RECORDED
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows.work import World
from bot.assembly import core, deeds, insuring, paying, service
from bot.assembly.channels import Channels
from bot.assembly.core import Core
from bot.assembly.service import CaseActions, Service
from bot.channel import Channel, Envelope, Features, Part, Sent
from bot.handlers.telegram import outbound as telegram_outbound
from bot.handlers.wechat import outbound as wechat_outbound
from storage import letter_row, migrate
from storage.exchange_tables import letter
from storage.insurer_queue import InsurerQueue
from storage.payment_queue import PaymentQueue
from tests import house, wiring
from tests.chaos.pushes import Pushes, Someone
from tests.chaos.report import Broken
from tests.clocks import FakeClock

Wrap = Callable[[Core], Core]
ANSWER_S = 3.5
"""How long a webhook waits for its row's words."""


class Recorder:
    """A channel that takes everything and remembers it; `trouble` may raise a failure first."""

    def __init__(self, name: str, features: Features, clock: Clock) -> None:
        self.name = name
        self.features = features
        self.sent: list[tuple[datetime, Envelope, Part]] = []
        self.trouble: Callable[[Envelope, Part], None] = lambda _envelope, _part: None
        self._clock = clock

    async def send(self, envelope: Envelope, part: Part) -> Sent:
        self.trouble(envelope, part)
        await asyncio.sleep(0)
        self.sent.append((self._clock.now(), envelope, part))
        return Sent(f"{self.name}{len(self.sent)}")

    async def nudge(self, envelope: Envelope, waiting: int, locale: str) -> Sent:
        return Sent("")

    async def fetch(self, handle: str, limit: int) -> bytes:
        return b"x"


class SilentPager:
    """Counts the pages."""

    def __init__(self) -> None:
        self.pages: list[tuple[int, str]] = []

    async def page(self, level: int, ref: str, what: str) -> None:
        self.pages.append((level, ref))


@dataclass
class Rig:
    """A running service whose webhooks are called directly."""

    core: Core
    service: Service
    clock: FakeClock
    channels: dict[str, Recorder]
    pager: SilentPager
    pushes: Pushes = field(default_factory=Pushes)
    operator: Operator = field(
        default_factory=lambda: Operator(house.OperatorId("op1"), "王", OperatorRole.SUPERVISOR)
    )

    async def accept(self, raw: RawUpdate) -> Accepted:
        """As a webhook does: stored when this returns."""
        return await self.service.parts.gateway.accept(raw)

    async def push(self, raw: RawUpdate) -> None:
        """As a webhook does to its end: what may ride home in WeChat's answer does, else it goes by API."""
        accepted = await self.accept(raw)
        if raw.sender.channel != "wechat":
            return
        answer = await self.service.parts.gateway.answer(accepted, ANSWER_S)
        if answer is not None:
            await self.service.parts.gateway.written(answer)

    async def envoy(self, who: Someone, at: tuple[float, float], **more: Any) -> None:
        """An envoy on duty with a base at this place."""
        row = {
            "name": f"E{who.id}", "phone": "", "channel": who.channel, "address": who.id, "languages": ["zh"],
            "services": ["interpret"], "lat": at[0], "lon": at[1], "on_duty": True, "sex": "",
        } | more  # fmt: skip
        await deeds.put_rows(self.core, {"rows": [row]})
        await self.service.parts.feed.load()

    async def settle(self) -> None:
        """Let everything happen that can happen now."""
        parts, quiet = self.service.parts, 0
        for _ in range(400):
            busy = await parts.gateway.settle()
            busy |= bool(await parts.gateway.sweep())
            await parts.deadlines.step()
            await parts.deadlines.settle()
            busy |= bool(await parts.fetching.step())
            busy |= bool(await parts.delivery.step())
            await parts.delivery.settle()
            for _ in range(3):
                await asyncio.sleep(0)
            quiet = 0 if busy else quiet + 1
            if quiet >= 2:
                return
        raise Broken("the service does not come to rest")

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Move the clock on in small steps, everything happening on the way."""
        await self.settle()
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < end:
            self.clock.advance(min(step, (end - self.clock.now()).total_seconds()))
            await self.service.parts.delivery.upkeep()
            await self.settle()

    async def question(self, who: Someone, kind: str, value: str) -> str | None:
        """The data of the button that would answer this person's newest open question of a kind."""
        async with self.core.store.begin(self.clock.now()) as uow:
            person = await uow.people.at(who.at)
            asked: Sequence[Question] = await uow.talk.open_questions(person.id) if person else ()
        for found in asked:
            for digit, meant in found.answers.items():
                if found.kind == kind and meant == value:
                    return f"q:{found.id}:{digit}"
        return None

    async def letters(self) -> list[Letter]:
        """Every letter ever put, oldest first."""
        async with self.core.database.reading() as conn:
            rows = (await conn.execute(letter_row.WITH_READER.order_by(letter.c.seq))).all()
            return [await letter_row.read(conn, self.core.vault, row) for row in rows]

    async def rows(self, sql: str) -> list[Any]:
        """A plain query; values are as the driver has them."""
        async with self.core.database.reading() as conn:
            return list((await conn.execute(sa.text(sql))).all())

    async def person(self, who: Someone) -> PersonId:
        async with self.core.store.begin(self.clock.now()) as uow:
            found = await uow.people.at(who.at)
        assert found is not None
        return found.id

    @property
    def actions(self) -> CaseActions:
        return CaseActions(self.core)


async def template(folder: Path) -> Path:
    """A migrated, empty SQLite file to copy."""
    path = folder / "template.db"
    if not path.exists():
        await migrate.upgrade(f"sqlite+aiosqlite:///{path}")
    return path


async def fresh_file(folder: Path, name: str) -> str:
    """The URL of a new, empty, migrated SQLite database."""
    path = folder / f"{name}.db"
    shutil.copyfile(await template(folder), path)
    return f"sqlite+aiosqlite:///{path}"


@dataclass(frozen=True, slots=True)
class Setting:
    """What one rig stands on. `running` starts the loops; else a test steps them by `settle`."""

    url: str
    data: Path
    chance: random.Random
    clock: Any
    wrap: Wrap = lambda base: base
    running: bool = False
    more: dict[str, Any] = field(default_factory=dict)


@asynccontextmanager
async def opened(given: Setting) -> AsyncIterator[Rig]:
    """A rig on a migrated database. Several on one PostgreSQL are several processes' worth of service."""
    async with AsyncExitStack() as stack:
        wiring.write_key(given.data)
        settings = wiring.settings(given.url, given.data, "http://127.0.0.1:9", **given.more)
        world = World(
            core.rules(settings.sos), house.gazetteer(), CsrEnvoyIndex(), given.chance.getrandbits, {}
        )
        base = given.wrap(await stack.enter_async_context(core.opened(settings, given.clock, world)))
        channels = {
            "telegram": Recorder("telegram", telegram_outbound.FEATURES, given.clock),
            "wechat": Recorder("wechat", wechat_outbound.FEATURES, given.clock),
        }
        by_name: dict[str, Channel] = {**channels}
        by_hand = paying.Paying({RECORDED: RecordedPay()}, {}, PaymentQueue(base.database))
        nobody = insuring.Insuring({}, {}, InsurerQueue(base.database))
        pager = SilentPager()
        doors = Channels(by_name, lambda _intake: [], by_hand, nobody)
        running = Service(base, service.build(base, doors, pager))
        await running.start(sweep=given.running, work=given.running)
        stack.push_async_callback(running.stop)
        yield Rig(base, running, given.clock, channels, pager)


def rewired(base: Core, **parts: Any) -> Core:
    """The core with some parts exchanged."""
    return dataclasses.replace(base, **parts)
