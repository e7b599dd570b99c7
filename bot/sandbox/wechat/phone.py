"""A phone with WeChat: what its owner does becomes bubbles and pushes."""

from __future__ import annotations

from dataclasses import dataclass, field

from bot.sandbox import gcj02
from bot.sandbox.acts import Act, CannotDo, Play
from bot.sandbox.files import StoredFile
from bot.sandbox.model import Button, ChatMessage, Delivery, Json, Person, Point, Sender
from bot.sandbox.radio import Radio
from bot.sandbox.wechat.account import Account
from bot.sandbox.wechat.menu import leaves
from bot.sandbox.wechat.pushing import Push
from bot.sandbox.wechat.windows import Scene
from bot.sandbox.wechat.xml import Fields

STORED_AS = {"photo": "image", "voice": "voice", "video": "video"}


@dataclass
class Draft:
    """A message about to leave a phone: its bubble, and its elements between MsgType and MsgId."""

    kind: str
    type: str
    fields: Fields
    text: str = ""
    point: Point | None = None
    stored: StoredFile | None = None
    scene: Scene = Scene.MESSAGE
    tail: Fields = field(default_factory=list)


class WeChatPhones:
    """Plays the acts of everybody who has WeChat."""

    def __init__(self, account: Account, radio: Radio) -> None:
        self._account = account
        self._world = account.world
        self._radio = radio
        self._ids = 24_000_000_000_000_000 + 10**9 * (self._world.config.seed - 1)
        self.acts: dict[str, Play] = {
            "text": self.text,
            "location": self.location,
            "forward_location": self.location,
            "photo": self.photo,
            "voice": self.voice,
            "video": self.video,
            "sticker": self.sticker,
            "press": self.press,
            "menu": self.menu,
            "follow": self.follow,
            "unfollow": self.unfollow,
            "block": self.unfollow,
            "unblock": self.follow,
            "scan": self.scan,
            "report_location": self.report_location,
        }

    def text(self, act: Act) -> ChatMessage:
        text = act.text("text")
        if not text:
            raise CannotDo("nothing to send")
        return self._send(act.person, Draft("text", "text", [("Content", text)], text=text))

    def location(self, act: Act) -> ChatMessage:
        """The map names the place in its own datum: GCJ-02 in mainland China, else as the GPS says."""
        lat, lon = act.number("lat"), act.number("lon")
        shown_lat, shown_lon, datum = gcj02.shown_on_map(lat, lon)
        label = act.text("label")
        point = Point(lat, lon, title=label, datum=datum, wire_lat=shown_lat, wire_lon=shown_lon)
        fields: Fields = [
            ("Location_X", float(shown_lat)),
            ("Location_Y", float(shown_lon)),
            ("Scale", int(act.values.get("scale", 16))),
            ("Label", label),
        ]
        return self._send(act.person, Draft("location", "location", fields, point=point))

    def photo(self, act: Act) -> ChatMessage:
        stored = self._store(act)
        url = f"{self._world.base_url}/wechat/pic/{stored.id}"
        fields: Fields = [("PicUrl", url), ("MediaId", stored.id)]
        return self._send(act.person, Draft("photo", "image", fields, stored=stored))

    def voice(self, act: Act) -> ChatMessage:
        stored = self._store(act)
        fields: Fields = [("MediaId", stored.id), ("Format", "amr")]
        return self._send(act.person, Draft("voice", "voice", fields, stored=stored))

    def video(self, act: Act) -> ChatMessage:
        stored = self._store(act)
        fields: Fields = [("MediaId", stored.id), ("ThumbMediaId", stored.id)]
        return self._send(act.person, Draft("video", "video", fields, stored=stored))

    def sticker(self, act: Act) -> ChatMessage:
        """Custom stickers reach the service as this text."""
        words = "【收到不支持的消息类型，暂无法显示】"
        return self._send(act.person, Draft("sticker", "text", [("Content", words)], text=words))

    def press(self, act: Act) -> ChatMessage:
        """Taps a line of a msgmenu: a text with bizmsgmenuid, which counts as a tap, not as a message."""
        wanted = act.values.get("button", act.values.get("data", act.values.get("index", 0)))
        for message in reversed(act.person.visible()):
            if act.values.get("message_id") not in (None, "", message.message_id):
                continue
            flat = [button for row in message.buttons for button in row]
            for index, button in enumerate(flat):
                if wanted in (button.label, button.data) or wanted == index:
                    return self._tap(act.person, button)
        raise CannotDo(f"no line {wanted!r} to tap on this phone")

    def _tap(self, person: Person, button: Button) -> ChatMessage:
        draft = Draft("text", "text", [("Content", button.label)], text=button.label, scene=Scene.TAP)
        draft.tail = [("bizmsgmenuid", button.data)]
        return self._send(person, draft)

    def menu(self, act: Act) -> None:
        """Taps the custom menu, by key (CLICK) or by name; a view button opens its page (VIEW)."""
        wanted = act.text("key")
        button = next(
            (b for b in leaves(self._account.menu) if wanted in (b.get("key"), b.get("name"))), None
        )
        if button is None:
            raise CannotDo(
                f"no menu button {wanted!r}: the menu has {[b['name'] for b in leaves(self._account.menu)]}"
            )
        kind = str(button["type"])
        event, key = (
            ("VIEW", button["url"])
            if kind == "view"
            else ("CLICK" if kind == "click" else kind, button["key"])
        )
        self._radio.send(act.person, lambda: self._event(act.person, event, [("EventKey", key)]))
        if kind in ("click", "scancode_push", "scancode_waitmsg"):
            self._radio.send(act.person, lambda: self._account.windows.grant(act.person.id, Scene.TAP))

    def follow(self, act: Act) -> None:
        person = act.person
        scene = self._scene(act)
        if person.reachable:
            raise CannotDo("follows already")
        person.reachable = True
        self._world.tell_person(person)
        fields: Fields = (
            [("EventKey", f"qrscene_{scene}"), ("Ticket", act.text("ticket", "gQH"))] if scene else []
        )
        self._radio.send(person, lambda: self._granted_event(person, "subscribe", fields))

    def unfollow(self, act: Act) -> None:
        person = act.person
        if not person.reachable:
            raise CannotDo("does not follow")
        person.reachable = False
        self._account.windows.close(person.id)
        self._world.tell_person(person)
        self._radio.send(person, lambda: self._event(person, "unsubscribe", [], apologises=False))

    def scan(self, act: Act) -> None:
        """Scans a QR code of the account, by ticket or scene; who does not follow yet follows by it."""
        if not act.person.reachable:
            self.follow(act)
            return
        scene = self._scene(act)
        if not scene:
            raise CannotDo("there is no QR code to scan")
        fields: Fields = [("EventKey", scene), ("Ticket", act.text("ticket", "gQH"))]
        self._radio.send(act.person, lambda: self._granted_event(act.person, "SCAN", fields))

    def report_location(self, act: Act) -> None:
        """The automatic LOCATION event on entering the chat (GPS, WGS-84); opens no window."""
        fields: Fields = [
            ("Latitude", act.number("lat")),
            ("Longitude", act.number("lon")),
            ("Precision", act.optional_number("accuracy") or 60.0),
        ]
        self._radio.send(act.person, lambda: self._event(act.person, "LOCATION", fields, apologises=False))

    # steps

    def _newest(self) -> str:
        """A phone held up to another's screen: the code shown there last."""
        now = self._world.clock.now()
        live = [scene for scene, until in self._account.tickets.values() if until is None or until >= now]
        return live[-1] if live else ""

    def _scene(self, act: Act) -> str:
        ticket = act.text("ticket")
        if not ticket:
            return act.text("scene") or (self._newest() if act.name == "scan" else "")
        scene, until = self._account.tickets.get(ticket, ("", 0.0))
        if not scene or (until is not None and until < self._world.clock.now()):
            raise CannotDo("this QR code is not valid any more")
        return scene

    def _store(self, act: Act) -> StoredFile:
        new = act.chosen_file()
        new.prefix, new.kind = "", STORED_AS[act.name]
        return self._world.files.put(new, self._world.clock.now())

    def _send(self, person: Person, draft: Draft) -> ChatMessage:
        if not person.reachable:
            raise CannotDo("does not follow the account")
        number = self._world.next_number()
        self._ids += 1
        message = ChatMessage(
            number,
            str(self._ids),
            Sender.PERSON,
            draft.kind,
            self._world.clock.now(),
            text=draft.text,
            point=draft.point,
            media=draft.stored.media() if draft.stored else None,
            delivery=Delivery.SENDING,
        )
        self._world.show(person, message)
        self._radio.send(person, lambda: self._hand_over(person, message, draft))
        return message

    def _hand_over(self, person: Person, message: ChatMessage, draft: Draft) -> None:
        message.at = self._world.clock.now()
        self._account.windows.grant(person.id, draft.scene)
        self._world.delivered(person, message, Delivery.PUSHED)
        fields = (
            self._head(person, draft.type) + draft.fields + [("MsgId", int(message.message_id))] + draft.tail
        )
        self._account.pusher.push(Push(draft.type, fields, person, message))

    def _granted_event(self, person: Person, event: str, fields: Fields) -> None:
        self._account.windows.grant(person.id, Scene.TAP)
        self._event(person, event, fields)

    def _event(self, person: Person, event: str, fields: Fields, *, apologises: bool = True) -> None:
        head = self._head(person, "event")
        push = Push(f"event:{event}", [*head, ("Event", event), *fields], person, apologises=apologises)
        self._account.pusher.push(push)

    def _head(self, person: Person, kind: str) -> Fields:
        return [
            ("ToUserName", self._account.config.original_id),
            ("FromUserName", person.id),
            ("CreateTime", int(self._world.clock.now())),
            ("MsgType", kind),
        ]


def window_of(account: Account, person: Person) -> Json:
    """What may still be sent to this follower: for the page and for tests."""
    return {"left": account.windows.left(person.id), "until": account.windows.until(person.id)}
