"""A case moves only along its table, and rings until a person has acknowledged its newest ring."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from backoffice.cases.model import ACTIVE, CASE_MOVES, Case, CaseStatus, Origin
from backoffice.kernel.errors import IllegalMove
from backoffice.kernel.ids import CaseId, PersonId

NOW = datetime(2026, 3, 1, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)


def case(status: CaseStatus = CaseStatus.OPEN) -> Case:
    return Case(CaseId("c"), "7K3F", PersonId("p"), Origin.PIN, NOW, NOW, status)


@pytest.mark.parametrize(("before", "after"), list(product(CaseStatus, CaseStatus)))
def test_only_moves_of_the_table(before: CaseStatus, after: CaseStatus) -> None:
    one = case(before)
    if after in CASE_MOVES.get(before, frozenset()):
        one.move(after)
        assert one.status is after
    else:
        with pytest.raises(IllegalMove):
            one.move(after)
        assert one.status is before


def test_a_cancelled_case_never_comes_back() -> None:
    """Whoever cancelled in time was never heard of: nothing leads out of it."""
    assert CaseStatus.CANCELLED not in CASE_MOVES


def test_a_countdown_ends_in_a_cancel_or_in_help_and_nowhere_else() -> None:
    assert CASE_MOVES[CaseStatus.COUNTDOWN] == {CaseStatus.CANCELLED, CaseStatus.OPEN}


def test_a_closed_case_reopens_only() -> None:
    assert CASE_MOVES[CaseStatus.CLOSED] == {CaseStatus.OPEN}


@pytest.mark.parametrize("status", CaseStatus)
def test_active_is_what_still_runs(status: CaseStatus) -> None:
    assert case(status).active is (status in ACTIVE)


@pytest.mark.parametrize(
    ("rang", "answered", "rings"),
    [(None, None, False), (NOW, None, True), (NOW, LATER, False), (LATER, NOW, True), (None, NOW, False)],
)
def test_it_rings_while_the_newest_ring_is_unanswered(
    rang: datetime | None, answered: datetime | None, rings: bool
) -> None:
    one = case()
    one.rang_at, one.answered_at = rang, answered
    assert one.ringing is rings


@pytest.mark.parametrize("status", [s for s in CaseStatus if s is not CaseStatus.OPEN])
def test_only_an_open_case_rings(status: CaseStatus) -> None:
    one = case(status)
    one.rang_at = NOW
    assert not one.ringing
