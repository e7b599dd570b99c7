"""Talk inside a case: in order, labelled, across channels, without numbers or ids."""

from backoffice.workflows import centre
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House, texts
from tests.journeys import stories


async def _three(house: House) -> tuple[Phone, Phone]:
    """A traveller on WeChat, an envoy on Telegram at work, and the operator has the case."""
    phone, envoy = await house.wechat(), await stories.envoy(house, "陈静", BANGKOK)
    case = await stories.dispatched(house, phone)
    await stories.says(house, envoy, "1")
    await house.do(centre.take, case.id)
    return phone, envoy


async def test_words_photos_voices_and_places_reach_the_other_side(either_house: House) -> None:
    """Each labelled with who speaks, in the order they were sent."""
    house = either_house
    phone, envoy = await _three(house)
    await stories.says(house, phone, "我在三楼")
    await phone.photo()
    await phone.voice()
    await house.settle()
    await stories.says(house, phone, "请快一点")
    await house.pass_time(8, step=1)
    shown = [m for m in await envoy.chat() if m.sender == "bot"][-6:]
    kinds = [m.kind for m in shown]
    assert kinds == ["text", "text", "photo", "text", "document", "text"]
    labels = [text for text in await texts(envoy) if "我在三楼" in text or "请快一点" in text]
    assert len(labels) == 2
    await envoy.photo(text="是这栋楼吗")
    await envoy.venue(13.75, 100.49, "东门", "Bangkok")
    await house.pass_time(8, step=1)
    said = "\n".join(await texts(phone))
    assert "陈静" in said
    assert "是这栋楼吗" in said
    assert "东门" in said
    assert any(m.kind == "image" or m.kind == "photo" for m in await phone.chat() if m.sender == "bot")


async def test_an_envoys_own_pin_on_a_job_is_seen_by_the_traveller(house: House) -> None:
    """It is their position for the service, and tells the waiting where they are."""
    phone, envoy = await _three(house)
    await envoy.location(13.77, 100.53)
    await house.pass_time(4)
    assert (await house.heard(phone))[-1] == "relay.place"
    assert "envoy.position_kept" in await house.heard(envoy)
    assert "http" in (await texts(phone))[-1]


async def test_numbers_and_ids_are_not_shown_to_each_other(house: House) -> None:
    """Also without a blank before them, as Chinese is written; the centre reads the original."""
    phone, envoy = await _three(house)
    await stories.says(house, phone, "打我电话13812345678或者加微信号abcde123")
    await stories.says(house, envoy, "我的@chenjing_th，电话+66 81 234 5678")
    await house.pass_time(5)
    heard, told = "\n".join(await texts(envoy)), "\n".join(await texts(phone))
    assert "13812345678" not in heard
    assert "abcde123" not in heard
    assert "chenjing_th" not in told
    assert "234 5678" not in told
    kept = "\n".join(await house.entries(await stories.now(house, phone)))
    assert "13812345678" in kept


async def test_coordinates_and_dates_are_no_telephone_numbers(house: House) -> None:
    phone, envoy = await _three(house)
    await stories.says(house, phone, "13.7563, 100.5018 2026-03-01 14:20")
    await house.pass_time(3)
    assert "13.7563, 100.5018 2026-03-01 14:20" in "\n".join(await texts(envoy))


async def test_an_operator_may_give_a_number(house: House) -> None:
    """And is named; an internal note reaches nobody."""
    phone, envoy = await _three(house)
    case = await stories.now(house, phone)
    await house.do(centre.reply, case.id, "医院电话 +66 2 123 4567")
    await house.do(centre.reply_envoy, case.id, "请走东门")
    await house.do(centre.note, case.id, "家属很激动")
    await house.pass_time(4)
    assert "+66 2 123 4567" in (await texts(phone))[-1]
    assert "王" in (await texts(phone))[-1]
    assert "请走东门" in "\n".join(await texts(envoy))
    assert "家属很激动" not in "\n".join([*await texts(phone), *await texts(envoy)])
    assert "家属很激动" in await house.entries(case)


async def test_what_we_cannot_read_is_noted_and_answered(house: House) -> None:
    """A kind of message nobody knows: a note on the case, a friendly question, never silence."""
    phone = await house.wechat()
    case = await stories.dispatched(house, phone)
    await stories.push(house, phone, house.clock.now(), "hologram", {"Thing": "x"})
    assert (await house.heard(phone))[-1] == "menu.unknown_kind"
    assert "[hologram]" in await house.entries(case)


async def test_words_of_nobodys_case_go_to_the_centre(house: House) -> None:
    phone = await house.wechat()
    await stories.says(house, phone, "请问怎么买保险")
    assert (await house.heard(phone))[-1] == "menu.not_understood"
    assert [item.text for item in await house.queue()] == ["请问怎么买保险"]
