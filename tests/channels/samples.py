"""The kept platform messages as from somebody new each time, and what can be said of what became of them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backoffice.cases.model import Case
from backoffice.kernel.exchange import Address
from backoffice.kernel.geo import Fix
from backoffice.people.model import Person
from tests import wiring
from tests.channels import observing
from tests.house import House

SAMPLES = Path(__file__).parents[1] / "samples"
SENDER = 7_000_000_001
HEADER = "X-Telegram-Bot-Api-Secret-Token"
OPENID = "oTEST0000000000000000000001"


@dataclass(frozen=True)
class Standing:
    """How a person stood before an update: what had been told and alerted already."""

    told: int = 0
    alerts: int = 0
    entries: int = 0
    fix: Fix | None = None


def telegram_names() -> list[str]:
    return sorted(path.stem for path in (SAMPLES / "telegram").glob("*.json"))


def wechat_names() -> list[str]:
    return sorted(path.stem for path in (SAMPLES / "wechat").glob("*.xml"))


def update(name: str, number: int) -> dict[str, Any]:
    """A Telegram sample as the `number`th person's, with an update id of its own."""
    text = (SAMPLES / "telegram" / f"{name}.json").read_text()
    return {**json.loads(text.replace(str(SENDER), str(SENDER + number))), "update_id": 5_000 + number}


def push(name: str, openid: str) -> str:
    return (SAMPLES / "wechat" / f"{name}.xml").read_text().replace(OPENID, openid)


def event(openid: str, name: str, inside: str = "", at: int = 1767225600) -> str:
    """An event as the platform's page shows it."""
    return (
        f"<xml><ToUserName><![CDATA[gh_5a1dba110c0d]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName><CreateTime>{at}</CreateTime>"
        f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>{inside}</xml>"
    )


def message(openid: str, kind: str, inside: str, number: int = 31) -> str:
    return (
        f"<xml><ToUserName><![CDATA[gh_5a1dba110c0d]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName><CreateTime>1767225600</CreateTime>"
        f"<MsgType><![CDATA[{kind}]]></MsgType>{inside}<MsgId>{number}</MsgId></xml>"
    )


async def post(house: House, body: dict[str, Any]) -> tuple[int, str]:
    """One update at the webhook as Telegram makes it: status and answer."""
    headers = {HEADER: wiring.SECRET}
    async with house.http.post(f"{house.base}/telegram/webhook", json=body, headers=headers) as answer:
        return answer.status, await answer.text()


async def standing(house: House, at: Address) -> Standing:
    person = await observing.person_at(house, at)
    case = await observing.active(house, person.id) if person else None
    told = len(await observing.posted(house, person.id)) if person else 0
    entries = len(await observing.entries(house, case.id)) if case else 0
    return Standing(told, len(await observing.alerts(house)), entries, case.fix if case else None)


async def outcome(house: House, at: Address, before: Standing) -> str:
    """What became of an update: the case, the queue, the reach, the place, what was told, what rang."""
    person = await observing.person_at(house, at)
    found = await _of(house, person, at, before) if person else ["nobody"]
    found += [f"alert {kind}" for kind in (await observing.alerts(house))[before.alerts :]]
    return ", ".join(found)


async def _of(house: House, person: Person, at: Address, before: Standing) -> list[str]:
    case = await observing.active(house, person.id)
    found = await _in_case(house, case, before) if case else []
    found += ["queue" for _ in await observing.queued(house, person.id)]
    found += ["unreachable"] if await observing.reach(house, at) == "unreachable" else []
    found += ["place kept"] if not case and await observing.last_fix(house, person.id) else []
    told = [p.key for p in await observing.posted(house, person.id)][before.told :]
    return found + [f"told {key}" for key in told]


async def _in_case(house: House, case: Case, before: Standing) -> list[str]:
    found = [] if before.told else [f"case {case.status} by {case.origin}"]
    found += ["place moved"] if before.fix and case.fix != before.fix else []
    return found + [f"entry {_said(e)}" for e in (await observing.entries(house, case.id))[before.entries :]]


def _said(entry: Any) -> str:
    parts: Sequence[str] = [
        "words" if entry.text else "",
        entry.media.kind if entry.media else "",
        "place" if entry.place else "",
    ]
    return "+".join(part for part in parts if part)
