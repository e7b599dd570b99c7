"""A client of the control API: people with phones, in the words a journey is told in.

phones = Phones("http://127.0.0.1:8090", session)
wang = await phones.person("wechat", name="王女士")
await wang.location(13.75, 100.4913)
await wang.wait_for("已收到您的位置")
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

Json = dict[str, Any]


class SandboxRefused(Exception):
    """The sandbox did not do what was asked, and why."""


class NothingCame(AssertionError):
    """The message waited for did not come; the chat so far is in the text."""


@dataclass(frozen=True)
class ChatMessage:
    """One bubble; `raw` has every field (see bot.sandbox.model.ChatMessage)."""

    raw: Json = field(repr=False)
    number: int
    message_id: str
    sender: str
    kind: str
    text: str
    labels: tuple[str, ...]
    point: Json | None
    media: Json | None
    delivery: str
    via: str
    changed: int

    @staticmethod
    def of(raw: Json) -> ChatMessage:
        labels = tuple(button["label"] for row in raw["buttons"] for button in row)
        names = (
            "number",
            "message_id",
            "sender",
            "kind",
            "text",
            "point",
            "media",
            "delivery",
            "via",
            "changed",
        )
        return ChatMessage(raw=raw, labels=labels, **{name: raw[name] for name in names})


class Phones:
    """All phones of one sandbox, and what goes on behind them."""

    def __init__(self, base_url: str, session: aiohttp.ClientSession) -> None:
        self._base = base_url.rstrip("/") + "/sandbox/api"
        self._session = session

    async def ask(self, verb: str, path: str, **options: Any) -> Any:
        """One request; the parsed answer, None for an empty one; SandboxRefused with the reason otherwise."""
        status, answer = await self._asked(verb, path, **options)
        if status >= 400:
            raise SandboxRefused(answer.get("error", f"{verb} {path}: {status}") if answer else f"{status}")
        return answer

    async def _asked(self, verb: str, path: str, **options: Any) -> tuple[int, Any]:
        async with self._session.request(verb, f"{self._base}/{path}", **options) as response:
            text = await response.read()
            return response.status, await response.json() if text else None

    async def person(self, platform: str, *, name: str = "", id: str = "", **details: str) -> Phone:
        """The phone of the person with this id or name on the platform; a new one when there is none."""
        for entry in await self.ask("GET", "people"):
            wanted = entry["id"] == str(id) if id else entry["name"] == name
            if entry["platform"] == platform and wanted:
                return Phone(self, entry["key"])
        body = {"platform": platform, "name": name or "旅客", "id": str(id), **details}
        return Phone(self, (await self.ask("POST", "people", json=body))["key"])

    async def group(self, id: int, name: str, migrated_to: int | None = None) -> Phone:
        body = {"id": id, "name": name} | ({"migrated_to": migrated_to} if migrated_to else {})
        return Phone(self, (await self.ask("POST", "groups", json=body))["key"])

    async def fault(self, kind: str, **rule: Any) -> int:
        """Switches a fault on (kinds: bot.sandbox.faults.Kind) and returns its id.

        `rule`: platform, method, times, seconds (how long), params.
        """
        return int((await self.ask("POST", "faults", json={"kind": kind, **rule}))["id"])

    async def faults(self, *rules: Json) -> list[Json]:
        """Adds the given rules; returns all rules in force."""
        for rule in rules:
            await self.ask("POST", "faults", json=rule)
        return list(await self.ask("GET", "faults"))

    async def heal(self) -> None:
        """Switches every fault off."""
        await self.ask("DELETE", "faults")

    async def calls(self, method: str = "", platform: str = "", after: int = 0) -> list[Json]:
        query = {"method": method, "platform": platform, "after": str(after)}
        return list(await self.ask("GET", "calls", params=query))

    async def violations(self) -> list[Json]:
        return list(await self.ask("GET", "violations"))

    async def forget_violations(self) -> None:
        await self.ask("DELETE", "violations")

    async def idle(self, timeout: float = 10) -> None:  # noqa: ASYNC109 (the sandbox keeps the time)
        """Waits until no push is waiting or under way; TimeoutError otherwise."""
        status, answer = await self._asked("GET", "idle", params={"timeout": str(timeout)})
        if status == 408:
            raise TimeoutError(f"{answer['pending']} pushes are still under way")

    async def update(self, body: Json, queue: str = "raw") -> None:
        """Pushes a raw Telegram update."""
        await self.ask("POST", "telegram/update", json=body, params={"queue": queue})

    async def push(self, person: Phone, xml: str) -> None:
        """Pushes raw XML, sealed, as from a WeChat phone."""
        await self.ask("POST", "wechat/push", data=xml.encode(), params={"person": person.key})

    async def verify(self) -> Json:
        return dict(await self.ask("POST", "wechat/verify"))

    async def invalidate_token(self) -> None:
        await self.ask("POST", "wechat/invalidate-token")


class Phone:
    """One person's phone. Every act marks the moment: `wait_for` looks at what came after the last own act."""

    def __init__(self, phones: Phones, key: str) -> None:
        self.phones = phones
        self.key = key
        self.mark = 0

    @property
    def id(self) -> str:
        return self.key.partition("-")[2]

    async def act(self, name: str, **values: Any) -> ChatMessage | None:
        """Any act by name (see TelegramPhones.acts and WeChatPhones.acts)."""
        given = {key: value for key, value in values.items() if value is not None}
        return await self._played(name, json=given)

    async def _played(self, name: str, **options: Any) -> ChatMessage | None:
        mark = (
            await self.phones.ask("GET", f"people/{quote(self.key)}/chat", params={"after": "999999999"})
        )["seq"]
        answer = await self.phones.ask("POST", f"people/{quote(self.key)}/{name}", **options)
        self.mark = mark
        return ChatMessage.of(answer["message"]) if answer["message"] else None

    async def _sent(self, name: str, **values: Any) -> ChatMessage:
        message = await self.act(name, **values)
        return _message(message)

    async def text(self, text: str, *, reply_to: str | None = None, group: str | None = None) -> ChatMessage:
        return await self._sent("text", text=text, reply_to=reply_to, group=group)

    async def edit_text(self, message: ChatMessage, text: str) -> ChatMessage:
        return await self._sent("edit_text", message_id=message.message_id, text=text)

    async def location(self, lat: float, lon: float, **more: Any) -> ChatMessage:
        """A pin, WGS-84 degrees; `accuracy` in metres (Telegram), `label` (WeChat), `group`."""
        return await self._sent("location", lat=lat, lon=lon, **more)

    async def venue(self, lat: float, lon: float, title: str, address: str) -> ChatMessage:
        return await self._sent("venue", lat=lat, lon=lon, title=title, address=address)

    async def forward_location(self, lat: float, lon: float) -> ChatMessage:
        return await self._sent("forward_location", lat=lat, lon=lon)

    async def live(self, lat: float, lon: float, period: int = 3600, **more: Any) -> ChatMessage:
        """Starts sharing a live location for `period` seconds (Telegram)."""
        return await self._sent("live_start", lat=lat, lon=lon, live_period=period, **more)

    async def move(self, lat: float, lon: float, **more: Any) -> ChatMessage:
        return await self._sent("live_move", lat=lat, lon=lon, **more)

    async def stop_live(self) -> ChatMessage:
        return await self._sent("live_stop")

    async def contact(self, phone_number: str | None = None, first_name: str | None = None) -> ChatMessage:
        """One's own number, or with `first_name` somebody else's contact."""
        return await self._sent("contact", phone_number=phone_number, first_name=first_name)

    async def photo(
        self, sample: str = "road", text: str | None = None, album: str | None = None
    ) -> ChatMessage:
        return await self._sent("photo", sample=sample, text=text, album=album)

    async def voice(self) -> ChatMessage:
        return await self._sent("voice", sample="voice")

    async def video(self) -> ChatMessage:
        return await self._sent("video", sample="video")

    async def document(self, sample: str = "report") -> ChatMessage:
        return await self._sent("document", sample=sample)

    async def sticker(self) -> ChatMessage:
        return await self._sent("sticker", sample="sign")

    async def upload(self, kind: str, content: bytes, name: str, mime: str, **values: Any) -> ChatMessage:
        """Sends a file of one's own as photo, voice, video or document."""
        form = aiohttp.FormData()
        for key, value in values.items():
            form.add_field(key, str(value))
        form.add_field("file", content, filename=name, content_type=mime)
        message = await self._played(kind, data=form)
        return _message(message)

    async def press(
        self, button: str | int, message: ChatMessage | None = None, **more: Any
    ) -> ChatMessage | None:
        """Presses a button by label, callback data or index, on the newest message that has it (or the one given)."""
        return await self.act("press", button=button, message_id=message and message.message_id, **more)

    async def menu(self, key: str) -> None:
        """Taps WeChat's custom menu by key or name."""
        await self.act("menu", key=key)

    async def follow(self, scene: str | None = None, ticket: str | None = None) -> None:
        await self.act("follow", scene=scene, ticket=ticket)

    async def unfollow(self) -> None:
        await self.act("unfollow")

    async def scan(self, scene: str | None = None, ticket: str | None = None) -> None:
        await self.act("scan", scene=scene, ticket=ticket)

    async def report_location(self, lat: float, lon: float) -> None:
        await self.act("report_location", lat=lat, lon=lon)

    async def block(self) -> None:
        await self.act("block")

    async def unblock(self) -> None:
        await self.act("unblock")

    async def connection(self, state: str) -> None:
        """good, bad or none."""
        await self.phones.ask("PATCH", f"people/{quote(self.key)}", json={"connection": state})

    async def info(self) -> Json:
        """The person with keyboard, presses and (WeChat) window."""
        return dict(await self.phones.ask("GET", f"people/{quote(self.key)}"))

    async def chat(self, after: int = 0) -> list[ChatMessage]:
        answer = await self.phones.ask("GET", f"people/{quote(self.key)}/chat", params={"after": str(after)})
        return [ChatMessage.of(raw) for raw in answer["messages"]]

    async def wait_for(
        self,
        contains: str = "",
        timeout: float = 10,  # noqa: ASYNC109 (the sandbox keeps the time)
        *,
        after: ChatMessage | int | None = None,
        kind: str = "",
    ) -> ChatMessage:
        """The first message not one's own with these words, newer than `after` (else than the last own act)."""
        mark = self.mark if after is None else after if isinstance(after, int) else after.changed
        query = {"contains": contains, "timeout": str(timeout), "after": str(mark), "kind": kind}
        status, answer = await self.phones._asked("GET", f"people/{quote(self.key)}/wait", params=query)
        if status == 408:
            raise NothingCame(f"no {contains!r} on {self.key}; the chat: {_told(answer['messages'])}")
        if status >= 400:
            raise SandboxRefused(str(answer))
        return ChatMessage.of(answer["message"])

    async def delivered(self, message: ChatMessage, timeout: float = 10) -> ChatMessage:  # noqa: ASYNC109
        """Waits until the platform has brought this message to the service (or given it up)."""
        await self.phones.idle(timeout)
        return next(entry for entry in await self.chat() if entry.number == message.number)


def _message(message: ChatMessage | None) -> ChatMessage:
    if message is None:
        raise SandboxRefused("this act put no message into the chat")
    return message


def _told(messages: list[Json]) -> str:
    return "\n".join(
        f"  {entry['sender']}: {entry['title']} {entry['text']}"[:300] for entry in messages[-12:]
    )
