"""The way out: every letter ends in a state, loudly when it failed, and none is said twice without need."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from backoffice.kernel.exchange import Address, LetterState, NewLetter, Outcome
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import Media, MediaKind, Message, Urgency
from bot import delivery, sending
from bot.channel import (
    ChannelDown,
    Envelope,
    MediaPart,
    Part,
    PermanentFailure,
    SendFailure,
    TemporaryFailure,
    UnknownOutcome,
    Unreachable,
    WindowClosed,
)
from tests.channels import observing, offline
from tests.channels.offline import Offline
from tests.clocks import FakeClock


@pytest.fixture
async def off(sqlite_url: str, tmp_path: Path, clock: FakeClock) -> AsyncIterator[Offline]:
    async with offline.opened(sqlite_url, tmp_path / "data", clock) as opened:
        yield opened


def once(*failures: Exception) -> Callable[[Envelope, Part], None]:
    """Raises these one after the other, then nothing."""
    left = list(failures)

    def trouble(_envelope: Envelope, _part: Part) -> None:
        if left:
            raise left.pop(0)

    return trouble


def always(failure: Exception) -> Callable[[Envelope, Part], None]:
    def trouble(_envelope: Envelope, _part: Part) -> None:
        raise failure

    return trouble


async def states(off: Offline) -> list[LetterState]:
    return [p.state for p in await observing.posted(off)]


async def alerts(off: Offline) -> list[str]:
    async with off.core.store.begin(off.clock.now()) as uow:
        return [a.kind for a in reversed(await uow.desk.alerts())]


@pytest.mark.parametrize(
    ("failure", "ends", "rings"),
    [
        (PermanentFailure("too_long"), LetterState.FAILED, ["cannot_be_reached"]),
        (Unreachable("blocked"), LetterState.FAILED, ["cannot_be_reached"]),
        (WindowClosed("ledger"), LetterState.HELD, []),
        (UnknownOutcome("timeout"), LetterState.UNKNOWN, ["letter_unknown"]),
        (ValueError("our own bug"), LetterState.UNKNOWN, ["letter_unknown"]),
    ],
)
async def test_every_failure_ends_in_a_state_and_is_heard(
    off: Offline, failure: Exception, ends: LetterState, rings: list[str]
) -> None:
    """A failure that lasts: the letter does not circle for ever, staff hear where a person was not told."""
    anna = await off.person("7001")
    off.telegram.trouble = always(failure)
    await off.put(anna, "hello", Urgency.SOS)
    await off.pass_time(30, 3)
    assert await states(off) == [ends]
    assert await alerts(off) == rings


@pytest.mark.parametrize(
    "failure", [TemporaryFailure("flood", 7), ChannelDown("40164", 7), ValueError("a hiccup")]
)
async def test_what_passes_is_waited_for(off: Offline, failure: Exception) -> None:
    """Refused for now, down for a while, or our own stumble: delivered once, and not before the delay is over."""
    anna = await off.person("7001")
    off.telegram.trouble = once(failure)
    await off.put(anna, "hello", Urgency.SOS)
    await off.send_all()
    assert off.telegram.sent == []
    if isinstance(failure, SendFailure):
        await off.pass_time(6)
        assert off.telegram.sent == []
    await off.pass_time(3)
    assert off.telegram.texts == ["hello"]
    assert await states(off) == [LetterState.DELIVERED]


async def test_a_letter_that_cannot_be_rendered_is_given_up_loudly(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three tries, then failed with an alert: the reader was told nothing, and somebody must know."""
    tries = []

    async def broken(self: object, letter: object) -> None:
        tries.append(letter)
        raise KeyError("no such sentence")

    monkeypatch.setattr(sending.Sending, "packed", broken)
    anna = await off.person("7001")
    await off.put(anna, "hello", Urgency.SOS)
    await off.pass_time(20)
    assert len(tries) == delivery.MOST_STUMBLES
    assert await states(off) == [LetterState.FAILED]
    assert await alerts(off) == ["cannot_be_reached"]


async def test_a_database_away_while_settling_loses_no_letter(
    off: Offline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its end could not be written down: found again by its lease, and as its part was on record, not said twice."""
    anna = await off.person("7001")
    settle, left = off.core.letters.settle, [1]

    async def away(letter: str, outcome: Outcome) -> None:
        if left:
            left.pop()
            raise OSError("database away")
        await settle(letter, outcome)  # type: ignore[arg-type]

    monkeypatch.setattr(off.core.letters, "settle", away)
    await off.put(anna, "hello", Urgency.SOS)
    await off.pass_time(40, 2)
    assert await states(off) == [LetterState.DELIVERED]
    assert off.telegram.texts == ["hello"]


async def test_bulk_never_takes_more_than_its_places(off: Offline, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty advertisements and one SOS: at no moment are more than eight of them under way."""
    people = [await off.person(str(7000 + n)) for n in range(21)]
    for person in people[1:]:
        await off.put(person, "news", Urgency.BULK)
    await off.put(people[0], "help comes", Urgency.SOS)
    inside = off.service.parts.delivery
    most = 0
    for _ in range(10):
        await inside.step()
        most = max(most, len(inside._bulk))
        if not await inside.step():
            await inside.settle()
    assert most == delivery.BULK_AT_ONCE
    assert off.telegram.texts[0] == "help comes"
    assert set(await states(off)) == {LetterState.DELIVERED}


async def test_after_an_unknown_outcome_the_platform_is_asked_before_anything_more_is_said(
    off: Offline,
) -> None:
    """While it does not answer nothing is risked; one question at a time, however many letters wait."""
    people = [await off.person(str(7000 + n)) for n in range(5)]
    off.telegram.trouble = once(UnknownOutcome("timeout"))
    off.telegram.well = False
    for person in people:
        await off.put(person, "hello", Urgency.SOS)
        await off.send_all()
    await off.pass_time(20)
    assert off.telegram.sent == []
    assert 8 <= off.telegram.asked <= 11
    off.telegram.well = True
    await off.pass_time(4)
    assert sorted(off.telegram.texts) == ["hello"] * 5
    assert set(await states(off)) == {LetterState.DELIVERED}


async def test_one_alert_for_a_channel_that_is_down_however_many_letters_wait(off: Offline) -> None:
    people = [await off.person(str(7000 + n)) for n in range(5)]
    off.telegram.trouble = always(ChannelDown("token_refused", 60))
    for person in people:
        await off.put(person, "hello", Urgency.SOS)
    await off.pass_time(300, 10)
    assert await alerts(off) == ["channel_down"]
    off.telegram.trouble = once()
    await off.pass_time(70, 10)
    assert set(await states(off)) == {LetterState.DELIVERED}


async def test_an_sos_on_a_dead_channel_takes_the_persons_other_chat(off: Offline) -> None:
    """Telegram's credentials are refused: the words of an SOS go over WeChat, everyday words wait."""
    anna = await off.person("7001")
    async with off.core.store.begin(off.clock.now()) as uow:
        await uow.people.link(anna.id, Address("wechat", "oAnna"))
        await uow.people.heard(Address("telegram", "7001"), off.clock.now())
        await uow.commit()
    off.telegram.trouble = always(ChannelDown("token_refused", 60))
    only = Address("telegram", "7001")
    await off.put(anna, "help comes", Urgency.SOS, only=only)
    await off.put(anna, "your profile", only=only)
    await off.pass_time(10)
    assert off.wechat.texts == ["help comes"]
    assert await states(off) == [LetterState.DELIVERED, LetterState.WAITING]


async def test_a_parcel_shares_the_fate_of_its_head(off: Offline) -> None:
    """Held with it, waiting with it; what was the head's own fault is not theirs."""
    anna = await off.person("oAnna", "wechat")
    off.wechat.trouble = once(TemporaryFailure("-1", 3), PermanentFailure("bad"))
    for number in range(3):
        await off.put(anna, f"n{number}", Urgency.SOS)
    await off.pass_time(10)
    assert await states(off) == [LetterState.FAILED, LetterState.DELIVERED, LetterState.DELIVERED]
    assert off.wechat.texts == ["n1\n\nn2"]


async def test_one_notice_for_a_whole_parcel_says_how_many_wait(off: Offline) -> None:
    anna = await off.person("oAnna", "wechat")
    off.wechat.trouble = always(WindowClosed("ledger"))
    for number in range(3):
        await off.put(anna, f"n{number}", Urgency.SOS)
    await off.pass_time(5)
    await off.put(anna, "n3", Urgency.SOS)
    await off.pass_time(5)
    assert set(await states(off)) == {LetterState.HELD}
    assert [waiting for _, waiting in off.wechat.notices] == [3]


async def test_a_letter_recalled_between_its_parts_is_not_finished(off: Offline) -> None:
    """Stood down while a long text is under way: nothing more of it is sent."""
    anna = await off.person("7001")

    def recalled(_envelope: Envelope, _part: Part) -> None:
        if off.telegram.sent:
            raise AssertionError("a second part was sent")

    off.telegram.trouble = recalled
    await off.put(anna, "word " * 2_000, Urgency.SOS)
    off.core.letters.still_wanted = _not_wanted  # type: ignore[method-assign]
    await off.send_all()
    assert await states(off) == [LetterState.DROPPED]
    assert len(off.telegram.sent) == 1


async def _not_wanted(letter: str, attempt: int) -> bool:
    return False


async def test_a_lease_that_ended_and_a_time_out_are_one_repeat(off: Offline) -> None:
    """The process died at it, the next one's call timed out: said twice perhaps, a third time never."""
    anna = await off.person("7001")
    await off.put(anna, "your envoy is here", Urgency.SOS)
    await off.core.letters.claim(1, off.clock.now(), 0)
    off.clock.advance(31)
    await off.service.parts.delivery.upkeep()
    calls = []

    def silent(envelope: Envelope, _part: Part) -> None:
        calls.append(envelope.key)
        raise UnknownOutcome("timeout")

    off.telegram.trouble = silent
    await off.pass_time(20)
    assert len(calls) == 1
    assert await states(off) == [LetterState.UNKNOWN]


async def test_a_broken_off_long_text_goes_on_where_it_stopped(off: Offline) -> None:
    """Sent parts are committed one by one: the refused second part is repeated, the first is not."""
    anna = await off.person("7001")
    calls = []

    def second(envelope: Envelope, _part: Part) -> None:
        calls.append(envelope.key)
        if len(calls) == 2:
            raise TemporaryFailure("flood", 2)

    off.telegram.trouble = second
    await off.put(anna, "word " * 2_000, Urgency.SOS)
    await off.pass_time(5)
    assert [key.rpartition(":")[2] for key in calls] == ["0", "1", "1", "2"]
    assert "".join(off.telegram.texts).count("word") == 2_000


async def test_a_refusal_for_a_whole_day_is_no_reason_to_give_up(off: Offline) -> None:
    anna = await off.person("7001")
    off.telegram.trouble = always(TemporaryFailure("conflict", 30))
    await off.put(anna, "hello", Urgency.SOS)
    await off.pass_time(3_600, 60)
    assert await states(off) == [LetterState.WAITING]


async def test_a_file_the_platform_refuses_is_said_to_be_elsewhere(off: Offline) -> None:
    """The words arrive, the reader knows of the file, and the letter has not failed."""
    anna = await off.person("7001")
    media = Media("m1", MediaKind.PHOTO)
    await off.core.media.put(None, MediaId("m1"), b"\xff\xd8\xff no real picture")

    def picky(_envelope: Envelope, part: Part) -> None:
        if isinstance(part, MediaPart):
            raise PermanentFailure("bad_photo")

    off.telegram.trouble = picky
    async with off.core.store.begin(off.clock.now()) as uow:
        await uow.outbox.put(NewLetter(anna.id, Message("relay.text", {"text": "look"}, media=media)))
        await uow.commit()
    await off.pass_time(3)
    assert off.telegram.texts[0] == "look"
    assert "cannot be shown here" in off.telegram.texts[1]
    assert await states(off) == [LetterState.DELIVERED]
    assert await alerts(off) == []


async def test_an_ended_lease_does_not_make_the_sender_spin(off: Offline) -> None:
    """Between the end of a lease and the next clean-up the sender still pauses."""
    anna = await off.person("7001")
    await off.put(anna, "hello")
    await off.core.letters.claim(1, off.clock.now(), 1)
    off.clock.advance(3_600)
    assert await off.service.parts.delivery._idle_s() >= delivery.SHORTEST_S > 0
