"""One language's catalogue, read from its folder of .po files."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from babel import Locale
from babel.messages import pofile

from bot.i18n import templates
from bot.i18n.templates import Template

_CATEGORIES = ("zero", "one", "two", "few", "many", "other")
"""CLDR's plural categories in the order in which a .po file numbers a language's forms."""


@dataclass(frozen=True, slots=True)
class Book:
    """Entries by key; an entry has one template per plural category of the language."""

    locale: Locale
    entries: Mapping[str, tuple[Template, ...]]

    def template(self, key: str, count: float) -> Template | None:
        """The form for `count`; None when the language lacks the key."""
        forms = self.entries.get(key)
        if forms is None:
            return None
        return forms[self._form(count)] if len(forms) > 1 else forms[0]

    def _form(self, count: float) -> int:
        tags = [c for c in _CATEGORIES if c in self.locale.plural_form.tags or c == "other"]
        return tags.index(self.locale.plural_form(count))


class TwiceWritten(ValueError):
    """Two files of one language hold the same key."""


@cache
def read(tag: str) -> Book:
    """The catalogues in `bot/i18n/<tag>/*.po`, one per room; a language is read once by a process.

    Raises `ValueError` for an entry that cannot be filled in, `TwiceWritten` where two files hold one key.
    """
    entries: dict[str, tuple[Template, ...]] = {}
    for file in sorted(resources.files("bot.i18n").joinpath(tag).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".po"):
            continue
        room = _read(file, tag)
        if twice := entries.keys() & room.keys():
            raise TwiceWritten(f"{tag}/{file.name}: {', '.join(sorted(twice))}")
        entries |= room
    return Book(Locale.parse(tag), entries)


def _read(path: Traversable, tag: str) -> dict[str, tuple[Template, ...]]:
    with path.open("rb") as file:
        catalogue = pofile.read_po(file, locale=tag, abort_invalid=True)
    entries: dict[str, tuple[Template, ...]] = {}
    for message in catalogue:
        key = message.id if isinstance(message.id, str) else message.id[0]
        forms = _forms(message.string)
        if key and all(forms):
            entries[key] = tuple(templates.parse(form) for form in forms)
    return entries


def _forms(text: str | Iterable[str] | None) -> tuple[str, ...]:
    """The forms of an entry; one that was never translated has a single empty one."""
    return (text or "",) if isinstance(text, str | None) else tuple(text)
