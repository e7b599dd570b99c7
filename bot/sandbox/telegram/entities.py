"""Formatted text: HTML, MarkdownV2 or given entities, turned into plain text with entities in UTF-16 units."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.telegram.errors import bad_request

Entity = dict[str, Any]

TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler",
    "span": "spoiler", "code": "code", "pre": "pre", "blockquote": "blockquote", "a": "text_link",
    "tg-emoji": "custom_emoji",
}  # fmt: skip
MARKS = {"*": "bold", "_": "italic", "__": "underline", "~": "strikethrough", "||": "spoiler", "`": "code"}
RESERVED = frozenset("_*[]()~`>#+-=|{}.!")
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9-]*)([^>]*)>")
LINK = re.compile(r"\[((?:[^\]\\]|\\.)*)\]\(((?:[^)\\]|\\.)*)\)")


def units(text: str) -> int:
    """Length in UTF-16 code units, in which Telegram counts."""
    return len(text.encode("utf-16-le")) // 2


def byte_length(text: str) -> int:
    return len(text.encode())


@dataclass
class _Build:
    """The text so far, with the formats now open: (name, start, link)."""

    text: str = ""
    entities: list[Entity] = field(default_factory=list)
    open: list[tuple[str, int, str]] = field(default_factory=list)

    def start(self, name: str, link: str = "") -> None:
        self.open.append((name, units(self.text), link))

    def end(self, kinds: dict[str, str]) -> None:
        name, offset, link = self.open.pop()
        length = units(self.text) - offset
        if length:
            entity: Entity = {"type": kinds[name], "offset": offset, "length": length}
            self.entities.append(entity | ({"url": link} if link else {}))


def read(text: str, parse_mode: str, given: Any) -> tuple[str, list[Entity]]:
    """(plain text, entities); BotError when the markup cannot be parsed."""
    mode = parse_mode.lower()
    if mode == "html":
        return _trimmed(*_from_html(text))
    if mode in ("markdownv2", "markdown"):
        return _trimmed(*_from_markdown(text, strict=mode == "markdownv2"))
    if mode:
        raise bad_request("unsupported parse_mode")
    return _trimmed(text, _checked(given, text) if given else [])


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    return text.rstrip(), sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def _checked(given: Any, text: str) -> list[Entity]:
    if not isinstance(given, list):
        raise bad_request("can't parse MessageEntity: expected an Array")
    for entity in given:
        if not isinstance(entity, dict) or not {"type", "offset", "length"} <= set(entity):
            raise bad_request("can't parse MessageEntity: Object expected")
        if entity["offset"] + entity["length"] > units(text):
            raise bad_request("entity is out of the text")
    return given


def _from_html(text: str) -> tuple[str, list[Entity]]:
    build, position = _Build(), 0
    for tag in TAG.finditer(text):
        build.text += _plain_html(text[position : tag.start()], byte_length(text[:position]))
        position = tag.end()
        _html_tag(build, tag, byte_length(text[: tag.start()]))
    build.text += _plain_html(text[position:], byte_length(text[:position]))
    if build.open:
        raise bad_request(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{build.open[-1][0]}\""
        )
    return build.text, build.entities


def _html_tag(build: _Build, tag: re.Match[str], offset: int) -> None:
    closing, name, attributes = tag.group(1), tag.group(2).lower(), tag.group(3)
    if name not in TAGS:
        raise bad_request(f'can\'t parse entities: Unsupported start tag "{name}" at byte offset {offset}')
    if not closing:
        link = re.search(r'href\s*=\s*"([^"]*)"', attributes)
        build.start(name, html.unescape(link.group(1)) if link else "")
        return
    if not build.open:
        raise bad_request(f"can't parse entities: Unexpected end tag at byte offset {offset}")
    if build.open[-1][0] != name:
        raise bad_request(
            f"can't parse entities: Unmatched end tag at byte offset {offset},"
            f' expected "</{build.open[-1][0]}>", found "</{name}>"'
        )
    build.end(TAGS)


def _plain_html(text: str, offset: int) -> str:
    if "<" in text:
        at = offset + byte_length(text[: text.index("<")])
        raise bad_request(f'can\'t parse entities: Unsupported start tag "" at byte offset {at}')
    return html.unescape(text)


def _from_markdown(text: str, *, strict: bool) -> tuple[str, list[Entity]]:
    build, position = _Build(), 0
    while position < len(text):
        position = _markdown_step(build, text, position, strict)
    if build.open:
        at = byte_length(text)
        raise bad_request(f"can't parse entities: Can't find end of the entity starting at byte offset {at}")
    return build.text, build.entities


def _markdown_step(build: _Build, text: str, position: int, strict: bool) -> int:
    character = text[position]
    if character == "\\" and position + 1 < len(text):
        build.text += text[position + 1]
        return position + 2
    if link := LINK.match(text, position):
        build.start("[", link.group(2))
        build.text += re.sub(r"\\(.)", r"\1", link.group(1))
        build.end({"[": "text_link"})
        return link.end()
    mark = next(
        (mark for mark in sorted(MARKS, key=len, reverse=True) if text.startswith(mark, position)), ""
    )
    if mark:
        if build.open and build.open[-1][0] == mark:
            build.end(MARKS)
        else:
            build.start(mark)
        return position + len(mark)
    if strict and character in RESERVED:
        raise bad_request(
            f"can't parse entities: Character '{character}' is reserved and must be escaped with the preceding '\\'"
        )
    build.text += character
    return position + 1
