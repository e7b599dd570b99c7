"""The steps that journeys are told in."""

import itertools
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from backoffice.cases.model import Case, CaseStatus
from bot.sandbox.client import Phone
from tests.house import BANGKOK, House

_update_ids = itertools.count(1_000)
_message_ids = itertools.count(24_900_000_000_000_000)


async def pin(house: House, phone: Phone, at: tuple[float, float] = BANGKOK) -> Case:
    """A second later they share a location; the case it counts down for."""
    house.clock.advance(1)
    await phone.location(*at)
    await house.settle()
    case = await house.case_of(phone)
    assert case is not None
    return case


async def dispatched(house: House, phone: Phone, at: tuple[float, float] = BANGKOK) -> Case:
    """A pin, and "send now" typed: help is called."""
    await pin(house, phone, at)
    await says(house, phone, "1")
    case = await now(house, phone)
    assert case.status is CaseStatus.OPEN
    return case


async def says(house: House, phone: Phone, *words: str) -> None:
    """Types one message after another."""
    for text in words:
        await phone.text(text)
        await house.settle()


async def answers(house: House, phone: Phone, *words: str) -> None:
    """Reads each question and types its answer."""
    for text in words:
        house.clock.advance(2)
        await says(house, phone, text)


async def now(house: House, phone: Phone) -> Case:
    """The newest case of this phone as it stands."""
    case = await house.case_of(phone)
    assert case is not None
    return case


async def envoy(house: House, name: str, at: tuple[float, float], **more: Any) -> Phone:
    """An envoy with Telegram, on duty with their base here."""
    phone = await house.telegram(name, "zh-hans")
    await house.envoy(phone, at, name, **more)
    return phone


async def answered_all(house: House, phone: Phone) -> None:
    """Goes through the questions after dispatch: no number, for me, an accident, nobody hurt."""
    await answers(house, phone, "9", "1", "1", "2")


async def late_pin(house: House, phone: Phone, written: datetime) -> None:
    """A Telegram pin that the platform held back: it carries the time at which it was written."""
    await update(house, phone, written, {"location": {"latitude": BANGKOK[0], "longitude": BANGKOK[1]}})


async def update(house: House, phone: Phone, written: datetime, content: Mapping[str, Any]) -> None:
    """A Telegram message of this phone with a time of its own."""
    who = {"id": int(phone.id), "is_bot": False, "first_name": "Anna", "language_code": "en"}
    number = next(_update_ids)
    message = {
        "message_id": number, "from": who, "chat": {"id": int(phone.id), "type": "private", "first_name": "Anna"},
        "date": int(written.timestamp()),
    }  # fmt: skip
    await house.phones.update({"update_id": number, "message": message | dict(content)}, phone.id)
    await house.settle()


async def push(house: House, phone: Phone, written: datetime, kind: str, fields: Mapping[str, str]) -> None:
    """A WeChat message of this phone with a time of its own."""
    body = {
        "FromUserName": phone.id,
        "ToUserName": "gh_1",
        "CreateTime": str(int(written.timestamp())),
        "MsgType": kind,
    }
    body |= {"MsgId": str(next(_message_ids))} | dict(fields)
    xml = "".join(f"<{name}><![CDATA[{value}]]></{name}>" for name, value in body.items())
    await house.phones.push(phone, f"<xml>{xml}</xml>")
    await house.settle()


async def many_envoys(house: House, count: int, at: tuple[float, float]) -> list[Phone]:
    """So many envoys with bases in a row, 100 m from one to the next, the first one nearest."""
    phones = [await house.telegram(f"星{i:02}", "zh-hans") for i in range(count)]
    bases = [(at[0] + 0.0009 * (i + 1), at[1]) for i in range(count)]
    await house.envoys(
        [(phone, base, f"星{i:02}") for i, (phone, base) in enumerate(zip(phones, bases, strict=True))]
    )
    return phones


async def dispatched_by_words(house: House, phone: Phone) -> Case:
    """An envoy on duty calls for help for themselves: with words, for their pin is a position."""
    await phone.location(*BANGKOK)
    await says(house, phone, "help me", "1")
    case = await now(house, phone)
    assert case.status is CaseStatus.OPEN
    return case
