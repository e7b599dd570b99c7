"""`drill`: one SOS through the public webhooks, marked as a drill everywhere, each stage with its latency."""

import asyncio
import base64
import hashlib
import os
import secrets
import struct
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bot.assembly import channels, control, deeds
from bot.drills import DRILL_TELEGRAM_IDS, DRILL_WECHAT_PREFIX
from bot.handlers.wechat.config import WechatConfig
from config.settings import Settings

PLACE = (21.0285, 105.8542)
"""Hanoi, Hoan Kiem lake: outside mainland China, so that the datum is the same on both channels."""
GIVE_UP_S = 30.0
POLL_S = 0.05
STAGES = ("stored", "countdown", "dispatched", "offered", "accepted", "closed")


@dataclass
class Drill:
    """One exercise under way. `latency` has seconds since the pin was sent, by stage."""

    settings: Settings
    http: aiohttp.ClientSession
    channel: str
    address: str
    envoy: str
    started: float = field(default_factory=time.monotonic)
    latency: dict[str, float] = field(default_factory=dict)

    def reached(self, stage: str) -> None:
        self.latency.setdefault(stage, time.monotonic() - self.started)

    @property
    def base(self) -> str:
        return f"http://{self.settings.http.host}:{self.settings.http.port}"


async def run(settings: Settings) -> int:
    """Prints each stage; 1 when one is missing."""
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=6)) as http:
        drill = _drill(settings, http)
        try:
            await _through(drill)
        except (aiohttp.ClientError, TimeoutError) as error:
            print(f"the service does not answer at {drill.base}: {error}")
    return _report(drill)


def _drill(settings: Settings, http: aiohttp.ClientSession) -> Drill:
    number = secrets.randbelow(len(DRILL_TELEGRAM_IDS) // 2)
    envoy = str(DRILL_TELEGRAM_IDS[-1 - number])
    if channels.wechat(settings):
        return Drill(settings, http, "wechat", f"{DRILL_WECHAT_PREFIX}{secrets.token_hex(8)}", envoy)
    if channels.telegram(settings):
        return Drill(settings, http, "telegram", str(DRILL_TELEGRAM_IDS[number]), envoy)
    raise deeds.Refused("no channel is switched on: nothing to drill")


def _report(drill: Drill) -> int:
    for stage in STAGES:
        seconds = drill.latency.get(stage)
        print(f"{stage:<12} {'MISSING' if seconds is None else f'{seconds * 1000:8.0f} ms'}")
    return 0 if all(stage in drill.latency for stage in STAGES) else 1


async def _through(drill: Drill) -> None:
    await _synthetic_envoy(drill)
    drill.started = time.monotonic()
    await (_wechat_pin if drill.channel == "wechat" else _telegram_pin)(drill)
    drill.reached("stored")
    state = await _until(drill, "countdown", lambda s: bool(s["case"] and s["case"]["messages"] is not None))
    state = await _until(drill, "dispatched", lambda s: s["case"] and s["case"]["status"] == "open")
    state = await _until(drill, "offered", lambda s: bool(s["offers"]))
    if state and channels.telegram(drill.settings):
        await _press_accept(drill, state["offers"][0])
        await _until(drill, "accepted", _has_envoy)
    if await control.perform(drill.settings, "drill_end", _whom(drill)):
        drill.reached("closed")


def _has_envoy(state: dict[str, Any]) -> bool:
    case = state["case"]
    return bool(case) and any(a["status"] == "accepted" for a in case["assignments"])


def _whom(drill: Drill) -> dict[str, str]:
    return {"channel": drill.channel, "address": drill.address, "envoy": drill.envoy}


async def _until(drill: Drill, stage: str, seen: Any) -> dict[str, Any] | None:
    """Ask for the drill's state until the stage is seen; None when it never is."""
    limit = drill.settings.sos.countdown_seconds + GIVE_UP_S
    while time.monotonic() - drill.started < limit:
        state: dict[str, Any] = await control.perform(drill.settings, "drill_state", _whom(drill))
        if seen(state):
            drill.reached(stage)
            return state
        await asyncio.sleep(POLL_S)
    return None


async def _synthetic_envoy(drill: Drill) -> None:
    row = {
        "name": "Drill",
        "phone": "",
        "channel": "telegram",
        "address": drill.envoy,
        "languages": ["zh"],
        "services": ["interpret"],
        "lat": PLACE[0] + 0.01,
        "lon": PLACE[1],
        "on_duty": True,
    }
    await control.perform(drill.settings, "put_envoys", {"rows": [row]})


async def _telegram_pin(drill: Drill) -> None:
    user = int(drill.address)
    location = {"latitude": PLACE[0], "longitude": PLACE[1]}
    await _telegram(drill, "message", {**_message(user), "location": location})


def _message(user: int) -> dict[str, Any]:
    whom = {"id": user, "first_name": "Drill", "is_bot": False, "language_code": "en"}
    chat = {"id": user, "type": "private", "first_name": "Drill"}
    return {"message_id": secrets.randbits(30), "date": int(time.time()), "chat": chat, "from": whom}


async def _press_accept(drill: Drill, offer: dict[str, Any]) -> None:
    digit = next(d for d, value in offer["answers"].items() if value == "accept")
    user = int(drill.envoy)
    message = _message(user)
    query = {"id": str(secrets.randbits(60)), "from": message["from"], "chat_instance": "drill"}
    query |= {"message": message, "data": f"q:{offer['id']}:{digit}"}
    await _telegram(drill, "callback_query", query)


async def _telegram(drill: Drill, kind: str, happened: dict[str, Any]) -> None:
    config = deeds.switched_on(channels.telegram(drill.settings))
    update = {"update_id": secrets.randbits(52), kind: happened}
    headers = {"X-Telegram-Bot-Api-Secret-Token": config.webhook_secret}
    async with drill.http.post(f"{drill.base}/telegram/webhook", json=update, headers=headers) as answer:
        answer.raise_for_status()


async def _wechat_pin(drill: Drill) -> None:
    config = deeds.switched_on(channels.wechat(drill.settings))
    body = (
        f"<xml><ToUserName><![CDATA[gh_drill]]></ToUserName>"
        f"<FromUserName><![CDATA[{drill.address}]]></FromUserName>"
        f"<CreateTime>{int(time.time())}</CreateTime><MsgType><![CDATA[location]]></MsgType>"
        f"<Location_X>{PLACE[0]}</Location_X><Location_Y>{PLACE[1]}</Location_Y><Scale>15</Scale>"
        f"<Label><![CDATA[]]></Label><MsgId>{secrets.randbits(62)}</MsgId></xml>"
    )
    await _wechat(drill, config, body.encode())


async def _wechat(drill: Drill, config: WechatConfig, body: bytes) -> None:
    stamp, nonce = str(int(time.time())), secrets.token_hex(8)
    sealed = _encrypt(config, body)
    query = {
        "signature": _sign(config.token, stamp, nonce),
        "timestamp": stamp,
        "nonce": nonce,
        "openid": drill.address,
        "encrypt_type": "aes",
        "msg_signature": _sign(config.token, stamp, nonce, sealed),
    }
    xml = f"<xml><ToUserName><![CDATA[gh_drill]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    url = f"{drill.base}/wechat/webhook?{urlencode(query)}"
    async with drill.http.post(url, data=xml.encode(), headers={"Content-Type": "text/xml"}) as answer:
        answer.raise_for_status()


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
