"""Finding an envoy: rings, waves, who is asked and who never is, and plain words when there is nobody."""

from datetime import timedelta

import pytest

from backoffice.kernel.exchange import LetterState
from backoffice.workflows import centre
from bot.drills import DRILL_TELEGRAM_IDS
from tests.house import BANGKOK, House, texts
from tests.journeys import stories

FAR = (BANGKOK[0] + 0.27, BANGKOK[1])
"""30 km north: outside the first ring, inside the second."""
OUTSIDE = (BANGKOK[0] + 0.4, BANGKOK[1])
"""44 km north: outside both."""


async def test_nobody_in_the_first_ring_the_second_is_asked_at_once(either_house: House) -> None:
    house = either_house
    phone, far = await house.telegram(), await stories.envoy(house, "远", FAR)
    outside = await stories.envoy(house, "外", OUTSIDE)
    await stories.dispatched(house, phone)
    assert await house.heard(far) == ["offer.sos_from_base"]
    assert await house.heard(outside) == []


async def test_no_answer_for_a_minute_asks_the_wider_ring(either_house: House) -> None:
    house = either_house
    phone, near = await house.telegram(), await stories.envoy(house, "近", BANGKOK)
    far = await stories.envoy(house, "远", FAR)
    await stories.dispatched(house, phone)
    await house.pass_time(58, step=5)
    assert await house.heard(far) == []
    await house.pass_time(4, step=1)
    assert await house.heard(far) == ["offer.sos_from_base"]
    assert len(await house.heard(near)) == 1


async def test_all_declined_asks_the_wider_ring_at_once(house: House) -> None:
    phone, near = await house.telegram(), await stories.envoy(house, "近", BANGKOK)
    far = await stories.envoy(house, "远", FAR)
    await stories.dispatched(house, phone)
    await stories.says(house, near, "0")
    assert await house.heard(far) == ["offer.sos_from_base"]


async def test_waves_of_thirty_with_ten_seconds_between(house: House) -> None:
    """Everybody in the ring is asked, nearest first; declining does not hurry those still asked."""
    phone = await house.telegram()
    envoys = await stories.many_envoys(house, 35, BANGKOK)
    case = await stories.dispatched(house, phone)
    assert len(await house.assignments(case)) == 30
    assert await house.heard(envoys[0]) == ["offer.sos_from_base"]
    assert await house.heard(envoys[34]) == []
    await house.pass_time(9, step=3)
    assert len(await house.assignments(case)) == 30
    await house.pass_time(2, step=1)
    assert len(await house.assignments(case)) == 35
    assert "sos.nobody_near" not in await house.heard(phone)


async def test_when_a_whole_wave_declines_the_next_goes_out_and_nobody_is_told_nobody(house: House) -> None:
    """The rest of the ring comes before "nobody near"."""
    phone = await house.telegram()
    envoys = await stories.many_envoys(house, 31, BANGKOK)
    await stories.dispatched(house, phone)
    for envoy in envoys[:30]:
        await envoy.text("0")
    await house.settle()
    assert await house.heard(envoys[30]) == ["offer.sos_from_base"]
    assert "sos.nobody_near" not in await house.heard(phone)


async def test_off_duty_busy_and_synthetic_envoys_are_never_asked(house: House) -> None:
    """Nor the person in need, when they are an envoy themselves."""
    first, phone = await house.telegram("Bea"), await house.telegram()
    off, busy = (
        await stories.envoy(house, "休", BANGKOK, on_duty=False),
        await stories.envoy(house, "忙", BANGKOK),
    )
    drill = await house.phones.person("telegram", name="演", id=str(DRILL_TELEGRAM_IDS[0]))
    await house.envoy(drill, BANGKOK, "演")
    await house.envoy(phone, BANGKOK, "自己")
    await stories.dispatched(house, first)
    await stories.says(house, busy, "1")
    case = await stories.dispatched_by_words(house, phone)
    assert await house.assignments(case) == {}
    assert await house.heard(off) == []


async def test_going_off_duty_takes_the_open_offer_back(house: House) -> None:
    """Whoever was waited for in vain is no longer waited for: the next ring is asked at once."""
    phone, near = await house.telegram(), await stories.envoy(house, "近", BANGKOK)
    far = await stories.envoy(house, "远", FAR)
    case = await stories.dispatched(house, phone)
    await stories.says(house, near, "下班")
    assert (await house.assignments(case))["近"] == "stood_down"
    assert await house.heard(far) == ["offer.sos_from_base"]
    await stories.says(house, near, "1")
    assert (await house.assignments(case))["近"] == "stood_down"


async def test_an_unreachable_envoy_is_listed_and_not_waited_for(either_house: House) -> None:
    """Not delivered is not silence: blocked is found out at once, staff read the name, the wider ring does not wait."""
    house = either_house
    phone, near = await house.telegram(), await stories.envoy(house, "近", BANGKOK)
    far = await stories.envoy(house, "远", FAR)
    await near.text("在")
    await house.settle()
    await near.block()
    await house.phones.idle()
    await stories.dispatched(house, phone)
    await house.pass_time(12, step=2)
    assert await house.heard(far) == ["offer.sos_from_base"]
    assert any(a.kind == "cannot_be_reached" and "近" in a.text for a in await house.alerts())


async def test_an_offer_shows_a_cell_and_a_band_and_never_the_point(either_house: House) -> None:
    """Every word and value of every letter to an envoy before acceptance: no coordinate finer than 2 km, no name."""
    house = either_house
    phone, envoy = await house.wechat("周婷"), await stories.envoy(house, "陈静", (13.80, 100.55))
    await envoy.location(13.79, 100.56)
    await house.settle()
    await stories.dispatched(house, phone)
    await stories.says(house, phone, "我在曼谷唐人街耀华力路")
    await phone.location(BANGKOK[0] + 0.01, BANGKOK[1])
    await house.pass_time(62, step=10)
    for letter in await house.letters(envoy, *LetterState):
        assert letter.message.place is None
        everything = repr(letter.message)
        assert not any(secret in everything for secret in ("13.75", "13.76", "100.5018", "周婷", "耀华力"))
    shown = "\n".join(await texts(envoy))
    cell = (await house.letters(envoy))[1].message.params["cell"]
    assert str(cell) in shown
    assert "km" in shown


async def test_an_envoy_with_no_fresh_fix_is_asked_from_their_base(house: House) -> None:
    """And is told so; a fix of half an hour ago no longer counts."""
    first, second = await house.telegram("Bea"), await house.telegram()
    envoy = await stories.envoy(house, "陈静", FAR)
    await envoy.location(*BANGKOK)
    await house.settle()
    await stories.dispatched(house, first)
    assert (await house.heard(envoy))[-1] == "offer.sos"
    await stories.says(house, envoy, "0")
    house.clock.advance(timedelta(minutes=31))
    await house.service.parts.feed.load()
    await stories.dispatched(house, second)
    assert (await house.heard(envoy))[-1] == "offer.sos_from_base"


async def test_nobody_at_all_is_said_plainly_with_a_promised_time(either_house: House) -> None:
    """Traveller and operators, in the same moment; the promise that passes pages people and is moved."""
    house = either_house
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    assert case.promised_at == house.clock.now() + timedelta(minutes=10)
    assert "sos.nobody_near" in await house.heard(phone)
    assert "nobody_near" in await house.told_staff()
    await house.do(centre.take, case.id)
    paged = len(house.pages)
    await house.pass_time(601, step=60)
    assert "sos.promise_moved" in await house.heard(phone)
    assert "promise_passed" in await house.told_staff()
    assert house.pages[paged:] == [(3, case.ref)]
    moved = await stories.now(house, phone)
    assert moved.promised_at is not None
    assert moved.promised_at > house.clock.now()


@pytest.mark.parametrize("kept", ["reply", "accepted"])
async def test_a_promise_that_was_kept_is_not_moved(house: House, kept: str) -> None:
    """A word from the centre or an envoy who comes is the word that was promised."""
    phone = await house.telegram()
    case = await stories.dispatched(house, phone)
    await house.do(centre.take, case.id)
    if kept == "reply":
        await house.do(centre.reply, case.id, "A rescue boat is being asked.")
    else:
        envoy = await stories.envoy(house, "陈静", BANGKOK)
        await house.do(centre.ask_again, case.id)
        await stories.says(house, envoy, "1")
    assert (await stories.now(house, phone)).promised_at is None
    await house.pass_time(700, step=100)
    assert "sos.promise_moved" not in await house.heard(phone)


async def test_whoever_comes_on_duty_later_is_asked_when_the_promise_passes(house: House) -> None:
    phone = await house.telegram()
    await stories.dispatched(house, phone)
    envoy = await stories.envoy(house, "陈静", BANGKOK)
    await house.pass_time(601, step=60)
    assert await house.heard(envoy) == ["offer.sos_from_base"]


async def test_nobody_answers_in_both_rings(house: House) -> None:
    """A minute for each ring, then plain words."""
    phone = await house.telegram()
    await stories.envoy(house, "近", BANGKOK)
    await stories.envoy(house, "远", FAR)
    await stories.dispatched(house, phone)
    await house.pass_time(118, step=6)
    assert "sos.nobody_near" not in await house.heard(phone)
    await house.pass_time(4, step=1)
    assert "sos.nobody_near" in await house.heard(phone)
    await stories.says(house, phone, "/case")
    assert "case.status_no_envoy" in await house.lines(phone)
