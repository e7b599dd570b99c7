"""Letters and the deaths of those who send them: what had gone goes once, what may have gone is told apart."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from backoffice.kernel.exchange import LetterState, NewLetter
from backoffice.kernel.messages import Media, MediaKind, Message, Urgency
from storage import exchange_tables as tables
from storage.letters import FILE_LEASE, LEASE
from tests.clocks import START
from tests.storage.post import LI, Post


async def test_a_crash_between_two_parts_resends_only_the_rest(post: Post) -> None:
    """Progress is durable part by part, never goes back, and is known after the lease ended."""
    li = await post.person(LI)
    await post.put(li, "long", urgency=Urgency.SOS)
    (letter,) = await post.claimed()
    await post.letters.part_sent(letter.id, 1, ["p1"])
    await post.letters.part_sent(letter.id, 2, ["p2"])
    await post.letters.part_sent(letter.id, 1, ["p1"])
    post.clock.advance(LEASE)
    assert await post.letters.expire_leases(post.clock.now()) == 1
    (again,) = await post.claimed()
    assert (again.id, again.parts_sent, again.attempts) == (letter.id, 2, 2)
    await post.settle(again, LetterState.DELIVERED, parts_sent=3, refs=("p2", "p3"))
    assert await _refs(post, letter.id) == ["p1", "p2", "p3"]


async def _refs(post: Post, letter: str) -> list[str]:
    ref = tables.letter_ref
    async with post.database.reading() as conn:
        found = await conn.execute(sa.select(ref.c.ref).where(ref.c.letter == letter).order_by(ref.c.id))
        return list(found.scalars())


async def test_a_part_sent_renews_the_lease(post: Post) -> None:
    """A long letter that makes progress is not taken for a crash."""
    li = await post.person(LI)
    await post.put(li)
    (letter,) = await post.claimed()
    post.clock.advance(LEASE - timedelta(seconds=1))
    await post.letters.part_sent(letter.id, 1, [])
    post.clock.advance(timedelta(seconds=2))
    assert await post.letters.expire_leases(post.clock.now()) == 0
    assert await post.letters.next_due(post.clock.now()) == post.clock.now() + LEASE - timedelta(seconds=2)


async def test_a_file_may_take_longer_than_words(post: Post) -> None:
    """An upload under way is not taken for a crash, before its first part or after."""
    message = Message("relay.photo", media=Media("m1", MediaKind.PHOTO))
    li = await post.person(LI)
    async with post.store.begin(START) as uow:
        await uow.outbox.put(NewLetter(li, message))
        await uow.commit()
    (letter,) = await post.claimed()
    await post.letters.part_sent(letter.id, 1, [])
    post.clock.advance(FILE_LEASE - timedelta(seconds=1))
    assert await post.letters.expire_leases(post.clock.now()) == 0
    post.clock.advance(1)
    assert await post.letters.expire_leases(post.clock.now()) == 1


@pytest.mark.parametrize(
    ("urgency", "first", "second"),
    [
        (Urgency.SOS, LetterState.WAITING, LetterState.UNKNOWN),
        (Urgency.NORMAL, LetterState.WAITING, LetterState.UNKNOWN),
        (Urgency.BULK, LetterState.UNKNOWN, LetterState.UNKNOWN),
    ],
)
async def test_after_a_crash_urgent_words_are_said_once_more_and_bulk_never(
    post: Post, urgency: Urgency, first: LetterState, second: LetterState
) -> None:
    """Nobody knows whether they went: said once more at most, then listed as unknown with an alert."""
    put = await post.put(await post.person(LI), urgency=urgency)
    for wanted in (first, second):
        await post.claim()
        post.clock.advance(LEASE)
        await post.letters.expire_leases(post.clock.now())
        assert await post.state(put) is wanted
    async with post.store.begin(START) as uow:
        assert [alert.kind for alert in await uow.desk.alerts()] == ["letter_unknown"]


async def test_a_late_outcome_of_a_lost_worker_counts_only_when_it_was_delivered(post: Post) -> None:
    """The zombie that delivered spares the reader a repeat; the zombie that failed changes nothing."""
    li = await post.person(LI)
    put = await post.put(li, urgency=Urgency.SOS)
    await post.claim()
    post.clock.advance(LEASE)
    await post.letters.expire_leases(post.clock.now())
    await post.settle(put, LetterState.FAILED, error="late")
    assert await post.state(put) is LetterState.WAITING
    await post.settle(put, LetterState.DELIVERED)
    assert await post.claim() == []
    await post.settle(put, LetterState.WAITING, retry_at=START)
    assert await post.state(put) is LetterState.DELIVERED


async def test_a_lost_workers_doubt_takes_nothing_from_whoever_has_the_letter_now(post: Post) -> None:
    """Its lease ended and the letter is being sent again: "unknown" of the first attempt starts no third one."""
    await post.put(await post.person(LI), urgency=Urgency.SOS)
    (first,) = await post.claimed()
    post.clock.advance(LEASE)
    await post.letters.expire_leases(post.clock.now())
    (second,) = await post.claimed()
    assert (first.doubts, second.doubts, second.attempts) == (0, 1, 2)
    assert not await post.letters.still_wanted(first.id, first.attempts)
    await post.settle(first, LetterState.WAITING, retry_at=START, doubtful=True, attempt=1)
    assert await post.state(first.id) is LetterState.SENDING
    await post.settle(second, LetterState.UNKNOWN, attempt=2)
    assert await post.state(first.id) is LetterState.UNKNOWN
