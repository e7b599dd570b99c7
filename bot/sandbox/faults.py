"""Faults that can be switched on: what goes wrong, where, how often and until when."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from itertools import count
from typing import Any

from bot.sandbox.clock import Clock

ANY = "*"


class Kind(StrEnum):
    """Upper group: answers of the platform's API. Lower group: pushes from the platform to the service."""

    TOO_MANY = "too_many"
    SERVER_ERROR = "server_error"
    BAD_GATEWAY = "bad_gateway"
    TIMEOUT = "timeout"
    SLOW = "slow"
    RESET = "reset"
    TRUNCATED = "truncated"
    LOST_ANSWER = "lost_answer"
    ERROR = "error"

    DUPLICATE = "duplicate"
    SCATTER = "scatter"
    DELAY = "delay"
    PUSH_UNHEARD = "push_unheard"


PUSH_KINDS = frozenset({Kind.DUPLICATE, Kind.SCATTER, Kind.DELAY, Kind.PUSH_UNHEARD})


@dataclass
class Fault:
    """One rule. `method` is an API method (`sendMessage`, `message/custom/send`), a push's kind, or `*`.

    `times`: how often it still strikes (None: no limit); `until`: unix seconds after which it is over (None: never).
    `params` by kind: too_many {retry_after, errcode}; slow, delay {seconds}; scatter {seconds};
    duplicate {copies 1–5}; error {code, description, migrate_to_chat_id}; any kind {chat: address it is limited to}.
    """

    id: int
    kind: Kind
    platform: str = ANY
    method: str = ANY
    times: int | None = None
    until: float | None = None
    params: dict[str, Any] = field(default_factory=dict)
    struck: int = 0

    def public(self) -> dict[str, Any]:
        return asdict(self)

    def fits(self, platform: str, method: str, chat: str) -> bool:
        wanted = str(self.params.get("chat", ANY))
        return (
            self.platform in (ANY, platform)
            and self.method.lower() in (ANY, method.lower())
            and wanted in (ANY, chat)
        )


class Faults:
    """The rules now in force; the oldest fitting one strikes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rules: list[Fault] = []
        self._ids = count(1)

    def add(self, wanted: dict[str, Any]) -> Fault:
        """Adds a rule from JSON: kind, platform, method, times, seconds (how long), params. ValueError if unknown."""
        seconds = wanted.get("seconds")
        fault = Fault(
            id=next(self._ids),
            kind=Kind(wanted["kind"]),
            platform=wanted.get("platform", ANY),
            method=wanted.get("method", ANY),
            times=wanted.get("times"),
            until=None if seconds is None else self._clock.now() + float(seconds),
            params=dict(wanted.get("params", {})),
        )
        self._rules.append(fault)
        return fault

    def remove(self, fault_id: int) -> bool:
        kept = [rule for rule in self._rules if rule.id != fault_id]
        removed = len(kept) < len(self._rules)
        self._rules = kept
        return removed

    def clear(self) -> None:
        self._rules = []

    def all(self) -> list[Fault]:
        self._forget_spent()
        return list(self._rules)

    def on_answer(self, platform: str, method: str, chat: str = "") -> Fault | None:
        """The fault that strikes this API call, if any; it is counted as having struck."""
        return self._strike(platform, method, chat, push=False)

    def on_push(self, platform: str, kind: str, chat: str = "") -> list[Fault]:
        """All faults that strike this push: they add up (duplicated and late)."""
        struck = []
        for wanted in sorted(PUSH_KINDS):
            fault = self._strike(platform, kind, chat, push=True, only=wanted)
            struck += [fault] if fault else []
        return struck

    def _strike(self, platform: str, method: str, chat: str, *, push: bool, only: str = "") -> Fault | None:
        self._forget_spent()
        for rule in self._rules:
            right_side = (rule.kind in PUSH_KINDS) == push and (not only or rule.kind == only)
            if right_side and rule.fits(platform, method, chat):
                rule.struck += 1
                rule.times = None if rule.times is None else rule.times - 1
                return rule
        return None

    def _forget_spent(self) -> None:
        now = self._clock.now()
        self._rules = [
            rule
            for rule in self._rules
            if (rule.times is None or rule.times > 0) and (rule.until is None or rule.until > now)
        ]
