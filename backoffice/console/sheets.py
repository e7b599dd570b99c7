"""Tables to take away: CSV whose cells no spreadsheet runs as a formula, and the same as JSON."""

import csv
import io
import json
from collections.abc import Iterable, Sequence

from aiohttp import web

from backoffice.kernel import cells

Row = Sequence[object]


def cell(value: object) -> str:
    """As text; what could be a formula gets an apostrophe in front. Numbers of our own stay numbers."""
    if isinstance(value, bool) or value is None:
        return "" if value is None else str(value).lower()
    if isinstance(value, int | float):
        return f"{value:g}" if isinstance(value, float) else str(value)
    return cells.safe(str(value))


def as_csv(header: Row, rows: Iterable[Row]) -> str:
    """With the mark by which spreadsheets know UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([cell(name) for name in header])
    writer.writerows([cell(value) for value in row] for row in rows)
    return f"\ufeff{out.getvalue()}"


def download(name: str, header: Row, rows: Iterable[Row]) -> web.Response:
    """`<name>.csv` or, when the name ends so, `<name>.json`: a list of objects."""
    as_json = name.endswith(".json")
    body = to_json(header, rows) if as_json else as_csv(header, rows)
    kind = "application/json" if as_json else "text/csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(text=body, content_type=kind, charset="utf-8", headers=headers)


def to_json(header: Row, rows: Iterable[Row]) -> str:
    keys = [str(name) for name in header]
    found = [dict(zip(keys, row, strict=True)) for row in rows]
    return json.dumps(found, ensure_ascii=False, indent=1, default=str)
