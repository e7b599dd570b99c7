"""The menu and the languages: start, help, my case, language by saying so."""

from tests.house import House, texts
from tests.journeys import stories

CODES = {"zh-hans": "zh_Hans", "zh-hant": "zh_Hant", "en": "en", "ja": "ja", "ko": "ko", "pt-br": "en"}


async def test_the_language_of_the_phone(house: House) -> None:
    """Telegram's code by an explicit map; a language we do not have is answered in English."""
    for code, locale in CODES.items():
        phone = await house.telegram(code, code)
        await stories.says(house, phone, "/start")
        person = await house.person(phone)
        assert person is not None
        assert person.locale == locale
        line = {"zh_Hans": "+861055550110"}.get(locale, "+861055550119")
        assert line in (await texts(phone))[-1]


SAID = {
    "English": "en",
    "繁體中文": "zh_Hant",
    "日本語": "ja",
    "한국어": "ko",
    "中文": "zh_Hans",
    "in English please": "en",
}


async def test_switched_by_saying_so(house: House) -> None:
    """In the language itself, and the answer is in it."""
    phone = await house.wechat()
    for said, locale in SAID.items():
        await stories.says(house, phone, said)
        person = await house.person(phone)
        assert person is not None
        assert person.locale == locale
        assert house.core.speech.sentence("menu.language_set", {}, locale, "UTC") in (await texts(phone))[-1]


async def test_switched_by_the_menu(either_house: House) -> None:
    """Each language is named in itself; the number chooses it, and an open case is said again in it."""
    house = either_house
    phone = await house.wechat()
    case = await stories.dispatched(house, phone)
    await stories.answers(house, phone, "语言")
    assert "日本語" in (await texts(phone))[-1]
    digit = next(d for d, tag in (await house.asked(phone))[0].answers.items() if tag == "ja")
    await stories.answers(house, phone, digit)
    assert (await house.heard(phone))[-2:] == ["menu.language_set", "case.status"]
    await house.pass_time(3)
    assert case.ref in (await texts(phone))[-1]


async def test_my_case(house: House) -> None:
    """With none how to call; with one who has it, who is asked, when the next word comes."""
    phone = await house.telegram()
    await stories.says(house, phone, "/case")
    assert (await house.heard(phone))[-1] == "menu.no_case"
    await stories.dispatched(house, phone)
    await stories.says(house, phone, "my case")
    status = (await house.letters(phone))[-1].message
    assert [s.key for s in status.more] == ["case.status_alerted", "case.status_no_envoy", "case.next_word"]
    await house.close_bell(await stories.now(house, phone))
    await stories.says(house, phone, "/case")
    status = (await house.letters(phone))[-1].message
    assert status.more[0].params == {"name": "王"}


async def test_help_says_how_to_call(house: House) -> None:
    for typed in ("/help", "MENU", "帮助", "ヘルプ"):
        phone = await house.telegram(typed)
        await stories.says(house, phone, typed)
        assert await house.heard(phone) == ["menu.help"]


async def test_cancel_as_a_command_cancels(house: House) -> None:
    """Whoever types it with a slash means it."""
    phone = await house.telegram()
    for typed in ("/cancel", "/CANCEL"):
        await stories.pin(house, phone)
        await stories.says(house, phone, typed)
        assert (await house.heard(phone))[-1] == "sos.cancelled"
