"""A key and its parameters become a sentence in the reader's language."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from backoffice.kernel.messages import Param
from bot.i18n import book
from bot.i18n.formats import Formats
from bot.i18n.templates import Style, Template

log = logging.getLogger(__name__)
LOCALES = ("zh_Hans", "zh_Hant", "en", "ja", "ko")
DEFAULT = "zh_Hans"
GENERIC = "error.generic"
"""Said in place of a sentence that no language has."""
GAP = "…"
"""Stands for a value that was not given."""
COUNTED = ("count", "seconds")
"""Values that decide between singular and plural."""


class MissingWords(LookupError):
    """A sentence without an entry, or an entry without one of its values."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Their language, one of ours, and their IANA zone."""

    tag: str
    zone: str


class Catalogues:
    """All languages, read once. `strict` (tests) raises `MissingWords`; the service logs it and says what it can."""

    def __init__(self, default: str = DEFAULT, strict: bool = False) -> None:
        self._books = {tag: book.read(tag) for tag in LOCALES}
        self._default = default
        self._strict = strict

    def has(self, key: str, locale: str) -> bool:
        """Whether the language itself has the key."""
        return locale in self._books and key in self._books[locale].entries

    def sentence(self, key: str, params: Mapping[str, Param], locale: str, zone: str) -> str:
        """One sentence. A locale we do not have is answered in the default one; `zone` is the reader's IANA zone."""
        reader = Reader(locale if locale in self._books else self._default, zone)
        found = self._say(key, params, reader)
        return self._say(GENERIC, {}, reader) or GAP if found is None else found

    def _say(self, key: str, params: Mapping[str, Param], reader: Reader) -> str | None:
        template = self._template(key, params, reader.tag)
        if template is None or template.fields - params.keys():
            return self._as_far_as_possible(key, params, reader)
        return self._fill(template, params, reader)

    def _template(self, key: str, params: Mapping[str, Param], tag: str) -> Template | None:
        counted = next((params[name] for name in COUNTED if name in params), 0)
        return self._books[tag].template(key, counted if isinstance(counted, int | float) else 0)

    def _fill(
        self, template: Template, params: Mapping[str, Param], reader: Reader, gap: str | None = None
    ) -> str:
        locale = self._books[reader.tag].locale
        formats = Formats(locale, reader.zone, lambda key, given: self._say(key, given, reader) or GAP)
        return template.fill(params, Style(formats.words, locale.language == "zh", gap))

    def _as_far_as_possible(self, key: str, params: Mapping[str, Param], reader: Reader) -> str | None:
        """Never an exception and never a raw key to a person in trouble: the nearest language, gaps for values."""
        what = f"{key} in {reader.tag} with {sorted(params)}"
        if self._strict:
            raise MissingWords(what)
        log.error("no words for %s", what)
        for tag in (reader.tag, *_nearest(reader.tag)):
            template = self._template(key, params, tag)
            if template is not None:
                return self._fill(template, params, Reader(tag, reader.zone), GAP)
        return None


def _nearest(tag: str) -> tuple[str, ...]:
    return ("zh_Hans", "en") if tag.startswith("zh") else ("en", "zh_Hans")
