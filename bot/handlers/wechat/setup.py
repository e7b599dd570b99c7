"""The official account's custom menu: SOS, what is the reader's own (their case, their family …), and the rest."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.handlers.wechat import transport

TOP_BYTES, SUB_BYTES = 16, 60
"""The platform's limits for the names of keys, in bytes of UTF-8."""

MINE = ("case", "family", "order", "cover", "profile")
MORE = ("buy_cover", "claim", "language", "help", "enrol")
"""Below a key stand at most five. SOS has a key of its own: one that opens others makes no event."""


def menu(labels: Mapping[str, str]) -> dict[str, Any]:
    """The menu from labels for `sos`, `mine` and what stands below it, `more` and what stands below that.

    Each key is a CLICK whose EventKey is its label's name. Raises `ValueError` for a label that is too long.
    """
    below = [_below("mine", MINE, labels), _below("more", MORE, labels)]
    return {"button": [_click("sos", labels, TOP_BYTES), *below]}


def _below(name: str, keys: Sequence[str], labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": _checked(labels[name], TOP_BYTES),
        "sub_button": [_click(key, labels, SUB_BYTES) for key in keys],
    }


async def register_menu(client: transport.AsyncWeChatClient, labels: Mapping[str, str]) -> None:
    """Put the menu in place. Raises the failures of `bot.channel`."""
    await client.menu.create(menu(labels))


def _click(name: str, labels: Mapping[str, str], limit: int) -> dict[str, str]:
    return {"type": "click", "name": _checked(labels[name], limit), "key": name}


def _checked(label: str, limit: int) -> str:
    if not 0 < len(label.encode()) <= limit:
        raise ValueError(f"the menu label {label!r} must have 1 to {limit} bytes")
    return label
