"""What the platforms would push: Telegram updates and WeChat messages, as raw rows or as signed HTTP bodies."""

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

from backoffice.kernel.exchange import Address, RawUpdate
from bot.handlers.wechat import push
from bot.sandbox.wechat import crypto
from tests.wiring import APP, SECRET

TELEGRAM_PATH = "/telegram/webhook"
TELEGRAM_HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
WECHAT_HEADERS = {"Content-Type": "text/xml"}
ACCOUNT = "gh_5a1dba110c0d"
_ENVELOPE = crypto.Envelope(APP["aes_key"], APP["app_id"])


@dataclass
class Numbers:
    """Platform numbers that never repeat within a run."""

    update: Iterator[int] = field(default_factory=lambda: count(700_000_001))
    message: Iterator[int] = field(default_factory=lambda: count(1))


@dataclass(frozen=True, slots=True)
class Someone:
    """Who writes: a Telegram user or a WeChat follower."""

    channel: str
    id: str

    @property
    def at(self) -> Address:
        return Address(self.channel, self.id)


def telegram(number: int) -> Someone:
    return Someone("telegram", str(number))


def wechat(number: int) -> Someone:
    return Someone("wechat", f"oChaos{number:012d}")


class Pushes:
    """Makes updates. Every call is a new one; repeats are the same `RawUpdate` again."""

    def __init__(self, numbers: Numbers | None = None) -> None:
        self._numbers = numbers or Numbers()

    def pin(self, who: Someone, lat: float, lon: float, at: datetime) -> RawUpdate:
        """A new location of one's own."""
        if who.channel == "wechat":
            more = f"<Location_X>{lat}</Location_X><Location_Y>{lon}</Location_Y><Scale>16</Scale><Label>x</Label>"
            return self._wechat(who, "location", more, at)
        return self._telegram(who, {"location": {"latitude": lat, "longitude": lon}}, at)

    def text(self, who: Someone, words: str, at: datetime) -> RawUpdate:
        if who.channel == "wechat":
            return self._wechat(who, "text", f"<Content><![CDATA[{words}]]></Content>", at)
        return self._telegram(who, {"text": words}, at)

    def press(self, who: Someone, data: str, at: datetime) -> RawUpdate:
        """A button under one of our Telegram messages; `data` is `q:<question>:<digit>` or `c:<command>`."""
        number = next(self._numbers.update)
        body = {
            "update_id": number,
            "callback_query": {
                "id": str(number * 7),
                "from": _user(who),
                "chat_instance": "1",
                "data": data,
                "message": {"message_id": 1, "date": int(at.timestamp()), "chat": _chat(who)},
            },
        }
        return RawUpdate(str(number), who.at, json.dumps(body).encode(), at)

    def _telegram(self, who: Someone, content: dict[str, Any], at: datetime) -> RawUpdate:
        number = next(self._numbers.update)
        message = {
            "message_id": next(self._numbers.message),
            "date": int(at.timestamp()),
            "chat": _chat(who),
            "from": _user(who),
            **content,
        }
        body = json.dumps({"update_id": number, "message": message}).encode()
        return RawUpdate(str(number), who.at, body, at)

    def _wechat(self, who: Someone, kind: str, more: str, at: datetime) -> RawUpdate:
        number = 20_000_000_000_000 + next(self._numbers.update)
        body = (
            f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName>"
            f"<FromUserName><![CDATA[{who.id}]]></FromUserName><CreateTime>{int(at.timestamp())}</CreateTime>"
            f"<MsgType><![CDATA[{kind}]]></MsgType>{more}<MsgId>{number}</MsgId></xml>"
        ).encode()
        return RawUpdate(push.read(body).key, who.at, body, at)


def _user(who: Someone) -> dict[str, Any]:
    return {"id": int(who.id), "is_bot": False, "first_name": f"N{who.id}", "language_code": "en"}


def _chat(who: Someone) -> dict[str, Any]:
    return {"id": int(who.id), "type": "private", "first_name": f"N{who.id}"}


@dataclass(frozen=True, slots=True)
class Http:
    """One POST to the service's public webhook."""

    path: str
    headers: dict[str, str]
    body: bytes


def http(raw: RawUpdate, now: datetime) -> Http:
    """The update as its platform posts it: with the secret, or sealed and signed."""
    if raw.sender.channel == "telegram":
        return Http(TELEGRAM_PATH, TELEGRAM_HEADERS, raw.body)
    stamp, nonce = str(int(now.timestamp())), str(secrets.randbelow(10**10))
    sealed = _ENVELOPE.seal(raw.body.decode(), secrets.token_bytes(16))
    query = {
        "signature": crypto.signature(APP["token"], stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": raw.sender.address,
        "encrypt_type": "aes",
        "msg_signature": crypto.signature(APP["token"], stamp, nonce, sealed),
    }
    body = f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    return Http(f"/wechat/webhook?{urlencode(query)}", WECHAT_HEADERS, body.encode())
