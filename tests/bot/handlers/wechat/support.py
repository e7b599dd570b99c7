"""The platform's side for these tests: pushes encrypted independently of our code, stores in memory, a fixed clock."""

import base64
import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

from aiohttp import web
from aiohttp.test_utils import TestClient
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from backoffice.kernel import exchange
from bot import channel
from bot.handlers.wechat import webhook, window
from bot.handlers.wechat.config import WechatConfig

NOW = datetime(2026, 1, 1, 0, 0, 5, tzinfo=UTC)
OPENID = "oTEST0000000000000000000001"
ACCOUNT = "gh_000000000000"
CONFIG = WechatConfig(
    app_id="wx0123456789abcdef",
    app_secret="planted-app-secret",
    token="rescue-token",
    aes_key="abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
)
OTHER_KEY = "zyxwvutsrqponmlkjihgfedcba9876543210GFEDCBA"
SAMPLES = Path(__file__).parents[3] / "samples" / "wechat"


def sample(name: str) -> bytes:
    """A platform message kept under tests/samples/wechat."""
    return (SAMPLES / name).read_bytes()


@dataclass
class FixedClock:
    """Stands still until told otherwise."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def message(kind: str, inside: str = "", number: str = "24000000000000001", at: str = "1767225600") -> bytes:
    """An ordinary message as pushed."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{OPENID}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inside}<MsgId>{number}</MsgId></xml>"
    ).encode()


def text(words: str, number: str = "24000000000000001") -> bytes:
    return message("text", f"<Content><![CDATA[{words}]]></Content>", number)


def event(name: str, inside: str = "", at: str = "1767225600") -> bytes:
    """An event as pushed."""
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><FromUserName><![CDATA[{OPENID}]]></FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{name}]]></Event>"
        f"{inside}</xml>"
    ).encode()


def raw(body: bytes) -> exchange.RawUpdate:
    return exchange.RawUpdate("key", exchange.Address("wechat", OPENID), body, NOW)


def _aes(config: WechatConfig) -> Cipher[modes.CBC]:
    key = base64.b64decode(config.aes_key + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def encrypted(body: bytes, config: WechatConfig = CONFIG) -> str:
    """AES-256-CBC after the published description."""
    plain = b"0123456789abcdef" + len(body).to_bytes(4, "big") + body + config.app_id.encode()
    padding = 32 - len(plain) % 32
    sealing = _aes(config).encryptor()
    return base64.b64encode(sealing.update(plain + bytes([padding]) * padding) + sealing.finalize()).decode()


def sha1(*parts: str) -> str:
    return hashlib.sha1("".join(sorted(parts)).encode()).hexdigest()


def signed(encrypt: str, config: WechatConfig = CONFIG, stamp: str = "1767225600") -> dict[str, str]:
    """The query of a push."""
    nonce = "123456789"
    return {
        "signature": sha1(config.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": OPENID,
        "encrypt_type": "aes",
        "msg_signature": sha1(config.token, stamp, nonce, encrypt),
    }


def envelope(encrypt: str) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[{ACCOUNT}]]></ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt></xml>"
    ).encode()


def pushed(body: bytes, config: WechatConfig = CONFIG) -> tuple[dict[str, str], bytes]:
    """Query and body of one push."""
    encrypt = encrypted(body, config)
    return signed(encrypt, config), envelope(encrypt)


def opened(answer: str, config: WechatConfig = CONFIG) -> ElementTree.Element:
    """A passive reply as the platform reads it: signature checked, decrypted, parsed."""
    outer = ElementTree.fromstring(answer)
    values = {child.tag: child.text or "" for child in outer}
    encrypt = values["Encrypt"]
    assert values["MsgSignature"] == sha1(config.token, values["TimeStamp"], values["Nonce"], encrypt)
    opening = _aes(config).decryptor()
    plain = opening.update(base64.b64decode(encrypt)) + opening.finalize()
    content = plain[16 : -plain[-1]]
    end = 4 + int.from_bytes(content[:4], "big")
    assert content[end:].decode() == config.app_id
    return ElementTree.fromstring(content[4:end].decode())


class Tokens:
    """A token store in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, exchange.AccessToken] = {}

    async def get(self, app_id: str) -> exchange.AccessToken | None:
        return self.kept.get(app_id)

    async def put(self, app_id: str, token: exchange.AccessToken) -> None:
        self.kept[app_id] = token

    async def drop_if_equal(self, app_id: str, value: str) -> None:
        if app_id in self.kept and self.kept[app_id].value == value:
            del self.kept[app_id]


class Windows:
    """The ledger in memory, by the pure rules."""

    def __init__(self, *open_windows: exchange.Window) -> None:
        self.kept = {kept.address: kept for kept in open_windows}

    async def load(self, address: str) -> exchange.Window | None:
        return self.kept.get(address)

    async def reserve(self, address: str, now: datetime, keep: int) -> bool:
        kept = self.kept.get(address)
        if kept is None or not window.is_open(kept, now) or kept.left <= keep:
            return False
        self.kept[address] = replace(kept, used=kept.used + 1)
        return True

    async def give_back(self, address: str) -> None:
        kept = self.kept[address]
        self.kept[address] = replace(kept, used=max(0, kept.used - 1))

    async def refill(self, address: str, granted: int, until: datetime, now: datetime) -> None:
        kept = self.kept.get(address, exchange.Window(address, 0, 0, None))
        self.kept[address] = window.refilled(kept, granted, until, now)

    async def close(self, address: str, exhausted: bool) -> None:
        kept = self.kept.get(address, exchange.Window(address, 0, 0, None))
        ends = kept.expires_at if exhausted else None
        self.kept[address] = replace(kept, used=kept.granted, expires_at=ends)


def open_window(left: int = 5) -> exchange.Window:
    return exchange.Window(OPENID, left, 0, NOW + timedelta(hours=48))


@dataclass
class Intake:
    """Stores what it is given; answers what it is told to."""

    words: channel.Answer | None = None
    stored: list[exchange.RawUpdate] = field(default_factory=list)
    asked_within: list[float] = field(default_factory=list)
    written_answers: list[channel.Answer] = field(default_factory=list)
    before_store: Callable[[], object] | None = None

    async def accept(self, update: exchange.RawUpdate) -> exchange.Accepted:
        if self.before_store:
            self.before_store()
        duplicate = update.key in {kept.key for kept in self.stored}
        if not duplicate:
            self.stored.append(update)
        return exchange.Accepted(len(self.stored), duplicate, update.sender, NOW)

    async def answer(self, accepted: exchange.Accepted, within_s: float) -> channel.Answer | None:
        self.asked_within.append(within_s)
        return self.words

    async def written(self, answer: channel.Answer) -> None:
        self.written_answers.append(answer)


Client = TestClient[web.Request, web.Application]
Hook = Callable[[Intake], Awaitable[Client]]
"""Serves the webhook over an intake."""


async def post(client: Client, params: dict[str, str], body: bytes) -> tuple[int, str]:
    """One push as the platform makes it: status and answer."""
    async with client.post(webhook.PATH, params=params, data=body) as response:
        return response.status, await response.text()
