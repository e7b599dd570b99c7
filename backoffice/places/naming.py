"""The city named in a typed text, in any of the five languages; the person confirms what was found."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from backoffice.places.model import City

MOST = 5
LONGEST_TEXT = 300
"""A place is named in its first words; matching grows with the square of the length."""
LARGE_ENOUGH = 100_000
"""A single Latin word inside a sentence is taken for an unknown city only if that city is this large: there are
towns called Best, Hope and Same."""
_LONGEST_LATIN_WORDS = 5
_LONGEST_CJK = 10
_CJK = r"\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W_{_CJK}]+(?:['’‘][^\W_{_CJK}]+)*")
_CJK_CHAR = re.compile(rf"[{_CJK}]")
_BOUND_SCRIPTS = (re.compile(r"[\u30a0-\u30ff]"), re.compile(r"[\uac00-\ud7af]"))
"""Katakana and Hangul names begin where the script begins: パリ is not inside another word."""


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Match:
    first: int
    last: int
    cities: tuple[City, ...]
    country: str | None


class Names:
    """An index of city and country names. Build once."""

    def __init__(self, cities: Iterable[tuple[str, City]], countries: Mapping[str, str]) -> None:
        self._cities: dict[str, list[City]] = {}
        for name, city in cities:
            homonyms = self._cities.setdefault(fold(name), [])
            if city not in homonyms:
                homonyms.append(city)
        self._countries = {fold(name): code for name, code in countries.items()}

    def find(self, text: str) -> list[City]:
        """Up to five cities, the likeliest first. Empty when none is named."""
        folded = fold(text[:LONGEST_TEXT])
        matches = self._matches(folded, _tokens(folded))
        countries = {m.country for m in matches if m.country}
        found = {id(c): c for m in matches for c in m.cities}.values()
        fitting = [c for c in found if c.country in countries] or list(found)
        fitting.sort(key=lambda c: (not c.known, -c.population, c.name))
        return fitting[:MOST]

    def _matches(self, text: str, tokens: list[_Token]) -> list[_Match]:
        """Longest names first; a name inside a longer one is not meant ("York" in "New York")."""
        windows = sorted(_windows(tokens), key=lambda w: (tokens[w[0]].start - tokens[w[1]].end, w[0]))
        taken: list[_Match] = []
        for first, last in windows:
            if any(m.first <= last and first <= m.last for m in taken):
                continue
            match = self._match(text, tokens, (first, last))
            if match:
                taken.append(match)
        return taken

    def _match(self, text: str, tokens: list[_Token], window: tuple[int, int]) -> _Match | None:
        first, last = window
        start, end = tokens[first].start, tokens[last].end
        name = _joined(tokens[first : last + 1])
        alone = _is_whole_part(text, start, end)
        single = first == last and not _CJK_CHAR.match(name)
        bound = any(s.match(name) and start > 0 and s.match(text[start - 1]) for s in _BOUND_SCRIPTS)
        cities = [] if bound else self._cities.get(name, [])
        kept = tuple(c for c in cities if alone or not single or c.known or c.population >= LARGE_ENOUGH)
        country = self._countries.get(name)
        return _Match(first, last, kept, country) if kept or country else None


def fold(text: str) -> str:
    """Lower case, full width to half, Latin accents dropped; Japanese and Korean marks stay."""
    if text.isascii():  # most of 70,000 names at every start
        return text.casefold().replace("-", " ")
    composed = unicodedata.normalize("NFKC", text).casefold().replace("đ", "d").replace("ð", "d")
    plain = "".join(_without_accent(c) for c in composed)
    return re.sub(r"[-‐–]", " ", plain.replace("’", "'").replace("‘", "'").replace("・", ""))


def _without_accent(char: str) -> str:
    if ord(char) < 0x0250 or 0x1E00 <= ord(char) < 0x1F00:
        return "".join(c for c in unicodedata.normalize("NFD", char) if not unicodedata.combining(c))
    return char


def _tokens(text: str) -> list[_Token]:
    return [_Token(m.group(), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def _windows(tokens: list[_Token]) -> Iterable[tuple[int, int]]:
    for first, token in enumerate(tokens):
        cjk = bool(_CJK_CHAR.match(token.text))
        longest = _LONGEST_CJK if cjk else _LONGEST_LATIN_WORDS
        for last in range(first, min(first + longest, len(tokens))):
            if bool(_CJK_CHAR.match(tokens[last].text)) != cjk:
                break
            yield first, last


def _joined(tokens: list[_Token]) -> str:
    glue = "" if _CJK_CHAR.match(tokens[0].text) else " "
    return glue.join(t.text for t in tokens)


def _is_whole_part(text: str, start: int, end: int) -> bool:
    """Whether the words stand alone between commas or the ends of the text."""
    before, after = text[:start].rstrip(), text[end:].lstrip()
    return (not before or before[-1] in ",;，、；\n") and (not after or after[0] in ",;.，、；。\n")
