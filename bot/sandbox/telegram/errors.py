"""Refusals in the Bot API's own words (wording as in the open Bot API server)."""

from __future__ import annotations

from typing import Any


class BotError(Exception):
    """An answer with `ok: false`. `parameters` may hold retry_after (s) or migrate_to_chat_id."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        return body | ({"parameters": self.parameters} if self.parameters else {})


def bad_request(what: str) -> BotError:
    return BotError(400, f"Bad Request: {what}")


def too_many(seconds: int) -> BotError:
    return BotError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
