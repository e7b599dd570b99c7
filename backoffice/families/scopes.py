"""What somebody may know of a case, each thing by itself given, narrowed and withdrawn (business.md, Families)."""

from collections.abc import Iterable
from enum import StrEnum


class Scope(StrEnum):
    """One thing a relative may know. Without any they know only that somebody is in touch, and whom to call."""

    SAFE = "safe"
    CITY = "city"
    EXACT = "exact"
    MEDICAL = "medical"
    MONEY = "money"


Scopes = frozenset[Scope]
NOTHING: Scopes = frozenset()
EVERYTHING: Scopes = frozenset(Scope)
ORDER = tuple(Scope)
LIFE_SAVING: Scopes = frozenset({Scope.SAFE, Scope.CITY, Scope.MEDICAL})
"""The most an operator opens for somebody who cannot speak: a relative needs no map and no bill to save a life."""


class Precision(StrEnum):
    """How exactly a place is shown."""

    NONE = "none"
    CITY = "city"
    EXACT = "exact"


def closed(wanted: Iterable[Scope]) -> Scopes:
    """With what goes along: the exact place tells the city, and whoever knows a place knows of the help."""
    found = set(wanted)
    if Scope.EXACT in found:
        found.add(Scope.CITY)
    if found:
        found.add(Scope.SAFE)
    return frozenset(found)


def with_(held: Scopes, more: Scope) -> Scopes:
    """One thing more."""
    return closed(held | {more})


def without(held: Scopes, gone: Scope) -> Scopes:
    """One thing less, and what cannot be known without it: no city, no exact place; no news, nothing at all."""
    if gone is Scope.SAFE:
        return NOTHING
    left = held - {gone}
    return left - {Scope.EXACT} if gone is Scope.CITY else left


def toggled(held: Scopes, one: Scope) -> Scopes:
    return without(held, one) if one in held else with_(held, one)


def place(held: Scopes) -> Precision:
    """How exactly this reader may see the place."""
    if Scope.EXACT in held:
        return Precision.EXACT
    return Precision.CITY if Scope.CITY in held else Precision.NONE


def may_open(decided: bool, held: Scopes, wanted: Scopes) -> bool:
    """Whether an operator may set these scopes in place of `held`.

    What the person has decided an operator only narrows; for somebody who cannot decide, what saves a life.
    """
    return wanted <= held if decided else wanted <= LIFE_SAVING | held
