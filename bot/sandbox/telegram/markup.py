"""Keyboards: checked against the field tables, turned into the buttons a phone shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.model import Button
from bot.sandbox.telegram import fields
from bot.sandbox.telegram.errors import bad_request

MAX_INLINE_BUTTONS = 100
ACTIONS = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip


@dataclass
class Markup:
    """What a reply_markup asks for. `inline` is echoed by the server as it came."""

    kind: str = ""
    inline: dict[str, Any] | None = None
    buttons: list[list[Button]] = field(default_factory=list)
    once: bool = False
    placeholder: str = ""
    complaints: list[str] = field(default_factory=list)


def read(raw: Any, *, private: bool) -> Markup:
    """Reads a reply_markup object; BotError as the server refuses it. `private`: the chat is one person's."""
    if raw is None:
        return Markup()
    if not isinstance(raw, dict):
        raise bad_request("object expected as reply markup")
    kind = next((name for name in fields.MARKUPS if name in raw), "")
    if not kind:
        return Markup(complaints=["reply_markup of no known kind"])
    complaints = [f"unknown field {name} in reply_markup" for name in raw if name not in fields.MARKUPS[kind]]
    markup = Markup(kind, once=bool(raw.get("one_time_keyboard")), complaints=complaints)
    markup.placeholder = str(raw.get("input_field_placeholder", ""))
    if kind == "inline_keyboard":
        _inline(markup, raw)
    elif kind == "keyboard":
        _reply(markup, raw, private)
    return markup


def _rows(raw: dict[str, Any], name: str) -> list[list[Any]]:
    rows = raw[name]
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(f'field "{name}" must be an Array of Arrays')
    return rows


def _inline(markup: Markup, raw: dict[str, Any]) -> None:
    rows = _rows(raw, "inline_keyboard")
    markup.buttons = [[_inline_button(markup, button) for button in row] for row in rows if row]
    if sum(len(row) for row in markup.buttons) > MAX_INLINE_BUTTONS:
        raise bad_request("reply markup is too long")
    if markup.buttons:
        markup.inline = {"inline_keyboard": [row for row in rows if row]}


def _inline_button(markup: Markup, raw: Any) -> Button:
    if not isinstance(raw, dict):
        raise bad_request("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    label = _label(raw, "inline keyboard button", "InlineKeyboardButton")
    markup.complaints += [
        f"unknown field {name} in inline button" for name in set(raw) - fields.INLINE_BUTTON
    ]
    chosen = [name for name in ACTIONS if name in raw]
    if not chosen:
        raise bad_request(
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard"
        )
    if len(chosen) > 1:
        markup.complaints.append(f"inline button with several actions: {', '.join(chosen)}")
    return _with_action(label, chosen[0], raw[chosen[0]])


def _with_action(label: str, action: str, value: Any) -> Button:
    if action == "callback_data":
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= 64:
            raise bad_request("BUTTON_DATA_INVALID")
        return Button(label, "callback", value)
    if action == "url":
        if not str(value).lower().startswith(("http://", "https://", "tg://", "mailto:", "tel:")):
            raise bad_request(f"inline keyboard button URL '{value}' is invalid: Wrong HTTP URL")
        return Button(label, "url", str(value))
    return Button(label, action, str(value))


def _reply(markup: Markup, raw: dict[str, Any], private: bool) -> None:
    rows = _rows(raw, "keyboard")
    markup.buttons = [[_reply_button(markup, button, private) for button in row] for row in rows if row]


def _reply_button(markup: Markup, raw: Any, private: bool) -> Button:
    if isinstance(raw, str):
        return Button(raw, "text", raw)
    if not isinstance(raw, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    label = _label(raw, "keyboard button", "KeyboardButton")
    markup.complaints += [
        f"unknown field {name} in keyboard button" for name in set(raw) - fields.REPLY_BUTTON
    ]
    if raw.get("request_location"):
        _only_private(private, "location")
        return Button(label, "location")
    if raw.get("request_contact"):
        _only_private(private, "phone number")
        return Button(label, "contact")
    return Button(label, "text", label)


def _only_private(private: bool, what: str) -> None:
    if not private:
        raise bad_request(f"{what} can be requested in private chats only")


def _label(raw: dict[str, Any], what: str, kind: str) -> str:
    label = raw.get("text")
    if label is None:
        raise bad_request(f"can't parse {what}: Can't find field \"text\"")
    if not isinstance(label, str):
        raise bad_request(f'can\'t parse {what}: Field "text" must be of type String')
    if not label:
        raise bad_request(f"{kind} text must be non-empty")
    return label
