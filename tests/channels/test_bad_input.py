"""Bad input: what its sender is told, and that nothing stored before it is lost."""

import json
from typing import Any

import pytest

from backoffice.cases.model import CaseStatus
from backoffice.kernel.exchange import RowState
from tests import wiring
from tests.bot.handlers.wechat import support
from tests.channels import observing, samples
from tests.house import BANGKOK, House, last, texts

TELEGRAM = "/telegram/webhook"
WECHAT = "/wechat/webhook"
SECRET = {"X-Telegram-Bot-Api-Secret-Token": wiring.SECRET}
OURS = support.WechatConfig(**wiring.APP)
ZWJ_FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"


async def open_case(house: House) -> tuple[Any, Any]:
    """A traveller on WeChat in need and their envoy on Telegram at work."""
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await house.envoy(envoy, BANGKOK)
    await traveller.location(*BANGKOK)
    await house.settle()
    await traveller.text("1")
    await house.settle()
    await envoy.press(0)
    await house.pass_time(4, 1)
    return traveller, envoy


async def kept(house: House, phone: Any) -> tuple[CaseStatus, int, dict[RowState, int]]:
    """What must still be there afterwards."""
    case = await house.case_of(phone)
    assert case is not None
    return case.status, len(await observing.entries(house, case.id)), await observing.rows(house)


async def status_of(house: House, path: str, body: bytes, **options: Any) -> int:
    async with house.http.post(f"{house.base}{path}", data=body, **options) as answer:
        return answer.status


def location(person: str, lat: str, lon: str, number: int) -> bytes:
    """An update as bytes: NaN is no JSON number and yet some send it."""
    at = 1772344800
    return (
        f'{{"update_id": {number}, "message": {{"message_id": {number}, "date": {at},'
        f' "chat": {{"id": {person}, "type": "private"}}, "from": {{"id": {person}, "is_bot": false,'
        f' "first_name": "Anna", "language_code": "en"}}, "location": {{"latitude": {lat}, "longitude": {lon}}}}}}}'
    ).encode()


async def test_what_is_no_update_is_refused_and_leaves_no_trace(house: House) -> None:
    """Malformed, unauthentic and oversized bodies: a plain status, nothing stored, the case untouched."""
    traveller, _ = await open_case(house)
    before = await kept(house, traveller)
    params, sealed = support.pushed(support.text("help"), OURS)
    twisted = {**params, "msg_signature": "0" * 40}
    huge = b"{" + b" " * 300_000 + b"}"
    assert await status_of(house, TELEGRAM, b'{"update_id": 1, ', headers=SECRET) == 400
    assert await status_of(house, TELEGRAM, b"[]", headers=SECRET) == 400
    assert await status_of(house, TELEGRAM, b"\xff\xfe", headers=SECRET) == 400
    assert await status_of(house, TELEGRAM, b"[" * 100_000, headers=SECRET) == 400
    assert await status_of(house, TELEGRAM, b'{"update_id": 1}') == 401
    wrong = {"X-Telegram-Bot-Api-Secret-Token": "journey-secreT"}
    assert await status_of(house, TELEGRAM, b'{"update_id": 1}', headers=wrong) == 401
    assert await status_of(house, TELEGRAM, huge, headers=SECRET) == 413
    packed = SECRET | {"Content-Encoding": "gzip"}
    assert await status_of(house, TELEGRAM, b"\x1f\x8b", headers=packed) == 415
    assert await status_of(house, WECHAT, b"<xml><Encrypt>", params=params) == 403
    assert await status_of(house, WECHAT, sealed, params=twisted) == 403
    assert await status_of(house, WECHAT, sealed) == 403
    assert await status_of(house, WECHAT, support.text("plain"), params=params) == 403
    assert await status_of(house, WECHAT, b"<xml>" + b" " * 300_000, params=params) == 413
    doctype = b'<!DOCTYPE x [<!ENTITY e "e">]>' + sealed
    assert await status_of(house, WECHAT, doctype, params=params) == 403
    assert await kept(house, traveller) == before


async def test_an_authentic_push_that_nobody_can_read_is_kept_and_staff_hear_of_it(house: House) -> None:
    """Sealed and signed by the platform, and yet broken inside: answered cleanly, kept, on the board."""
    traveller, _ = await open_case(house)
    before = await kept(house, traveller)
    alerts = len(await observing.alerts(house))
    inside = (
        "<xml><a>",
        "",
        "<xml/>",
        "no xml",
        '<!DOCTYPE x [<!ENTITY a "b">]><xml><FromUserName>&a;</FromUserName></xml>',
    )
    for body in inside:
        await house.phones.push(traveller, body or " ")
        await house.settle()
    status, entries, rows = await kept(house, traveller)
    assert (status, entries) == before[:2]
    assert rows[RowState.PARKED] == len(inside)
    assert (await observing.alerts(house))[alerts:] == ["update_parked"] * len(inside)


@pytest.mark.parametrize(
    ("lat", "lon"), [("0", "0"), ("NaN", "100.5"), ("91", "0"), ("13.7", "181"), ("1e400", "0")]
)
async def test_a_place_where_nobody_can_stand_still_is_a_call_for_help(
    house: House, lat: str, lon: str
) -> None:
    """The countdown runs without a place; what was sent is on the case, for a person to read."""
    phone = await house.telegram("Anna", "en")
    assert await status_of(house, TELEGRAM, location(phone.id, lat, lon, 7), headers=SECRET) == 200
    await house.settle()
    assert "5" in (await last(phone)).text
    case = await house.case_of(phone)
    assert case is not None
    assert case.status is CaseStatus.COUNTDOWN
    assert case.fix is None
    assert [e.text for e in await observing.entries(house, case.id)]
    await house.pass_time(6, 1)
    assert "location" in "\n".join(await texts(phone)).lower()


async def test_an_impossible_place_does_not_move_a_case(house: House) -> None:
    phone = await house.telegram("Anna", "en")
    await phone.location(*BANGKOK)
    await house.pass_time(6, 1)
    await status_of(house, TELEGRAM, location(phone.id, "91", "0", 8), headers=SECRET)
    await house.pass_time(2, 1)
    case = await house.case_of(phone)
    assert case is not None
    assert case.fix is not None
    assert round(case.fix.point.lat, 4) == BANGKOK[0]
    assert "coordinates" in (await last(phone)).text


async def test_a_very_long_text_arrives_whole_on_both_platforms(house: House) -> None:
    """10,000 characters with emoji of several code points: none lost, none cut in two, each message within limits."""
    traveller, envoy = await open_case(house)
    words = "".join(f"{n:04d}{ZWJ_FAMILY}. " for n in range(700))
    assert len(words) > 9_000
    await traveller.text(words)
    await house.pass_time(20, 1)
    heard = "".join(t for t in await texts(envoy))
    assert all(f"{n:04d}{ZWJ_FAMILY}" in heard for n in range(700))
    await envoy.text("好" * 4_000)
    await house.pass_time(10, 1)
    assert 0 < sum(t.count("好") for t in await texts(traveller)) < 4_000
    assert [m for m in await traveller.chat() if m.kind == "template"]
    await traveller.text("收到")
    await house.pass_time(10, 1)
    assert sum(t.count("好") for t in await texts(traveller)) == 4_000
    assert await house.phones.violations() == []


async def test_a_file_too_large_to_fetch_is_said_to_both_sides(house: House) -> None:
    """Over 20 MB: the sender is told why at once, the envoy that a file is missing, staff see it on the case."""
    _, envoy = await open_case(house)
    traveller = await house.telegram("Anna", "en")
    await envoy.text("x")
    await traveller.location(*BANGKOK)
    await house.pass_time(6, 1)
    await traveller.document("oversized")
    await house.pass_time(3, 1)
    assert "at most 20 MB" in "\n".join(await texts(traveller))
    case = await house.case_of(traveller)
    assert case is not None
    assert [e.media.kind for e in await observing.entries(house, case.id) if e.media] == ["file"]
    assert {f.state for f in await observing.fetches(house)} == {"failed"}


async def test_control_characters_and_markup_reach_nobody_as_such(house: House) -> None:
    """`]]>` cannot break a reply, control characters vanish, the words around them stay."""
    traveller, envoy = await open_case(house)
    evil = "a]]><Content><![CDATA[evil]]></Content>\x00\x07b <b>&amp;"
    await traveller.text(evil.replace("\x00", "").replace("\x07", ""))
    await house.pass_time(2, 1)
    assert any("a]]><Content>" in t and "b <b>&amp;" in t for t in await texts(envoy))
    update = samples.update("text_sos_zh", 0)
    update["message"]["from"]["id"] = update["message"]["chat"]["id"] = int(envoy.id)
    update["message"]["text"] = "到了\x00\x1b[31m ]]> \ud83d 看"
    body = json.dumps(update).encode()
    assert await status_of(house, TELEGRAM, body, headers=SECRET) == 200
    await house.pass_time(2, 1)
    heard = [t for t in await texts(traveller) if "到了" in t][0]
    assert "]]>" in heard
    assert "\x00" not in heard
    assert "\x1b" not in heard
    assert await house.phones.violations() == []
