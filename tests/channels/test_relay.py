"""Photos, voices, films and files between a traveller on WeChat and an envoy on Telegram, both ways."""

import pytest

from tests.channels import observing
from tests.channels.test_bad_input import open_case
from tests.house import House, texts


async def kinds(phone) -> list[str]:
    """What the service has put on this phone beside words."""
    return [
        m.kind
        for m in await phone.chat()
        if m.sender == "bot" and m.kind not in ("text", "location", "template")
    ]


@pytest.mark.parametrize(("sent", "shown"), [("photo", "photo"), ("voice", "document"), ("video", "video")])
async def test_from_wechat_to_telegram(house: House, sent: str, shown: str) -> None:
    """A photo and a film play in place; AMR, which Telegram does not play, comes as a file that opens."""
    traveller, envoy = await open_case(house)
    await getattr(traveller, sent)()
    await house.pass_time(3, 1)
    assert await kinds(envoy) == [shown]
    assert await house.phones.violations() == []
    assert "cannot_be_reached" not in await observing.alerts(house)


@pytest.mark.parametrize(
    ("sent", "shown"), [("photo", ["photo"]), ("video", ["video"]), ("voice", []), ("document", [])]
)
async def test_from_telegram_to_wechat(house: House, sent: str, shown: list[str]) -> None:
    """What WeChat cannot play (Ogg voices, files) is said to be elsewhere; the letter does not fail."""
    traveller, envoy = await open_case(house)
    await traveller.text("在")
    await house.settle()
    await getattr(envoy, sent)()
    await house.pass_time(3, 1)
    assert await kinds(traveller) == shown
    told = [t for t in await texts(traveller) if "打不开这个文件" in t]
    assert len(told) == (0 if shown else 1)
    assert await house.phones.violations() == []
    assert "cannot_be_reached" not in await observing.alerts(house)


async def test_a_file_that_does_not_come_is_said_to_be_missing_after_twenty_seconds(house: House) -> None:
    """The words do not wait longer for their picture, and the reader knows that there is one."""
    traveller, envoy = await open_case(house)
    await house.phones.fault("bad_gateway", platform="wechat", method="media/get")
    await traveller.photo()
    await house.pass_time(15, 3)
    before = await texts(envoy)
    await house.pass_time(9, 3)
    after = (await texts(envoy))[len(before) :]
    assert len(after) == 1
    assert "文件没能取到" in after[0]
    assert await kinds(envoy) == []
    await house.phones.heal()
    await house.pass_time(60, 20)
    assert {f.state for f in await observing.fetches(house)} == {"ready"}


async def test_a_file_that_comes_in_time_is_waited_for(house: House) -> None:
    traveller, envoy = await open_case(house)
    await house.phones.fault("bad_gateway", platform="wechat", method="media/get", seconds=8)
    await traveller.photo()
    await house.pass_time(18, 2)
    assert await kinds(envoy) == ["photo"]


async def test_one_file_that_hangs_does_not_hold_up_the_others(house: House) -> None:
    """Two pictures: the first can never be had, the second arrives."""
    traveller, envoy = await open_case(house)
    await house.phones.fault(
        "error", platform="wechat", method="media/get", times=1, params={"errcode": 40007}
    )
    await traveller.photo()
    await traveller.photo("sign")
    await house.pass_time(4, 1)
    assert await kinds(envoy) == ["photo"]
    assert sum("文件没能取到" in t for t in await texts(envoy)) == 1


async def test_a_picture_url_in_a_message_is_never_fetched(house: House) -> None:
    traveller, _ = await open_case(house)
    await traveller.photo()
    await house.pass_time(3, 1)
    assert not [
        c for c in await house.phones.calls() if "pic" in c["method"].lower() and c["platform"] == "wechat"
    ]
    assert await house.phones.violations() == []


async def test_a_newer_position_moves_the_one_map_of_the_envoy(house: House) -> None:
    """Telegram: one live message, edited; gone from the screen, a new one is sent."""
    traveller, envoy = await open_case(house)
    maps = [m for m in await envoy.chat() if m.kind == "location"]
    assert len(maps) == 1
    await traveller.location(13.77, 100.51)
    await house.pass_time(4, 1)
    shown = [m for m in await envoy.chat() if m.kind == "location"]
    assert len(shown) == 1
    assert round(shown[0].point["lat"], 2) == 13.77
    gone = {"code": 400, "description": "Bad Request: message to edit not found"}
    await house.phones.fault("error", method="editMessageLiveLocation", times=1, params=gone)
    await traveller.location(13.79, 100.52)
    await house.pass_time(4, 1)
    shown = [m for m in await envoy.chat() if m.kind == "location"]
    assert [round(m.point["lat"], 2) for m in shown] == [13.77, 13.79]
