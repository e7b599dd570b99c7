"""The platforms at their worst: what must arrive arrives, once, or twice only when nobody could know."""

from collections import Counter
from typing import Any

import pytest

from backoffice.kernel.exchange import LetterState, NewLetter
from backoffice.kernel.messages import Message, Urgency
from bot.handlers.telegram import client as telegram_client
from bot.handlers.wechat import tokens as wechat_tokens
from bot.handlers.wechat import transport as wechat_transport
from tests.channels import observing
from tests.channels.observing import Posted
from tests.house import BANGKOK, House, texts

KNOWN = {
    "too_many": {"params": {"retry_after": 7, "errcode": 45011}},
    "error": {"params": {"code": 409, "errcode": -1, "description": "Conflict"}},
}
"""Refusals: the platform says that it did not take the message."""
UNKNOWN: dict[str, dict[str, Any]] = {
    "server_error": {"params": {"errcode": -1}},
    "bad_gateway": {},
    "timeout": {},
    "reset": {},
    "truncated": {},
    "lost_answer": {},
    "slow": {"params": {"seconds": 9}},
}
"""Nobody can tell whether the message was taken; `truncated`, `lost_answer` and `slow` did take it."""
ENDED = {LetterState.DELIVERED, LetterState.SUPERSEDED}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls give up soon: the platform's silence is real time, the rest of the test is not."""
    monkeypatch.setattr(telegram_client, "CALL_S", 0.4)
    monkeypatch.setattr(wechat_transport, "SEND_S", 0.4)
    monkeypatch.setattr(wechat_tokens, "ASK_S", 0.4)


async def to_everybody(house: House) -> list[Posted]:
    return [p for p in await observing.posted(house) if p.letter.urgency is Urgency.SOS]


def repeated(said: list[str]) -> int:
    """How often the most repeated text was said."""
    return max(Counter(said).values(), default=0)


SILENT = ("timeout", "slow")


@pytest.mark.parametrize("kind", [k for k in (*KNOWN, *UNKNOWN) if k not in SILENT])
async def test_every_sos_letter_arrives_once_the_platform_has_healed(house: House, kind: str) -> None:
    """Both platforms out for 15 s around the dispatch: all words of the SOS arrive, none more than twice."""
    await out_for_a_while(house, kind)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("kind", SILENT)
async def test_every_sos_letter_outlives_a_platform_that_says_nothing(house: House, kind: str) -> None:
    """The same with a platform that takes the call and does not answer in time."""
    await out_for_a_while(house, kind)


async def out_for_a_while(house: House, kind: str) -> None:
    traveller, envoy = await house.wechat(), await house.telegram("陈静", "zh-hans")
    await house.envoy(envoy, BANGKOK)
    await traveller.location(*BANGKOK)
    await house.pass_time(4, 2)
    await house.phones.fault(kind, **(KNOWN | UNKNOWN)[kind])
    await house.pass_time(15, 3)
    assert await observing.rows(house)
    await house.phones.heal()
    await house.pass_time(60, 10)
    letters = await to_everybody(house)
    assert {p.state for p in letters} <= ENDED
    assert len(await texts(envoy)) >= 1
    assert "1669" in "\n".join(await texts(traveller))
    most = 1 if kind in KNOWN else 2
    assert repeated(await texts(envoy)) <= most
    assert repeated(await texts(traveller)) <= most
    early = [v for v in await house.phones.violations() if "retry_after" in v["what"]]
    assert early == []
    await envoy.press(0)
    await house.pass_time(4, 2)
    assert any("陈静" in text for text in await texts(traveller))


async def test_bulk_of_unknown_outcome_is_never_said_again(house: House) -> None:
    """An advertisement twice is worse than not at all: it ends as unknown, and nobody is alarmed."""
    phone = await house.telegram("Anna", "en")
    await phone.text("hello")
    await house.settle()
    await house.phones.fault("lost_answer", method="sendMessage")
    person = await observing.owner(house, phone)
    await observing.put(house, NewLetter(person.id, Message("menu.help"), Urgency.BULK))
    await house.pass_time(4, 1)
    await house.phones.heal()
    await house.pass_time(60, 20)
    bulk = [p for p in await observing.posted(house) if p.letter.urgency is Urgency.BULK]
    assert [p.state for p in bulk] == [LetterState.UNKNOWN]
    assert sum("my case" in text.lower() for text in await texts(phone)) == 1
    assert await observing.alerts(house) == []


@pytest.mark.usefixtures("impatient")
async def test_a_letter_paced_before_it_was_in_doubt_is_still_said_once_more(house: House) -> None:
    """Waiting for one's turn is no doubt: the one repeat is left for the time-out."""
    phone = await house.telegram("Anna", "en")
    await phone.location(*BANGKOK)
    await house.settle()
    person = await observing.owner(house, phone)
    for _ in range(6):
        await observing.put(house, NewLetter(person.id, Message("menu.no_case"), Urgency.SOS))
    await house.settle()
    assert any(p.error == "paced" for p in await observing.posted(house))
    await house.phones.fault("timeout", method="sendMessage", times=1)
    await house.pass_time(20, 1)
    assert {p.state for p in await observing.posted(house, person.id)} <= ENDED


async def test_two_doubts_end_as_unknown_and_staff_are_told(house: House) -> None:
    """Sent, silence; sent again, silence: nobody says it a third time, an operator sees it."""
    phone = await house.telegram("Anna", "en")
    await phone.text("hello")
    await house.settle()
    await house.phones.fault("lost_answer", method="sendMessage")
    person = await observing.owner(house, phone)
    await observing.put(house, NewLetter(person.id, Message("menu.no_case"), Urgency.SOS))
    await house.pass_time(30, 2)
    assert [p.state for p in await observing.posted(house)][-1] is LetterState.UNKNOWN
    assert await observing.alerts(house) == ["letter_unknown"]
    assert repeated(await texts(phone)) == 2


async def test_nothing_is_risked_on_a_platform_that_does_not_answer(house: House) -> None:
    """After one unknown outcome the platform is asked first; letters put meanwhile are sent once, after it answers."""
    phones = [await house.telegram(f"P{n}", "en") for n in range(4)]
    for phone in phones:
        await phone.text("hello")
    await house.pass_time(2, 1)
    await house.phones.fault("lost_answer")
    for person in [await observing.owner(house, phone) for phone in phones]:
        await observing.put(house, NewLetter(person.id, Message("menu.no_case"), Urgency.SOS))
        await house.pass_time(3, 1)
    asked = len(await house.phones.calls("getMe"))
    await house.phones.heal()
    await house.pass_time(10, 1)
    said = [repeated((await texts(phone))[1:]) for phone in phones]
    assert asked
    assert said == [2, 1, 1, 1]
    assert {p.state for p in await observing.posted(house)} == {LetterState.DELIVERED}
