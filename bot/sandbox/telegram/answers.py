"""A Bot API method that came as the body of a webhook's answer: JSON, form or multipart."""

from __future__ import annotations

import json
from collections.abc import Mapping
from email.message import Message
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.files import Upload
from bot.sandbox.telegram.params import Params

Json = dict[str, Any]


def read(headers: Mapping[str, str], body: bytes) -> Json:
    """The fields of the answer, uploads among them; empty when the body holds no method."""
    kind = headers.get("Content-Type", "")
    if kind.startswith("application/json"):
        return _json(body)
    if kind.startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(body.decode("utf-8", "replace")))
    if kind.startswith("multipart/form-data"):
        return _multipart(kind, body)
    return {}


def method_in(answer: Json) -> str:
    return str(answer.get("method", ""))


def params_of(answer: Json) -> Params:
    values = {
        name: value for name, value in answer.items() if name != "method" and not isinstance(value, Upload)
    }
    return Params(values, {name: value for name, value in answer.items() if isinstance(value, Upload)})


def _json(body: bytes) -> Json:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}


def _multipart(kind: str, body: bytes) -> Json:
    whole = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    parts = whole.get_payload() if whole.is_multipart() else []
    found: Json = {}
    for part in parts if isinstance(parts, list) else []:
        if isinstance(part, Message):
            _add_part(found, part)
    return found


def _add_part(found: Json, part: Message) -> None:
    name = str(part.get_param("name", header="content-disposition") or "")
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    filename = part.get_filename()
    found[name] = (
        Upload(raw, filename, part.get_content_type()) if filename else raw.decode("utf-8", "replace")
    )
