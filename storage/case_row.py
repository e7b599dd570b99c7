"""A case and its entries as rows: what is plain, what is sealed."""

from typing import Any

import sqlalchemy as sa

from backoffice.cases.model import Case, Entry
from backoffice.kernel import codec
from backoffice.kernel.ids import CaseId
from storage import places
from storage.tables import cases, vault_key
from storage.vault import Sealer, opened, pack

_SAME = (
    "ref",
    "origin",
    "opened_at",
    "due_at",
    "status",
    "kind",
    "for_whom",
    "hurt",
    "verified",
    "fix_is_last_known",
    "dispatched_at",
    "rang_at",
    "answered_at",
    "owner",
    "owner_name",
    "owned_at",
    "says_safe_at",
    "promised_at",
    "closed_at",
    "close_reason",
    "true_at",
    "late",
    "duress",
    "drill",
    "searching",
    "ring",
    "wave",
    "envoys_wanted",
    "envoys_taken",
)
"""Columns that are the attribute as it is."""

_OWN = ("id", "requester", "fix", "place", "private", "version")
SELECT = sa.select(
    *(cases.c[name] for name in (*_OWN, *_SAME)), vault_key.c.id.label("key_id"), vault_key.c.wrapped
).select_from(cases.outerjoin(vault_key, vault_key.c.subject == sa.literal_column("'case:'") + cases.c.id))


def subject(case: CaseId) -> str:
    """The vault's subject of a case."""
    return f"case:{case}"


def fix_context(row: str) -> str:
    return f"case_fix|fix|{row}"


def working_fix_context(case: CaseId) -> str:
    return f"cases|fix|{case}"


def private_context(case: CaseId) -> str:
    return f"cases|private|{case}"


def entry_place_context(row: str) -> str:
    return f"case_entry|place|{row}"


def write(case: Case, sealer: Sealer) -> dict[str, Any]:
    """Everything of a case but its id, requester and version."""
    values = {name: getattr(case, name) for name in _SAME}
    cell = places.cell(case.fix.point) if case.fix else None
    if cell:
        values |= {"cell_lat": cell.lat, "cell_lon": cell.lon}
    fix = sealer.seal(working_fix_context(case.id), pack(codec.write_fix(case.fix))) if case.fix else None
    place = places.write_city(case.place) if case.place else None
    return {**values, "fix": fix, "place": place, "private": _write_private(case, sealer)}


def _write_private(case: Case, sealer: Sealer) -> bytes | None:
    distance = places.write_distance(case.place) if case.place else None
    found = {"distance": distance, "notes": case.notes, "patient": case.place_of_patient}
    kept = {k: v for k, v in found.items() if v}
    return sealer.seal(private_context(case.id), pack(kept)) if kept else None


def read(row: Any, sealer: Sealer | None) -> Case:
    """A case; without its key (destroyed) what was sealed is absent."""
    private = opened(sealer, private_context(row.id), row.private) or {}
    fix = opened(sealer, working_fix_context(row.id), row.fix)
    return Case(
        id=row.id,
        requester=row.requester,
        fix=codec.read_fix(fix) if fix else None,
        place=places.read_place(row.place, private.get("distance")) if row.place else None,
        notes=private.get("notes", {}),
        place_of_patient=private.get("patient", ""),
        version=row.version,
        **{name: getattr(row, name) for name in _SAME},
    )


def write_entry(entry: Entry, row: str, sealer: Sealer) -> dict[str, Any]:
    """The parameters of the INSERT; its number is found by the statement."""
    media = codec.write_media(entry.media) if entry.media else None
    body = {
        k: v
        for k, v in (("name", entry.name), ("text", entry.text), ("media", media), ("channel", entry.channel))
        if v
    }
    place = pack(codec.write_map_point(entry.place)) if entry.place else None
    return {
        "new_id": row,
        "new_case": entry.case,
        "new_at": entry.at,
        "new_role": entry.role,
        "new_author": entry.author,
        "new_audience": entry.audience,
        "new_body": sealer.seal(f"case_entry|body|{row}", pack(body)),
        "new_place": sealer.seal(entry_place_context(row), place) if place else None,
        "new_sealed": False,
    }


def read_entry(row: Any, sealer: Sealer | None) -> Entry:
    """An entry; a place behind the two-person seal is absent, and every word once the key is destroyed."""
    body = opened(sealer, f"case_entry|body|{row.id}", row.body) or {}
    place = None if row.sealed else opened(sealer, entry_place_context(row.id), row.place)
    return Entry(
        case=row.case,
        at=row.at,
        role=row.role,
        author=row.author,
        name=body.get("name", ""),
        text=body.get("text", ""),
        media=codec.read_media(body["media"]) if "media" in body else None,
        place=codec.read_map_point(place) if place else None,
        audience=row.audience,
        number=row.number,
        channel=body.get("channel", ""),
    )
