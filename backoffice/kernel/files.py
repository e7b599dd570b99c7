"""Files that a page loads, under an address that changes when any of them does: a browser asks for each only once."""

import hashlib
from functools import cache
from pathlib import Path

KEPT = "public, max-age=31536000, immutable"
"""`Cache-Control` of what such an address answers (RFC 8246)."""


@cache
def digest(folder: Path) -> str:
    """12 hex digits of the names and the bytes of everything below `folder`."""
    whole = hashlib.sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        body = path.read_bytes()
        whole.update(f"{path.relative_to(folder).as_posix()}\0{len(body)}\0".encode() + body)
    return whole.hexdigest()[:12]
