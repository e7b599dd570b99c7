"""Files in families' matters: sealed with the case, in their thread, nowhere else."""

import sqlalchemy as sa

from backoffice.families.model import FamilyEntry
from backoffice.kernel.ids import MediaId
from backoffice.kernel.messages import MediaKind
from bot.sandbox.client import Phone
from storage.exchange_tables import media
from tests.house import House
from tests.journeys import families, stories
from tests.journeys.families import START, Page


async def _follows(house: House, anna: Phone, mum: Phone, *scopes: str) -> Page:
    page = Page(house, await families.invited(house, anna, "Mum", *scopes))
    await stories.says(house, mum, f"/start {await families.newest(house, anna, START)}")
    await page.opened()
    return page


async def _thread(house: House, anna: Phone) -> list[FamilyEntry]:
    case = await stories.now(house, anna)
    async with house.core.store.begin(house.clock.now()) as uow:
        return list(await uow.families.entries(case.id))


async def test_a_relatives_photo_is_in_the_families_thread_alone(either_house: House) -> None:
    """An album is one reply; the pictures are the case's, and neither the traveller nor the queue has them."""
    house = either_house
    anna, mum = await house.telegram("Anna"), await house.telegram("Mum")
    case = await families.helped(house, anna)
    page = await _follows(house, anna, mum, "safe")
    heard, screen = len(await house.heard(mum)), await house.heard(anna)
    for words in ("Her passport", None):
        await mum.photo(album="a1", text=words)
        await house.settle()
    await house.pass_time(4)
    assert (await house.heard(mum))[heard:] == ["family.passed_on"]
    thread = await _thread(house, anna)
    assert [(e.text, e.photo) for e in thread] == [("Her passport", True), ("", True)]
    assert await house.heard(anna) == screen
    assert "[photo]" not in await house.entries(case)
    assert await house.queue() == []
    first = thread[0].media
    assert first is not None
    assert first.kind is MediaKind.PHOTO
    assert await house.core.media.get(MediaId(first.id))
    async with house.core.database.reading() as conn:
        owners = set((await conn.execute(sa.select(media.c.case_id))).scalars())
    assert owners == {case.id}
    shown = await page.shown()
    assert "[photo]" in shown
    assert "Her passport" in shown


async def test_another_relatives_page_has_nothing_of_it(house: House) -> None:
    """Who may know everything still does not read what somebody else sent."""
    anna, mum = await house.telegram("Anna"), await house.telegram("Mum")
    await families.helped(house, anna)
    await _follows(house, anna, mum, "safe")
    await families.pick(house, anna, "kept")
    dad = Page(house, await families.invited(house, anna, "Dad", "all"))
    await mum.photo(text="Her passport")
    await house.pass_time(4)
    shown = await dad.opened()
    assert "[photo]" not in shown
    assert "Her passport" not in shown


async def test_a_patients_picture_is_the_cases_own(house: House) -> None:
    """They write to the case somebody else opened: its key seals the picture, so that whoever has the case sees it."""
    son, mother = await house.telegram("Son"), await house.telegram("Mother")
    await stories.dispatched(house, son)
    await stories.answers(house, son, "9", "2", "1", "2", "1")
    await stories.says(house, son, "/family")
    await families.pick(house, son, "patient")
    await stories.says(house, mother, f"/start {await families.newest(house, son, START)}")
    await mother.photo()
    await house.pass_time(4)
    case = await stories.now(house, son)
    assert "[photo]" in await house.entries(case)
    async with house.core.database.reading() as conn:
        assert set((await conn.execute(sa.select(media.c.case_id))).scalars()) == {case.id}
