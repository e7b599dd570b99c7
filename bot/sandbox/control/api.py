"""Routes of the control API under `/sandbox/api/`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from bot.sandbox import samples
from bot.sandbox.acts import Act, CannotDo
from bot.sandbox.config import PersonSeed
from bot.sandbox.control import stream, views
from bot.sandbox.files import NewFile
from bot.sandbox.model import Connection, Json, Person, Platform
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.wechat.pushing import Push

ROOT = "/sandbox/api"
LONGEST_WAIT = 60.0


class Control:
    """One handler per route; refusals are JSON `{"error": sentence}`."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._world = sandbox.world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(f"{ROOT}/state", self.state),
            web.get(f"{ROOT}/events", self.events),
            web.get(f"{ROOT}/people", self.people),
            web.post(f"{ROOT}/people", self.add_person),
            web.get(f"{ROOT}/people/{{key}}", self.one_person),
            web.patch(f"{ROOT}/people/{{key}}", self.change_person),
            web.delete(f"{ROOT}/people/{{key}}", self.remove_person),
            web.get(f"{ROOT}/people/{{key}}/chat", self.chat),
            web.get(f"{ROOT}/people/{{key}}/wait", self.wait),
            web.post(f"{ROOT}/people/{{key}}/{{act}}", self.act),
            web.post(f"{ROOT}/groups", self.add_group),
            web.get(f"{ROOT}/media/{{id}}", self.media),
            web.get(f"{ROOT}/calls", self.calls),
            web.delete(f"{ROOT}/calls", self.forget_calls),
            web.get(f"{ROOT}/violations", self.violations),
            web.delete(f"{ROOT}/violations", self.forget_violations),
            web.get(f"{ROOT}/faults", self.faults),
            web.post(f"{ROOT}/faults", self.add_fault),
            web.delete(f"{ROOT}/faults", self.clear_faults),
            web.delete(f"{ROOT}/faults/{{id}}", self.remove_fault),
            web.get(f"{ROOT}/idle", self.idle),
            web.post(f"{ROOT}/telegram/update", self.raw_update),
            web.post(f"{ROOT}/wechat/push", self.raw_push),
            web.post(f"{ROOT}/wechat/verify", self.verify),
            web.post(f"{ROOT}/wechat/invalidate-token", self.invalidate_token),
        ]

    # people

    async def state(self, request: web.Request) -> web.Response:
        return web.json_response(views.state(self._sandbox))

    async def people(self, request: web.Request) -> web.Response:
        return web.json_response(
            [views.person(self._sandbox, entry) for entry in self._world.people.values()]
        )

    async def add_person(self, request: web.Request) -> web.Response:
        given = await _body(request)
        try:
            seed = PersonSeed(**{"id": "", **given})
            if Platform(seed.platform) not in self._sandbox.acts:
                raise ValueError(f"{seed.platform} is switched off")
            person = self._world.add_person(seed)
        except (TypeError, ValueError) as error:
            return _refused(400, str(error))
        return web.json_response(views.person(self._sandbox, person), status=201)

    async def one_person(self, request: web.Request) -> web.Response:
        return web.json_response(views.person(self._sandbox, self._person(request)))

    async def change_person(self, request: web.Request) -> web.Response:
        """Changes name, language_code, phone_number, connection or shown."""
        person, given = self._person(request), await _body(request)
        if "connection" in given:
            self._sandbox.radio.set_connection(person, Connection(given.pop("connection")))
        for name in ("name", "language_code", "phone_number"):
            if name in given:
                setattr(person, name, str(given[name]))
        person.shown = bool(given.get("shown", person.shown))
        self._world.tell_person(person)
        return web.json_response(views.person(self._sandbox, person))

    async def remove_person(self, request: web.Request) -> web.Response:
        self._world.remove_person(self._person(request))
        return web.Response(status=204)

    async def add_group(self, request: web.Request) -> web.Response:
        """A Telegram group: {id (negative), name, migrated_to?}."""
        given = await _body(request)
        person = self._world.add_person(PersonSeed("telegram", str(given["id"]), str(given["name"])))
        person.group, person.migrated_to = True, str(given.get("migrated_to", ""))
        self._world.tell_person(person)
        return web.json_response(views.person(self._sandbox, person), status=201)

    # acting and reading

    async def act(self, request: web.Request) -> web.Response:
        self._world.base_url = f"http://{request.host}"
        try:
            act = await self._read_act(request)
            message = self._sandbox.act(act)
        except CannotDo as error:
            return _refused(409, str(error))
        return web.json_response(
            {"message": message.public() if message else None, "seq": self._world.events.last}
        )

    async def _read_act(self, request: web.Request) -> Act:
        act = Act(self._person(request), request.match_info["act"])
        if request.content_type == "multipart/form-data":
            await _read_upload(request, act)
            return act
        act.values = await _body(request)
        if wanted := act.values.get("sample"):
            try:
                act.file = samples.sample(str(wanted), act.person.platform)
            except KeyError:
                raise CannotDo(f"no sample called {wanted}") from None
        return act

    async def chat(self, request: web.Request) -> web.Response:
        after = int(request.query.get("after", 0))
        shown = [message.public() for message in self._person(request).visible() if message.changed > after]
        return web.json_response({"messages": shown, "seq": self._world.events.last})

    async def wait(self, request: web.Request) -> web.Response:
        """Waits for a message with `contains` changed after event `after`: 200 with it, 408 with the chat so far."""
        person = self._person(request)
        timeout = min(float(request.query.get("timeout", 10)), LONGEST_WAIT)
        wanted = views.Wanted.read(request.query)
        try:
            async with asyncio.timeout(timeout):
                message = await self._appears(person, wanted)
        except TimeoutError:
            return web.json_response({"messages": [m.public() for m in person.visible()]}, status=408)
        return web.json_response({"message": message, "seq": self._world.events.last})

    async def _appears(self, person: Person, wanted: views.Wanted) -> Json:
        while not self._world.events.closed:
            seen = self._world.events.last
            for message in person.visible():
                if wanted.fits(message):
                    return message.public()
            await self._world.events.more(seen)
        raise TimeoutError

    async def events(self, request: web.Request) -> web.StreamResponse:
        return await stream.serve(request, self._world.events)

    async def media(self, request: web.Request) -> web.Response:
        return views.media(self._world, request.match_info["id"])

    # behind the scenes

    async def calls(self, request: web.Request) -> web.Response:
        return web.json_response(views.calls(self._world, request.query))

    async def forget_calls(self, request: web.Request) -> web.Response:
        self._world.calls.clear()
        return web.Response(status=204)

    async def violations(self, request: web.Request) -> web.Response:
        return web.json_response([views.plain(entry) for entry in self._world.violations])

    async def forget_violations(self, request: web.Request) -> web.Response:
        self._world.violations.clear()
        return web.Response(status=204)

    async def faults(self, request: web.Request) -> web.Response:
        return web.json_response([fault.public() for fault in self._world.faults.all()])

    async def add_fault(self, request: web.Request) -> web.Response:
        try:
            fault = self._world.faults.add(await _body(request))
        except (KeyError, ValueError) as error:
            return _refused(400, f"no such fault: {error}")
        self._tell_faults()
        return web.json_response(fault.public(), status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._world.faults.clear()
        self._tell_faults()
        return web.Response(status=204)

    async def remove_fault(self, request: web.Request) -> web.Response:
        known = self._world.faults.remove(int(request.match_info["id"]))
        self._tell_faults()
        return web.Response(status=204 if known else 404)

    def _tell_faults(self) -> None:
        self._world.events.emit("faults", {"faults": [fault.public() for fault in self._world.faults.all()]})

    async def idle(self, request: web.Request) -> web.Response:
        """Waits until no push is waiting or under way: 200, or 408 with how many are."""
        try:
            async with asyncio.timeout(min(float(request.query.get("timeout", 10)), LONGEST_WAIT)):
                await self._sandbox.idle()
        except TimeoutError:
            return web.json_response({"pending": self._sandbox.pending}, status=408)
        return web.json_response({"pending": 0})

    async def raw_update(self, request: web.Request) -> web.Response:
        """Pushes the JSON body as a Telegram update, as it is."""
        if self._sandbox.telegram is None:
            return _refused(409, "telegram is switched off")
        self._sandbox.telegram.webhook.push_raw(await _body(request), request.query.get("queue", "raw"))
        return web.Response(status=202)

    async def raw_push(self, request: web.Request) -> web.Response:
        """Seals the body (any text, well-formed or not) and pushes it as from ?person=KEY."""
        person = self._sandbox.person(request.query.get("person", ""))
        if self._sandbox.wechat is None or person is None:
            return _refused(409, "no such phone with WeChat")
        raw = await request.text()
        self._sandbox.wechat.pusher.push(Push("raw", [], person, apologises=True, raw=raw))
        return web.Response(status=202)

    async def verify(self, request: web.Request) -> web.Response:
        if self._sandbox.wechat is None:
            return _refused(409, "wechat is switched off")
        return web.json_response(await self._sandbox.wechat.pusher.verify())

    async def invalidate_token(self, request: web.Request) -> web.Response:
        if self._sandbox.wechat is None:
            return _refused(409, "wechat is switched off")
        self._sandbox.wechat.tokens.invalidate()
        return web.Response(status=204)

    def _person(self, request: web.Request) -> Person:
        person = self._sandbox.person(request.match_info["key"])
        if person is None:
            raise web.HTTPNotFound(
                text=json.dumps({"error": "nobody with this phone"}), content_type="application/json"
            )
        return person


async def _body(request: web.Request) -> dict[str, Any]:
    try:
        body = await request.json() if request.can_read_body else {}
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise web.HTTPBadRequest(
            text='{"error": "a JSON object is expected"}', content_type="application/json"
        )
    return body


async def _read_upload(request: web.Request, act: Act) -> None:
    form = await request.post()
    for name, value in form.items():
        if isinstance(value, FileField):
            act.file = NewFile(value.file.read(), value.filename, value.content_type)
        else:
            act.values[name] = value
    if act.file is not None:
        act.file.duration = int(act.values.get("duration", 0))


def _refused(status: int, why: str) -> web.Response:
    return web.json_response({"error": why}, status=status)
