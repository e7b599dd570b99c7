"""`drill`: one SOS through the public webhooks, marked as a drill everywhere, each stage with its latency."""

import asyncio
import base64
import hashlib
import os
import secrets
import struct
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.assembly import channels, control, deeds
from bot.assembly.control import Perform
from bot.drills import DRILL_TELEGRAM_IDS, DRILL_WECHAT_PREFIX
from bot.handlers.wechat.config import WechatConfig
from config.settings import Settings

PLACE = (21.0285, 105.8542)
"""Hanoi, Hoan Kiem lake: outside mainland China, so that the datum is the same on both channels."""
GIVE_UP_S = 30.0
GIVE_UP_WITHOUT_HINTS_S = 75.0
"""Several processes without Redis learn of the drill's envoy with the next load of the index, once a minute."""
POLL_S = 0.05
STAGES = ("stored", "countdown", "dispatched", "told", "offered", "accepted", "closed")

State = dict[str, Any]


@dataclass
class Drill:
    """One exercise under way. `latency` has seconds since the pin was sent, by stage."""

    settings: Settings
    http: aiohttp.ClientSession
    perform: Perform
    channel: str
    address: str
    envoy: str
    started: float = field(default_factory=time.monotonic)
    latency: dict[str, float] = field(default_factory=dict)
    poll_s: float = POLL_S

    def reached(self, stage: str) -> None:
        self.latency.setdefault(stage, time.monotonic() - self.started)

    @property
    def base(self) -> str:
        return f"http://{self.settings.http.host}:{self.settings.http.port}"

    @property
    def limit_s(self) -> float:
        alone = self.settings.embedded or bool(self.settings.redis_url)
        return self.settings.sos.countdown_seconds + (GIVE_UP_S if alone else GIVE_UP_WITHOUT_HINTS_S)


async def run(settings: Settings) -> int:
    """One exercise on every channel that is switched on; prints each stage; 1 when one is missing."""
    names = channels_on(settings)
    if not names:
        raise deeds.Refused("no channel is switched on: nothing to drill")
    failed = 0
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=6)) as http:
        await _somebody_there(settings, http)
        async with control.performing(settings) as perform:
            for name in names:
                failed |= await _exercise(made(settings, http, perform, name))
    return failed


def channels_on(settings: Settings) -> list[str]:
    """What there is to drill."""
    both = (("wechat", channels.wechat), ("telegram", channels.telegram))
    return [name for name, made in both if made(settings)]


async def _somebody_there(settings: Settings, http: aiohttp.ClientSession) -> None:
    """Before anything is written. Raises `deeds.Refused`."""
    url = f"http://{settings.http.host}:{settings.http.port}/health/live"
    try:
        async with http.get(url) as answer:
            if answer.status == 200:
                return
            said = f"it answers {answer.status}"
    except (aiohttp.ClientError, TimeoutError) as error:
        said = str(error) or type(error).__name__
    raise deeds.Refused(f"the service does not run at {url}: {said}")


def made(settings: Settings, http: aiohttp.ClientSession, perform: Perform, name: str) -> Drill:
    """An exercise on one channel, with addresses of its own."""
    if name == "wechat":
        traveller, envoy = (f"{DRILL_WECHAT_PREFIX}{secrets.token_hex(8)}" for _ in range(2))
        return Drill(settings, http, perform, name, traveller, envoy)
    number = secrets.randbelow(len(DRILL_TELEGRAM_IDS) // 2)
    ids = str(DRILL_TELEGRAM_IDS[number]), str(DRILL_TELEGRAM_IDS[-1 - number])
    return Drill(settings, http, perform, name, *ids)


async def _exercise(drill: Drill) -> int:
    print(f"drill on {drill.channel}:")
    try:
        await through(drill)
    except (aiohttp.ClientError, TimeoutError) as error:
        print(f"the service does not answer at {drill.base}: {error}")
    await end(drill)
    return _report(drill)


async def end(drill: Drill) -> None:
    """Close what was opened, however far it came."""
    if await drill.perform("drill_end", _whom(drill)):
        drill.reached("closed")


def missing(drill: Drill) -> str:
    """The first stage that was not seen; empty when all were."""
    return next((stage for stage in STAGES if stage not in drill.latency), "")


def _report(drill: Drill) -> int:
    for stage in STAGES:
        seconds = drill.latency.get(stage)
        print(f"  {stage:<12} {'MISSING' if seconds is None else f'{seconds * 1000:8.0f} ms'}")
    return 1 if missing(drill) else 0


async def through(drill: Drill) -> None:
    """Each stage waits for the one before; the first that never comes ends the exercise."""
    await _synthetic_envoy(drill)
    drill.started = time.monotonic()
    await (_wechat_pin if drill.channel == "wechat" else _telegram_pin)(drill)
    drill.reached("stored")
    for stage, seen in _SEEN.items():
        state = await _until(drill, stage, seen)
        if state is None:
            return
        if stage == "offered":
            await _accept(drill, state["offers"][0])


def _running(state: State) -> bool:
    return bool(state["case"])


def _dispatched(state: State) -> bool:
    return bool(state["case"]) and state["case"]["status"] == "open"


def _told(state: State) -> bool:
    """Words about the dispatch went out, to an address that goes nowhere."""
    messages = state["case"]["messages"] if state["case"] else []
    return any(m["to"] == "traveller" and m["state"] == "delivered" and m["text"] for m in messages)


def _offered(state: State) -> bool:
    return bool(state["offers"])


def _accepted(state: State) -> bool:
    case = state["case"]
    return bool(case) and any(a["status"] == "accepted" for a in case["assignments"])


_SEEN: Mapping[str, Callable[[State], bool]] = {
    "countdown": _running,
    "dispatched": _dispatched,
    "told": _told,
    "offered": _offered,
    "accepted": _accepted,
}


def _whom(drill: Drill) -> dict[str, str]:
    return {"channel": drill.channel, "address": drill.address, "envoy": drill.envoy}


async def _until(drill: Drill, stage: str, seen: Callable[[State], bool]) -> State | None:
    """Ask for the drill's state until the stage is seen; None when it never is."""
    while time.monotonic() - drill.started < drill.limit_s:
        state: State = await drill.perform("drill_state", _whom(drill))
        if seen(state):
            drill.reached(stage)
            return state
        await asyncio.sleep(drill.poll_s)
    return None


async def _synthetic_envoy(drill: Drill) -> None:
    row = {
        "name": "Drill",
        "phone": "",
        "channel": drill.channel,
        "address": drill.envoy,
        "languages": ["zh"],
        "services": ["interpret"],
        "lat": PLACE[0] + 0.01,
        "lon": PLACE[1],
        "on_duty": True,
    }
    await drill.perform("put_envoys", {"rows": [row]})


async def _accept(drill: Drill, offer: dict[str, Any]) -> None:
    """As an envoy would: the first button on Telegram, the digit on WeChat."""
    digit = next(d for d, value in offer["answers"].items() if value == "accept")
    if drill.channel == "telegram":
        await _press(drill, offer["id"], digit)
    else:
        await _wechat(drill, drill.envoy, "text", f"<Content><![CDATA[{digit}]]></Content>")


async def _telegram_pin(drill: Drill) -> None:
    user = int(drill.address)
    location = {"latitude": PLACE[0], "longitude": PLACE[1]}
    await _telegram(drill, "message", {**_message(user), "location": location})


def _message(user: int) -> dict[str, Any]:
    whom = {"id": user, "first_name": "Drill", "is_bot": False, "language_code": "en"}
    chat = {"id": user, "type": "private", "first_name": "Drill"}
    return {"message_id": secrets.randbits(30), "date": int(time.time()), "chat": chat, "from": whom}


async def _press(drill: Drill, question: str, digit: str) -> None:
    user = int(drill.envoy)
    message = _message(user)
    query = {"id": str(secrets.randbits(60)), "from": message["from"], "chat_instance": "drill"}
    query |= {"message": message, "data": f"q:{question}:{digit}"}
    await _telegram(drill, "callback_query", query)


async def _telegram(drill: Drill, kind: str, happened: dict[str, Any]) -> None:
    config = deeds.switched_on(channels.telegram(drill.settings))
    update = {"update_id": secrets.randbits(52), kind: happened}
    headers = {"X-Telegram-Bot-Api-Secret-Token": config.webhook_secret}
    async with drill.http.post(f"{drill.base}/telegram/webhook", json=update, headers=headers) as answer:
        answer.raise_for_status()


async def _wechat_pin(drill: Drill) -> None:
    place = f"<Location_X>{PLACE[0]}</Location_X><Location_Y>{PLACE[1]}</Location_Y><Scale>15</Scale>"
    await _wechat(drill, drill.address, "location", f"{place}<Label><![CDATA[]]></Label>")


async def _wechat(drill: Drill, openid: str, kind: str, inside: str) -> None:
    config = deeds.switched_on(channels.wechat(drill.settings))
    body = (
        f"<xml><ToUserName><![CDATA[gh_drill]]></ToUserName>"
        f"<FromUserName><![CDATA[{openid}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[{kind}]]></MsgType>{inside}"
        f"<MsgId>{secrets.randbits(62)}</MsgId></xml>"
    )
    query, sealed = _sealed(config, openid, body.encode())
    xml = f"<xml><ToUserName><![CDATA[gh_drill]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    url = f"{drill.base}/wechat/webhook?{urlencode(query)}"
    async with drill.http.post(url, data=xml.encode(), headers={"Content-Type": "text/xml"}) as answer:
        answer.raise_for_status()


def _sealed(config: WechatConfig, openid: str, body: bytes) -> tuple[dict[str, str], str]:
    """The query and the encrypted body of a push, as the platform makes them."""
    stamp, nonce = str(int(time.time())), secrets.token_hex(8)
    sealed = _encrypt(config, body)
    query = {
        "signature": _sign(config.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": openid,
        "encrypt_type": "aes",
        "msg_signature": _sign(config.token, stamp, nonce, sealed),
    }
    return query, sealed


def _sign(*parts: str) -> str:
    """SHA-1 over the sorted parts: the platform's own scheme."""
    return hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()


def _encrypt(config: WechatConfig, body: bytes) -> str:
    """AES-256-CBC as the platform pushes: 16 random bytes, length, message, app id, padded to 32."""
    key = base64.b64decode(config.aes_key + "=")
    plain = os.urandom(16) + struct.pack(">I", len(body)) + body + config.app_id.encode()
    padding = 32 - len(plain) % 32
    cipher = Cipher(algorithms.AES(key), modes.CBC(key[:16])).encryptor()
    return base64.b64encode(cipher.update(plain + bytes([padding]) * padding) + cipher.finalize()).decode()
