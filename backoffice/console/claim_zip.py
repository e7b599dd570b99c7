"""A claim as one file for its insurer: an index page, papers drawn anew, and the hash of everything in it."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

INDEX, HASHES = "index.html", "SHA256SUMS.txt"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One file of the pack: `name` is ours, never the sender's."""

    name: str
    body: bytes


def build(index: str, sheets: Sequence[Sheet], at: datetime) -> bytes:
    """A zip, the same byte for byte for the same content; `SHA256SUMS.txt` can be checked by `sha256sum -c`."""
    files = [Sheet(INDEX, index.encode()), *sheets]
    sums = "".join(f"{hashlib.sha256(sheet.body).hexdigest()}  {sheet.name}\n" for sheet in files)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for sheet in [*files, Sheet(HASHES, sums.encode())]:
            entry = zipfile.ZipInfo(sheet.name, at.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            made.writestr(entry, sheet.body)
    return out.getvalue()
