"""Tables of moves: which status may follow which."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from backoffice.kernel import errors

S = TypeVar("S", bound=StrEnum)
Moves = Mapping[S, frozenset[S]]


def check(table: Moves[S], before: S, after: S) -> S:
    """Return `after` when the table allows it; raise `IllegalMove` otherwise."""
    if after not in table.get(before, frozenset()):
        raise errors.IllegalMove(before=str(before), after=str(after))
    return after
