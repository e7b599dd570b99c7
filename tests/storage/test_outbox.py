"""Letters: put with what they tell, sent in order, never lost, never twice without need, always ended."""

import asyncio
import random
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.kernel.exchange import FINAL, Address, Letter, LetterState, NewLetter, Outcome, RawUpdate
from backoffice.kernel.geo import Point
from backoffice.kernel.ids import CaseId, LetterId, PersonId
from backoffice.kernel.messages import MapPoint, Media, MediaKind, Message, Role, Speaker, Urgency, When
from backoffice.people.model import Reach
from storage import exchange_tables as tables
from storage.engine import Database
from storage.inbox import Inbox
from storage.letters import FILE_LEASE, LEASE, Letters
from storage.tables import identity
from storage.unit_of_work import SqlStore
from storage.vault import Vault
from tests.clocks import START, FakeClock
from tests.storage import samples

LI = Address("wechat", "openid-li")
LI_TELEGRAM = Address("telegram", "501")
BO = Address("telegram", "502")


class Post:
    """The outbox as a test uses it: put in a turn, then deliver."""

    def __init__(self, database: Database, vault: Vault, store: SqlStore, clock: FakeClock) -> None:
        self.database, self.store, self.clock, self.vault = database, store, clock, vault
        self.letters = Letters(database, vault, clock)

    async def person(self, *at: Address) -> PersonId:
        made = samples.person()
        async with self.store.begin(self.clock.now()) as uow:
            await uow.people.add(made, at[0])
            await uow.commit()
        for n, other in enumerate(at[1:], 1):
            row = {"channel": other.channel, "address": other.address, "person": made.id}
            async with self.database.writing() as conn:
                heard = made.created_at - timedelta(hours=n)
                await conn.execute(sa.insert(identity), {**row, "reach": Reach.OK, "heard_at": heard})
                await conn.commit()
        return made.id

    async def put(self, to: PersonId, key: str = "note", **more: Any) -> LetterId:
        async with self.store.begin(self.clock.now()) as uow:
            made = await uow.outbox.put(NewLetter(to, Message(key), **more))
            await uow.commit()
            return LetterId(made)

    async def claim(self, limit: int = 50, bulk: int = 50) -> list[str]:
        return [letter.message.key for letter in await self.claimed(limit, bulk)]

    async def claimed(self, limit: int = 50, bulk: int = 50) -> list[Letter]:
        return await self.letters.claim(limit, self.clock.now(), bulk)

    async def settle(self, letter: Letter | str, state: LetterState, **more: Any) -> None:
        found = LetterId(letter.id if isinstance(letter, Letter) else letter)
        await self.letters.settle(found, Outcome(state, self.clock.now(), **more))

    async def send_all(self) -> list[str]:
        """Deliver until nothing is ready; returns the keys in the order of sending."""
        sent: list[str] = []
        while ready := await self.claimed():
            for letter in ready:
                sent.append(letter.message.key)
                await self.settle(letter, LetterState.DELIVERED)
        return sent

    async def row(self, letter: str) -> Any:
        async with self.database.reading() as conn:
            return (await conn.execute(sa.select(tables.letter).where(tables.letter.c.id == letter))).one()

    async def state(self, letter: str) -> LetterState:
        found: LetterState = (await self.row(letter)).state
        return found


@pytest.fixture
def post(database: Database, vault: Vault, store: SqlStore, clock: FakeClock) -> Post:
    return Post(database, vault, store, clock)


async def _case(post: Post, requester: PersonId) -> CaseId:
    made = samples.open_case(requester)
    async with post.store.begin(post.clock.now()) as uow:
        await uow.cases.add(made)
        await uow.commit()
    return made.id


async def test_a_letter_comes_back_as_it_was_put(post: Post) -> None:
    """Words, choices, place, file and speaker survive sealing; reader's language and zone come with them."""
    li = await post.person(LI)
    case = await _case(post, li)
    message = Message(
        "relay.text",
        {"at": When(START), "text": "我在三楼", "n": 3},
        place=MapPoint(Point(21.0, 105.8), "here", 20.0, "case-1"),
        media=Media("m1", MediaKind.PHOTO, "leg.jpg", "image/jpeg", 9),
        speaker=Speaker(Role.ENVOY, "Nguyễn"),
    )
    async with post.store.begin(START) as uow:
        put = await uow.outbox.put(NewLetter(li, message, Urgency.SOS, case, 4, "tag"))
        await uow.commit()
    (letter,) = await post.claimed()
    assert (letter.id, letter.to, letter.message, letter.address) == (put, li, message, LI)
    assert (letter.urgency, letter.case, letter.entry, letter.tag) == (Urgency.SOS, case, 4, "tag")
    assert (letter.state, letter.attempts, letter.created_at) == (LetterState.SENDING, 1, START)
    assert (letter.locale, letter.zone, letter.parts_sent, letter.tried) == (
        "zh_Hans",
        "Asia/Shanghai",
        0,
        (),
    )


async def test_words_do_not_lie_open_in_the_database(post: Post) -> None:
    """Neither what is to be said nor what was said can be read without the keys."""
    li = await post.person(LI)
    await post.put(li, "planted-key")
    (letter,) = await post.claimed()
    await post.settle(letter, LetterState.DELIVERED, text="planted-text")
    row = await post.row(letter.id)
    assert b"planted" not in row.message + row.text_sent


async def test_a_turn_undone_leaves_no_letter(post: Post) -> None:
    """Nothing is sent of a turn that did not commit."""
    li = await post.person(LI)
    async with post.store.begin(START) as uow:
        await uow.outbox.put(NewLetter(li, Message("never")))
    assert await post.claim() == []


async def test_a_letter_goes_to_the_address_heard_from_last(post: Post) -> None:
    """Of two reachable addresses the newer; of those the named one if one is named."""
    li = await post.person(LI, LI_TELEGRAM)
    await post.put(li, "newest")
    await post.put(li, "named", only=LI_TELEGRAM, urgency=Urgency.SOS)
    assert {(le.message.key, le.address) for le in await post.claimed()} == {
        ("newest", LI),
        ("named", LI_TELEGRAM),
    }


async def test_an_unreachable_address_is_passed_over(post: Post) -> None:
    """Whoever blocked one channel is written to on the other."""
    li = await post.person(LI, LI_TELEGRAM)
    async with post.store.begin(START) as uow:
        await uow.people.set_reach(LI, Reach.UNREACHABLE)
        await uow.commit()
    await post.put(li)
    assert [letter.address for letter in await post.claimed()] == [LI_TELEGRAM]


async def test_whom_nothing_reaches_alarms_staff(post: Post) -> None:
    """No address: the letter has failed, says why, and an alert lies on the desk."""
    li = await post.person(LI)
    async with post.store.begin(START) as uow:
        await uow.people.set_reach(LI, Reach.UNREACHABLE)
        await uow.commit()
    put = await post.put(li)
    row = await post.row(put)
    assert (row.state, row.error, row.finished_at) == (LetterState.FAILED, "no_address", START)
    async with post.store.begin(START) as uow:
        assert [alert.kind for alert in await uow.desk.alerts()] == ["no_address"]


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


async def test_only_waiting_letters_are_superseded(post: Post) -> None:
    """A newer position replaces one that waits; what is being sent, held, riding or of another tag stays."""
    li, bo = await post.person(LI), await post.person(BO)
    sending = await post.put(li, "sending", tag="place")
    await post.claim()
    waiting = await post.put(li, "waiting", tag="place")
    other_tag = await post.put(li, "other", tag="else")
    other_person = await post.put(bo, "other", tag="place")
    newest = await post.put(li, "newest", tag="place")
    states = [await post.state(x) for x in (sending, waiting, other_tag, other_person, newest)]
    assert states == [
        LetterState.SENDING,
        LetterState.SUPERSEDED,
        LetterState.WAITING,
        LetterState.WAITING,
        LetterState.WAITING,
    ]
    assert (await post.row(waiting)).finished_at == START


async def test_a_failed_old_position_does_not_come_after_the_newer(post: Post) -> None:
    """Sent back to waiting while a newer one waits, a letter is superseded."""
    li = await post.person(LI)
    await post.put(li, "old", tag="place")
    (old,) = await post.claimed()
    await post.put(li, "new", tag="place")
    await post.settle(old, LetterState.WAITING, retry_at=START)
    assert await post.state(old.id) is LetterState.SUPERSEDED
    assert await post.send_all() == ["new"]


async def test_held_letters_wait_for_the_person_and_then_go_in_their_newest_form(post: Post) -> None:
    """After a silence of days the person gets what still matters, in order, once."""
    li = await post.person(LI)
    for key, tag in (("place1", "place"), ("words", ""), ("place2", "place")):
        put = await post.put(li, key, tag=tag)
        (letter,) = await post.claimed()
        assert letter.id == put
        await post.settle(letter, LetterState.HELD, error="45015")
    assert await post.letters.held_count(LI) == 3
    assert await post.claim() == []
    async with post.store.begin(post.clock.now()) as uow:
        await uow.outbox.release_held(LI)
        await uow.commit()
    assert await post.send_all() == ["words", "place2"]
    assert await post.letters.held_count(LI) == 0


async def test_who_may_no_longer_know_is_not_told(post: Post) -> None:
    """Stood down: waiting, held and riding words of this case go; other cases' and other people's stay."""
    li, bo = await post.person(LI), await post.person(BO)
    case, other = await _case(post, li), await _case(post, bo)
    held = await post.put(li, "held", case=case)
    await post.settle((await post.claimed())[0], LetterState.HELD)
    waiting = await post.put(li, "waiting", case=case)
    kept = [await post.put(li, "kept", case=other), await post.put(bo, "kept", case=case), await post.put(li)]
    async with post.store.begin(START) as uow:
        assert await uow.outbox.drop_about(li, case) == 2
        await uow.commit()
    assert [await post.state(x) for x in (held, waiting)] == [LetterState.DROPPED] * 2
    assert {await post.state(x) for x in kept} == {LetterState.WAITING}


async def test_words_recalled_while_being_sent_are_not_tried_again(post: Post) -> None:
    """Between two parts the sender can ask; a retry after the recall is dropped."""
    li = await post.person(LI)
    case = await _case(post, li)
    await post.put(li, "exact place", case=case)
    (letter,) = await post.claimed()
    assert await post.letters.still_wanted(letter.id, letter.attempts)
    async with post.store.begin(START) as uow:
        assert await uow.outbox.drop_about(li, case) == 0
        await uow.commit()
    assert not await post.letters.still_wanted(letter.id, letter.attempts)
    await post.settle(letter, LetterState.WAITING, retry_at=START)
    assert await post.state(letter.id) is LetterState.DROPPED


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


async def test_staff_see_how_each_entry_stands(post: Post) -> None:
    """Delivered, waiting, failed and why: per entry of the conversation."""
    li, bo = await post.person(LI), await post.person(BO)
    case = await _case(post, li)
    await post.put(li, "one", case=case, entry=1)
    await post.put(bo, "one", case=case, entry=1)
    await post.put(li, "two", case=case, entry=2)
    for letter in await post.claimed():
        state = LetterState.DELIVERED if letter.to == li else LetterState.FAILED
        await post.settle(letter, state, error="" if letter.to == li else "403")
    states = await post.letters.states_of(case)
    assert [(s.to, s.channel, s.state, s.error) for s in states[1]] == [
        (li, "wechat", LetterState.DELIVERED, ""),
        (bo, "telegram", LetterState.FAILED, "403"),
    ]
    assert [s.state for s in states[2]] == [LetterState.WAITING]


async def test_letters_of_an_erased_case_are_dropped(post: Post) -> None:
    """Once the case's key is destroyed its waiting words end without being read, and hold nobody back."""
    li = await post.person(LI)
    case = await _case(post, li)
    erased = await post.put(li, "erased", case=case)
    await post.put(li, "other")
    async with post.database.writing() as conn:
        await post.vault.destroy(conn, f"case:{case}")
        await conn.commit()
    assert await post.send_all() == []
    assert await post.state(erased) is LetterState.DROPPED
    assert await post.send_all() == ["other"]


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
