"""The Bot API over HTTP: `/bot{token}/{method}` and `/file/bot{token}/{path}`."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.sandbox import damage
from bot.sandbox.faults import Kind
from bot.sandbox.model import ApiCall, Platform
from bot.sandbox.pay.telegram import Invoices
from bot.sandbox.telegram import fields, params
from bot.sandbox.telegram.account import Account, AccountMethods
from bot.sandbox.telegram.editing import EditingMethods
from bot.sandbox.telegram.errors import BotError
from bot.sandbox.telegram.params import Params
from bot.sandbox.telegram.patience import Patience
from bot.sandbox.telegram.sending import SendingMethods

Method = Callable[[Params], Any]


class BotApi:
    """Answers the service's calls; every call is recorded, checked against the field tables, and may meet a fault."""

    def __init__(self, account: Account, invoices: Invoices) -> None:
        self._account = account
        self._world = account.world
        self._files = AccountMethods(account)
        self._patience = Patience(account.world.clock)
        sending = SendingMethods(account)
        editing = EditingMethods(account, sending)
        invoices.connect(sending)
        tables = (self._files.table, sending.table, editing.table, invoices.table)
        self._methods: dict[str, Method] = {name: act for table in tables for name, act in table.items()}
        account.webhook.execute = self.execute_answer

    def routes(self) -> list[web.RouteDef]:
        return [
            web.route("*", "/bot{token}/{method}", self.handle),
            web.get("/file/bot{token}/{path:.+}", self.download),
        ]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request.match_info["token"])
            read = await params.read(request)
        except BotError as error:
            return _answer(error)
        given = request.match_info["method"]
        method = fields.BY_LOWER_NAME.get(given.lower(), given)
        call = self._world.record_call(Platform.TELEGRAM, method, read.shown())
        chat = read.text("chat_id")
        if method in fields.PACED and (complaint := self._patience.complaint(chat)):
            self._account.complain(method, complaint)
        fault = self._world.faults.on_answer("telegram", method, chat)
        call.fault = fault.kind if fault else ""
        if fault is not None and fault.kind is Kind.TOO_MANY:
            self._patience.ask(chat, float(fault.params.get("retry_after", damage.RETRY_AFTER)))
        return await damage.answer(request, self._world, fault, lambda: self._answered(call, read))

    def _answered(self, call: ApiCall, read: Params) -> web.Response:
        try:
            result = self._run(call.method, read)
            response = web.json_response({"ok": True, "result": result})
            self._world.finish_call(call, 200, result)
        except BotError as error:
            response = _answer(error)
            if "retry_after" in error.parameters:
                self._patience.ask(read.text("chat_id"), error.parameters["retry_after"])
            self._world.finish_call(call, error.code, error.body())
        return response

    def _run(self, method: str, read: Params) -> Any:
        if method not in self._methods:
            self._account.complain(method, "no such method of the Bot API is played here")
            raise BotError(404, "Not Found: method not found")
        for complaint in params.complaints(method, read):
            self._account.complain(method, complaint)
        return self._methods[method](read)

    async def execute_answer(self, name: str, read: Params) -> None:
        """Runs a method the service returned from its webhook; the real server tells nobody how it went."""
        method = fields.BY_LOWER_NAME.get(name.lower(), name)
        if method.startswith("get") or method in fields.NOT_IN_WEBHOOK_ANSWER:
            self._account.complain(method, "ignored: this method cannot be called in a webhook's answer")
            return
        call = self._world.record_call(Platform.TELEGRAM, method, read.shown() | {"via": "webhook answer"})
        self._answered(call, read)

    async def download(self, request: web.Request) -> web.StreamResponse:
        try:
            self._check_token(request.match_info["token"])
        except BotError as error:
            return _answer(error)
        path = request.match_info["path"]
        call = self._world.record_call(Platform.TELEGRAM, "file", {"path": path})
        fault = self._world.faults.on_answer("telegram", "file")
        call.fault = fault.kind if fault else ""
        return await damage.answer(request, self._world, fault, lambda: self._downloaded(call, path))

    def _downloaded(self, call: ApiCall, path: str) -> web.Response:
        stored = self._files.file_at(path)
        if stored is None:
            self._world.finish_call(call, 404, None)
            return _answer(BotError(404, "Not Found"))
        self._world.finish_call(call, 200, {"size": len(stored.content)})
        return web.Response(body=stored.content, content_type="application/octet-stream")

    def _check_token(self, token: str) -> None:
        if ":" not in token or not token.partition(":")[0].isdigit():
            raise BotError(404, "Not Found")
        if not hmac.compare_digest(token.encode(), self._account.config.token.encode()):
            raise BotError(401, "Unauthorized")


def _answer(error: BotError) -> web.Response:
    response = web.json_response(error.body(), status=error.code)
    if "retry_after" in error.parameters:
        response.headers["Retry-After"] = str(error.parameters["retry_after"])
    return response
