"""Whom a claim may be paid to, and how much of a decision is still open; limits left by earlier ones; the month."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backoffice.claims import payment, statement, used
from backoffice.claims.claim import ClaimId
from backoffice.claims.model import Finding, Line, Reason, Verdict
from backoffice.claims.payment import ClaimPayment, ClaimPaymentId, ClaimPaymentStatus
from backoffice.claims.statement import PaidClaim
from backoffice.insurance import products
from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import Insured, Policy, Source
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money
from backoffice.money.payouts import Payee

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = date(2026, 3, 1)
HOLDER, CHILD = PersonId("h"), PersonId("c")


def yuan(whole: str | int) -> Money:
    return Money.of(whole, "CNY")


def policy(holder: PersonId | None = HOLDER) -> Policy:
    people = [Insured("ZHANG, San", "1", None, person=HOLDER), Insured("张小", "2", None, person=CHILD)]
    return Policy(PolicyId("p"), "sample", "WORLD", 1, DAY, DAY, Source.BOUGHT, NOW, yuan(1), holder, people)


@pytest.mark.parametrize("name", ["zhang san", "ＺＨＡＮＧ　ＳＡＮ", "Zhang,San"])
def test_the_holders_name_in_any_spelling(name: str) -> None:
    payment.check_payee(Payee(HOLDER, name, "", "recorded", "1"), payment.holders(policy(), 1, ""))


@pytest.mark.parametrize("name", ["张小", "San Zhang Li", "", " ", "李四"])
def test_nobody_else_not_even_the_one_who_was_hurt(name: str) -> None:
    with pytest.raises(payment.NotTheHolder):
        payment.check_payee(Payee(HOLDER, name, "", "recorded", "1"), payment.holders(policy(), 1, ""))


def test_without_a_holder_here_the_insured_person_is_paid() -> None:
    assert payment.holders(policy(None), 1, "") == ["张小"]
    assert payment.holders(policy(None), 9, "") == []
    outside = policy()
    outside.people = outside.people[1:]
    assert payment.holders(outside, 0, "王五") == ["王五"]


@pytest.mark.parametrize("typed", ["", "工行", "12345", "x" * 201 + "123456"])
def test_what_is_no_account(typed: str) -> None:
    with pytest.raises(payment.BadAccount):
        payment.account(typed)


def paid(amount: int, status: ClaimPaymentStatus) -> ClaimPayment:
    return ClaimPayment(
        ClaimPaymentId("x"), ClaimId("c"), 1, "sample", HOLDER, yuan(amount), NOW, "op", status
    )


@pytest.mark.parametrize(
    ("payments", "left"),
    [
        ([], 500),
        ([paid(200, ClaimPaymentStatus.PAID)], 300),
        ([paid(200, ClaimPaymentStatus.FAILED)], 500),
        ([paid(200, ClaimPaymentStatus.PAID), paid(300, ClaimPaymentStatus.ORDERED)], 0),
        ([paid(200, ClaimPaymentStatus.WAITING)], 300),
        ([paid(900, ClaimPaymentStatus.PAID)], 0),
    ],
)
def test_what_is_paid_or_on_its_way_is_not_paid_again(payments: list[ClaimPayment], left: int) -> None:
    assert payment.left(yuan(500), payments) == yuan(left)


def test_limits_days_and_excess_that_earlier_claims_took() -> None:
    """A refused line takes nothing; a person's own sum counts like a proposed one."""
    product = next(p for p in map(products.read, products.sample_sources()) if p.code == "CN-OUTDOOR")
    medical = Line("1", "medical", yuan(900), DAY, DAY, event="e")
    cash = Line("2", "hospital_cash", yuan(0), DAY, DAY, quantity=8)
    climbing = Line("3", "rescue", yuan(500), DAY, DAY, sport="ice_climbing")
    found = used.after(
        product,
        [
            (medical, Finding("1", Verdict.COVERED, Reason.PAID, "3.1", yuan(720), excess=yuan(100))),
            (medical, Finding("1", Verdict.NOT_COVERED, Reason.EXCLUDED, "4.1", yuan(0))),
            (cash, Finding("2", Verdict.COVERED, Reason.BY_PERSON, "3.3", yuan(500))),
            (climbing, Finding("3", Verdict.COVERED, Reason.PAID, "3.4", yuan(500))),
        ],
    )
    assert found.sums == {"medical": 720_00, "hospital_cash": 500_00, "rescue": 500_00}
    assert found.days == {"hospital_cash": 5}
    assert found.excess == {("e", "medical"): 100_00}
    assert found.risky == {"rescue": 500_00}


def test_the_insurers_month_is_beijings_and_no_cell_starts_a_formula() -> None:
    since, until = statement.month(date(2026, 12, 31))
    assert (since.isoformat(), until.isoformat()) == (
        "2026-11-30T16:00:00+00:00",
        "2026-12-31T16:00:00+00:00",
    )
    lines = [
        PaidClaim("AB12CD", "=cmd", "delay", NOW, NOW + timedelta(days=1), yuan("400.50"), "+1"),
        PaidClaim("AB12CE", "P2", "delay", NOW, NOW, yuan(1), "T2"),
    ]
    rows = statement.file(lines).splitlines()
    assert rows[1] == "AB12CD,'=cmd,delay,2026-03-01,2026-03-02,CNY,400.50,'+1"
    assert rows[-1] == "total,,,,,CNY,401.50,"
