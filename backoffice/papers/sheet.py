"""A paper in words of one language, without a size or a font: what is drawn from top to bottom."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, one a line."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. `widths` are shares of the page; a column named in `right` stands at its right edge."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    right: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums below a table; the last one is the one that counts."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; `small` for what is read once."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo, JPEG or PNG."""

    body: bytes


Block = Facts | Grid | Sums | Words | Heading | Picture


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper. `mark` stands out when it is an exercise; `made_at` is its only time of making."""

    locale: str
    brand: str
    title: str
    number: str
    mark: str
    page: str
    blocks: tuple[Block, ...]
    foot: str
    made_at: datetime
