"""The web half and the worker half, two processes' worth of objects on one PostgreSQL and one Redis."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from backoffice.cases.model import CaseStatus
from backoffice.kernel.exchange import Address, RawUpdate
from bot.assembly import channels as channels_
from bot.assembly import core, service
from bot.assembly.service import Service
from tests import house as house_
from tests.channels import observing, samples
from tests.clocks import FakeClock
from tests.house import BANGKOK, House, texts

pytestmark = [pytest.mark.postgres, pytest.mark.redis]


@dataclass
class Halves:
    """`web` takes what comes in; `worker` fires deadlines and sends. They share rows and hints, no memory."""

    web: House
    worker: Service
    pages: list[tuple[int, str]]


@pytest.fixture
async def halves(
    postgres_url: str, redis_url: str, tmp_path: Path, clock: FakeClock
) -> AsyncIterator[Halves]:
    async with AsyncExitStack() as stack:
        data = tmp_path / "data"
        opened = house_.opened(postgres_url, data, clock, redis_url=redis_url)
        web = await stack.enter_async_context(opened)
        around = core.world(web.core.settings)
        base = await stack.enter_async_context(core.opened(web.core.settings, clock, around))
        made = await stack.enter_async_context(channels_.opened(base))
        pager = house_.RecordingPager()
        worker = Service(base, service.build(base, made, pager))
        await worker.start()
        stack.push_async_callback(worker.stop)
        yield Halves(web, worker, pager.pages)


@pytest.fixture(autouse=True)
def known_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.assembly.core.Gazetteer", lambda datum: house_.gazetteer())


async def until(seen: Callable[[], Awaitable[object]], clock: FakeClock | None = None) -> None:
    """Waits in real time for something the other half does; with a clock, time passes meanwhile."""
    async with asyncio.timeout(15):
        while not await seen():
            await asyncio.sleep(0.02)
            if clock:
                clock.advance(0.25)


async def test_words_taken_by_the_one_are_sent_by_the_other_on_a_hint(halves: Halves) -> None:
    """No clock moves: the letter goes because Redis told the worker, not because it looked again."""
    phone = await halves.web.telegram("Anna", "en")
    await phone.text("help")

    async def told() -> bool:
        await halves.web.service.parts.gateway.settle()
        return len(await texts(phone)) == 1

    await until(told)


async def test_an_sos_through_both_halves(halves: Halves, clock: FakeClock) -> None:
    """Pin at the web half, countdown fired by the worker, offer sent by it, acceptance taken by the web half."""
    web = halves.web
    traveller, envoy = await web.wechat(), await web.telegram("陈静", "zh-hans")
    await web.envoy(envoy, BANGKOK)
    await halves.worker.parts.feed.load()
    await traveller.location(*BANGKOK)
    await web.phones.idle()
    assert (await texts(traveller))[0]

    async def offered() -> bool:
        return bool(await texts(envoy))

    await until(offered, clock)
    case = await web.case_of(traveller)
    assert case is not None
    assert case.status is CaseStatus.OPEN
    assert case.dispatched_at is not None
    assert (case.dispatched_at - case.opened_at).total_seconds() >= 5
    await envoy.press(0)
    await web.phones.idle()

    async def briefed() -> bool:
        return any(case.ref in text for text in await texts(envoy))

    await until(briefed, clock)
    statuses = [a["status"] for a in (await web.exported(case.ref))["assignments"]]
    assert statuses == ["accepted"]
    for said in (await texts(traveller), await texts(envoy)):
        assert len(set(said)) == len(said)


async def test_a_cancel_at_the_one_beats_the_deadline_of_the_other(halves: Halves, clock: FakeClock) -> None:
    """Stored in time at the web half and not yet taken: the worker takes it before it fires."""
    web = halves.web
    phone = await web.telegram("Anna", "en")
    await phone.location(*BANGKOK)
    await web.phones.idle()
    await web.service.parts.gateway.settle()
    case = await web.case_of(phone)
    assert case is not None
    update = samples.update("text_sos_zh", 0)
    whom = update["message"]["from"]
    whom["id"] = update["message"]["chat"]["id"] = int(phone.id)
    update["message"] |= {"text": "cancel", "date": int(clock.now().timestamp())}
    person = await observing.owner(web, phone)
    async with web.core.locks.hold(person.id):
        status, _ = await samples.post(web, update)
        assert status == 200
        clock.advance(10)
        await asyncio.sleep(0.2)

    async def settled() -> bool:
        async with web.core.store.begin(clock.now()) as uow:
            return (await uow.cases.get(case.id)).status is not CaseStatus.COUNTDOWN

    await until(settled)
    async with web.core.store.begin(clock.now()) as uow:
        assert (await uow.cases.get(case.id)).status is CaseStatus.CANCELLED


async def test_what_the_web_half_left_is_swept_by_the_worker(halves: Halves, clock: FakeClock) -> None:
    """The web process dies between storing and the turn: the worker takes the row, once."""
    web = halves.web
    phone = await web.wechat()
    inside = "<Location_X>13.7563</Location_X><Location_Y>100.5018</Location_Y>"
    body = samples.message(phone.id, "location", inside)
    at = str(int(clock.now().timestamp()))
    sent = body.replace("1767225600", at).encode()
    await web.core.inbox.store(RawUpdate(f"{phone.id}|31", Address("wechat", phone.id), sent, clock.now()))

    async def taken() -> bool:
        return await web.case_of(phone) is not None

    await until(taken, clock)
    assert len(await web.cases(phone)) == 1
