"""Who may be paid, by whom it is signed, and what finance and the envoy read."""

from datetime import UTC, datetime, timedelta

import pytest

from backoffice.kernel.errors import IllegalMove
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money import payouts, statements
from backoffice.money.accounts import Operation
from backoffice.money.payouts import Payee, PayeeDiffers, Payout, PayoutId, PayoutStatus, SamePerson
from backoffice.money.statements import Line, Reader

AT = datetime(2026, 3, 4, 12, tzinfo=UTC)
PAYEE = Payee(PersonId("e1"), "陈静", "+66812345678", "recorded", "TH 123-4")


def payout(**more: object) -> Payout:
    return Payout(PayoutId("p1"), "b1", PAYEE, Money.of(100, "THB"), AT, "op-proposer", **more)  # type: ignore[arg-type]


def test_a_small_payout_needs_one_other_person() -> None:
    small = payout()
    with pytest.raises(SamePerson):
        payouts.approve(small, "op-proposer", two_needed=False)
    assert payouts.approve(small, "op-a", two_needed=False)
    assert small.status is PayoutStatus.ORDERED


def test_a_large_payout_needs_two_other_persons() -> None:
    """One alone cannot do it, however often; the proposer is neither of the two."""
    large = payout()
    assert not payouts.approve(large, "op-a", two_needed=True)
    for again in ("op-a", "op-proposer"):
        with pytest.raises(SamePerson):
            payouts.approve(large, again, two_needed=True)
    assert payouts.approve(large, "op-b", two_needed=True)
    assert (large.first_by, large.second_by) == ("op-a", "op-b")


def test_what_is_ordered_is_never_ordered_again() -> None:
    done = payout()
    payouts.approve(done, "op-a", two_needed=False)
    with pytest.raises(IllegalMove):
        payouts.approve(done, "op-b", two_needed=False)


@pytest.mark.parametrize(
    ("name", "phone"),
    [("陈静", "+66812345678"), ("陈　静", "+66 81 234 5678"), (" 陈静 ", "＋６６８１２３４５６７８")],
)
def test_the_enrolled_envoy_is_recognised(name: str, phone: str) -> None:
    """Width, spaces and punctuation do not make another person."""
    payouts.check_payee(Payee(PersonId("e1"), name, phone, "recorded", "x"), "陈静", "+66812345678")


@pytest.mark.parametrize(
    ("name", "phone", "what"),
    [("陈晶", "+66812345678", "name"), ("陈静", "+66812345679", "phone"), ("", "", "name, phone")],
)
def test_another_payee_is_refused(name: str, phone: str, what: str) -> None:
    with pytest.raises(PayeeDiffers) as refused:
        payouts.check_payee(Payee(PersonId("e1"), name, phone, "recorded", "x"), "陈静", "+66812345678")
    assert refused.value.params == {"what": what}


def test_an_envoy_without_a_number_is_not_paid() -> None:
    """Nothing equals nothing only by accident."""
    with pytest.raises(PayeeDiffers):
        payouts.check_payee(Payee(PersonId("e1"), "陈静", "", "recorded", "x"), "陈静", "")


def test_no_cell_of_the_file_is_a_formula() -> None:
    evil = Payee(PersonId("e1"), "=HYPERLINK(1)", "+66812345678", "recorded", "@SUM(A1)")
    text = payouts.file([Payout(PayoutId("p1"), "b1", evil, Money.of("100.50", "THB"), AT, "op")])
    head, line = text.splitlines()
    assert head == "payout,batch,name,phone,account,currency,amount,reference"
    assert line == "p1,b1,'=HYPERLINK(1),'+66812345678,'@SUM(A1),THB,100.50,"


def test_a_week_runs_from_monday_to_monday_where_the_envoy_lives() -> None:
    """Also over a change of the clock: that week in Berlin has 167 hours."""
    since, until = statements.week(AT, "Asia/Bangkok")
    assert since == datetime(2026, 3, 1, 17, tzinfo=UTC)
    assert until - since == timedelta(days=7)
    spring = statements.week(datetime(2026, 3, 25, tzinfo=UTC), "Europe/Berlin")
    assert spring[1] - spring[0] == timedelta(hours=167)


def test_a_statement_adds_up() -> None:
    """Opening, earned and paid lead to what is owed at the end."""
    lines = [
        Line(AT, Operation.OWE, "sos:1", -Money.of(50, "THB")),
        Line(AT, Operation.PAYOUT, "p1", Money.of(120, "THB")),
    ]
    found = statements.statement(
        Reader(PersonId("e1"), "陈静", "Asia/Bangkok"),
        statements.week(AT, "Asia/Bangkok"),
        Money.of(100, "THB"),
        lines,
    )
    assert [x.owed.amount for x in found.lines] == [150, 30]
    assert (found.earned, found.paid, found.closing) == (
        Money.of(50, "THB"), Money.of(120, "THB"), Money.of(30, "THB"),
    )  # fmt: skip
    assert found.opening + found.earned - found.paid == found.closing
