"""WeChat's server API over HTTP: `/cgi-bin/…`, always status 200, the truth in errcode."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.web_request import FileField

from bot.sandbox import damage
from bot.sandbox.files import Upload
from bot.sandbox.model import ApiCall, Json, Platform
from bot.sandbox.wechat.account import Account
from bot.sandbox.wechat.errors import OK, ApiError
from bot.sandbox.wechat.media import MediaStore, binary
from bot.sandbox.wechat.menu import Menu
from bot.sandbox.wechat.messages import Messages

ESCAPE = re.compile(rb"\\u[0-9a-fA-F]{4}")
DAILY = {"/cgi-bin/message/custom/send": 500_000, "/cgi-bin/message/template/send": 100_000}
MAX_QR_SECONDS = 2_592_000


@dataclass
class Request:
    """One call, read: query, JSON body, file part, and whether the body carried \\uXXXX escapes."""

    query: dict[str, str]
    body: Json = field(default_factory=dict)
    upload: Upload | None = None
    escaped: bool = False
    broken: bool = False
    base: str = ""


Endpoint = Callable[[Request], "Json | web.Response"]


class ServerApi:
    """The endpoints; every call is recorded and may meet a fault."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._world = account.world
        self._messages = Messages(account)
        self._media = MediaStore(account)
        menu = Menu(account)
        self._open: dict[str, Endpoint] = {
            "stable_token": lambda request: account.tokens.stable(request.body),
            "token": lambda request: account.tokens.legacy(request.query),
        }
        self._posts: dict[str, Endpoint] = {
            "message/custom/send": lambda request: self._messages.send(request.body),
            "message/custom/typing": lambda request: self._messages.typing(request.body),
            "message/template/send": lambda request: self._messages.template(request.body),
            "media/upload": lambda request: self._media.upload(request.query.get("type", ""), request.upload),
            "qrcode/create": lambda request: self._qrcode(request.body),
            "menu/create": self._create_menu(menu),
            "clear_quota": self._clear_quota,
            "openapi/quota/get": self._quota,
        }
        self._gets: dict[str, Endpoint] = {
            "media/get": lambda request: self._media.get(request.query.get("media_id", ""), request.base),
            "menu/get": lambda request: menu.get({}),
            "menu/delete": lambda request: menu.delete({}),
            "user/info": lambda request: self._user(request.query.get("openid", "")),
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/cgi-bin/{method:.+}", self.handle),
            web.get("/wechat/video/{id}", self.video),
            web.get("/wechat/pic/{id}", self.picture),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"].strip("/")
        read = await _read(request)
        call = self._world.record_call(Platform.WECHAT, method, _shown(read))
        fault = self._world.faults.on_answer("wechat", method, str(read.body.get("touser", "")))
        call.fault = fault.kind if fault else ""
        return await damage.answer(
            request, self._world, fault, lambda: self._answered(call, request.method, read)
        )

    def _answered(self, call: ApiCall, verb: str, read: Request) -> web.Response:
        try:
            result = self._run(call.method, verb, read)
        except ApiError as error:
            result = error.body(secrets.token_hex(8))
        if isinstance(result, web.Response):
            self._world.finish_call(call, 200, {"size": result.content_length})
            return result
        recorded = {key: "…" if key == "access_token" else value for key, value in result.items()}
        self._world.finish_call(call, int(result.get("errcode", 0)), recorded)
        return _json(result)

    def _run(self, method: str, verb: str, read: Request) -> Json | web.Response:
        endpoint = self._open.get(method) or self._posts.get(method) or self._gets.get(method)
        if endpoint is None:
            self._account.complain(method, "no such method is played here")
            raise ApiError(48001)
        if verb != "POST" and (method in self._posts or method == "stable_token"):
            raise ApiError(43002)
        if method not in self._open:
            self._account.tokens.check(read.query.get("access_token", ""))
        if read.broken:
            raise ApiError(47001)
        self._count(method)
        if read.escaped and method in self._posts:
            self._account.complain(method, "the JSON carries \\uXXXX escapes, which people see as they are")
        return endpoint(read)

    def _count(self, method: str) -> None:
        path = f"/cgi-bin/{method}"
        self._account.quota[path] = self._account.quota.get(path, 0) + 1
        if self._account.quota[path] > DAILY.get(path, 1_000_000):
            raise ApiError(45009)

    def _create_menu(self, menu: Menu) -> Endpoint:
        def create(request: Request) -> Json:
            if request.escaped:
                raise ApiError(40033)
            return menu.create(request.body)

        return create

    def _clear_quota(self, request: Request) -> Json:
        if request.body.get("appid") != self._account.config.app_id:
            raise ApiError(40013)
        self._account.quota.clear()
        return dict(OK)

    def _quota(self, request: Request) -> Json:
        path = str(request.body.get("cgi_path", ""))
        limit, used = DAILY.get(path, 1_000_000), self._account.quota.get(path, 0)
        return dict(OK) | {"quota": {"daily_limit": limit, "used": used, "remain": max(0, limit - used)}}

    def _user(self, openid: str) -> Json:
        """No nickname, no picture, no language: the platform stopped telling."""
        person = self._world.person(Platform.WECHAT, openid)
        if person is None:
            raise ApiError(40003)
        if not person.reachable:
            return {"subscribe": 0, "openid": openid}
        return {
            "subscribe": 1,
            "openid": openid,
            "subscribe_time": int(self._world.clock.now()),
            "remark": "",
        }

    def _qrcode(self, body: Json) -> Json:
        action, scene = body.get("action_name"), body.get("action_info", {}).get("scene", {})
        if action not in ("QR_SCENE", "QR_STR_SCENE", "QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"):
            raise ApiError(40097, "action_name")
        value = scene.get("scene_str") if "STR" in action else scene.get("scene_id")
        if not value or (isinstance(value, str) and not 1 <= len(value) <= 64):
            raise ApiError(40097, "scene")
        ticket = secrets.token_urlsafe(48)
        seconds = None if "LIMIT" in action else min(int(body.get("expire_seconds", 60)), MAX_QR_SECONDS)
        until = None if seconds is None else self._world.clock.now() + seconds
        self._account.tickets[ticket] = (str(value), until)
        answer = {"ticket": ticket, "url": f"http://weixin.qq.com/q/{ticket[:20]}"}
        return answer | ({} if seconds is None else {"expire_seconds": seconds})

    async def video(self, request: web.Request) -> web.Response:
        stored = self._world.files.get(request.match_info["id"])
        return web.Response(status=404) if stored is None else binary(stored)

    async def picture(self, request: web.Request) -> web.Response:
        self._account.complain("PicUrl", "fetched: pictures are to be had by MediaId")
        return await self.video(request)


async def _read(request: web.Request) -> Request:
    read = Request(dict(request.query), base=f"{request.scheme}://{request.host}")
    if request.content_type == "multipart/form-data":
        form = await request.post()
        part = form.get("media")
        if isinstance(part, FileField):
            read.upload = Upload(part.file.read(), part.filename, part.content_type)
        return read
    raw = await request.read()
    if raw:
        read.escaped = ESCAPE.search(raw) is not None
        _parse(read, raw)
    return read


def _parse(read: Request, raw: bytes) -> None:
    try:
        body = json.loads(raw)
    except ValueError:
        body = None
    read.broken = not isinstance(body, dict)
    read.body = body if isinstance(body, dict) else {}


def _shown(read: Request) -> Json:
    shown = {**read.query, **read.body}
    if read.upload is not None:
        shown["media"] = {"file": read.upload.name, "size": len(read.upload.content)}
    return shown


def _json(body: Json) -> web.Response:
    text = json.dumps(body, ensure_ascii=False)
    return web.Response(body=text.encode(), headers={"Content-Type": "application/json; encoding=utf-8"})
