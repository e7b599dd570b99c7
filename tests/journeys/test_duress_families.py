"""Relatives who come while a case is under duress learn nothing of it until an operator acts."""

import re

from backoffice.cases.model import Case
from backoffice.families.model import FollowerId
from backoffice.families.scopes import Scope
from backoffice.workflows import centre, family_desk
from bot.sandbox.client import Phone
from tests.house import House, texts
from tests.journeys import families, stories
from tests.journeys.families import PAGE, START, Page

WORD = "blue umbrella"


async def _invited(house: House, name: str) -> tuple[Phone, Case, str]:
    """Somebody with a duress word and help on its way has invited Mum, who has not come yet; the word of her link."""
    phone = await house.telegram(name)
    await stories.says(house, phone, "/profile", "1", "10", WORD)
    case = await families.helped(house, phone)
    await families.invited(house, phone, "Mum", "safe", "city")
    return phone, case, await families.newest(house, phone, START)


async def _comes(house: House, phone: Phone, start: str) -> list[str]:
    """Everything she reads who comes by this link: letters, her page, how things stand, the end."""
    await stories.says(house, phone, f"/start {start}")
    await house.pass_time(8, step=1)
    said = [_plain(text) for text in await texts(phone)]
    page = await Page(house, await families.newest(house, phone, PAGE)).opened()
    return [*said, _plain(page.split("<main", 1)[1].split('id="thread"', 1)[0])]


def _plain(text: str) -> str:
    return re.sub(r"[A-Za-z0-9_-]{43}", "TOKEN", text)


async def test_who_comes_under_duress_reads_what_is_read_where_no_case_is(house: House) -> None:
    """Word for word as from somebody whose case is over; an operator has the call to decide on."""
    anna, forced, start = await _invited(house, "Anna")
    _, other, over = await _invited(house, "Ben")
    async with house.core.store.begin(house.clock.now()) as uow:
        for follower in await uow.families.of_case(other.id):
            follower.scopes = frozenset()
            await uow.families.save(follower)
        await uow.commit()
    await house.do(centre.take, other.id)
    await house.close(other)
    await stories.says(house, anna, WORD)
    mum, his = await house.telegram("Mum"), await house.telegram("His mum")
    read = await _comes(house, mum, start)
    assert read == await _comes(house, his, over)
    assert not re.search(r"in touch|helped|Bangkok|case", "".join(read))
    assert (await families.followers(house, forced))["Mum"].call_since is not None
    assert "family_call" in await house.told_staff()


async def test_a_code_scanned_under_duress_tells_nothing(house: House) -> None:
    """WeChat's code drawn before the word: who scans it after it reads no more than that they were invited."""
    zhou, mum = await house.wechat("周婷"), await house.wechat("周妈妈")
    await stories.says(house, zhou, "我的资料", "1", "10", WORD)
    await families.helped(house, zhou)
    await families.invited(house, zhou, "妈妈", "safe", "city")
    await house.settle()
    (made,) = await house.phones.calls("qrcode/create")
    await stories.says(house, zhou, WORD)
    shown = await house.heard(zhou)
    await mum.scan(scene=made["params"]["action_info"]["scene"]["scene_str"])
    await house.pass_time(8, step=1)
    assert "family.first_plain" in await house.heard(mum)
    assert not {"family.first", "family.standing"} & set(await house.heard(mum))
    assert await house.heard(zhou) == shown


async def test_the_page_alone_opened_under_duress_tells_nothing(house: House) -> None:
    """Neither the stages nor the place that were given before, until an operator opens them."""
    anna = await house.telegram("Anna")
    await stories.says(house, anna, "/profile", "1", "10", WORD)
    case = await families.helped(house, anna)
    page = Page(house, await families.invited(house, anna, "Mum", "safe", "city"))
    await stories.says(house, anna, WORD)
    shown = await page.opened()
    assert "Bangkok" not in shown
    assert "in touch" not in shown
    assert "Help called" not in shown
    await house.do(centre.take, case.id)
    mum = (await families.followers(house, case))["Mum"]
    opening = family_desk.Opening(FollowerId(mum.id), frozenset({Scope.CITY}), "her sister is a doctor there")
    await house.do(family_desk.open_, case.id, opening)
    assert "Bangkok" in await page.shown()


async def test_who_came_in_silence_is_told_when_the_duress_is_over(house: House) -> None:
    """The first words and how things stand, as they were allowed; not a word before."""
    anna, case, start = await _invited(house, "Anna")
    await stories.says(house, anna, WORD)
    mum = await house.telegram("Mum")
    await _comes(house, mum, start)
    await stories.says(house, mum, "/family", "STOP")
    heard = await house.heard(mum)
    assert "family.first" not in heard
    assert "case" not in "".join(await texts(mum))
    await house.do(centre.take, case.id)
    await house.do(centre.end_duress, case.id)
    await house.pass_time(8, step=1)
    assert (await house.heard(mum))[len(heard) :] == ["family.first", "family.standing"]


async def test_an_operators_link_lets_them_in(house: House) -> None:
    """Fresh links from the centre are an operator's decision: from then on she who comes hears the first words."""
    anna, case, start = await _invited(house, "Anna")
    await stories.says(house, anna, WORD)
    await house.do(centre.take, case.id)
    await house.do(family_desk.new_links, case.id, (await families.followers(house, case))["Mum"].id)
    mum = await house.telegram("Mum")
    await stories.says(house, mum, f"/start {start}")
    assert "family.first" in await house.heard(mum)
