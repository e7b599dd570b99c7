"""The official account: what its API methods share."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count

from bot.sandbox.config import WeChatConfig
from bot.sandbox.model import ChatMessage, Json, Person, Platform, Sender
from bot.sandbox.wechat.crypto import Envelope
from bot.sandbox.wechat.errors import ApiError
from bot.sandbox.wechat.pushing import Pusher
from bot.sandbox.wechat.tokens import Tokens
from bot.sandbox.wechat.windows import Windows
from bot.sandbox.world import World

TEXT_BYTES = 2048


@dataclass
class Account:
    """State of the account. `tickets`: QR ticket -> (scene, unix seconds until when, or None for ever)."""

    world: World
    config: WeChatConfig
    envelope: Envelope
    tokens: Tokens
    windows: Windows
    pusher: Pusher
    menu: Json | None = None
    tickets: dict[str, tuple[str, float | None]] = field(default_factory=dict)
    once: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)
    template_ids: count[int] = field(default_factory=lambda: count(200_163_836))
    quota: dict[str, int] = field(default_factory=dict)

    def complain(self, where: str, what: str) -> None:
        self.world.violation(Platform.WECHAT, where, what)

    def follower(self, openid: object) -> Person:
        """Who the openid is; ApiError 40003 for a stranger, 43004 for somebody who does not follow."""
        person = self.world.person(Platform.WECHAT, str(openid)) if isinstance(openid, str) else None
        if person is None:
            raise ApiError(40003)
        if not person.reachable:
            raise ApiError(43004)
        return person

    def bubble(self, kind: str, via: str) -> ChatMessage:
        number = self.world.next_number()
        return ChatMessage(number, f"b{number}", Sender.BOT, kind, self.world.clock.now(), via=via)

    def show(self, person: Person, message: ChatMessage) -> None:
        person.typing_until = 0.0
        self.world.show(person, message)
