"""What operators do: the ladder until somebody takes it, the steps on a case, the queue after its close."""

import pytest

from backoffice.cases.model import CaseStatus, CloseReason, Verified
from backoffice.kernel.errors import IllegalMove, NotAllowed, Refusal
from backoffice.kernel.exchange import LetterState
from backoffice.kernel.ids import OperatorId
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import centre
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, texts
from tests.journeys import stories

LI = Operator(OperatorId("op2"), "李", OperatorRole.OPERATOR)


async def _taken(house: House) -> tuple[Phone, stories.Case]:
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    return phone, case


async def test_louder_at_15_30_and_60_seconds(either_house: House) -> None:
    """Each rung is an alert and a page; nobody for three minutes is an incident; then every minute."""
    house = either_house
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    seen = []
    for seconds in (14, 2, 13, 2, 28, 2, 60, 60):
        await house.pass_time(seconds, step=5)
        seen.append(len(house.pages))
    assert seen == [0, 1, 1, 2, 2, 3, 4, 5]
    assert [level for level, _ in house.pages] == [1, 2, 3, 3, 4]
    told = [kind for kind in await house.told_staff() if kind != "nobody_near"]
    assert told == ["unanswered_1", "unanswered_2", "unanswered_3", "pager_failed"]
    await house.do(centre.take, case.id)
    await house.pass_time(130, step=10)
    assert len(house.pages) == 5


async def test_taken_says_who_and_which_number(house: House) -> None:
    """The traveller reads the name, and the last digits of the number that will ring."""
    phone = await house.telegram()
    await phone.contact("+66812345678")
    await house.settle()
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    await house.pass_time(8, step=1)
    taken = (await house.letters(phone))[-1].message
    assert (taken.key, taken.params) == ("centre.taken_with_number", {"name": "王", "tail": "5678"})
    assert any("王" in text and "5678" in text for text in await texts(phone))


async def test_a_colleagues_case_is_left_alone(house: House) -> None:
    """Unless it rings again, or a supervisor takes it."""
    phone, case = await _taken(house)
    house.operator = LI
    with pytest.raises(Refusal):
        await house.do(centre.take, case.id)
    for step, given in (
        (centre.reply, "hello"),
        (centre.close, CloseReason.SAFE),
        (centre.called, Verified.VERIFIED),
    ):
        with pytest.raises(NotAllowed):
            await house.do(step, case.id, given)
    house.clock.advance(1)
    await stories.says(house, phone, "help me")
    await house.do(centre.take, case.id)
    assert (await stories.now(house, phone)).owner_name == "李"


async def test_handed_over(house: House) -> None:
    """The traveller learns the new name."""
    phone, case = await _taken(house)
    async with house.core.store.begin(house.clock.now()) as uow:
        await uow.staff.add(LI)
        await uow.commit()
    await house.do(centre.hand_over, case.id, LI.id)
    assert (await stories.now(house, phone)).owner == LI.id
    assert (await house.letters(phone))[-1].message.params["name"] == "李"


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Verified.VERIFIED, "centre.taken"),
        (Verified.NO_ANSWER, "centre.no_answer"),
        (Verified.FALSE_ALARM, "centre.taken"),
    ],
)
async def test_what_came_of_the_call(house: House, outcome: Verified, told: str) -> None:
    """Verified, no answer, false alarm: a state of the case; only "no answer" is told, with what to do."""
    phone, case = await _taken(house)
    await house.do(centre.called, case.id, outcome)
    assert (await stories.now(house, phone)).verified is outcome
    assert (await house.heard(phone))[-1] == told
    assert f"centre.called_{outcome}" in await house.timeline(case)


async def test_a_number_the_operator_learnt(house: House) -> None:
    """It closes the question and the next one comes; nonsense is refused."""
    phone, case = await _taken(house)
    with pytest.raises(Refusal):
        await house.do(centre.set_number, case.id, "no idea")
    await house.do(centre.set_number, case.id, "081 234 5678")
    person = await house.person(phone)
    assert person is not None
    assert person.profile.phone == "+66812345678"
    assert [q.kind for q in await house.asked(phone)] == ["intake.for_whom"]


async def test_closed_tells_everybody_and_seals_within_a_minute(either_house: House) -> None:
    """Envoy released, traveller told, exact positions behind the seal within 60 s, the place in words stays."""
    house = either_house
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    case = await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await house.close(case)
    assert (await house.heard(phone))[-1] == "case.closed"
    assert (await house.heard(envoy))[-1] == "job.over"
    await house.pass_time(60, step=10)
    sealed = await stories.now(house, phone)
    assert sealed.fix is None
    assert sealed.place is not None
    assert sealed.place.distance is None
    exported = await house.exported(case.ref)
    assert "100.50" not in str(exported)
    for step, given in ((centre.reply, ("hello",)), (centre.take, ()), (centre.close, (CloseReason.SAFE,))):
        with pytest.raises(IllegalMove):
            await house.do(step, case.id, *given)


async def test_a_cancelled_case_is_sealed_too(house: House) -> None:
    phone = await house.telegram()
    await stories.pin(house, phone)
    await stories.says(house, phone, "0")
    await house.pass_time(60, step=10)
    assert (await stories.now(house, phone)).fix is None


async def test_words_after_the_close_reopen_with_one_key(either_house: House) -> None:
    """They stand in the queue as "after case", with the photo on the case; one key opens it, the sender is told."""
    house = either_house
    phone, case = await _taken(house)
    await house.close(case)
    await stories.says(house, phone, "it hurts again")
    await phone.photo()
    await house.settle()
    assert (await house.heard(phone))[-1] == "case.after_close"
    items = await house.queue()
    assert [(i.after_ref, i.text) for i in items] == [(case.ref, "it hurts again"), (case.ref, "[photo]")]
    assert await house.entries(case) == ["it hurts again", "[photo]"]
    await house.actions(lambda work: centre.reopen_from_queue(work, items[0].id, house.operator), case.id)
    reopened = await stories.now(house, phone)
    assert (reopened.id, reopened.status, reopened.owner) == (case.id, CaseStatus.OPEN, house.operator.id)
    assert (await house.heard(phone))[-1] == "case.reopened"
    await stories.says(house, phone, "thank you")
    assert (await house.entries(case))[-1] == "thank you"


async def test_a_queue_item_can_be_answered_and_finished(house: House) -> None:
    phone = await house.wechat()
    await stories.says(house, phone, "请问你们在清迈有人吗")
    item = (await house.queue())[0]
    await house.actions(lambda work: centre.answer_queue_item(work, item.id, house.operator, "有的"), None)
    await house.actions(lambda work: centre.finish_queue_item(work, item.id, house.operator), None)
    await house.pass_time(3)
    assert "有的" in (await texts(phone))[-1]
    assert await house.queue() == []


async def test_an_offer_never_sent_is_dropped_and_nobody_is_told_that_it_is_over(house: House) -> None:
    """Stood down before the letter left: they are told nothing at all."""
    phone, envoy = await house.telegram(), await house.wechat("李强")
    await house.envoy(envoy, BANGKOK, "李强")
    case = await stories.dispatched(house, phone)
    before = await texts(envoy)
    await house.close(case)
    await house.pass_time(3)
    assert await texts(envoy) == before
    states = [letter.state for letter in await house.letters(envoy, *LetterState)]
    assert states == [LetterState.DROPPED]
    await stories.says(house, envoy, "在")
    assert "offer.sos_from_base" not in await house.heard(envoy)


async def test_asking_again(house: House) -> None:
    """Nothing to ask while an envoy is there; otherwise from the first ring, those who declined left out."""
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    case = await stories.dispatched(house, phone)
    await stories.says(house, envoy, "0")
    await house.do(centre.take, case.id)
    second = await stories.envoy(house, "李强", BANGKOK)
    await house.do(centre.ask_again, case.id)
    assert await house.assignments(case) == {"陈静": "declined", "李强": "asked"}
    await stories.says(house, second, "1")
    with pytest.raises(Refusal):
        await house.do(centre.ask_again, case.id)


async def test_somebody_who_leaves_is_an_alert(house: House) -> None:
    """Unfollowed or blocked with a case open: staff must know."""
    phone = await house.wechat()
    case = await stories.dispatched(house, phone)
    await phone.unfollow()
    await house.settle()
    assert "person_left" in await house.told_staff()
    assert "person.left" in await house.timeline(case)
