"""The official account's custom menu: SOS, my case, and the rest (orders among them) below one key."""

from collections.abc import Mapping
from typing import Any

from bot.handlers.wechat import transport

TOP_BYTES, SUB_BYTES = 16, 60
"""The platform's limits for the names of keys, in bytes of UTF-8."""

_MORE = "更多 More"


def menu(labels: Mapping[str, str]) -> dict[str, Any]:
    """The menu from labels for `sos`, `case`, `order`, `profile`, `language`, `help`, `enrol` (and `more` over five).

    Each key is a CLICK whose EventKey is that name. Raises `ValueError` for a label that is too long.
    """
    below = [_click(name, labels, SUB_BYTES) for name in ("order", "profile", "language", "help", "enrol")]
    more = _checked(labels.get("more", _MORE), TOP_BYTES)
    top = [_click(name, labels, TOP_BYTES) for name in ("sos", "case")]
    return {"button": [*top, {"name": more, "sub_button": below}]}


async def register_menu(client: transport.AsyncWeChatClient, labels: Mapping[str, str]) -> None:
    """Put the menu in place. Raises the failures of `bot.channel`."""
    await client.menu.create(menu(labels))


def _click(name: str, labels: Mapping[str, str], limit: int) -> dict[str, str]:
    return {"type": "click", "name": _checked(labels[name], limit), "key": name}


def _checked(label: str, limit: int) -> str:
    if not 0 < len(label.encode()) <= limit:
        raise ValueError(f"the menu label {label!r} must have 1 to {limit} bytes")
    return label
