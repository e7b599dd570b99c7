"""Words that ride in a webhook's answer: which, for how long, and what a repeated push is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from backoffice.kernel.exchange import Accepted, Address, LetterState, RawUpdate
from bot import delivery
from bot.channel import Answer
from tests.channels import observing, offline, samples
from tests.channels.offline import Offline
from tests.clocks import FakeClock
from tests.house import BANGKOK

OPENID = "oRider"
AT = Address("wechat", OPENID)
PIN = "<Location_X>{}</Location_X><Location_Y>{}</Location_Y><Scale>15</Scale><Label></Label>".format(
    *BANGKOK
)


@pytest.fixture
async def off(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Offline]:
    async with offline.opened(sqlite_url, tmp_path / "data", clock) as opened:
        yield opened


def push(off: Offline, kind: str, inside: str) -> RawUpdate:
    number = next(off.numbers)
    stamp = str(int(off.clock.now().timestamp()))
    body = samples.message(OPENID, kind, inside, number).replace("1767225600", stamp).encode()
    return RawUpdate(f"{OPENID}|{number}", AT, body, off.clock.now())


async def taken(off: Offline, raw: RawUpdate) -> tuple[Accepted, Answer | None]:
    """As a webhook does: stored, then the words."""
    gateway = off.service.parts.gateway
    accepted = await gateway.accept(raw)
    return accepted, await gateway.answer(accepted, 3.5)


async def test_words_written_in_time_are_delivered(off: Offline) -> None:
    _, answer = await taken(off, push(off, "text", "<Content>帮助</Content>"))
    assert answer is not None
    assert [p.state for p in await observing.posted(off)] == [LetterState.RIDING]
    await off.service.parts.gateway.written(answer)
    (posted,) = await observing.posted(off)
    assert posted.state is LetterState.DELIVERED
    await off.pass_time(30, 5)
    assert off.wechat.sent == []


async def test_words_nobody_wrote_wait_for_three_pushes_and_go_by_api(off: Offline) -> None:
    """WeChat pushes at 0, 5 and 10 s: until then the letter keeps its seat, afterwards it is sent."""
    await taken(off, push(off, "text", "<Content>帮助</Content>"))
    await off.pass_time(15)
    assert off.wechat.sent == []
    await off.pass_time(2)
    assert len(off.wechat.texts) == 1
    assert timedelta(seconds=15) < delivery.RIDE_FOR


async def test_a_turn_too_slow_for_its_webhook_says_its_words_by_api_at_once(off: Offline) -> None:
    await taken(off, push(off, "text", "<Content>帮助</Content>"))
    person = await observing.person_at(off, AT)
    assert person is not None
    gateway = off.service.parts.gateway
    async with off.core.locks.hold(person.id):
        accepted = await gateway.accept(push(off, "text", "<Content>我的案件</Content>"))
        assert await gateway.answer(accepted, 0.05) is None
    await gateway.settle()
    newest = (await observing.posted(off))[-1]
    assert newest.state is LetterState.WAITING


async def test_two_pushes_at_once_wait_for_the_same_turn(off: Offline) -> None:
    """A repeat that arrives while the turn still runs gets its words too, and the turn runs once."""
    raw = push(off, "location", PIN)
    gateway = off.service.parts.gateway
    first, second = await gateway.accept(raw), await gateway.accept(raw)
    answers = await asyncio.gather(gateway.answer(first, 3), gateway.answer(second, 3))
    assert [a.text[:2] for a in answers if a] == [answers[0].text[:2]] * 2
    assert len(await observing.posted(off)) == 1


async def test_a_repeat_gets_words_that_still_ride_unless_they_promise_what_is_past(off: Offline) -> None:
    """A question still riding is not replaced by how the case stands: it would be lost."""
    await taken(off, push(off, "location", PIN))
    off.clock.advance(16)
    await off.service.parts.delivery.upkeep()
    await off.service.parts.deadlines.step()
    await off.service.parts.deadlines.settle()
    raw = push(off, "text", "<Content>我的腿断了</Content>")
    accepted, first = await taken(off, raw)
    repeat, again = await taken(off, raw)
    assert repeat.duplicate
    assert first is not None
    assert again == first
    assert accepted.seq == repeat.seq


async def test_the_countdown_still_riding_is_replaced_by_the_state_and_counts_as_told(off: Offline) -> None:
    raw = push(off, "location", PIN)
    _, first = await taken(off, raw)
    off.clock.advance(3)
    _, again = await taken(off, raw)
    assert first is not None
    assert again is not None
    assert again.letter == first.letter
    assert again.text != first.text
    await off.service.parts.gateway.written(again)
    assert [p.state for p in await observing.posted(off)] == [LetterState.DELIVERED]


async def test_a_promise_of_a_case_that_is_gone_is_dropped(off: Offline) -> None:
    """Cancelled meanwhile: the repeat of the pin must not say "five seconds"."""
    raw = push(off, "location", PIN)
    await taken(off, raw)
    _, cancelled = await taken(off, push(off, "text", "<Content>取消</Content>"))
    assert cancelled is not None
    _, again = await taken(off, raw)
    assert again is None
    assert [p.state for p in await observing.posted(off)][0] is LetterState.DROPPED


async def test_a_lost_cancelled_is_said_again(off: Offline) -> None:
    """The push of the cancel comes again: it is told once more that nobody was called."""
    await taken(off, push(off, "location", PIN))
    raw = push(off, "text", "<Content>取消</Content>")
    _, first = await taken(off, raw)
    assert first is not None
    await off.service.parts.gateway.written(first)
    _, again = await taken(off, raw)
    assert again == Answer(first.text)
