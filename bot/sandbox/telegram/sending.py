"""The send… methods: checked, paced, shown on the phone."""

from __future__ import annotations

from dataclasses import dataclass

from bot.sandbox.files import NewFile, StoredFile, Upload, sniff, thumbnail
from bot.sandbox.model import ChatMessage, Json, Person, Platform, Point, Sender
from bot.sandbox.telegram import entities, fields, markup, wire
from bot.sandbox.telegram.account import Account
from bot.sandbox.telegram.errors import BotError, bad_request
from bot.sandbox.telegram.params import Params

TEXT_LIMIT, CAPTION_LIMIT = 4096, 1024
PHOTO_LIMIT, FILE_LIMIT = 10 << 20, 50 << 20
FOREVER = 0x7FFFFFFF
TYPING_SECONDS = 5.0
FILE_PREFIX = {"photo": "AgAC", "voice": "AwAC", "video": "BAAC", "document": "BQAC"}


@dataclass
class Outgoing:
    """A message about to be shown: where, with which keyboard, and its part of the Message object."""

    chat: Person
    keyboard: markup.Markup
    shown: ChatMessage
    content: Json


class SendingMethods:
    """Everything that puts a new message of the bot into a chat."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._world = account.world
        self.table = {
            "sendMessage": self.send_message,
            "sendPhoto": self.send_photo,
            "sendVoice": self.send_voice,
            "sendVideo": self.send_video,
            "sendDocument": self.send_document,
            "sendLocation": self.send_location,
            "sendVenue": self.send_venue,
            "sendContact": self.send_contact,
            "sendChatAction": self.send_chat_action,
        }

    def send_message(self, params: Params) -> Json:
        out = self.begin(params, "text")
        text, marks = entities.read(
            params.text("text"), params.text("parse_mode"), params.parsed("entities", "entities")
        )
        if not text.strip():
            raise bad_request("message text is empty")
        if entities.units(text) > TEXT_LIMIT:
            raise bad_request("message is too long")
        out.shown.text, out.shown.entities = text, marks
        out.content = {"text": text} | ({"entities": marks} if marks else {})
        return self.finish(out)

    def send_photo(self, params: Params) -> Json:
        return self._send_file(params, "photo")

    def send_voice(self, params: Params) -> Json:
        return self._send_file(params, "voice")

    def send_video(self, params: Params) -> Json:
        return self._send_file(params, "video")

    def send_document(self, params: Params) -> Json:
        return self._send_file(params, "document")

    def send_location(self, params: Params) -> Json:
        out = self.begin(params, "location")
        point = read_point(params)
        point.live_period = _live_period(params)
        if point.live_period:
            point.live_until = self._world.clock.now() + point.live_period
        out.shown.point, out.content = point, {"location": wire.location(point)}
        return self.finish(out)

    def send_venue(self, params: Params) -> Json:
        out = self.begin(params, "venue")
        point = read_point(params)
        point.title, point.address = params.text("title"), params.text("address")
        if not point.title or not point.address:
            raise bad_request("venue title and address must be non-empty")
        place = wire.location(point)
        out.shown.point = point
        out.content = {
            "location": place,
            "venue": {"location": place, "title": point.title, "address": point.address},
        }
        return self.finish(out)

    def send_contact(self, params: Params) -> Json:
        out = self.begin(params, "contact")
        if not params.text("phone_number") or not params.text("first_name"):
            raise bad_request("phone number and first name must be non-empty")
        out.shown.title, out.shown.text = params.text("first_name"), params.text("phone_number")
        out.content = {"contact": {"phone_number": out.shown.text, "first_name": out.shown.title}}
        return self.finish(out)

    def send_chat_action(self, params: Params) -> bool:
        chat = self.chat(params)
        if params.text("action") not in fields.CHAT_ACTIONS:
            raise bad_request("wrong parameter action in request")
        chat.typing_until = self._world.clock.now() + TYPING_SECONDS
        self._world.tell_person(chat)
        return True

    # shared steps

    def chat(self, params: Params) -> Person:
        """The chat addressed; BotError as the server refuses unknown, migrated and closed ones."""
        raw = params.text("chat_id").strip()
        if not raw:
            raise bad_request("chat_id is empty")
        chat = self._world.person(Platform.TELEGRAM, raw)
        if chat is None or not chat.started:
            raise bad_request("chat not found")
        if chat.migrated_to:
            raise BotError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=int(chat.migrated_to),
            )
        if not chat.reachable:
            raise BotError(403, "Forbidden: bot was blocked by the user")
        return chat

    def begin(self, params: Params, kind: str) -> Outgoing:
        chat = self.chat(params)
        self._account.pace.take(chat.id, group=chat.group)
        keyboard = self.keyboard(params, chat, kind)
        reply = self._replied(params, chat)
        number = self._world.next_number()
        shown = ChatMessage(
            number,
            str(next(self._account.message_ids)),
            Sender.BOT,
            kind,
            self._world.clock.now(),
            reply_to=reply,
        )
        return Outgoing(chat, keyboard, shown, {})

    def keyboard(self, params: Params, chat: Person, where: str) -> markup.Markup:
        keyboard = markup.read(params.parsed("reply_markup", "reply keyboard markup"), private=not chat.group)
        for complaint in keyboard.complaints:
            self._account.complain(where, complaint)
        return keyboard

    def _replied(self, params: Params, chat: Person) -> str:
        raw = params.parsed("reply_parameters", "reply parameters")
        if not isinstance(raw, dict) or "message_id" not in raw:
            return ""
        wanted = str(raw["message_id"])
        if any(message.message_id == wanted for message in chat.chat):
            return wanted
        if raw.get("allow_sending_without_reply"):
            return ""
        raise bad_request("message to be replied not found")

    def finish(self, out: Outgoing) -> Json:
        shown = out.shown
        frame: Json = {
            "message_id": int(shown.message_id),
            "from": wire.bot_user(self._account.config),
            "chat": wire.chat(out.chat),
            "date": int(shown.at),
        }
        shown.wire = (
            frame | out.content | ({"reply_markup": out.keyboard.inline} if out.keyboard.inline else {})
        )
        self._set_keyboard(out)
        out.chat.typing_until = 0.0
        self._world.show(out.chat, shown)
        return shown.wire

    def _set_keyboard(self, out: Outgoing) -> None:
        chat, keyboard = out.chat, out.keyboard
        if keyboard.kind == "inline_keyboard":
            out.shown.buttons = keyboard.buttons
        elif keyboard.kind in ("keyboard", "remove_keyboard"):
            chat.keyboard, chat.keyboard_once = keyboard.buttons, keyboard.once
            chat.placeholder = keyboard.placeholder
            self._world.tell_person(chat)

    def _send_file(self, params: Params, kind: str) -> Json:
        out = self.begin(params, kind)
        text, marks = entities.read(
            params.text("caption"),
            params.text("parse_mode"),
            params.parsed("caption_entities", "caption entities"),
        )
        if entities.units(text) > CAPTION_LIMIT:
            raise bad_request("message caption is too long")
        stored = self._stored(params.file(kind), kind, params.integer("duration") or 0)
        out.shown.text, out.shown.entities, out.shown.media = text, marks, stored.media()
        out.content = wire.attachment(kind, stored) | ({"caption": text} if text else {})
        out.content |= {"caption_entities": marks} if marks else {}
        return self.finish(out)

    def _stored(self, given: Upload | str | None, kind: str, duration: int) -> StoredFile:
        if given is None:
            raise bad_request(f"there is no {kind} in the request")
        if isinstance(given, str):
            stored = self._world.files.get(given)
            if stored is None:
                raise bad_request("wrong file identifier/HTTP URL specified")
            return stored
        _check_upload(given, kind)
        new = NewFile(given.content, given.name, _mime(given), FILE_PREFIX[kind], f"{kind}s", duration)
        stored = self._world.files.put(new, self._world.clock.now())
        if kind == "photo":
            small = NewFile(thumbnail(given.content), given.name, "image/jpeg", FILE_PREFIX[kind], "photos")
            stored.small = self._world.files.put(small, self._world.clock.now())
        return stored


def _check_upload(given: Upload, kind: str) -> None:
    if not given.content:
        raise bad_request("file must be non-empty")
    if len(given.content) > FILE_LIMIT:
        raise BotError(413, "Request Entity Too Large")
    if kind == "photo" and len(given.content) > PHOTO_LIMIT:
        raise bad_request(
            f"file of size {len(given.content)} bytes is too big for a photo; the maximum size is 10485760 bytes"
        )
    if kind == "photo" and not sniff(given.content).startswith("image/"):
        raise bad_request("IMAGE_PROCESS_FAILED")


def _mime(given: Upload) -> str:
    sniffed = sniff(given.content)
    return sniffed if sniffed != "application/octet-stream" else given.mime


def read_point(params: Params) -> Point:
    lat, lon = params.number("latitude"), params.number("longitude")
    if lat is None:
        raise bad_request("latitude is empty")
    if lon is None:
        raise bad_request("longitude is empty")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise bad_request("invalid location specified")
    point = Point(lat, lon, params.number("horizontal_accuracy"), params.integer("heading"))
    if point.accuracy is not None and not 0 <= point.accuracy <= 1500:
        raise bad_request("invalid horizontal_accuracy specified")
    if point.heading is not None and not 0 <= point.heading <= 360:
        raise bad_request("wrong live location heading specified")
    return point


def _live_period(params: Params) -> int | None:
    period = params.integer("live_period")
    if not period:
        return None
    if period != FOREVER and not 60 <= period <= 86_400:
        raise bad_request("wrong live location period specified")
    return period
