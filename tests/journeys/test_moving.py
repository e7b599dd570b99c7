"""Positions: what moves a case, what is jitter, and what an envoy sees of it."""

import asyncio

import pytest

from backoffice.cases.model import CaseStatus
from tests.house import BANGKOK, BEIJING, House, texts
from tests.journeys import stories

NEAR = (BANGKOK[0] + 0.0001, BANGKOK[1])
"""11 m north."""
SOUTH = (BANGKOK[0] - 0.002, BANGKOK[1])
HONG_KONG = (22.2793, 114.1628)


async def _maps(phone: stories.Phone) -> list[tuple[float, float]]:
    return [(round(m.point["lat"], 4), round(m.point["lon"], 4)) for m in await phone.chat() if m.point]


async def test_the_envoy_has_one_moving_map(either_house: House) -> None:
    """A live location moves the one map on the envoy's phone; steps under 25 m do not."""
    house = either_house
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    await phone.live(*BANGKOK)
    await house.settle()
    await stories.says(house, phone, "1")
    await stories.says(house, envoy, "1")
    await house.pass_time(4)
    assert await _maps(envoy) == [(13.7563, 100.5018)]
    before = len(await texts(envoy))
    house.clock.advance(5)
    await phone.move(*NEAR)
    await house.pass_time(4)
    assert await _maps(envoy) == [(13.7563, 100.5018)]
    await phone.move(*SOUTH)
    await house.pass_time(4)
    assert await _maps(envoy) == [(13.7543, 100.5018)]
    assert len(await texts(envoy)) == before
    assert "case.rang_again" not in await house.timeline(await stories.now(house, phone))


async def test_small_steps_add_up(house: House) -> None:
    """Four steps of 11 m are news, and standing still keeps the fix fresh."""
    phone = await house.telegram()
    await phone.live(*BANGKOK)
    await house.settle()
    await stories.says(house, phone, "1")
    for step in range(1, 5):
        house.clock.advance(20)
        await phone.move(BANGKOK[0] + step * 0.0001, BANGKOK[1])
        await house.settle()
    case = await stories.now(house, phone)
    assert case.fix is not None
    assert round(case.fix.point.lat, 4) == 13.7566
    assert (house.clock.now() - case.fix.at).total_seconds() < 2


async def test_an_envoy_on_wechat_gets_a_link_in_the_maps_own_datum(house: House) -> None:
    """WeChat has no moving map: a link, and in mainland China in GCJ-02."""
    phone, envoy = await house.telegram(), await house.wechat("李强")
    await house.envoy(envoy, BEIJING, "李强")
    await envoy.text("在吗")
    await stories.dispatched(house, phone, BEIJING)
    await stories.says(house, envoy, "1")
    link = next(text for text in await texts(envoy) if "http" in text)
    assert "39.91" in link
    assert "39.9087" not in link


async def test_an_older_fix_is_kept_and_moves_nothing(house: House) -> None:
    phone = await house.telegram()
    written = house.clock.now()
    house.clock.advance(60)
    case = await stories.dispatched(house, phone)
    await stories.update(house, phone, written, {"location": {"latitude": 13.9, "longitude": 100.5}})
    assert (await stories.now(house, phone)).fix == case.fix
    async with house.core.store.begin(house.clock.now()) as uow:
        assert [round(f.point.lat, 1) for f in await uow.cases.track(case.id)] == [13.8, 13.9]


@pytest.mark.parametrize("how", ["stopped", "quiet"])
async def test_live_sharing_that_ends_is_noticed(house: House, how: str) -> None:
    """By its last edit, or by our own timer when it says nothing any more: staff read it, a new one is asked for."""
    phone = await house.telegram()
    await phone.live(*BANGKOK)
    await house.settle()
    await stories.says(house, phone, "1")
    if how == "stopped":
        await phone.stop_live()
        await house.settle()
    else:
        await house.pass_time(200, step=20)
    assert "live_ended" in await house.told_staff()
    assert "sos.live_ended" in await house.heard(phone)


async def test_live_sharing_that_goes_on_is_not_quiet(house: House) -> None:
    phone = await house.telegram()
    await phone.live(*BANGKOK)
    await house.settle()
    await stories.says(house, phone, "1")
    for _ in range(4):
        house.clock.advance(100)
        await phone.move(*NEAR)
        await house.settle()
    assert "live_ended" not in await house.told_staff()


async def test_a_pin_from_wechat_in_mainland_china_is_converted(house: House) -> None:
    """GCJ-02 in, WGS-84 on the case, both kept."""
    phone = await house.wechat()
    case = await stories.pin(house, phone, BEIJING)
    assert case.fix is not None
    assert abs(case.fix.point.lat - BEIJING[0]) < 0.0001
    assert abs(case.fix.raw.lat - BEIJING[0]) > 0.0005
    assert (case.fix.raw.datum, case.fix.ambiguous) == ("gcj02", False)


async def test_in_hong_kong_two_readings_are_kept(house: House) -> None:
    """Flagged with 700 m, and the envoy is warned."""
    phone, envoy = await house.wechat(), await stories.envoy(house, "陈静", HONG_KONG)
    case = await stories.dispatched(house, phone, HONG_KONG)
    assert case.fix is not None
    assert (case.fix.ambiguous, case.fix.accuracy_m) == (True, 700)
    assert case.fix.alternative is not None
    await stories.says(house, envoy, "1")
    assert "job.ambiguous" in await house.lines(envoy)


async def test_the_automatic_event_updates_the_last_known_place_and_no_more(house: House) -> None:
    phone = await house.wechat()
    await phone.report_location(*BANGKOK)
    await house.settle()
    assert await house.cases(phone) == []
    await stories.says(house, phone, "救命")
    case = await stories.now(house, phone)
    assert (case.status, case.fix_is_last_known) == (CaseStatus.COUNTDOWN, True)
    await asyncio.sleep(0)
