"""What the control API shows: state, people, calls, media."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from bot.sandbox import samples
from bot.sandbox.files import StoredFile
from bot.sandbox.model import ChatMessage, Json, Person, Platform, Sender
from bot.sandbox.sandbox import Sandbox
from bot.sandbox.wechat.phone import window_of
from bot.sandbox.world import World

plain = asdict


def state(sandbox: Sandbox) -> Json:
    """Everything the page needs to draw itself; events after `seq` bring the rest."""
    world = sandbox.world
    telegram, wechat = sandbox.telegram, sandbox.wechat
    return {
        "seq": world.events.last,
        "now": world.clock.now(),
        "people": [person(sandbox, entry) | {"chat": chat(entry)} for entry in world.people.values()],
        "faults": [fault.public() for fault in world.faults.all()],
        "violations": [plain(entry) for entry in world.violations],
        "samples": [plain(entry) for entry in samples.SAMPLES],
        "telegram": {"name": telegram.config.name, "commands": telegram.commands} if telegram else None,
        "wechat": {"name": wechat.config.name, "menu": wechat.menu} if wechat else None,
    }


def person(sandbox: Sandbox, entry: Person) -> Json:
    shown = entry.public()
    if entry.platform is Platform.WECHAT and sandbox.wechat is not None:
        shown["window"] = window_of(sandbox.wechat, entry)
    return shown


def chat(entry: Person) -> list[Json]:
    return [message.public() for message in entry.visible()]


@dataclass(frozen=True)
class Wanted:
    """Which message is waited for. `sender` empty: anybody's."""

    contains: str
    after: int
    kind: str
    sender: str

    @staticmethod
    def read(query: Mapping[str, str]) -> Wanted:
        return Wanted(
            query.get("contains", ""),
            int(query.get("after", 0)),
            query.get("kind", ""),
            query.get("sender", ""),
        )

    def fits(self, message: ChatMessage) -> bool:
        from_others = message.sender is not Sender.PERSON
        right_sender = message.sender == self.sender if self.sender else from_others
        right_kind = not self.kind or message.kind == self.kind
        return (
            message.changed > self.after
            and right_sender
            and right_kind
            and self.contains in all_text(message)
        )


def all_text(message: ChatMessage) -> str:
    """Everything readable in a bubble, its buttons and place included."""
    point = message.point
    place = f"{point.title}\n{point.address}" if point else ""
    labels = "\n".join(button.label for row in message.buttons for button in row)
    return "\n".join((message.title, message.text, labels, place))


def calls(world: World, query: Mapping[str, str]) -> list[Json]:
    after = int(query.get("after", 0))
    platform, method = query.get("platform", ""), query.get("method", "")
    chosen = (
        call
        for call in world.calls
        if call.number > after
        and (not platform or call.platform == platform)
        and (not method or call.method == method)
    )
    return [asdict(call) for call in chosen]


def media(world: World, file_id: str) -> web.Response:
    stored = world.files.get(file_id)
    if stored is None:
        raise web.HTTPNotFound
    content, mime = _playable(stored)
    headers = {
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Content-Disposition": "inline" if mime.startswith(SHOWN) else "attachment",
        "Cache-Control": "max-age=3600",
    }
    return web.Response(body=content, content_type=mime, headers=headers)


SHOWN = ("image/jpeg", "image/png", "image/gif", "image/webp", "audio/", "video/")


def _playable(stored: StoredFile) -> tuple[bytes, str]:
    """Browsers cannot play AMR: of the sample voice they hear the same words as Ogg."""
    sample = samples.sample("voice", Platform.WECHAT)
    if stored.content == sample.content:
        other: Any = samples.sample("voice", Platform.TELEGRAM)
        return other.content, other.mime
    return stored.content, stored.mime
