"""The console's catalogue: a folder of YAML per language, one file per room; keys with dots, `{name}` for values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

LOCALES = ("zh_Hans", "en")
FOLDER = Path(__file__).parent / "texts"
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The one in C where it was built: in Python all rooms take half a second."""

Translate = Callable[..., str]


class Texts:
    """Sentences by language and key. A missing key is a KeyError: tests find it before an operator does."""

    def __init__(self, tables: Mapping[str, Mapping[str, str]]) -> None:
        self._tables = tables

    def get(self, locale: str, key: str, /, **params: object) -> str:
        return self._tables[locale][key].format(**params)

    def has(self, locale: str, key: str) -> bool:
        return key in self._tables[locale]

    def either(self, locale: str, key: str, fallback: str, /, **params: object) -> str:
        """For codes that come from elsewhere (events, alerts): the code itself is better than an error page."""
        try:
            return self.get(locale, key, **params)
        except (KeyError, ValueError):
            return fallback

    def keys(self, locale: str) -> frozenset[str]:
        return frozenset(self._tables[locale])

    def script(self, locale: str) -> dict[str, str]:
        """The sentences the page's own scripts say (prefix `js.`, taken off)."""
        table = self._tables[locale]
        return {key[3:]: text for key, text in table.items() if key.startswith("js.")}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The texts in one language."""

    texts: Texts
    locale: str

    def __call__(self, key: str, /, **params: object) -> str:
        return self.texts.get(self.locale, key, **params)

    def either(self, key: str, fallback: str, /, **params: object) -> str:
        return self.texts.either(self.locale, key, fallback, **params)


class TwiceWritten(ValueError):
    """Two files of one language hold the same key."""


@cache
def load(folder: Path = FOLDER) -> Texts:
    """Every room's file of every language, read once. Raises `TwiceWritten` where two files hold one key."""
    return Texts({locale: _language(folder / locale) for locale in LOCALES})


def _language(folder: Path) -> dict[str, str]:
    table: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        room = _flat(_read(path))
        if twice := table.keys() & room.keys():
            raise TwiceWritten(f"{path}: {', '.join(sorted(twice))}")
        table |= room
    return table


def _read(path: Path) -> dict[str, Any]:
    tree: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
    return tree


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in tree.items():
        name = f"{prefix}{key}"
        flat |= _flat(value, f"{name}.") if isinstance(value, dict) else {name: str(value)}
    return flat
