"""What may be known: each thing by itself, and never more than was given."""

from itertools import product

import pytest

from backoffice.families import scopes
from backoffice.families.scopes import EVERYTHING, NOTHING, Precision, Scope

ALL = [frozenset(s for s, on in zip(Scope, given, strict=True) if on) for given in product((0, 1), repeat=5)]


@pytest.mark.parametrize("held", ALL, ids=lambda h: ",".join(sorted(h)) or "none")
def test_taking_a_thing_away_leaves_nothing_that_tells_it(held: frozenset[Scope]) -> None:
    """Without the city no exact place; without news nothing; and never anything that was not there."""
    held = scopes.closed(held)
    for gone in Scope:
        left = scopes.without(held, gone)
        assert gone not in left
        assert left <= held
        assert left == scopes.closed(left)
        assert not (gone is Scope.CITY and scopes.place(left) is not Precision.NONE)


def test_a_thing_given_and_taken_twice_is_as_before() -> None:
    assert scopes.toggled(scopes.toggled(NOTHING, Scope.SAFE), Scope.SAFE) == NOTHING
    assert scopes.toggled(EVERYTHING, Scope.MONEY) == EVERYTHING - {Scope.MONEY}
    assert scopes.place(scopes.with_(NOTHING, Scope.EXACT)) is Precision.EXACT


def test_an_operator_opens_what_saves_a_life_and_no_more() -> None:
    """Never a map or a bill; and what the person decided is only narrowed."""
    assert scopes.may_open(False, NOTHING, scopes.LIFE_SAVING)
    assert not scopes.may_open(False, NOTHING, frozenset({Scope.EXACT}))
    assert not scopes.may_open(False, NOTHING, frozenset({Scope.MONEY}))
    safe = frozenset({Scope.SAFE})
    assert not scopes.may_open(True, safe, scopes.LIFE_SAVING)
    assert scopes.may_open(True, scopes.LIFE_SAVING, safe)
