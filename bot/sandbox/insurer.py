"""An insurer played: takes requests once, answers at once or later by a signed push, and can be told to refuse."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox import damage
from bot.sandbox.config import InsurerConfig
from bot.sandbox.tasks import TaskGroup
from bot.sandbox.world import World

PLATFORM = "insurer"
_HEADS = ("Timestamp", "Nonce", "Signature")
Json = dict[str, Any]


@dataclass
class Case:
    """One request as it was put; `state` is confirmed, refused or pending. `puts`: how often it came."""

    asked: Json
    state: str
    number: str = ""
    reason: str = ""
    puts: int = 1

    def told(self) -> Json:
        return {"state": self.state, "number": self.number, "reason": self.reason}


@dataclass
class Ledger:
    """Everything the played insurer remembers. `mode`: what becomes of new requests."""

    requests: dict[str, Case] = field(default_factory=dict)
    mode: str = "confirm"
    issued: int = 0


class PlayedInsurer:
    """One insurer. Requests under one id are one request, however often they come."""

    def __init__(self, world: World, config: InsurerConfig, tasks: TaskGroup) -> None:
        self._world, self._config, self._tasks = world, config, tasks
        self.book = Ledger()
        self.session: aiohttp.ClientSession | None = None

    def routes(self) -> list[web.RouteDef]:
        """The API the service calls, and the switches of the sandbox."""
        return [
            web.post("/insurer/v1/requests/{id}", self._played(self.put)),
            web.get("/insurer/v1/requests/{id}", self._played(self.get)),
            web.post("/sandbox/api/insurer/mode", self._mode),
            web.post("/sandbox/api/insurer/answer/{id}", self._decide),
            web.get("/sandbox/api/insurer", self._shown),
        ]

    def _played(self, act: Callable[[str, Json], tuple[int, Json]]) -> Callable[[web.Request], Any]:
        async def handle(request: web.Request) -> web.StreamResponse:
            body = await request.read()
            fault = self._world.faults.on_answer(PLATFORM, act.__name__)

            def execute() -> web.Response:
                if not self._signed(request, body):
                    return web.json_response({"reason": "signature"}, status=401)
                status, found = act(request.match_info["id"], json.loads(body) if body else {})
                return self._said(request, status, found)

            return await damage.answer(request, self._world, fault, execute)

        return handle

    def put(self, id_: str, asked: Json) -> tuple[int, Json]:
        """The same request again is the same request."""
        known = self.book.requests.get(id_)
        if known is not None:
            known.puts += 1
            return 200, known.told()
        made = Case(asked, "pending")
        self.book.requests[id_] = made
        if self.book.mode == "pending":
            return 202, made.told()
        wait = self._config.answers_after_s
        if not wait:
            self._settle(made)
            return 200, made.told()
        self._tasks.start(self._later(id_, wait))
        return 202, made.told()

    def get(self, id_: str, _body: Json) -> tuple[int, Json]:
        known = self.book.requests.get(id_)
        return (200, known.told()) if known else (404, {"reason": "no such request"})

    def _settle(self, case: Case) -> None:
        if self.book.mode == "refuse":
            case.state, case.reason = "refused", "不符合承保条件"
            return
        case.state = "confirmed"
        if case.asked.get("kind") == "issue":
            self.book.issued += 1
            case.number = f"SP{2026_0000_0000 + self.book.issued}"
        else:
            case.number = str(case.asked.get("number") or "")

    async def _later(self, id_: str, wait: float) -> None:
        await self._world.clock.sleep(wait)
        case = self.book.requests[id_]
        if case.state == "pending":
            self._settle(case)
        await self.push({"answers": [{"request": id_, **case.told()}]})

    async def push(self, told: Json) -> int:
        """A signed push to the service; its HTTP status."""
        if self.session is None:
            raise RuntimeError("not running")
        body = json.dumps(told, ensure_ascii=False).encode()
        path = f"/push/policies/{self._config.name}"
        heads = self._heads("POST", path, body)
        async with self.session.post(self._world.config.service + path, data=body, headers=heads) as answer:
            return answer.status

    async def _mode(self, request: web.Request) -> web.Response:
        """confirm, refuse or pending, from now on."""
        self.book.mode = str((await request.json())["mode"])
        return web.json_response({"mode": self.book.mode})

    async def _decide(self, request: web.Request) -> web.Response:
        """The insurer's people decide about a pending request; the service hears of it."""
        case, given = self.book.requests[request.match_info["id"]], await request.json()
        if given.get("state"):
            case.state, case.reason = given["state"], given.get("reason", "")
            case.number = given.get("number", "")
        else:
            self._settle(case)
        status = await self.push({"answers": [{"request": request.match_info["id"], **case.told()}]})
        return web.json_response({"pushed": status})

    async def _shown(self, _request: web.Request) -> web.Response:
        shown = {id_: {**c.told(), "puts": c.puts, "asked": c.asked} for id_, c in self.book.requests.items()}
        return web.json_response({"mode": self.book.mode, "requests": shown})

    def _signed(self, request: web.Request, body: bytes) -> bool:
        at, nonce, told = (request.headers.get(f"X-Insurer-{name}", "") for name in _HEADS)
        wanted = self._signature(at, nonce, request.method, request.path, body)
        return bool(at and nonce) and hmac.compare_digest(wanted.encode(), told.encode())

    def _said(self, request: web.Request, status: int, found: Json) -> web.Response:
        body = json.dumps(found, ensure_ascii=False).encode()
        heads = self._heads(request.method, request.path, body)
        return web.Response(status=status, body=body, content_type="application/json", headers=heads)

    def _heads(self, method: str, path: str, body: bytes) -> dict[str, str]:
        at, nonce = str(int(self._world.clock.now())), secrets.token_hex(16)
        return {
            "X-Insurer-Key": self._config.key_id,
            "X-Insurer-Timestamp": at,
            "X-Insurer-Nonce": nonce,
            "X-Insurer-Signature": self._signature(at, nonce, method, path, body),
        }

    def _signature(self, at: str, nonce: str, method: str, path: str, body: bytes) -> str:
        head = f"{at}\n{nonce}\n{method}\n{path}\n".encode()
        return hmac.new(self._config.secret.encode(), head + body, hashlib.sha256).hexdigest()
