"""The ways a letter takes: another address, a parcel, home in an answer; and how it is found again by what it left."""

from datetime import timedelta

from backoffice.kernel.exchange import Address, LetterState, LiveMap, RawUpdate
from backoffice.kernel.messages import Urgency
from storage import live_maps
from storage.inbox import Inbox
from tests.clocks import START
from tests.storage.post import BO, LI, LI_TELEGRAM, Post


async def test_a_letter_moves_to_another_address_and_remembers_where_it_was(post: Post) -> None:
    """Unreachable on WeChat: the same letter goes on Telegram, from its first part."""
    li = await post.person(LI, LI_TELEGRAM)
    await post.put(li)
    (letter,) = await post.claimed()
    await post.letters.part_sent(letter.id, 1, ["w1"])
    await post.settle(letter, LetterState.WAITING, retry_at=START, moved_to=LI_TELEGRAM, error="blocked")
    (again,) = await post.claimed()
    assert (again.id, again.address, again.tried, again.parts_sent) == (letter.id, LI_TELEGRAM, (LI.lane,), 0)


async def test_a_parcel_is_claimed_together_and_settled_apart(post: Post) -> None:
    """Waiting words to one WeChat address travel in one call; what was left out goes later, in order."""
    li = await post.person(LI)
    for n in range(4):
        await post.put(li, f"n{n}")
    (head,) = await post.claimed()
    others = await post.letters.waiting_at(LI, 2)
    assert [letter.message.key for letter in others] == ["n1", "n2"]
    joined = await post.letters.join(head.id, [letter.id for letter in others])
    assert [(j.message.key, j.state, j.attempts) for j in joined] == [
        ("n1", LetterState.SENDING, 1),
        ("n2", LetterState.SENDING, 1),
    ]
    assert await post.claim() == []
    for letter in (head, *joined):
        await post.settle(letter, LetterState.DELIVERED)
    assert await post.send_all() == ["n3"]


async def test_a_parcel_takes_nothing_out_of_order(post: Post) -> None:
    """What stands behind a retry of later or a letter to another address does not travel ahead of it."""
    li = await post.person(LI, LI_TELEGRAM)
    await post.put(li, "retry")
    (retry,) = await post.claimed()
    await post.settle(retry, LetterState.WAITING, retry_at=START + timedelta(minutes=1))
    await post.put(li, "behind")
    await post.put(li, "sos", urgency=Urgency.SOS)
    assert await post.claim() == ["sos"]
    assert await post.letters.waiting_at(LI, 5) == []


async def _seat(post: Post, at: Address, key: str = "u1") -> int:
    inbox = Inbox(post.database, post.vault, post.clock)
    return (await inbox.store(RawUpdate(key, at, b"<xml/>", START))).seq


async def test_words_ride_home_in_the_answer_to_their_own_sender(post: Post) -> None:
    """A riding letter is not claimed, rides on its row once, and is delivered when it was written."""
    li = await post.person(LI_TELEGRAM, LI)
    seq = await _seat(post, LI)
    rides = await post.put(li, "rides", riding=seq)
    await post.put(li, "second", riding=seq)
    riding = await post.letters.ride(seq)
    assert riding is not None
    assert (riding.id, riding.address, riding.state) == (rides, LI, LetterState.RIDING)
    assert await post.claim() == []
    await post.settle(riding, LetterState.DELIVERED, text="hello")
    assert await post.letters.ride(seq) is None
    assert await post.claim() == ["second"]


async def test_nobody_elses_words_ride_in_an_answer(post: Post) -> None:
    """A letter to another person never travels in this person's webhook answer."""
    await post.person(LI)
    bo = await post.person(BO)
    seq = await _seat(post, LI)
    put = await post.put(bo, "for bo", riding=seq)
    assert await post.letters.ride(seq) is None
    assert await post.state(put) is LetterState.WAITING
    assert [letter.address for letter in await post.claimed()] == [BO]


async def test_an_answer_that_never_left_goes_by_api(post: Post) -> None:
    """Missed at once, or found by the clock: the letter waits again, before what came after it."""
    li, bo = await post.person(LI), await post.person(BO)
    first, second = await _seat(post, LI, "a"), await _seat(post, BO, "b")
    await post.put(li, "missed", riding=first)
    await post.put(bo, "forgotten", riding=second)
    await post.put(bo, "after")
    assert await post.letters.unride(first)
    assert not await post.letters.unride(first)
    assert await post.claim() == ["missed"]
    post.clock.advance(5)
    assert await post.letters.unride_before(START) == 1
    assert await post.send_all() == ["forgotten", "after"]


async def test_receipts_find_their_letter(post: Post) -> None:
    """A platform's report names a message id; on Telegram ids are good within one chat only."""
    li, bo = await post.person(LI_TELEGRAM), await post.person(BO)
    for person in (li, bo):
        await post.put(person, f"to {person}")
    for letter in await post.claimed():
        await post.settle(letter, LetterState.DELIVERED, refs=("77", ""))
    found = await post.letters.by_ref("telegram", "77", LI_TELEGRAM.address)
    assert found is not None
    assert found.to == li
    assert await post.letters.by_ref("wechat", "77") is None


async def test_a_moving_map_is_found_until_it_ends(post: Post) -> None:
    """The message to edit is known per screen and map, is replaced, and forgotten after its time."""
    until = START + timedelta(minutes=15)
    await post.letters.put_live_map("case-1", LI_TELEGRAM, "m1", until)
    await post.letters.put_live_map("case-1", BO, "m9", until)
    await post.letters.put_live_map("case-1", LI_TELEGRAM, "m2", until)
    assert await post.letters.live_map("case-1", LI_TELEGRAM) == "m2"
    await post.letters.drop_live_map("case-1", BO)
    assert await post.letters.live_map("case-1", BO) is None
    post.clock.advance(timedelta(minutes=15))
    assert await post.letters.live_map("case-1", LI_TELEGRAM) is None


async def test_maps_that_have_ended_are_deleted(post: Post) -> None:
    """However many there are, and none that still moves."""
    until = START + timedelta(minutes=15)
    many = live_maps.FORGET_CHUNK + 1
    async with post.database.writing() as conn:
        for n in range(many):
            await live_maps.put(conn, LiveMap(f"case-{n}", LI_TELEGRAM, "m", until))
        await conn.commit()
    await post.letters.put_live_map("case-0", BO, "m", until + timedelta(seconds=1))
    assert await post.letters.forget_maps(until - timedelta(seconds=1)) == 0
    assert await post.letters.forget_maps(until) == many
    assert await post.letters.live_map("case-0", BO) == "m"
