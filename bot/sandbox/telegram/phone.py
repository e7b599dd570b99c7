"""A phone with Telegram: what its owner does becomes bubbles and updates."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import Any

from bot.sandbox.acts import Act, CannotDo, Play
from bot.sandbox.files import NewFile, StoredFile, thumbnail
from bot.sandbox.model import Button, ChatMessage, Delivery, Json, Person, Platform, Point, Press, Sender
from bot.sandbox.pay.telegram import Invoices
from bot.sandbox.radio import Radio
from bot.sandbox.telegram import wire
from bot.sandbox.telegram.account import Account
from bot.sandbox.telegram.sending import FILE_PREFIX, TEXT_LIMIT
from bot.sandbox.telegram.webhook import Update

LIVE_DEFAULT = 3600
MEDIA = ("photo", "voice", "video", "document", "sticker")


@dataclass
class Draft:
    """A message about to leave a phone: its kind of bubble and its part of the Message object."""

    kind: str
    content: Json
    text: str = ""
    point: Point | None = None
    stored: StoredFile | None = None
    title: str = ""


class TelegramPhones:
    """Plays the acts of everybody who has Telegram."""

    def __init__(self, account: Account, radio: Radio, invoices: Invoices) -> None:
        self._account = account
        self._invoices = invoices
        self._tasks = invoices.tasks
        self._world = account.world
        self._radio = radio
        self._albums = count(13_570_000_000_000_001)
        self.acts: dict[str, Play] = {
            "text": self.text,
            "edit_text": self.edit_text,
            "location": self.location,
            "venue": self.venue,
            "live_start": self.live_start,
            "live_move": self.live_move,
            "live_stop": self.live_stop,
            "contact": self.contact,
            "forward_location": self.forward_location,
            "press": self.press,
            "block": self.block,
            "unblock": self.unblock,
            **dict.fromkeys(MEDIA, self.media),
        }

    def text(self, act: Act) -> ChatMessage:
        """Sends a text; the app cuts a longer one into messages of 4096 characters. The last is returned."""
        text = act.text("text")
        if not text:
            raise CannotDo("nothing to send")
        parts = [text[start : start + TEXT_LIMIT] for start in range(0, len(text), TEXT_LIMIT)]
        return [self._text(act, part) for part in parts][-1]

    def _text(self, act: Act, text: str) -> ChatMessage:
        content: Json = {"text": text}
        if text.startswith("/"):
            length = len(text.split()[0])
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": length}]
        return self._send(act, Draft("text", content, text=text))

    def edit_text(self, act: Act) -> ChatMessage:
        message = self._own(act, act.text("message_id"), "text")
        message.text = act.text("text")
        message.wire = message.wire | {"text": message.text}
        return self._edit(act.person, message)

    def location(self, act: Act) -> ChatMessage:
        point = _point(act)
        return self._send(act, Draft("location", {"location": wire.location(point)}, point=point))

    def venue(self, act: Act) -> ChatMessage:
        point = _point(act)
        point.title, point.address = act.text("title", "Venue"), act.text("address", "1 Road")
        place = wire.location(point)
        content = {
            "location": place,
            "venue": {"location": place, "title": point.title, "address": point.address},
        }
        return self._send(act, Draft("venue", content, point=point))

    def live_start(self, act: Act) -> ChatMessage:
        point = _point(act)
        point.live_period = int(act.values.get("live_period", LIVE_DEFAULT))
        point.live_until = self._world.clock.now() + point.live_period
        return self._send(act, Draft("location", {"location": wire.location(point)}, point=point))

    def live_move(self, act: Act) -> ChatMessage:
        message, was = self._live(act)
        point = _point(act)
        point.live_period, point.live_until = was.live_period, was.live_until
        return self._move(act.person, message, point)

    def live_stop(self, act: Act) -> ChatMessage:
        """Stopping is an edit whose location has no live_period any more."""
        message, was = self._live(act)
        return self._move(act.person, message, Point(was.lat, was.lon, was.accuracy))

    def contact(self, act: Act) -> ChatMessage:
        person = act.person
        phone = act.text("phone_number") or person.phone_number
        if not phone:
            raise CannotDo("this phone has no number to share")
        own = not act.values.get("first_name")
        name = act.text("first_name") or person.name
        contact: Json = {"phone_number": phone, "first_name": name}
        contact |= {"user_id": int(person.id)} if own else {}
        self._used_keyboard(person)
        return self._send(act, Draft("contact", {"contact": contact}, text=phone, title=name))

    def forward_location(self, act: Act) -> ChatMessage:
        point = _point(act)
        origin = {
            "type": "user",
            "sender_user": {"id": 6_999_999_999, "is_bot": False, "first_name": act.text("from", "A friend")},
            "date": int(self._world.clock.now()) - 3600,
        }
        content = {"forward_origin": origin, "location": wire.location(point)}
        return self._send(act, Draft("location", content, point=point, title=act.text("from", "A friend")))

    def media(self, act: Act) -> ChatMessage:
        stored = self._store(act.chosen_file(), act.name)
        caption = act.text("text")
        content = wire.attachment(act.name, stored) | ({"caption": caption} if caption else {})
        if act.values.get("album"):
            content["media_group_id"] = act.text("album")
        return self._send(act, Draft(act.name, content, text=caption, stored=stored))

    def press(self, act: Act) -> ChatMessage | None:
        """Presses an inline button (callback), or a button of the reply keyboard (its text is sent)."""
        if (found := self._inline_button(act)) is not None:
            self._callback(act.person, *found)
            return None
        wanted = act.text("button")
        rows = act.person.keyboard
        button = next((entry for row in rows for entry in row if entry.label == wanted), None)
        if button is None:
            raise CannotDo(f"no button {wanted!r} on this phone")
        return self._reply_button(act, button)

    def block(self, act: Act) -> None:
        self._membership(act.person, "member", "kicked", reachable=False)

    def unblock(self, act: Act) -> None:
        self._membership(act.person, "kicked", "member", reachable=True)

    # steps

    def _send(self, act: Act, draft: Draft) -> ChatMessage:
        chat = self._chat_of(act)
        number = self._world.next_number()
        message = ChatMessage(
            number,
            str(next(self._account.message_ids)),
            Sender.PERSON,
            draft.kind,
            self._world.clock.now(),
            text=draft.text,
            point=draft.point,
            media=draft.stored.media() if draft.stored else None,
            title=draft.title if draft.title else act.person.name if chat.group else "",
            reply_to=act.text("reply_to"),
            delivery=Delivery.SENDING,
        )
        self._world.show(chat, message)
        self._radio.send(act.person, lambda: self._hand_over(act.person, chat, message, draft.content))
        return message

    def _chat_of(self, act: Act) -> Person:
        wanted = act.text("group")
        if not wanted:
            if not act.person.reachable and not act.person.group:
                self.unblock(act)
            self._start(act.person)
            return act.person
        group = self._world.person(Platform.TELEGRAM, wanted)
        if group is None or not group.group:
            raise CannotDo(f"no group {wanted}")
        return group

    def _start(self, person: Person) -> None:
        if not person.started:
            person.started = True
            self._world.tell_person(person)

    def _hand_over(self, person: Person, chat: Person, message: ChatMessage, content: Json) -> None:
        message.at = self._world.clock.now()
        frame: Json = {
            "message_id": int(message.message_id),
            "from": wire.user(person),
            "chat": wire.chat(chat),
            "date": int(message.at),
        }
        replied = next((entry for entry in chat.chat if entry.message_id == message.reply_to), None)
        frame |= {"reply_to_message": replied.wire} if replied is not None and replied.wire else {}
        message.wire = frame | content
        self._world.delivered(chat, message, Delivery.PUSHED)
        self._account.webhook.push("message", message.wire, chat, message)

    def _edit(self, person: Person, message: ChatMessage) -> ChatMessage:
        message.edited_at = self._world.clock.now()
        self._world.changed(person, message)
        self._radio.send(person, lambda: self._hand_over_edit(person, message))
        return message

    def _hand_over_edit(self, person: Person, message: ChatMessage) -> None:
        wired = message.wire | {"edit_date": int(self._world.clock.now())}
        if message.point is not None:
            wired["location"] = wire.location(message.point)
        message.wire = wired
        self._account.webhook.push("edited_message", dict(wired), person, message)

    def _move(self, person: Person, message: ChatMessage, point: Point) -> ChatMessage:
        message.point = point
        return self._edit(person, message)

    def _live(self, act: Act) -> tuple[ChatMessage, Point]:
        now = self._world.clock.now()
        for message in reversed(act.person.chat):
            point = message.point
            if message.sender is Sender.PERSON and point and point.live_until and point.live_until > now:
                return message, point
        raise CannotDo("no live location is being shared")

    def _own(self, act: Act, message_id: str, kind: str) -> ChatMessage:
        for message in act.person.chat:
            if message.message_id == message_id and message.sender is Sender.PERSON and message.kind == kind:
                return message
        raise CannotDo(f"no own {kind} {message_id} to edit")

    def _store(self, new: NewFile, kind: str) -> StoredFile:
        now = self._world.clock.now()
        new.prefix, new.kind = FILE_PREFIX.get(kind, "CAAC"), f"{kind}s"
        stored = self._world.files.put(new, now)
        if kind == "photo":
            small = NewFile(thumbnail(new.content), new.name, "image/jpeg", new.prefix, "photos")
            stored.small = self._world.files.put(small, now)
        return stored

    def _inline_button(self, act: Act) -> tuple[ChatMessage, Button] | None:
        """The button meant: by message id and index, by callback data, or by label; the newest one wins."""
        wanted: Any = act.values.get("button", act.values.get("data", act.values.get("index", 0)))
        message_id = act.text("message_id")
        for message in reversed(act.person.visible()):
            if message_id and message.message_id != message_id:
                continue
            flat = [button for row in message.buttons for button in row]
            for index, button in enumerate(flat):
                if wanted in (button.label, button.data) or wanted == index or str(wanted) == f"#{index}":
                    return message, button
        return None

    def _callback(self, person: Person, message: ChatMessage, button: Button) -> None:
        if button.action == "pay":
            self._radio.send(person, lambda: self._invoices.press(person, message))
            return
        if button.action != "callback":
            raise CannotDo(f"{button.label} opens {button.data}; nothing is sent")
        query_id = str(self._world.random.randrange(10**17, 10**18))
        press = Press(query_id, message.message_id, button.data, self._world.clock.now())
        person.presses.append(press)
        self._account.queries[query_id] = (person, press)
        self._world.tell_person(person)
        self._radio.send(person, lambda: self._hand_over_press(person, message, press))

    def _hand_over_press(self, person: Person, message: ChatMessage, press: Press) -> None:
        press.at = self._world.clock.now()
        query: Json = {
            "id": press.id,
            "from": wire.user(person),
            "message": message.wire,
            "chat_instance": str(-int(person.id) * 31),
            "data": press.data,
        }
        update = self._account.webhook.push("callback_query", query, person)
        if update is not None:
            self._tasks.start(self._expect_answer(press, update))

    async def _expect_answer(self, press: Press, update: Update) -> None:
        """A press the service took but never answered leaves the button spinning: a rule broken."""
        await self._world.clock.sleep(self._account.config.callback_answer_seconds)
        if update.taken and press.answered_at is None:
            self._account.complain("callback_query", f"the press on {press.data!r} was never answered")

    def _reply_button(self, act: Act, button: Button) -> ChatMessage:
        if button.action == "location":
            if "lat" not in act.values:
                raise CannotDo("this button shares a location: give lat and lon")
            message = self.location(act)
        elif button.action == "contact":
            message = self.contact(act)
        else:
            message = self.text(Act(act.person, "text", {"text": button.label}))
        self._used_keyboard(act.person)
        return message

    def _used_keyboard(self, person: Person) -> None:
        if person.keyboard and person.keyboard_once:
            person.keyboard = []
            self._world.tell_person(person)

    def _membership(self, person: Person, old: str, new: str, *, reachable: bool) -> None:
        if person.reachable is reachable:
            return
        person.reachable = reachable
        bot = wire.bot_user(self._account.config)
        change = {
            "chat": wire.chat(person),
            "from": wire.user(person),
            "date": int(self._world.clock.now()),
            "old_chat_member": _member(old, bot),
            "new_chat_member": _member(new, bot),
        }
        self._account.webhook.push("my_chat_member", change, person)
        self._world.tell_person(person)


def _member(status: str, bot: Json) -> Json:
    return {"status": status, "user": bot} | ({"until_date": 0} if status == "kicked" else {})


def _point(act: Act) -> Point:
    heading = act.optional_number("heading")
    return Point(
        act.number("lat"),
        act.number("lon"),
        act.optional_number("accuracy"),
        None if heading is None else int(heading),
    )
