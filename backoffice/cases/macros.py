"""Macros: sentences ready in the client's language that also set what they settle about the case."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from backoffice.cases.model import Case, ForWhom, Hurt, Kind
from backoffice.kernel.errors import Refusal

CLIENT_LOCALES = ("zh_Hans", "zh_Hant", "en", "ja", "ko")
TEXT_LIMIT = 600
SETTABLE: Mapping[str, type[StrEnum]] = {"kind": Kind, "hurt": Hurt, "for_whom": ForWhom}
"""Fields of a case that a macro, or an operator by hand, may set: facts, never a status."""


@dataclass(frozen=True, slots=True)
class Macro:
    """One row. No `kinds`: it fits every case. `sets` maps a field of `SETTABLE` to its value."""

    id: str
    position: int
    names: Mapping[str, str]
    texts: Mapping[str, str]
    kinds: tuple[Kind, ...] = ()
    sets: Mapping[str, str] | None = None
    version: int = 0

    def name(self, locale: str) -> str:
        return self.names.get(locale) or self.names["zh_Hans"]

    def text(self, locale: str) -> str:
        """In the client's language; in English where we do not write it."""
        return self.texts.get(locale) or self.texts["en"]

    def fits(self, kind: Kind) -> bool:
        return not self.kinds or kind in self.kinds


def check(given: Macro) -> Macro:
    """What a supervisor wrote, tidied. Raises `Refusal` in words: every language, fields that exist."""
    texts = {locale: given.texts.get(locale, "").strip()[:TEXT_LIMIT] for locale in CLIENT_LOCALES}
    names = {locale: given.names.get(locale, "").strip()[:60] for locale in ("zh_Hans", "en")}
    if not all(texts.values()) or not all(names.values()):
        raise Refusal("macro.language_missing", 400)
    return replace(given, names=names, texts=texts, sets=settable(given.sets or {}))


def settable(wanted: Mapping[str, str]) -> dict[str, str]:
    """The fields and values that may be set. Raises `Refusal` for any other."""
    try:
        return {name: str(SETTABLE[name](value)) for name, value in wanted.items() if value}
    except (KeyError, ValueError) as unknown:
        raise Refusal("macro.bad_field", 400) from unknown


def apply(case: Case, wanted: Mapping[str, str]) -> dict[str, str]:
    """Set the fields; returns those that changed. The caller saves the case."""
    changed = {}
    for name, value in settable(wanted).items():
        if str(getattr(case, name)) != value:
            setattr(case, name, SETTABLE[name](value))
            changed[name] = value
    return changed
