"""Letters are claimed in order: the urgent first, one person after the other's turn, never the same by two."""

import asyncio
import random
from datetime import timedelta

import pytest

from backoffice.kernel.exchange import FINAL, Address, Letter, LetterState
from backoffice.kernel.ids import PersonId
from backoffice.kernel.messages import Urgency
from tests.clocks import START
from tests.storage import samples
from tests.storage.post import BO, LI, Post


async def test_the_urgent_go_first_then_the_old(post: Post) -> None:
    """SOS before normal before bulk, whatever came first."""
    people = [await post.person(samples.address()) for _ in range(6)]
    kinds = [Urgency.BULK, Urgency.NORMAL, Urgency.SOS] * 2
    for n, (person, urgency) in enumerate(zip(people, kinds, strict=True)):
        await post.put(person, f"{urgency}{n}", urgency=urgency)
    assert await post.claim() == ["sos2", "sos5", "normal1", "normal4", "bulk0", "bulk3"]


async def test_bulk_keeps_to_its_share(post: Post) -> None:
    """A wave of newsletters takes no more than its limit, and urgent words none of it."""
    for n in range(5):
        await post.put(await post.person(samples.address()), f"bulk{n}", urgency=Urgency.BULK)
    await post.put(await post.person(samples.address()), "sos", urgency=Urgency.SOS)
    assert await post.claim(limit=4, bulk=2) == ["sos", "bulk0", "bulk1"]
    assert await post.claim(limit=4, bulk=0) == []


async def test_order_holds_within_a_person_and_urgency(post: Post) -> None:
    """One at a time and in the order put, however the claims fall."""
    li, bo = await post.person(LI), await post.person(BO)
    for n in range(4):
        await post.put(li, f"li{n}")
        await post.put(bo, f"bo{n}")
    sent = await post.send_all()
    assert [key for key in sent if key.startswith("li")] == ["li0", "li1", "li2", "li3"]
    assert [key for key in sent if key.startswith("bo")] == ["bo0", "bo1", "bo2", "bo3"]


async def test_a_letter_that_must_wait_holds_back_those_behind_it(post: Post) -> None:
    """A retry in a minute is not overtaken by the next words to the same person."""
    li = await post.person(LI)
    await post.put(li, "first")
    await post.put(li, "second")
    (first,) = await post.claimed()
    await post.settle(first, LetterState.WAITING, retry_at=START + timedelta(minutes=1), error="429")
    assert await post.claim() == []
    post.clock.advance(60)
    assert await post.send_all() == ["first", "second"]


async def test_one_call_at_a_time_to_an_address(post: Post) -> None:
    """Urgent words to the same chat wait for the call under way, not beside it."""
    li = await post.person(LI)
    await post.put(li, "chat")
    (chat,) = await post.claimed()
    await post.put(li, "sos", urgency=Urgency.SOS)
    assert await post.claim() == []
    await post.settle(chat, LetterState.DELIVERED)
    assert await post.claim() == ["sos"]


async def test_scheduled_words_wait_and_hold_nobody_back(post: Post) -> None:
    """Words for tomorrow do not delay today's."""
    li = await post.person(LI)
    await post.put(li, "tomorrow", not_before=START + timedelta(days=1))
    await post.put(li, "today")
    assert await post.send_all() == ["today"]
    assert await post.letters.next_due(START) == START + timedelta(days=1)
    post.clock.advance(timedelta(days=1))
    assert await post.send_all() == ["tomorrow"]


async def test_two_workers_never_send_the_same_letter_or_to_one_address_at_once(post: Post) -> None:
    """Eight workers claim at the same time: each letter once, each address once."""
    people = [await post.person(samples.address()) for _ in range(12)]
    for person in people:
        for urgency in Urgency:
            await post.put(person, str(urgency), urgency=urgency)
    claims = await asyncio.gather(*(post.claimed(5) for _ in range(8)))
    claimed = [letter for claim in claims for letter in claim]
    assert len({letter.id for letter in claimed}) == len(claimed) == 12
    assert len({letter.address for letter in claimed}) == 12


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_happens_every_letter_ends_and_keeps_its_order(post: Post, seed: int) -> None:
    """Crashes, retries, holds and recalls at random: all end, none is delivered twice, lanes keep their order."""
    rng = random.Random(seed)
    people = {await post.person(at): at for at in (LI, BO, Address("telegram", "9"))}
    put: dict[str, tuple[PersonId, Urgency, int]] = {}
    delivered: list[str] = []
    for step in range(160):
        if step < 60:
            person, urgency = rng.choice(list(people)), rng.choice(list(Urgency))
            put[await post.put(person, f"k{step}", urgency=urgency)] = (person, urgency, step)
        for letter in await post.claimed(rng.randint(1, 4), 2):
            await _any_end(post, letter, (rng, step < 120), delivered)
        post.clock.advance(rng.choice([0, 1, 31]))
        await post.letters.expire_leases(post.clock.now())
        async with post.store.begin(post.clock.now()) as uow:
            await uow.outbox.release_held(rng.choice(list(people.values())))
            await uow.commit()
    assert {await post.state(x) for x in put} <= FINAL
    assert len(delivered) == len(set(delivered))
    _assert_in_order(put, delivered)


async def _any_end(
    post: Post, letter: Letter, luck: tuple[random.Random, bool], delivered: list[str]
) -> None:
    rng, trouble = luck
    fate = rng.choice(["ok", "ok", "crash", "retry"]) if trouble else "ok"
    if fate == "ok":
        await post.settle(letter, LetterState.DELIVERED)
        delivered.append(letter.id)
    elif fate == "retry":
        await post.settle(letter, LetterState.WAITING, retry_at=post.clock.now() + timedelta(seconds=2))


def _assert_in_order(put: dict[str, tuple[PersonId, Urgency, int]], delivered: list[str]) -> None:
    lanes: dict[tuple[PersonId, Urgency], list[int]] = {}
    for letter in delivered:
        person, urgency, number = put[letter]
        lanes.setdefault((person, urgency), []).append(number)
    assert all(numbers == sorted(numbers) for numbers in lanes.values())
