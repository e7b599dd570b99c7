"""Long text in pieces a channel takes, never inside a character people see as one."""

import grapheme


def measure(text: str, unit: str) -> int:
    """Length in `bytes` of UTF-8 or in `utf16` code units."""
    return len(text.encode()) if unit == "bytes" else len(text.encode("utf-16-le")) // 2


def split(text: str, limit: int, unit: str) -> list[str]:
    """Pieces of at most `limit` units; at line ends where possible, else between graphemes. Never empty."""
    pieces: list[str] = []
    current = ""
    for line in text.splitlines(keepends=True) or [""]:
        if measure(current + line, unit) <= limit:
            current += line
            continue
        pieces += [current] if current.strip() else []
        *full, current = _by_grapheme(line, limit, unit)
        pieces += full
    return [*pieces, current] if current.strip() or not pieces else pieces


def _by_grapheme(line: str, limit: int, unit: str) -> list[str]:
    if measure(line, unit) <= limit:
        return [line]
    pieces, current, size = [], "", 0
    for cluster in grapheme.graphemes(line):
        for piece in _cut(cluster, limit, unit):
            length = measure(piece, unit)
            if size + length > limit:
                pieces.append(current)
                current, size = "", 0
            current, size = current + piece, size + length
    return [*pieces, current]


def _cut(cluster: str, limit: int, unit: str) -> list[str]:
    """A cluster longer than a whole message (hundreds of combining marks) is cut between code points."""
    return [cluster] if measure(cluster, unit) <= limit else list(cluster)
