"""The facts of a major case are counted, and what changed since a report was written is named."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from backoffice.kernel import errors
from backoffice.kernel.ids import AssignmentId
from backoffice.major import facts
from backoffice.major.model import (
    MajorId,
    Order,
    OrderStatus,
    Person,
    PersonState,
    Place,
    PlaceKind,
    Post,
)

NOW = datetime(2026, 3, 1, tzinfo=UTC)
KEY = MajorId("m")
HOSPITAL = Place("pl", KEY, PlaceKind.HOSPITAL, "清迈医院")


def people(*states: PersonState) -> list[Person]:
    return [Person(f"p{n}", KEY, n, f"人{n}", NOW, state=s, place="pl") for n, s in enumerate(states)]


def test_numbers_stand_in_the_order_of_worry_and_change_is_named() -> None:
    rows = facts.Rows(
        people(PersonState.SAFE, PersonState.MISSING, PersonState.SAFE),
        [HOSPITAL],
        [Order("o", KEY, 1, "x", "y", "z", NOW)],
        [Post(AssignmentId("a"), KEY, "pl")],
        envoys=1,
        cases=1,
    )
    found = facts.count(rows, NOW)
    assert list(found.states.items()) == [(PersonState.MISSING, 1), (PersonState.SAFE, 2)]
    assert (found.total, found.found, found.places[0].persons, found.places[0].envoys) == (3, 2, 3, 1)
    assert facts.changed(found.kept(), found) == []
    later = facts.count(replace(rows, persons=people(PersonState.HOME)), NOW)
    assert facts.changed(found.kept(), later) == ["total", "states", "places"]
    assert "人0" not in str(found.kept())


@pytest.mark.parametrize(
    ("kind", "was", "becomes"),
    [
        (PlaceKind.HOSPITAL, PersonState.MISSING, PersonState.HOSPITAL),
        (PlaceKind.SHELTER, PersonState.TRAPPED, PersonState.SAFE),
        (PlaceKind.HOSPITAL, PersonState.DEAD, PersonState.DEAD),
        (PlaceKind.AIRPORT, PersonState.MISSING, PersonState.MISSING),
    ],
)
def test_a_hospital_says_by_itself_what_somebody_is(
    kind: PlaceKind, was: PersonState, becomes: PersonState
) -> None:
    assert facts.state_at(kind, was) is becomes


def test_an_order_is_given_heard_and_done_and_never_goes_back() -> None:
    """Whoever reports it done has heard it."""
    order = Order("o", KEY, 1, "接人", "李敏", "陈立", NOW)
    order.move(OrderStatus.DONE, "李敏", NOW)
    assert (order.heard_by, order.running) == ("李敏", False)
    with pytest.raises(errors.IllegalMove):
        order.move(OrderStatus.ACKNOWLEDGED, "x", NOW)
