"""Tables for spreadsheets: CSV in which no cell is calculated."""

import csv
import io
from collections.abc import Iterable, Sequence

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet would calculate (OWASP, CSV Injection), also in full width."""


def risky(cell: str) -> bool:
    """Whether a spreadsheet would calculate it."""
    return cell.startswith(RISKY) or cell.lstrip().startswith(RISKY)


def safe(cell: str) -> str:
    """A spreadsheet takes it for words: an apostrophe stands in front where it would not."""
    return f"'{cell}" if risky(cell) else cell


def plain(cell: str) -> str:
    """What `safe` was given, when the cell comes back."""
    return cell[1:] if cell.startswith("'") and risky(cell[1:]) else cell


def written(rows: Iterable[Sequence[str]]) -> str:
    """CSV of these rows, the first its header."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()
