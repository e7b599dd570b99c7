"""The edit… methods: a message of the bot is changed in place."""

from __future__ import annotations

from bot.sandbox.model import ChatMessage, Delivery, Json, Person, Point, Sender
from bot.sandbox.telegram import entities, wire
from bot.sandbox.telegram.account import Account
from bot.sandbox.telegram.errors import BotError, bad_request
from bot.sandbox.telegram.params import Params
from bot.sandbox.telegram.sending import CAPTION_LIMIT, TEXT_LIMIT, SendingMethods, read_point

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current"
    " content and reply markup of the message"
)
DELETE_SECONDS = 48 * 3600.0


class EditingMethods:
    """Edits of text, caption, keyboard and live location, and deletion."""

    def __init__(self, account: Account, sending: SendingMethods) -> None:
        self._account = account
        self._world = account.world
        self._sending = sending
        self.table = {
            "editMessageText": self.edit_text,
            "editMessageCaption": self.edit_caption,
            "editMessageReplyMarkup": self.edit_keyboard,
            "editMessageLiveLocation": self.edit_live_location,
            "stopMessageLiveLocation": self.stop_live_location,
            "deleteMessage": self.delete_message,
        }

    def edit_text(self, params: Params) -> Json:
        chat, message = self._target(params, "edit")
        if message.kind != "text":
            raise bad_request("there is no text in the message to edit")
        text, marks = entities.read(
            params.text("text"), params.text("parse_mode"), params.parsed("entities", "entities")
        )
        if not text.strip():
            raise bad_request("message text is empty")
        if entities.units(text) > TEXT_LIMIT:
            raise bad_request("message is too long")
        message.text, message.entities = text, marks
        return self._edited(chat, message, params, {"text": text} | ({"entities": marks} if marks else {}))

    def edit_caption(self, params: Params) -> Json:
        chat, message = self._target(params, "edit")
        if message.media is None:
            raise bad_request("there is no caption in the message to edit")
        text, marks = entities.read(
            params.text("caption"),
            params.text("parse_mode"),
            params.parsed("caption_entities", "caption entities"),
        )
        if entities.units(text) > CAPTION_LIMIT:
            raise bad_request("message caption is too long")
        message.text, message.entities = text, marks
        return self._edited(chat, message, params, {"caption": text})

    def edit_keyboard(self, params: Params) -> Json:
        chat, message = self._target(params, "edit")
        return self._edited(chat, message, params, {})

    def edit_live_location(self, params: Params) -> Json:
        chat, message = self._target(params, "edit")
        point = self._live(message)
        moved = read_point(params)
        moved.live_period, moved.live_until = point.live_period, point.live_until
        if period := params.integer("live_period"):
            moved.live_period, moved.live_until = period, message.at + period
        message.point = moved
        return self._edited(chat, message, params, {"location": wire.location(moved)})

    def stop_live_location(self, params: Params) -> Json:
        chat, message = self._target(params, "edit")
        point = self._live(message)
        point.live_period = point.live_until = None
        return self._edited(chat, message, params, {"location": wire.location(point)})

    def delete_message(self, params: Params) -> bool:
        chat, message = self._target(params, "delete")
        if self._world.clock.now() - message.at > DELETE_SECONDS:
            raise bad_request("message can't be deleted for everyone")
        chat.chat.remove(message)
        self._world.events.emit("deleted", {"key": chat.key, "number": message.number})
        return True

    def _live(self, message: ChatMessage) -> Point:
        point = message.point
        if point is None or point.live_until is None or point.live_until <= self._world.clock.now():
            raise bad_request("message can't be edited")
        return point

    def _target(self, params: Params, verb: str) -> tuple[Person, ChatMessage]:
        chat = self._sending.chat(params)
        wanted = params.integer("message_id")
        if wanted is None:
            raise bad_request("message identifier is not specified")
        message = next((entry for entry in chat.chat if entry.message_id == str(wanted)), None)
        if message is None:
            raise bad_request(f"message to {verb} not found")
        if message.sender is not Sender.BOT:
            raise bad_request("message can't be deleted" if verb == "delete" else "message can't be edited")
        self._account.pace.take(chat.id, group=chat.group)
        return chat, message

    def _edited(self, chat: Person, message: ChatMessage, params: Params, content: Json) -> Json:
        """Applies content and keyboard (absent: removed); refuses an edit that changes nothing."""
        keyboard = self._sending.keyboard(params, chat, "edit")
        if keyboard.kind not in ("", "inline_keyboard"):
            raise bad_request("inline keyboard expected")
        replaced = (
            {"text", "entities", "caption", "location", "reply_markup"} if content else {"reply_markup"}
        )
        kept = {name: value for name, value in message.wire.items() if name not in replaced | {"edit_date"}}
        after = kept | content | ({"reply_markup": keyboard.inline} if keyboard.inline else {})
        if after == {name: value for name, value in message.wire.items() if name != "edit_date"}:
            raise BotError(400, f"Bad Request: {NOT_MODIFIED}")
        message.buttons = keyboard.buttons
        message.edited_at = self._world.clock.now()
        message.wire = after | {"edit_date": int(message.edited_at)}
        message.delivery = Delivery.DELIVERED
        self._world.changed(chat, message)
        return message.wire
