"""Customer-service messages, typing and templates: inside the windows, or refused."""

from __future__ import annotations

import re
from typing import Any

from bot.sandbox.model import Button, ChatMessage, Json, Person
from bot.sandbox.wechat.account import TEXT_BYTES, Account
from bot.sandbox.wechat.errors import OK, ApiError
from bot.sandbox.wechat.pushing import Push

PARTS: dict[str, frozenset[str]] = {
    "text": frozenset({"content"}),
    "image": frozenset({"media_id"}),
    "voice": frozenset({"media_id"}),
    "video": frozenset({"media_id", "thumb_media_id", "title", "description"}),
    "news": frozenset({"articles"}),
    "msgmenu": frozenset({"head_content", "list", "tail_content"}),
}
LINE = frozenset({"id", "content"})
ARTICLE = frozenset({"title", "description", "url", "picurl"})
ENVELOPE = frozenset({"touser", "msgtype", "customservice", "aimsgcontext"})
TYPING_SECONDS, ONCE_SECONDS = 15.0, 600.0
TEMPLATE = frozenset({"touser", "template_id", "url", "miniprogram", "client_msg_id", "data"})
# Longest value by the kind of template field its key names (type limits of class templates).
VALUE_LENGTHS = {
    "thing": 20, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "time": 20, "date": 20,
    "amount": 20, "phone_number": 17, "car_number": 8, "name": 10, "phrase": 5, "const": 20,
}  # fmt: skip


class Messages:
    """message/custom/send, message/custom/typing, message/template/send."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._world = account.world

    def send(self, body: Json) -> Json:
        person = self._account.follower(body.get("touser"))
        kind = body.get("msgtype")
        if kind not in PARTS:
            raise ApiError(40008)
        part = body.get(str(kind))
        if not isinstance(part, dict):
            raise ApiError(44004 if kind == "text" else 47003)
        self._look_at("message/custom/send", body, ENVELOPE | {str(kind)})
        self._look_at(f"message/custom/send {kind}", part, PARTS[str(kind)])
        message = self._built(str(kind), part)
        self._spend(person)
        self._account.show(person, message)
        return dict(OK)

    def _spend(self, person: Person) -> None:
        left = self._account.windows.left(person.id)
        if left is None:
            raise ApiError(45015)
        if left == 0:
            raise ApiError(45047)
        self._account.windows.spend(person.id)

    def _built(self, kind: str, part: Json) -> ChatMessage:
        message = self._account.bubble(kind, "custom/send")
        if kind == "text":
            message.text = _text(part.get("content"))
        elif kind == "news":
            _article(message, part)
            self._look_at("message/custom/send article", part["articles"][0], ARTICLE)
        elif kind == "msgmenu":
            self._menu(message, part)
        else:
            self._media(message, kind, part)
        return message

    def _menu(self, message: ChatMessage, part: Json) -> None:
        if not self._account.config.verified:
            raise ApiError(40200)
        lines = part.get("list")
        if not isinstance(lines, list) or not lines:
            raise ApiError(47003)
        for line in lines:
            self._look_at("message/custom/send msgmenu line", line, LINE)
            if not isinstance(line, dict) or not isinstance(line.get("content"), str) or "id" not in line:
                raise ApiError(47003, "list.content")
            message.buttons.append([Button(line["content"], "menu", str(line["id"]))])
        message.text = _text(part.get("head_content", " "))
        message.title = str(part.get("tail_content", ""))

    def _media(self, message: ChatMessage, kind: str, part: Json) -> None:
        media_id = part.get("media_id")
        if not media_id:
            raise ApiError(41006)
        stored = self._world.files.get(str(media_id))
        if stored is None or self._world.clock.now() - stored.at > 3 * 86_400:
            raise ApiError(40007)
        if stored.kind != kind:
            raise ApiError(40007, f"this media is {stored.kind}")
        message.kind = "photo" if kind == "image" else kind
        message.media, message.text = stored.media(), str(part.get("title", ""))

    def typing(self, body: Json) -> Json:
        person = self._account.follower(body.get("touser"))
        command, now = body.get("command"), self._world.clock.now()
        if command not in ("Typing", "CancelTyping"):
            raise ApiError(45072)
        if self._account.windows.left(person.id) is None:
            raise ApiError(45080)
        if command == "Typing" and person.typing_until > now:
            raise ApiError(45081)
        person.typing_until = now + TYPING_SECONDS if command == "Typing" else 0.0
        self._world.tell_person(person)
        return dict(OK)

    def template(self, body: Json) -> Json:
        person = self._account.follower(body.get("touser"))
        known = self._account.config.templates
        template_id = body.get("template_id")
        if not isinstance(template_id, str) or not template_id or (known and template_id not in known):
            raise ApiError(40037)
        values = _template_values(body.get("data"))
        self._look_at("message/template/send", body, TEMPLATE)
        key = (person.id, str(body.get("client_msg_id", "")))
        if (before := self._sent_before(key)) is not None:
            return dict(OK) | {"msgid": before}
        msgid = next(self._account.template_ids)
        self._account.once[key] = (self._world.clock.now(), msgid)
        self._show_template(person, known.get(template_id, "服务通知"), values, str(body.get("url", "")))
        self._report(person, msgid)
        return dict(OK) | {"msgid": msgid}

    def _sent_before(self, key: tuple[str, str]) -> int | None:
        at, msgid = self._account.once.get(key, (0.0, 0))
        return msgid if key[1] and self._world.clock.now() - at < ONCE_SECONDS else None

    def _show_template(self, person: Person, title: str, values: list[list[str]], url: str) -> None:
        message = self._account.bubble("template", "template/send")
        message.title, message.fields, message.url = title, values, url
        message.text = "\n".join(f"{name}：{value}" for name, value in values)
        self._account.show(person, message)

    def _report(self, person: Person, msgid: int) -> None:
        now = int(self._world.clock.now())
        self._account.pusher.push(
            Push(
                "event:TEMPLATESENDJOBFINISH",
                [
                    ("ToUserName", self._account.config.original_id),
                    ("FromUserName", person.id),
                    ("CreateTime", now),
                    ("MsgType", "event"),
                    ("Event", "TEMPLATESENDJOBFINISH"),
                    ("MsgID", msgid),
                    ("Status", "success"),
                ],
                person,
                apologises=False,
            )
        )

    def _look_at(self, where: str, given: Any, known: frozenset[str]) -> None:
        for name in given if isinstance(given, dict) else ():
            if name not in known:
                self._account.complain(where, f"unknown field {name}")


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ApiError(44004)
    if len(value.encode()) > TEXT_BYTES:
        raise ApiError(45002)
    return value


def _article(message: ChatMessage, part: Json) -> None:
    articles = part.get("articles")
    if (
        not isinstance(articles, list)
        or not articles
        or not all(isinstance(entry, dict) for entry in articles)
    ):
        raise ApiError(47003)
    if len(articles) > 1:
        raise ApiError(45008)
    first = articles[0]
    message.title, message.text = str(first.get("title", "")), str(first.get("description", ""))
    message.url = str(first.get("url", ""))


def _template_values(data: Any) -> list[list[str]]:
    if not isinstance(data, dict):
        raise ApiError(47003)
    found = []
    for name, entry in data.items():
        value = entry.get("value") if isinstance(entry, dict) else None
        limit = VALUE_LENGTHS.get(re.sub(r"\d+$", "", name), 20)
        if not isinstance(value, str) or not value or len(value) > limit or "\n" in value:
            raise ApiError(47003, f"data.{name}.value invalid")
        found.append([name, value])
    return found
