"""A catalogue entry ready to be filled in: text with `{field}` or `{field:style}` places."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from string import Formatter

from backoffice.kernel.messages import Param

Format = Callable[[Param, str], str]
"""(value, style) -> words; the style is what stands after the colon of a field, mostly empty."""
_HAN = r"[\u3400-\u9fff]"
_LATIN = r"[A-Za-z0-9À-ỿ]"
_SEAM = re.compile(rf"{_HAN}{_LATIN}|{_LATIN}{_HAN}")


@dataclass(frozen=True, slots=True)
class Style:
    """How values become words; `spaced` languages put a space between Han and Latin script (星使 Minh 先生)."""

    words: Format
    spaced: bool = False
    gap: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """Literal text and the field after it (empty at the end of a sentence)."""

    text: str
    field: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class Template:
    """One sentence of one language."""

    pieces: tuple[Piece, ...]

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(p.field for p in self.pieces if p.field)

    def fill(self, params: Mapping[str, Param], style: Style) -> str:
        """The sentence. A missing value becomes the style's gap, or raises `KeyError` when there is none."""
        said = ""
        for piece in self.pieces:
            said = _joined(said, piece.text, style)
            said = _joined(said, _value(piece, params, style), style)
        return said


def _joined(left: str, right: str, style: Style) -> str:
    seam = style.spaced and _SEAM.fullmatch(left[-1:] + right[:1])
    return f"{left} {right}" if seam else left + right


def _value(piece: Piece, params: Mapping[str, Param], style: Style) -> str:
    if not piece.field:
        return ""
    if piece.field not in params and style.gap is not None:
        return style.gap
    return style.words(params[piece.field], piece.style)


def parse(text: str) -> Template:
    """Raises `ValueError` for unbalanced braces or a field that is not a plain name."""
    pieces = []
    for literal, field, style, conversion in Formatter().parse(text):
        if field is not None and (conversion or not field.isidentifier()):
            raise ValueError(f"not a plain field: {field!r} in {text!r}")
        pieces.append(Piece(literal, field or "", style or ""))
    return Template(tuple(pieces))
