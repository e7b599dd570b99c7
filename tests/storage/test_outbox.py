"""Letters: put with what they tell, to whoever may know, in their newest form only, and legible to nobody else."""

from backoffice.cases.model import Entry
from backoffice.kernel.exchange import LetterState, NewLetter
from backoffice.kernel.geo import Point
from backoffice.kernel.messages import MapPoint, Media, MediaKind, Message, Role, Speaker, Urgency, When
from backoffice.people.model import Reach
from storage.queries import SqlQueries
from tests.clocks import START
from tests.storage.post import BO, LI, LI_TELEGRAM, Post, a_case


async def test_a_letter_comes_back_as_it_was_put(post: Post) -> None:
    """Words, choices, place, file and speaker survive sealing; reader's language and zone come with them."""
    li = await post.person(LI)
    case = await a_case(post, li)
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
    case, other = await a_case(post, li), await a_case(post, bo)
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
    case = await a_case(post, li)
    await post.put(li, "exact place", case=case)
    (letter,) = await post.claimed()
    assert await post.letters.still_wanted(letter.id, letter.attempts)
    async with post.store.begin(START) as uow:
        assert await uow.outbox.drop_about(li, case) == 0
        await uow.commit()
    assert not await post.letters.still_wanted(letter.id, letter.attempts)
    await post.settle(letter, LetterState.WAITING, retry_at=START)
    assert await post.state(letter.id) is LetterState.DROPPED


async def test_letters_of_an_erased_case_are_dropped(post: Post) -> None:
    """Once the case's key is destroyed its waiting words end without being read, and hold nobody back."""
    li = await post.person(LI)
    case = await a_case(post, li)
    erased = await post.put(li, "erased", case=case)
    await post.put(li, "other")
    async with post.database.writing() as conn:
        await post.vault.destroy(conn, f"case:{case}")
        await conn.commit()
    assert await post.send_all() == []
    assert await post.state(erased) is LetterState.DROPPED
    assert await post.send_all() == ["other"]


async def test_staff_see_how_each_entry_stands(post: Post) -> None:
    """Delivered, waiting, failed and why: per entry of the conversation."""
    li, bo = await post.person(LI), await post.person(BO)
    case = await a_case(post, li)
    async with post.store.begin(START) as uow:
        for text in ("one", "two"):
            await uow.cases.add_entry(Entry(case, START, Role.OPERATOR, "op1", text=text))
        await uow.commit()
    await post.put(li, "one", case=case, entry=1)
    await post.put(bo, "one", case=case, entry=1)
    await post.put(li, "two", case=case, entry=2)
    for letter in await post.claimed():
        state = LetterState.DELIVERED if letter.to == li else LetterState.FAILED
        await post.settle(letter, state, error="" if letter.to == li else "403")
    view = await SqlQueries(post.database, post.vault).case(case, START)
    assert [[(s.channel, s.state, s.error) for s in said.sent] for said in view.said] == [
        [("wechat", LetterState.DELIVERED, ""), ("telegram", LetterState.FAILED, "403")],
        [("wechat", LetterState.WAITING, "")],
    ]
