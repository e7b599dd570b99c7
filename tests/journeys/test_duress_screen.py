"""Whoever looks over the shoulder: under duress every screen is the one of an ordinary late cancel."""

import re
import shutil
from pathlib import Path

import pytest

from backoffice.cases.model import CloseReason
from backoffice.workflows import centre
from bot.sandbox.client import Phone
from tests import house as house_
from tests.clocks import FakeClock
from tests.house import BANGKOK, House, texts
from tests.journeys import families, stories, test_portraits

WORD = "blue umbrella"
CANCEL = {"telegram": "cancel", "wechat": "取消"}
TYPED = {
    "telegram": ("/case", "/help", "I am in room 12", "I'm safe", "/profile", "/family", "invite Dad", "0"),
    "wechat": ("我的案件", "帮助", "我在12号房", "我安全了", "我的资料", "告诉家人", "0"),
}
NEAR, WIDER = (BANGKOK[0] + 0.01, BANGKOK[1]), (BANGKOK[0] + 0.21, BANGKOK[1])
ENVOYS: dict[str, list[tuple[float, float]]] = {"none": [], "asked": [NEAR, WIDER], "on the way": [NEAR]}
SOS = {"telegram": "SOS", "wechat": "救命"}


async def _day(house: House, phone: Phone, platform: str) -> None:
    """Everything they may do on an open case, and all that the clock says meanwhile."""
    await stories.answers(house, phone, "9", "1", "1")
    await stories.says(house, phone, *TYPED[platform])
    await phone.photo()
    await house.pass_time(140, step=20)
    await stories.says(house, phone, TYPED[platform][0])
    await phone.location(BANGKOK[0] + 0.01, BANGKOK[1])
    await house.pass_time(80, step=20)
    await stories.says(house, phone, CANCEL[platform], TYPED[platform][0], SOS[platform])
    await phone.location(BANGKOK[0] + 0.3, BANGKOK[1])
    await phone.forward_location(*BANGKOK)
    await house.pass_time(1500, step=300)
    await stories.says(
        house, phone, CANCEL[platform], "call me on 138 1234 5678 please", "+66812345678", TYPED[platform][0]
    )


async def _taken_and_closed(house: House, phone: Phone, platform: str) -> None:
    """An operator takes the case; words and calls of people aside, it is told and ends as any other."""
    case = await stories.now(house, phone)
    await house.do(centre.take, case.id)
    await stories.says(house, phone, "one more thing", TYPED[platform][0])
    await house.do(centre.close, case.id, CloseReason.SAFE)
    await house.pass_time(5)
    await stories.says(house, phone, TYPED[platform][0], "are you there", CANCEL[platform])


async def _told(house: House, phone: Phone, ref: str) -> list[tuple[str, str, tuple[str, ...]]]:
    """Every bubble of the service with its keys; a case's number and the tokens of links are not compared."""
    await house.pass_time(8, step=1)
    found = [m for m in await phone.chat() if m.sender == "bot"]
    return [(m.kind, _plain(m.text, ref), m.labels) for m in found]


def _plain(text: str, ref: str) -> str:
    return re.sub(r"[A-Za-z0-9_-]{43}", "TOKEN", text.replace(ref, "REF"))


@pytest.fixture
def both(sqlite_url: str, tmp_path: Path) -> tuple[str, str]:
    """Two databases that are the same so far."""
    path = Path(sqlite_url.split("///", 1)[1])
    copy = path.with_name("other.db")
    shutil.copy(path, copy)
    return sqlite_url, sqlite_url.replace(path.name, copy.name)


async def _heard(url: str, data: Path, platform: str, said: str, envoys: str) -> list[object]:
    async with house_.opened(url, data, FakeClock()) as house:
        phone = await (house.telegram("Anna") if platform == "telegram" else house.wechat("周婷"))
        await _knows_word(house, phone, platform)
        near = [await stories.envoy(house, f"陈{n}", at) for n, at in enumerate(ENVOYS[envoys])]
        if envoys == "on the way":
            await test_portraits.gives(house, near[0])
        case = await stories.dispatched(house, phone)
        if envoys == "on the way":
            await stories.says(house, near[0], "1", "1")
        await house.pass_time(6, step=1)
        page = families.Page(house, await families.invited(house, phone, "Mum", "city"))
        await page.opened()
        await stories.says(house, phone, said)
        await _day(house, phone, platform)
        followed = _plain(await page.shown(), case.ref)
        await _taken_and_closed(house, phone, platform)
        return [*await _told(house, phone, case.ref), followed]


async def _knows_word(house: House, phone: Phone, platform: str) -> None:
    await stories.says(house, phone, "/profile" if platform == "telegram" else "我的资料", "1", "10", WORD)
    await house.pass_time(8, step=1)


@pytest.mark.parametrize(
    ("platform", "envoys"), [("telegram", "asked"), ("telegram", "none"), ("wechat", "on the way")]
)
async def test_every_screen_is_the_one_of_a_late_cancel(
    both: tuple[str, str], tmp_path: Path, platform: str, envoys: str
) -> None:
    """For as long as the case lives: my case, words, files, pins, families, a second cancel, clocks, the close."""
    free, forced = both
    expected = await _heard(free, tmp_path / "a", platform, CANCEL[platform], envoys)
    shown = await _heard(forced, tmp_path / "b", platform, WORD, envoys)
    assert shown == expected
    assert WORD not in str(shown)


async def test_what_a_forced_hand_gives_opens_nothing(house: House) -> None:
    """Scopes given under duress stand on the person's own screen; the relative's page shows what it showed."""
    anna = await house.telegram("Anna")
    await _knows_word(house, anna, "telegram")
    case = await families.helped(house, anna)
    page = families.Page(house, await families.invited(house, anna, "Mum", "safe"))
    before = _undated(await page.opened())
    await stories.says(house, anna, WORD, "/family")
    await families.pick(house, anna, f"f:{(await families.followers(house, case))['Mum'].id}")
    await families.pick(house, anna, "scope:exact")
    assert "exact" in (await families.followers(house, case))["Mum"].scopes
    assert _undated(await page.shown()) == before
    await house.do(centre.take, case.id)
    await house.do(centre.end_duress, case.id)
    assert "13.75" in await page.shown()


async def test_words_still_on_their_way_do_not_arrive(house: House) -> None:
    """An operator has just asked whether somebody threatens them: that line is not read by whoever does."""
    anna = await house.telegram("Anna")
    await _knows_word(house, anna, "telegram")
    case = await stories.dispatched(house, anna)
    await house.do(centre.take, case.id)
    await house.pass_time(8, step=1)
    await house.phones.fault("too_many", method="sendMessage", times=1, params={"retry_after": 20})
    await house.do(centre.reply, case.id, "Is somebody threatening you?")
    await stories.says(house, anna, WORD)
    await house.pass_time(40, step=5)
    said = "\n".join(await texts(anna))
    assert "threatening" not in said
    assert "you say you are safe" in said


async def test_an_envoy_who_holds_hears_nothing_more(house: House) -> None:
    """Not the words, not the new place, not the second cry: an operator decides what they do."""
    anna, envoy = await house.telegram("Anna"), await stories.envoy(house, "陈静", NEAR)
    await _knows_word(house, anna, "telegram")
    await stories.dispatched(house, anna)
    await stories.says(house, envoy, "1", "1")
    await stories.says(house, anna, WORD)
    heard = await house.heard(envoy)
    assert heard[-1] == "job.hold"
    await stories.says(house, anna, "please come", "SOS")
    await anna.location(BANGKOK[0] + 0.02, BANGKOK[1])
    await house.pass_time(60, step=20)
    assert await house.heard(envoy) == heard
    kept = await house.entries(await stories.now(house, anna))
    assert kept.count("please come") == 1


def _undated(page: str) -> str:
    """The page without the moment it was made at."""
    return "\n".join(line for line in page.splitlines() if "This page is of" not in line)
