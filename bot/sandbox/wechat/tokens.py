"""Access tokens: the stable one, the same until near its end, and the old kind, each killing its predecessor."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.config import WeChatConfig
from bot.sandbox.wechat.errors import ApiError

LIFE = 7200.0
RENEW_BEFORE = 300.0
FORCED_PER_DAY, FORCED_PAUSE = 20, 30.0
OVERLAP = 300.0


@dataclass
class Token:
    value: str
    until: float


class Tokens:
    """Issues and checks. Stable and old tokens are separate; both open the API."""

    def __init__(self, config: WeChatConfig, clock: Clock) -> None:
        self._config = config
        self._clock = clock
        self._stable: Token | None = None
        self._valid: dict[str, float] = {}
        self._forced: list[float] = []
        self._legacy = ""

    def stable(self, given: dict[str, Any]) -> dict[str, Any]:
        """POST stable_token. force_refresh: 20 a day, 30 s apart, and the old token dies at once."""
        self._check_credentials(given)
        now = self._clock.now()
        if given.get("force_refresh") is True:
            self._count_forced(now)
            if self._stable is not None:
                self._valid.pop(self._stable.value, None)
            self._stable = None
        if self._stable is None or self._stable.until - now <= RENEW_BEFORE:
            self._stable = self._issue()
        return {"access_token": self._stable.value, "expires_in": int(self._stable.until - now)}

    def legacy(self, given: dict[str, Any]) -> dict[str, Any]:
        """GET token: every fetch makes a new one; the former lives five minutes more."""
        self._check_credentials(given)
        if self._legacy in self._valid:
            self._valid[self._legacy] = self._clock.now() + OVERLAP
        token = self._issue()
        self._legacy = token.value
        return {"access_token": token.value, "expires_in": int(LIFE)}

    def check(self, token: str) -> None:
        """ApiError 41001 without a token, 42001 for an expired one, 40001 for any other."""
        if not token:
            raise ApiError(41001)
        until = self._valid.get(token)
        if until is None:
            raise ApiError(40001)
        if until <= self._clock.now():
            raise ApiError(42001)

    def invalidate(self) -> None:
        """A fault: every token given out is dead from now on (refused with 40001)."""
        self._valid.clear()
        self._stable = None

    def _issue(self) -> Token:
        token = Token("90_" + secrets.token_urlsafe(96), self._clock.now() + LIFE)
        self._valid[token.value] = token.until
        return token

    def _check_credentials(self, given: dict[str, Any]) -> None:
        if given.get("grant_type") != "client_credential":
            raise ApiError(40002)
        if given.get("appid") != self._config.app_id:
            raise ApiError(40013)
        if given.get("secret") != self._config.app_secret:
            raise ApiError(40125)

    def _count_forced(self, now: float) -> None:
        self._forced = [at for at in self._forced if now - at < 86_400]
        if self._forced and now - self._forced[-1] < FORCED_PAUSE:
            raise ApiError(45011)
        if len(self._forced) >= FORCED_PER_DAY:
            raise ApiError(45009)
        self._forced.append(now)
