"""`import organisations`, `members` and `centres`: CSV files checked row by row before anything is written."""

import csv
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from backoffice.organisations.model import OrganisationKind
from bot.assembly import centre_csv
from bot.assembly.deeds import Refused

KINDS: Mapping[str, str] = {
    "organisations": "put_organisations",
    "members": "bind_members",
    "centres": "put_centres",
}
"""What can be imported, and the deed that does it."""
YES_NO = {"": False, "no": False, "yes": True}
CHANNELS = ("wechat", "telegram")


def read(what: str, file: Path) -> list[dict[str, Any]]:
    """Every row, or `Refused` with all that is wrong with it."""
    columns, check = _CHECKS[what]
    try:
        rows = list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))
    except UnicodeDecodeError as error:
        raise Refused(f"{file} is not UTF-8 text (byte {error.start})") from error
    if not rows or not columns <= set(rows[0]):
        raise Refused(f"{file}: the first line must name the columns {', '.join(sorted(columns))}")
    checked = [check({k: (v or "").strip() for k, v in row.items() if k}) for row in rows]
    troubles = [f"line {n}: {found}" for n, found in enumerate(checked, 2) if isinstance(found, str)]
    if troubles:
        raise Refused("\n".join([*troubles, f"{len(troubles)} bad row(s): nothing was imported"]))
    return [found for found in checked if isinstance(found, dict)]


def _organisation(row: Mapping[str, str]) -> dict[str, Any] | str:
    if not row["code"] or not row["name"]:
        return "code and name are needed"
    if row["kind"] not in {str(k) for k in OrganisationKind}:
        return f"kind must be one of {', '.join(OrganisationKind)}"
    if row.get("sees_place", "") not in YES_NO:
        return "sees_place is yes or no"
    place = YES_NO[row.get("sees_place", "")]
    return {"code": row["code"], "name": row["name"], "kind": row["kind"], "sees_place": place}


def _member(row: Mapping[str, str]) -> dict[str, Any] | str:
    if row["channel"] not in CHANNELS or not row["address"]:
        return f"channel is one of {', '.join(CHANNELS)}, with an address"
    if not row["organisation"]:
        return "organisation is needed"
    found = {name: row[name] for name in ("organisation", "channel", "address")}
    return {**found, "name": row.get("name", "")}


_CHECKS: Mapping[str, tuple[set[str], Callable[[Mapping[str, str]], dict[str, Any] | str]]] = {
    "organisations": ({"code", "name", "kind"}, _organisation),
    "members": ({"organisation", "channel", "address"}, _member),
    "centres": (centre_csv.COLUMNS, centre_csv.row),
}
