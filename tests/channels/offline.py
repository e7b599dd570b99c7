"""The service on real storage without sockets: channels that remember what they were given and fail as told."""

import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from backoffice.adapters.envoy_index import CsrEnvoyIndex
from backoffice.kernel.exchange import Accepted, Address, NewLetter, RawUpdate
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Message, Urgency
from backoffice.people.model import Person
from backoffice.workflows.work import World
from bot.assembly import channels as channels_
from bot.assembly import core, service
from bot.assembly.core import Core
from bot.assembly.service import Service
from bot.channel import Envelope, Features, Part, Sent, TextPart
from bot.handlers.telegram import outbound as telegram_outbound
from bot.handlers.wechat import outbound as wechat_outbound
from tests import house as house_
from tests import wiring
from tests.clocks import FakeClock
from tests.house import RecordingPager

Trouble = Callable[[Envelope, Part], None]


@dataclass
class Memory:
    """A channel. `trouble` may raise one of `bot.channel`'s failures; `files` are what people sent."""

    name: str
    features: Features
    sent: list[tuple[Envelope, Part]] = field(default_factory=list)
    notices: list[tuple[Envelope, int]] = field(default_factory=list)
    trouble: Trouble = lambda _envelope, _part: None
    files: dict[str, Any] = field(default_factory=dict)
    well: bool = True
    asked: int = 0

    async def send(self, envelope: Envelope, part: Part) -> Sent:
        self.trouble(envelope, part)
        self.sent.append((envelope, part))
        return Sent(f"{self.name}{len(self.sent)}")

    async def nudge(self, envelope: Envelope, waiting: int, locale: str) -> Sent:
        self.notices.append((envelope, waiting))
        return Sent("")

    async def fetch(self, handle: str, limit: int) -> bytes:
        found = self.files[handle]
        if isinstance(found, Exception):
            raise found
        return bytes(found)

    async def answers(self) -> bool:
        self.asked += 1
        return self.well

    @property
    def texts(self) -> list[str]:
        return [part.text for _, part in self.sent if isinstance(part, TextPart)]


@dataclass
class Offline:
    """A service without platforms."""

    core: Core
    service: Service
    clock: FakeClock
    telegram: Memory
    wechat: Memory
    pager: RecordingPager
    numbers: Any = field(default_factory=lambda: iter(range(1, 10_000)))

    async def person(self, address: str, channel: str = "telegram") -> Person:
        """Somebody known at this address."""
        person = Person(PersonId(f"person-{channel}-{address}"), "en", self.clock.now())
        async with self.core.store.begin(self.clock.now()) as uow:
            await uow.people.add(person, Address(channel, address))
            await uow.commit()
        return person

    async def put(self, to: Person, words: str, urgency: Urgency = Urgency.NORMAL, **more: Any) -> None:
        async with self.core.store.begin(self.clock.now()) as uow:
            await uow.outbox.put(NewLetter(to.id, Message("relay.text", {"text": words}), urgency, **more))
            await uow.commit()

    def update(self, user: int, **content: Any) -> RawUpdate:
        """A Telegram message of a user, as the webhook hands it on."""
        number = next(self.numbers)
        whom = {"id": user, "is_bot": False, "first_name": "Anna", "language_code": "en"}
        chat = {"id": user, "type": "private"}
        at = int(self.clock.now().timestamp())
        message = {"message_id": number, "date": at, "chat": chat, "from": whom, **content}
        body = json.dumps({"update_id": number, "message": message}).encode()
        return RawUpdate(str(number), Address("telegram", str(user)), body, self.clock.now())

    async def accept(self, raw: RawUpdate) -> Accepted:
        accepted = await self.service.parts.gateway.accept(raw)
        await self.service.parts.gateway.settle()
        return accepted

    async def send_all(self) -> None:
        """Everything that may be sent now."""
        delivery = self.service.parts.delivery
        while await delivery.step():
            await delivery.settle()

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        for _ in range(round(seconds / step)):
            self.clock.advance(step)
            await self.service.parts.delivery.upkeep()
            await self.service.parts.deadlines.step()
            await self.service.parts.deadlines.settle()
            await self.send_all()


@asynccontextmanager
async def opened(database_url: str, data: Path, clock: FakeClock, **more: Any) -> AsyncIterator[Offline]:
    """On an empty, migrated database."""
    async with AsyncExitStack() as stack:
        wiring.write_key(data)
        given = wiring.settings(database_url, data, "http://127.0.0.1:9", **more)
        rules = core.rules(given.sos)
        bits = random.Random(7).getrandbits
        around = World(rules, house_.gazetteer(), CsrEnvoyIndex(), bits, given.centre.phones)
        base = await stack.enter_async_context(core.opened(given, clock, around))
        telegram = Memory("telegram", telegram_outbound.FEATURES)
        wechat = Memory("wechat", wechat_outbound.FEATURES)
        pager = RecordingPager()
        by_name: dict[str, Any] = {"telegram": telegram, "wechat": wechat}
        made = await stack.enter_async_context(channels_.opened(base))
        parts = service.build(base, replace(made, by_name=by_name), pager)
        yield Offline(base, Service(base, parts), clock, telegram, wechat, pager)
