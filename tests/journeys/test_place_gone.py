"""What an envoy's screen shows of the exact place once they may know it no longer."""

from backoffice.workflows import calling_envoys, centre, offers
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, texts
from tests.journeys import stories

ELSEWHERE = (13.7300, 100.5400)


async def _points(phone: Phone) -> int:
    return sum(1 for m in await phone.chat() if m.point and m.sender == "bot")


async def _at_work(house: House) -> tuple[Phone, Phone]:
    phone, envoy = await house.telegram(), await stories.envoy(house, "陈静", BANGKOK)
    await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await house.pass_time(3)
    assert await _points(envoy) == 1
    return phone, envoy


async def test_a_second_after_withdrawal_the_map_is_gone(either_house: House) -> None:
    """The envoy gives the job back: neither the map nor a pin stands in the chat."""
    house = either_house
    phone, envoy = await _at_work(house)
    await phone.venue(*ELSEWHERE, "东门", "Bangkok")
    await house.pass_time(3)
    assert await _points(envoy) == 2
    assert "位置：泰国曼谷市中心" in "\n".join(await texts(envoy))
    await stories.says(house, envoy, "4")
    await house.pass_time(1)
    assert await _points(envoy) == 0
    assert "job.withdrawn" in await house.heard(envoy)
    words = "\n".join(await texts(envoy))
    assert "曼谷市中心" not in words
    assert "东门" not in words
    assert await house.phones.violations() == []


async def test_a_task_with_an_address_goes_with_it(house: House) -> None:
    """What an operator wrote to this envoy alone, without any map."""
    phone, envoy = await _at_work(house)
    case = await stories.now(house, phone)
    await house.do(centre.take, case.id)
    async with house.core.store.begin(house.clock.now()) as uow:
        (job,) = await uow.assignments.of_case(case.id)
    await house.do(calling_envoys.give_task, case.id, job.id, offers.Part("素坤逸路 21 巷 8 号，找前台"))
    await house.pass_time(3)
    assert "素坤逸路" in "\n".join(await texts(envoy))
    await stories.says(house, envoy, "4")
    await house.pass_time(1)
    assert "素坤逸路" not in "\n".join(await texts(envoy))


async def test_a_second_after_close_the_map_is_gone(house: House) -> None:
    phone, envoy = await _at_work(house)
    await house.close(await stories.now(house, phone))
    await house.pass_time(1)
    assert await _points(envoy) == 0
    assert "曼谷市中心" not in "\n".join(await texts(envoy))


async def test_a_map_that_its_reader_deleted_is_no_trouble(house: House) -> None:
    """What is gone already need not go."""
    phone, envoy = await _at_work(house)
    params = {"code": 400, "description": "Bad Request: message to delete not found"}
    await house.phones.fault("error", method="deleteMessage", times=1, params=params)
    await house.close(await stories.now(house, phone))
    await house.pass_time(3)
    assert "job.over" in await house.heard(envoy)
    assert "cannot_be_reached" not in await house.told_staff()


async def test_what_was_taken_away_does_not_come_back(house: House) -> None:
    """The traveller moves on: who has given the job back is told nothing of it."""
    phone, envoy = await _at_work(house)
    await stories.says(house, envoy, "4")
    await house.pass_time(2)
    case = await stories.now(house, phone)
    await house.do(centre.take, case.id)
    assert await _points(envoy) == 0
    await phone.location(*ELSEWHERE)
    await house.pass_time(5)
    assert await _points(envoy) == 0
