"""What a person can do with a phone, in the words of the control API; each platform plays the acts it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.files import NewFile
from bot.sandbox.model import ChatMessage, Person


class CannotDo(Exception):
    """The phone has no such thing: no such button, nothing to stop, not in this app."""


@dataclass
class Act:
    """One act with its arguments from JSON and, for media, the file chosen."""

    person: Person
    name: str
    values: dict[str, Any] = field(default_factory=dict)
    file: NewFile | None = None

    def text(self, name: str, default: str = "") -> str:
        return str(self.values.get(name, default))

    def number(self, name: str) -> float:
        try:
            return float(self.values[name])
        except (KeyError, TypeError, ValueError):
            raise CannotDo(f"{self.name} needs a number {name}") from None

    def optional_number(self, name: str) -> float | None:
        return None if self.values.get(name) is None else self.number(name)

    def chosen_file(self) -> NewFile:
        if self.file is None:
            raise CannotDo(f"{self.name} needs a file")
        return self.file


Play = Callable[[Act], ChatMessage | None]
