"""Text as the words one can look for it by: Latin words whole, Chinese, Japanese and Korean by pairs."""

import re
import unicodedata

_EAST = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_RUN = re.compile(rf"[{_EAST}]+|[^\W_{_EAST}]+")
_IS_EAST = re.compile(rf"[{_EAST}]")
MOST = 400
"""Words of one text: a long text is found by its beginning."""
LONGEST = 40


def fold(text: str) -> str:
    """Without differences of width, case and accents: `Café` and `CAFE` are one word."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFKC", "".join(c for c in plain if not unicodedata.combining(c)))


def of(text: str) -> frozenset[str]:
    """What a text is found by: words, pairs of neighbouring characters, and every character by itself."""
    found: dict[str, None] = {}
    for run in _RUN.findall(fold(text)):
        for word in _all(run):
            found[word] = None
            if len(found) >= MOST:
                return frozenset(found)
    return frozenset(found)


def asked(text: str) -> frozenset[str]:
    """What must all be there for a text to be found: pairs only, single characters only where nothing else is."""
    return frozenset(word for run in _RUN.findall(fold(text)) for word in _needed(run))


def _all(run: str) -> list[str]:
    return [*_pairs(run), *run] if _IS_EAST.match(run) else [run[:LONGEST]]


def _needed(run: str) -> list[str]:
    if _IS_EAST.match(run):
        return _pairs(run) or [run]
    return [run[:LONGEST]]


def _pairs(run: str) -> list[str]:
    return [run[n : n + 2] for n in range(len(run) - 1)]


def digits(text: str) -> str:
    """The digits of something typed, in whatever script and with whatever between them."""
    return "".join(str(unicodedata.digit(c)) for c in text if c.isdigit() and unicodedata.digit(c, -1) >= 0)
