"""The whole service over the sandbox, in one process, with time that moves only when a test says so."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from backoffice import ports
from backoffice.adapters.envoy_index import CsrEnvoyIndex
from backoffice.adapters.gazetteer import Gazetteer
from backoffice.cases.model import Case, CloseReason
from backoffice.kernel.exchange import Address, Letter, LetterState, Question
from backoffice.kernel.ids import CaseId, OperatorId
from backoffice.people.model import Person
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import centre
from backoffice.workflows.work import World
from bot import app as public
from bot.assembly import channels as channels_
from bot.assembly import core, deeds, family_rules, follow_page, pay_rules, service
from bot.assembly.channels import Channels
from bot.assembly.core import Core
from bot.assembly.service import CaseActions, Service
from bot.i18n.catalogues import Catalogues
from bot.sandbox import app as sandbox_app
from bot.sandbox.client import ChatMessage, Phone, Phones
from storage import letter_row
from storage.engine import SqliteDatabase
from storage.exchange_tables import letter
from tests import paying, wiring
from tests.clocks import FakeClock
from tests.decoding import InProcess

BANGKOK = (13.7563, 100.5018)
HANOI = (21.0285, 105.8542)
BEIJING = (39.9087, 116.3975)
ARRIVES = (LetterState.RIDING, LetterState.WAITING, LetterState.SENDING, LetterState.DELIVERED)
_GAZETTEER: list[Gazetteer] = []


def gazetteer() -> Gazetteer:
    """One for all tests: it loads for a second."""
    if not _GAZETTEER:
        made = Gazetteer()
        made.warm()
        _GAZETTEER.append(made)
    return _GAZETTEER[0]


@cache
def speech() -> Catalogues:
    """One for all tests; a sentence nobody wrote, or one without its values, is an error."""
    return Catalogues(strict=True)


class RecordingPager:
    """Remembers who was paged, and pages them when a test gives it the means."""

    def __init__(self) -> None:
        self.pages: list[tuple[int, str]] = []
        self.then: ports.Pager | None = None

    async def page(self, level: int, ref: str, what: str) -> None:
        self.pages.append((level, ref))
        if self.then:
            await self.then.page(level, ref, what)


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
    pushes: Callable[[], Awaitable[None]]
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
        await deeds.put_rows(self.core, {"rows": [_row(phone, at, name) | more]})
        await self.settle()

    async def envoys(self, them: Sequence[tuple[Phone, tuple[float, float], str]]) -> None:
        """Several at once: phone, base, name."""
        await deeds.put_rows(self.core, {"rows": [_row(*one) for one in them]})
        await self.settle()

    async def settle(self) -> None:
        """Let everything happen that can happen now."""
        quiet = 0
        for _ in range(200):
            before = await self._written()
            if await self._round():
                quiet = 0
            elif before is not None and await self._written() == before:
                return
            else:
                quiet += 1
            if quiet >= 2:
                return
        raise AssertionError("the house does not come to rest")

    async def _round(self) -> bool:
        """Every part does what is due; False when that was nothing."""
        parts = self.service.parts
        await asyncio.wait_for(self.pushes(), 10)
        busy = await parts.gateway.settle()
        busy |= bool(await parts.gateway.sweep())
        await parts.deadlines.step()
        await parts.deadlines.settle()
        busy |= bool(await parts.fetching.step())
        busy |= bool(await parts.claim_papers.step())
        busy |= bool(await parts.payments.step())
        busy |= bool(await parts.insurers.step())
        busy |= bool(await parts.delivery.step())
        await parts.delivery.settle()
        for _ in range(10):
            await asyncio.sleep(0)
        return busy

    async def _written(self) -> int | None:
        """How many rows the one writer has changed so far; PostgreSQL does not say."""
        database = self.core.database
        if not isinstance(database, SqliteDatabase):
            return None
        async with database.driver() as driver:
            return await driver.run(lambda conn: conn.total_changes)

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

    async def person(self, phone: Phone) -> Person | None:
        """Who the service knows behind this phone."""
        async with self.core.store.begin(self.clock.now()) as uow:
            return await uow.people.at(Address(phone.key.partition("-")[0], phone.id))

    async def silent(self, phone: Phone) -> Case:
        """The case under duress of this phone's person."""
        person = await self.person(phone)
        assert person is not None
        async with self.core.store.begin(self.clock.now()) as uow:
            found = await uow.cases.duress_of(person.id)
        assert found is not None
        return found

    async def letters(self, phone: Phone, *states: LetterState) -> list[Letter]:
        """What was written to this phone's person, in order: delivered or on its way, unless states are named."""
        person = await self.person(phone)
        wanted = states or ARRIVES
        async with self.core.database.reading() as conn:
            rows = (await conn.execute(letter_row.WITH_READER.order_by(letter.c.seq))).all()
            mine = [row for row in rows if person and row.person == person.id and row.state in wanted]
            return [await letter_row.read(conn, self.core.vault, row) for row in mine]

    async def heard(self, phone: Phone) -> list[str]:
        """The keys of what this phone was told, in order."""
        return [one.message.key for one in await self.letters(phone)]

    async def lines(self, phone: Phone) -> list[str]:
        """The keys of every sentence this phone was told."""
        return [
            key
            for one in await self.letters(phone)
            for key in (one.message.key, *(s.key for s in one.message.more))
        ]

    async def asked(self, phone: Phone) -> list[Question]:
        """The questions open to this phone's person, newest first."""
        person = await self.person(phone)
        async with self.core.store.begin(self.clock.now()) as uow:
            return list(await uow.talk.open_questions(person.id)) if person else []

    async def entries(self, case: Case) -> list[str]:
        """The words kept on a case."""
        async with self.core.store.begin(self.clock.now()) as uow:
            return [
                entry.text or f"[{entry.media.kind}]" if entry.media else entry.text
                for entry in await uow.cases.entries(case.id)
            ]

    async def timeline(self, case: Case) -> list[str]:
        """The codes of a case's timeline."""
        async with self.core.store.begin(self.clock.now()) as uow:
            return [event.what for event in await uow.cases.events(case.id)]

    async def assignments(self, case: Case) -> dict[str, str]:
        """Envoy's name -> how their part stands."""
        async with self.core.store.begin(self.clock.now()) as uow:
            found = await uow.assignments.of_case(case.id)
            return {(await uow.envoys.get(a.envoy)).name: str(a.status) for a in found}

    async def queue(self) -> list[ports.QueueItem]:
        async with self.core.store.begin(self.clock.now()) as uow:
            return list(await uow.desk.waiting())

    async def told_staff(self) -> list[str]:
        """The kinds of alerts nobody has seen yet, oldest first."""
        return [alert.kind for alert in reversed(await self.alerts())]

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

    async def close_bell(self, case: Case) -> None:
        """The operator takes the case: it rings no more."""
        await self.do(centre.take, case.id)

    async def close(self, case: Case, reason: CloseReason = CloseReason.HELPED) -> None:
        """The operator takes the case and closes it."""
        await self.do(centre.take, case.id)
        await self.do(centre.close, case.id, reason)

    @property
    def pages(self) -> list[tuple[int, str]]:
        return PAGER.pages


def _row(phone: Phone, at: tuple[float, float], name: str) -> dict[str, Any]:
    return {
        "name": name, "phone": "", "channel": phone.key.partition("-")[0], "address": phone.id,
        "languages": ["zh", "th"], "services": ["interpret"], "lat": at[0], "lon": at[1],
        "on_duty": True, "sex": "",
    }  # fmt: skip


PAGER = RecordingPager()


async def texts(phone: Phone) -> list[str]:
    """What the service has said on this phone, oldest first."""
    return [m.text for m in await phone.chat() if m.sender == "bot" and m.text]


async def last(phone: Phone) -> ChatMessage:
    """The newest thing the service said on this phone."""
    return [m for m in await phone.chat() if m.sender == "bot"][-1]


@asynccontextmanager
async def opened(
    database_url: str, data: Path, clock: FakeClock, *, pays: bool = False, **more: Any
) -> AsyncIterator[House]:
    """A house on an empty, migrated database; `pays`: over the played platforms in `trade`, else an operator does."""
    async with AsyncExitStack() as stack:
        service_door, sandbox_door = wiring.door(), wiring.door()
        platforms = wiring.url(sandbox_door)
        wiring.write_key(data)
        more = {"payments": paying.settings(platforms, more.pop("trade", "jsapi"))} | more if pays else more
        more = (paying.insured(platforms) | more) if pays else more
        given = wiring.settings(database_url, data, platforms, **more)
        played = wiring.sandbox(wiring.url(service_door), clock, pays)
        await wiring.listen(stack, played, sandbox_door)
        around = World(
            core.rules(given.sos),
            gazetteer(),
            CsrEnvoyIndex(),
            random.Random(7).getrandbits,
            given.centre.phones,
            pay_rules.rules(given),
            geocodes=bool(given.geocoder.provider),
            insurers=given.confirming,
            family=family_rules.rules(given),
            claims=pay_rules.claims(given),
        )
        base = await stack.enter_async_context(core.opened(given, clock, around))
        base = replace(base, speech=speech(), photos=InProcess())
        channels = await stack.enter_async_context(channels_.opened(base))
        PAGER.pages.clear()
        PAGER.then = None
        running = Service(base, service.build(base, channels, PAGER))
        await running.start(sweep=False, work=False)
        stack.push_async_callback(running.stop)
        await wiring.listen(stack, _webhooks(base, channels, running), service_door)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        phones, actions = Phones(platforms, http), CaseActions(base)
        pushes = played[sandbox_app.SANDBOX].idle
        yield House(base, channels, running, phones, clock, http, wiring.url(service_door), actions, pushes)


def _webhooks(base: Core, channels: Channels, running: Service) -> web.Application:
    """What the platforms reach; nobody in a journey opens the console's pages."""
    parts = running.parts
    routes = channels.routes(parts.gateway) + list(channels.paying.routes(base, parts.payments))
    routes += channels.insuring.routes(base, parts.insurers)
    return public.build(public.Site(routes, running.ready, {"/follow": follow_page.mounted(base)}))
