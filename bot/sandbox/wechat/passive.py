"""Passive replies: decrypted, their signature checked, their elements held against the platform's list."""

from __future__ import annotations

import hmac

from bot.sandbox.model import ChatMessage, Person
from bot.sandbox.wechat import crypto, xml
from bot.sandbox.wechat.account import TEXT_BYTES, Account

ENVELOPE = ("Encrypt", "MsgSignature", "TimeStamp", "Nonce")
HEAD = ("ToUserName", "FromUserName", "CreateTime", "MsgType")
CONTENT: dict[str, dict[str, tuple[str, ...]]] = {
    "text": {"Content": ()},
    "image": {"Image": ("MediaId",)},
    "voice": {"Voice": ("MediaId",)},
    "video": {"Video": ("MediaId", "Title", "Description")},
    "music": {"Music": ("Title", "Description", "MusicUrl", "HQMusicUrl", "ThumbMediaId")},
    "news": {"ArticleCount": (), "Articles": ("item",)},
    "transfer_customer_service": {"TransInfo": ("KfAccount",)},
}
OPTIONAL = frozenset({"TransInfo"})
ITEM = ("Title", "Description", "PicUrl", "Url")
NO_REPLY = frozenset({"event:LOCATION", "event:unsubscribe", "event:TEMPLATESENDJOBFINISH"})


class PassiveReplies:
    """Shows what the service answered to a push, and says what is wrong with it."""

    def __init__(self, account: Account) -> None:
        self._account = account
        account.pusher.reply = self.take

    def take(self, person: Person, body: bytes, kind: str) -> None:
        """ValueError when the platform would not accept the reply at all (the person then sees the apology)."""
        inner = xml.read(self._decrypted(body))
        where = f"reply to {kind}"
        if kind in NO_REPLY:
            self._account.complain(where, "this event must not be answered with a message")
            return
        for complaint in self._complaints(inner, person):
            self._account.complain(where, complaint)
        self._show(person, inner)

    def _decrypted(self, body: bytes) -> str:
        outer = xml.read(body)
        given = {name: outer.find(name) for name in ENVELOPE}
        if not given["Encrypt"]:
            raise ValueError("a reply in plain text: this account is in safe mode")
        if sorted(child.name for child in outer.children) != sorted(ENVELOPE):
            self._account.complain("reply", f"envelope has {[child.name for child in outer.children]}")
        signed = crypto.signature(
            self._account.config.token, given["TimeStamp"], given["Nonce"], given["Encrypt"]
        )
        if not hmac.compare_digest(signed.encode(), given["MsgSignature"].encode()):
            raise ValueError("the reply's MsgSignature is wrong")
        try:
            return self._account.envelope.open(given["Encrypt"])
        except crypto.BadEnvelope as error:
            raise ValueError(f"the reply does not decrypt: {error}") from None

    def _complaints(self, reply: xml.Node, person: Person) -> list[str]:
        kind = reply.find("MsgType")
        if kind not in CONTENT:
            raise ValueError(f"a reply of unknown MsgType {kind!r}")
        found = _structure(reply, HEAD + tuple(CONTENT[kind]))
        for name, allowed in CONTENT[kind].items():
            node = reply.child(name)
            if node is not None:
                found += _structure(node, allowed, complete=name == "Articles")
        if reply.find("ToUserName") != person.id:
            found.append("ToUserName is not the person who wrote")
        if reply.find("FromUserName") != self._account.config.original_id:
            found.append("FromUserName is not this account")
        if not reply.find("CreateTime").isdigit():
            found.append("CreateTime is not an integer")
        return found + _size(reply)

    def _show(self, person: Person, reply: xml.Node) -> None:
        kind = reply.find("MsgType")
        message = self._account.bubble(kind, "passive")
        message.text = reply.find("Content")
        if kind in ("image", "voice", "video"):
            self._with_media(message, reply, kind)
        elif kind == "news":
            _with_article(message, reply)
        elif kind == "text" and not message.text:
            raise ValueError("an empty text reply")
        if kind != "transfer_customer_service":
            self._account.show(person, message)

    def _with_media(self, message: ChatMessage, reply: xml.Node, kind: str) -> None:
        node = reply.child(kind.capitalize())
        stored = self._account.world.files.get(node.find("MediaId") if node else "")
        if stored is None:
            raise ValueError("a reply with an unknown MediaId")
        message.kind = "photo" if kind == "image" else kind
        message.media = stored.media()


GROUPS = frozenset({"Image", "Voice", "Video", "Music", "Articles", "item", "TransInfo"})


def _structure(node: xml.Node, allowed: tuple[str, ...], complete: bool = True) -> list[str]:
    names = [child.name for child in node.children]
    found = [f"element {name} is not allowed in {node.name}" for name in names if name not in allowed]
    found += [
        f"element {name} comes {names.count(name)} times" for name in set(names) if names.count(name) > 1
    ]
    if complete:
        found += [
            f"element {name} is missing" for name in allowed if name not in names and name not in OPTIONAL
        ]
    found += [f"attributes on {child.name}" for child in node.children if child.attributes]
    nested = (child.name for child in node.children if child.children and child.name not in GROUPS)
    found += [f"element {name} has elements in it" for name in nested]
    return found


def _size(reply: xml.Node) -> list[str]:
    size = len(reply.find("Content").encode())
    return [f"Content has {size} bytes, more than {TEXT_BYTES}"] if size > TEXT_BYTES else []


def _with_article(message: ChatMessage, reply: xml.Node) -> None:
    articles = reply.child("Articles")
    if articles is None or not articles.children or reply.find("ArticleCount") != str(len(articles.children)):
        raise ValueError("ArticleCount and Articles do not agree")
    item = articles.children[0]
    message.title, message.text, message.url = item.find("Title"), item.find("Description"), item.find("Url")
