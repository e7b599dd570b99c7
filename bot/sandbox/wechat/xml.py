"""WeChat's XML: written as the platform writes it, read as strictly as it reads replies."""

from __future__ import annotations

from typing import TypeAlias
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree

Value: TypeAlias = "str | int | float | list[tuple[str, Value]]"
Fields: TypeAlias = "list[tuple[str, Value]]"


def document(fields: Fields) -> str:
    return f"<xml>{_inner(fields)}</xml>"


def _inner(fields: Fields) -> str:
    return "\n".join(f"<{name}>{_value(value)}</{name}>" for name, value in fields)


def _value(value: Value) -> str:
    if isinstance(value, list):
        return _inner(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return f"{value:.6f}"
    return f"<![CDATA[{value.replace(']]>', ']]]]><![CDATA[>')}]]>"


class Node:
    """An element as (name, text, children); what a reply is checked by."""

    def __init__(self, element: Element) -> None:
        self.name = element.tag
        self.text = (element.text or "").strip() if len(element) else element.text or ""
        self.children = [Node(child) for child in element]
        self.attributes = dict(element.attrib)

    def find(self, name: str) -> str:
        return next((child.text for child in self.children if child.name == name), "")

    def child(self, name: str) -> Node | None:
        return next((child for child in self.children if child.name == name), None)


def read(body: bytes | str) -> Node:
    """The root element; ValueError for anything malformed or with a document type."""
    text = body.decode("utf-8", "strict") if isinstance(body, bytes) else body
    if "<!DOCTYPE" in text.upper() or "<!ENTITY" in text.upper():
        raise ValueError("a document type in a reply")
    try:
        return Node(ElementTree.fromstring(text))
    except ParseError as error:
        raise ValueError(f"not XML: {error}") from None
