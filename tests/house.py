"""The whole service over the sandbox, in one process, with time that moves only when a test says so."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import unused_port
from pydantic import SecretStr

from backoffice import ports
from backoffice.adapters.envoy_index import CsrEnvoyIndex
from backoffice.adapters.gazetteer import Gazetteer
from backoffice.cases.model import Case
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows.work import World
from bot.assembly import channels as channels_
from bot.assembly import core, deeds, serve, service
from bot.assembly.channels import Channels
from bot.assembly.core import Core
from bot.assembly.service import CaseActions, Service
from bot.sandbox import app as sandbox_app
from bot.sandbox.client import ChatMessage, Phone, Phones
from bot.sandbox.config import SandboxConfig, TelegramConfig, WeChatConfig
from config.settings import Settings, Telegram, Wechat
from tests.clocks import FakeClock

BANGKOK = (13.7563, 100.5018)
HANOI = (21.0285, 105.8542)
BEIJING = (39.9087, 116.3975)
TOKEN = "7000000:AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-pc"
SECRET = "journey-secret"
APP = {
    "app_id": "wx5a1dba110c0d0001",
    "app_secret": "0123456789abcdef0123456789abcdef",
    "token": "journey-token",
    "aes_key": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}
_GAZETTEER: list[Gazetteer] = []


def gazetteer() -> Gazetteer:
    """One for all tests: it loads for a second."""
    if not _GAZETTEER:
        made = Gazetteer()
        made.warm()
        _GAZETTEER.append(made)
    return _GAZETTEER[0]


class SandboxClock:
    """The test's clock as the sandbox reads it: seconds since 1970."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()

    async def sleep(self, seconds: float) -> None:
        await self._clock.sleep(seconds)


class RecordingPager:
    """Remembers who was paged."""

    def __init__(self) -> None:
        self.pages: list[tuple[int, str]] = []

    async def page(self, level: int, ref: str, what: str) -> None:
        self.pages.append((level, ref))


@dataclass
class House:
    """The running service and everybody's phones."""

    core: Core
    channels: Channels
    service: Service
    phones: Phones
    clock: FakeClock
    http: aiohttp.ClientSession
    base: str
    actions: CaseActions
    people: dict[str, Phone] = field(default_factory=dict)
    operator: Operator = field(
        default_factory=lambda: Operator(OperatorId("op1"), "王", OperatorRole.SUPERVISOR)
    )

    async def wechat(self, name: str = "周婷", **more: str) -> Phone:
        return await self.phones.person("wechat", name=name, **more)

    async def telegram(self, name: str = "Anna", language: str = "en", **more: str) -> Phone:
        return await self.phones.person("telegram", name=name, language_code=language, **more)

    async def envoy(self, phone: Phone, at: tuple[float, float], name: str = "陈静", **more: Any) -> None:
        """Make the person of this phone an envoy on duty with a base at this place."""
        row = {
            "name": name, "phone": "", "channel": phone.key.partition("-")[0], "address": phone.id,
            "languages": ["zh", "th"], "services": ["interpret"], "lat": at[0], "lon": at[1],
            "on_duty": True, "sex": "",
        } | more  # fmt: skip
        await deeds.put_rows(self.core, {"rows": [row]})
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that can happen now."""
        parts = self.service.parts
        quiet = 0
        for _ in range(200):
            await self.phones.idle()
            busy = await parts.gateway.settle()
            busy |= bool(await parts.gateway.sweep())
            await parts.deadlines.step()
            await parts.deadlines.settle()
            busy |= bool(await parts.fetching.step())
            busy |= bool(await parts.delivery.step())
            await parts.delivery.settle()
            for _ in range(10):
                await asyncio.sleep(0)
            quiet = 0 if busy else quiet + 1
            if quiet >= 2:
                return
        raise AssertionError("the house does not come to rest")

    async def pass_time(self, seconds: float, step: float = 0.5) -> None:
        """Move the clock on in small steps, everything happening on the way."""
        await self.settle()
        end = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < end:
            left = (end - self.clock.now()).total_seconds()
            self.clock.advance(min(step, left))
            await self.service.parts.delivery.upkeep()
            await self.settle()

    async def case_of(self, phone: Phone) -> Case | None:
        """The newest case of this phone's person."""
        found = await self.cases(phone)
        return found[-1] if found else None

    async def cases(self, phone: Phone) -> list[Case]:
        channel = phone.key.partition("-")[0]
        async with self.core.store.begin(self.clock.now()) as uow:
            person = await uow.people.at(deeds.Address(channel, phone.id))
            if person is None:
                return []
            exported = await deeds.export_cases(self.core, {})
            cases = [await uow.cases.by_ref(row["ref"]) for row in exported]
        mine = [c for c in cases if c is not None and c.requester == person.id]
        return sorted(mine, key=lambda c: c.opened_at)

    async def exported(self, ref: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = await deeds.export_cases(self.core, {"ref": ref})
        return found[0]

    async def alerts(self) -> list[ports.Alert]:
        async with self.core.store.begin(self.clock.now()) as uow:
            return list(await uow.desk.alerts())

    async def do(self, step: Any, case: CaseId, *given: Any) -> None:
        """One of the operators' actions (`backoffice.workflows.centre`)."""
        await self.actions(lambda work: step(work, case, self.operator, *given), case)
        await self.settle()

    @property
    def pages(self) -> list[tuple[int, str]]:
        return PAGER.pages


PAGER = RecordingPager()


async def texts(phone: Phone) -> list[str]:
    """What the service has said on this phone, oldest first."""
    return [m.text for m in await phone.chat() if m.sender == "bot" and m.text]


async def last(phone: Phone) -> ChatMessage:
    """The newest thing the service said on this phone."""
    return [m for m in await phone.chat() if m.sender == "bot"][-1]


def settings(database_url: str, data: Path, sandbox: str, **more: Any) -> Settings:
    """The service's settings against a sandbox."""
    key = data / "master.key"
    return Settings(
        database_url=database_url,
        data_dir=data,
        telegram=Telegram(token=SecretStr(TOKEN), webhook_secret=SecretStr(SECRET), api_base=sandbox),
        wechat=Wechat(
            app_id=APP["app_id"],
            app_secret=SecretStr(APP["app_secret"]),
            token=SecretStr(APP["token"]),
            aes_key=SecretStr(APP["aes_key"]),
            api_base=sandbox,
            notice_template="notice",
        ),
        secrets={"key_file": key} if key.exists() else {},
        centre={"phones": {"zh_Hans": "+861055550110", "en": "+861055550119"}},
        **more,
    )


@asynccontextmanager
async def opened(database_url: str, data: Path, clock: FakeClock, **more: Any) -> AsyncIterator[House]:
    """A house on an empty, migrated database."""
    async with AsyncExitStack() as stack:
        service_port, sandbox_port = unused_port(), unused_port()
        sandbox = f"http://127.0.0.1:{sandbox_port}"
        _key(data)
        given = settings(database_url, data, sandbox, **more)
        await _listen(stack, _sandbox(service_port, clock), sandbox_port)
        around = World(
            core.rules(given.sos),
            gazetteer(),
            CsrEnvoyIndex(),
            random.Random(7).getrandbits,
            given.centre.phones,
        )
        base = await stack.enter_async_context(core.opened(given, clock, around))
        channels = await stack.enter_async_context(channels_.opened(base))
        PAGER.pages.clear()
        running = Service(base, service.build(base, channels, PAGER))
        await running.start(sweep=False, work=False)
        stack.push_async_callback(running.stop)
        await _listen(stack, serve.application(base, channels, running, {}), service_port)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        url = f"http://127.0.0.1:{service_port}"
        yield House(base, channels, running, Phones(sandbox, http), clock, http, url, CaseActions(base))


def _key(data: Path) -> None:
    data.mkdir(parents=True, exist_ok=True)
    path = data / "master.key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")


def _sandbox(service_port: int, clock: FakeClock) -> web.Application:
    config = SandboxConfig(
        service=f"http://127.0.0.1:{service_port}",
        telegram=TelegramConfig(token=TOKEN, webhook_secret=SECRET),
        wechat=WeChatConfig(**APP),
    )
    return sandbox_app.build(config, SandboxClock(clock))


async def _listen(stack: AsyncExitStack, app: web.Application, port: int) -> None:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.TCPSite(runner, "127.0.0.1", port).start()
