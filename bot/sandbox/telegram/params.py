"""A request's parameters however they came (form, multipart, JSON), read as the server reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from bot.sandbox.files import Upload
from bot.sandbox.telegram import fields
from bot.sandbox.telegram.errors import BotError, bad_request

TRUE_WORDS = frozenset({"true", "yes", "1"})


@dataclass
class Params:
    """Values by field name: strings from forms, anything from JSON; file parts apart."""

    values: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else value if isinstance(value, str) else json.dumps(value)

    def integer(self, name: str) -> int | None:
        value = self.values.get(name)
        if value in (None, ""):
            return None
        try:
            return int(value)
        except (TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def number(self, name: str) -> float | None:
        value = self.values.get(name)
        if value in (None, ""):
            return None
        try:
            return float(value)
        except (TypeError, ValueError):
            raise bad_request(f"invalid {name} specified") from None

    def flag(self, name: str) -> bool:
        value = self.values.get(name)
        return value if isinstance(value, bool) else str(value).lower() in TRUE_WORDS

    def parsed(self, name: str, what: str) -> Any:
        """A nested value; `what` is the server's name for it in its complaint."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value) if value else None
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def file(self, name: str) -> Upload | str | None:
        value = self.values.get(name)
        if isinstance(value, str) and value.startswith("attach://"):
            return self.files.get(value.removeprefix("attach://"))
        return self.files.get(name) or (value if isinstance(value, str) and value else None)

    def shown(self) -> dict[str, Any]:
        """For the record of calls: nested JSON opened, files by name and size."""
        shown: dict[str, Any] = {name: _opened(value) for name, value in self.values.items()}
        for name, upload in self.files.items():
            shown[name] = {"file": upload.name, "size": len(upload.content), "mime": upload.mime}
        return shown


def _opened(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in "[{":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


async def read(request: web.Request) -> Params:
    """Reads query and body; BotError 400 for a body that is not what its content type says."""
    params = Params(dict(request.query))
    if request.content_type == "application/json":
        params.values |= _json_object(await request.read())
    elif request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        await _read_form(request, params)
    return params


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError:
        raise bad_request("can't parse JSON object") from None
    if not isinstance(parsed, dict):
        raise bad_request("expected an object")
    return parsed


async def _read_form(request: web.Request, params: Params) -> None:
    try:
        form = await request.post()
    except ValueError:
        raise BotError(400, "Bad Request: can't parse form") from None
    for name, value in form.items():
        if isinstance(value, FileField):
            params.files[name] = Upload(value.file.read(), value.filename, value.content_type)
        else:
            params.values[name] = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")


def complaints(method: str, params: Params) -> list[str]:
    """What in this request the field table of `method` does not know or expects otherwise."""
    table = fields.METHODS[method]
    attached = {str(value).removeprefix("attach://") for value in params.values.values()}
    found = [f"unknown field {name}" for name in params.values if name not in table]
    found += [
        f"unknown file part {name}" for name in params.files if name not in table and name not in attached
    ]
    for name, entry in table.items():
        present = name in params.values or name in params.files
        if entry.required and not present:
            found.append(f"required field {name} is missing")
        elif name in params.values and not CHECKS[entry.kind](params.values[name]):
            found.append(f"field {name} is not of kind {entry.kind}: {str(params.values[name])[:60]!r}")
    return found


def _is_integer(value: Any) -> bool:
    return not isinstance(value, bool) and re.fullmatch(r"-?\d+", str(value)) is not None


def _is_number(value: Any) -> bool:
    return (
        not isinstance(value, bool) and re.fullmatch(r"-?\d+(\.\d+)?([eE][-+]?\d+)?", str(value)) is not None
    )


def _is_json(value: Any) -> bool:
    return isinstance(_opened(value), (dict, list))


CHECKS: dict[str, Callable[[Any], bool]] = {
    "chat": lambda value: _is_integer(value) or str(value).startswith("@"),
    "int": _is_integer,
    "float": _is_number,
    "bool": lambda value: isinstance(value, bool) or str(value).lower() in ("true", "false", "0", "1"),
    "str": lambda value: isinstance(value, str),
    "json": _is_json,
    "file": lambda value: isinstance(value, str) and value != "",
}
