"""The custom menu at the foot of the chat: its shape checked, its keys the only ones a phone can tap."""

from __future__ import annotations

from typing import Any

from bot.sandbox.model import Json
from bot.sandbox.wechat.account import Account
from bot.sandbox.wechat.errors import OK, ApiError

KEYED = frozenset(
    [
        "click",
        "scancode_push",
        "scancode_waitmsg",
        "pic_sysphoto",
        "pic_photo_or_album",
        "pic_weixin",
        "location_select",
    ]
)
OTHER = frozenset(["view", "miniprogram", "media_id", "article_id", "article_view_limited"])
FIELDS = frozenset(
    ["type", "name", "key", "url", "appid", "pagepath", "media_id", "article_id", "sub_button"]
)


class Menu:
    """menu/create, menu/get, menu/delete."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def create(self, body: Json) -> Json:
        buttons = body.get("button")
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
            raise ApiError(40016)
        for button in buttons:
            self._check(button, top=True)
        self._account.menu = {"button": buttons}
        self._account.world.events.emit("menu", {"menu": self._account.menu})
        return dict(OK)

    def get(self, _: Json) -> Json:
        if self._account.menu is None:
            raise ApiError(46003)
        return {"menu": self._account.menu}

    def delete(self, _: Json) -> Json:
        self._account.menu = None
        self._account.world.events.emit("menu", {"menu": None})
        return dict(OK)

    def _check(self, button: Any, *, top: bool) -> None:
        if not isinstance(button, dict):
            raise ApiError(47001)
        for name in set(button) - FIELDS:
            self._account.complain("menu/create", f"unknown field {name}")
        name = button.get("name")
        if not isinstance(name, str) or not 1 <= len(name.encode()) <= (16 if top else 60):
            raise ApiError(40018)
        below = button.get("sub_button")
        if below:
            self._check_below(below, top)
        else:
            _check_action(button)

    def _check_below(self, below: Any, top: bool) -> None:
        if not top or not isinstance(below, list) or len(below) > 5:
            raise ApiError(40016)
        for button in below:
            self._check(button, top=False)


def _check_action(button: Json) -> None:
    kind = button.get("type")
    if kind in KEYED:
        if not isinstance(button.get("key"), str) or not 1 <= len(button["key"].encode()) <= 128:
            raise ApiError(40019)
    elif kind == "view":
        if not str(button.get("url", "")).startswith("http") or len(str(button["url"]).encode()) > 1024:
            raise ApiError(40020)
    elif kind not in OTHER:
        raise ApiError(40017)


def leaves(menu: Json | None) -> list[Json]:
    """The buttons that do something, in order."""
    found: list[Json] = []
    for button in (menu or {}).get("button", []):
        found += button.get("sub_button") or [button]
    return found
