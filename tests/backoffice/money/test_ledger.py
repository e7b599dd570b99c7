"""The ledger: balanced at every step, nothing held below nothing, nothing twice."""

from datetime import UTC, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from backoffice.kernel.money import Money
from backoffice.money import ledger
from backoffice.money.accounts import Account, AccountKind, Entry, Operation, Posting, Unbalanced
from backoffice.money.ledger import Books, KeyReused, NotASum, NotEnough, Split, Stamp

AT = datetime(2026, 3, 1, tzinfo=UTC)
ENVOY, FEES = "envoy-1", Account(AccountKind.FEES)


def yuan(whole: int) -> Money:
    return Money.of(whole, "CNY")


def stamp(key: str, subject: str = "p1") -> Stamp:
    return Stamp(key, AT, subject)


def paid(amount: Money) -> Books:
    """Books with one payment held."""
    books = Books()
    books.post(ledger.authorise(stamp("a"), "wechat", amount))
    books.post(ledger.hold(stamp("h"), amount))
    return books


def test_an_order_from_payment_to_payout() -> None:
    """A hundred held: eighty to the envoy, fifteen to the service, five back; in the end nothing is left over."""
    books = paid(yuan(100))
    books.post(ledger.capture(stamp("c"), [ledger.to_envoy(ENVOY, yuan(80)), ledger.to_fees(yuan(15))]))
    books.post(ledger.refund(stamp("r"), yuan(5)))
    books.post(ledger.refunded(stamp("rd"), "wechat", yuan(5)))
    books.post(ledger.payout(stamp("o", "out1"), ENVOY, yuan(80)))
    books.post(ledger.paid_out(stamp("od", "out1"), "wechat", yuan(80)))
    assert books.balance(ledger.clearing("wechat"), "CNY") == yuan(15)
    assert books.balance(FEES, "CNY") == -yuan(15)
    left = {at: minor for at, minor in books.balances.items() if minor and at[0].guarded}
    assert left == {}


def test_an_entry_out_of_balance_cannot_be_made() -> None:
    with pytest.raises(Unbalanced):
        Entry("k", AT, Operation.FEE, "", (Posting(FEES, yuan(1)), Posting(ledger.fund(), -yuan(2))))
    with pytest.raises(Unbalanced):
        Entry("k", AT, Operation.FEE, "", (Posting(FEES, yuan(1)), Posting(FEES, Money(-100, "THB"))))


def test_more_than_is_held_is_neither_shared_out_nor_given_back() -> None:
    books = paid(yuan(100))
    before = dict(books.balances)
    with pytest.raises(NotEnough):
        books.post(ledger.capture(stamp("c"), [ledger.to_fees(yuan(101))]))
    with pytest.raises(NotEnough):
        books.post(ledger.refund(stamp("r"), yuan(101)))
    assert books.balances == before


def test_the_same_key_again_books_nothing_and_another_sum_is_refused() -> None:
    """Idempotent by key; differing parameters are a conflict (409)."""
    books = paid(yuan(100))
    assert books.post(ledger.refund(stamp("r"), yuan(10)))
    assert not books.post(ledger.refund(Stamp("r", datetime(2027, 1, 1, tzinfo=UTC), "p1"), yuan(10)))
    with pytest.raises(KeyReused) as refused:
        books.post(ledger.refund(stamp("r"), yuan(11)))
    assert refused.value.status == 409
    assert books.balance(ledger.escrow("p1"), "CNY") == -yuan(90)


@pytest.mark.parametrize("minor", [0, -1])
def test_nothing_is_moved_by_nothing_or_less(minor: int) -> None:
    with pytest.raises(NotASum):
        ledger.refund(stamp("r"), Money(minor, "CNY"))
    with pytest.raises(NotASum):
        ledger.capture(stamp("c"), [ledger.to_fees(yuan(2)), ledger.to_fees(Money(minor, "CNY"))])


def test_a_refund_that_fails_is_held_again() -> None:
    books = paid(yuan(10))
    books.post(ledger.refund(stamp("r"), yuan(10)))
    books.post(ledger.refund_failed(stamp("rf"), yuan(10)))
    assert books.balance(ledger.escrow("p1"), "CNY") == -yuan(10)


def test_exchange_balances_in_both_currencies() -> None:
    books = Books()
    books.post(ledger.owe(stamp("o"), ledger.fund(), ENVOY, yuan(100)))
    books.post(ledger.exchange(stamp("x"), ledger.payable(ENVOY), yuan(100), Money.of(500, "THB")))
    assert books.balance(ledger.payable(ENVOY), "CNY") == yuan(0)
    assert books.balance(ledger.payable(ENVOY), "THB") == -Money.of(500, "THB")


SUMS = st.builds(Money, st.integers(1, 50_000), st.sampled_from(["CNY", "THB", "JPY"]))
PEOPLE = st.sampled_from(["e1", "e2", "e3"])


class MoneyMachine(RuleBasedStateMachine):
    """Random operations with repeated keys; every step is checked against what may never happen."""

    payments: Bundle[tuple[str, Money]] = Bundle("payments")
    refunds: Bundle[tuple[str, str, Money]] = Bundle("refunds")
    payouts: Bundle[tuple[str, str, Money]] = Bundle("payouts")
    posted: Bundle[Entry] = Bundle("posted")

    def __init__(self) -> None:
        super().__init__()
        self.books = Books()
        self.count = 0
        self.paid_out: dict[str, int] = {}

    def key(self) -> str:
        self.count += 1
        return f"k{self.count}"

    def post(self, entry: Entry) -> bool:
        """True when it was booked; a refusal must leave everything as it was."""
        before = dict(self.books.balances)
        try:
            return self.books.post(entry)
        except NotEnough:
            assert self.books.balances == before
            return False

    @rule(target=payments, amount=SUMS)
    def pay(self, amount: Money) -> tuple[str, Money]:
        payment = f"p{self.count}"
        assert self.post(ledger.authorise(Stamp(self.key(), AT, payment), "wechat", amount))
        assert self.post(ledger.hold(Stamp(self.key(), AT, payment), amount))
        return payment, amount

    @rule(
        target=posted, payment=payments, envoy=PEOPLE, share=st.integers(1, 50_000), fee=st.integers(1, 9_000)
    )
    def capture(self, payment: tuple[str, Money], envoy: str, share: int, fee: int) -> Entry:
        currency = payment[1].currency
        splits: list[Split] = [
            ledger.to_envoy(envoy, Money(share, currency)),
            ledger.to_fees(Money(fee, currency)),
        ]
        entry = ledger.capture(Stamp(self.key(), AT, payment[0]), splits)
        self.post(entry)
        return entry

    @rule(target=refunds, payment=payments, minor=st.integers(1, 50_000))
    def refund(self, payment: tuple[str, Money], minor: int) -> object:
        amount, key = Money(minor, payment[1].currency), self.key()
        if self.post(ledger.refund(Stamp(key, AT, payment[0]), amount)):
            return key, payment[0], amount
        return multiple()

    @rule(refund=consumes(refunds), worked=st.booleans())
    def refund_ends(self, refund: tuple[str, str, Money], worked: bool) -> None:
        key, payment, amount = refund
        done = Stamp(f"end:{key}", AT, payment)
        entry = ledger.refunded(done, "wechat", amount) if worked else ledger.refund_failed(done, amount)
        assert self.post(entry)
        assert not self.post(entry)

    @rule(envoy=PEOPLE, amount=SUMS)
    def owe(self, envoy: str, amount: Money) -> None:
        assert self.post(ledger.owe(Stamp(self.key(), AT, "sos"), ledger.fund(), envoy, amount))

    @rule(target=payouts, envoy=PEOPLE, amount=SUMS)
    def payout(self, envoy: str, amount: Money) -> object:
        key = self.key()
        if self.post(ledger.payout(Stamp(f"payout:{key}", AT, key), envoy, amount)):
            return key, envoy, amount
        return multiple()

    @rule(payout=payouts, worked=st.booleans())
    def payout_ends(self, payout: tuple[str, str, Money], worked: bool) -> None:
        """The outcome is told again and again, and differently: only the first telling counts."""
        key, envoy, amount = payout
        stamp = Stamp(f"end:{key}", AT, key)
        entry = (
            ledger.paid_out(stamp, "wechat", amount) if worked else ledger.payout_failed(stamp, envoy, amount)
        )
        try:
            booked = self.post(entry)
        except KeyReused:
            booked = False
        self.paid_out[key] = self.paid_out.get(key, 0) + (booked and worked)

    @rule(entry=posted)
    def again(self, entry: Entry) -> None:
        """A retry never books a second time."""
        if entry.key in self.books.keys:
            before = dict(self.books.balances)
            assert not self.books.post(entry)
            assert self.books.balances == before

    @invariant()
    def balanced(self) -> None:
        for currency in ("CNY", "THB", "JPY"):
            assert sum(m for (_, c), m in self.books.balances.items() if c == currency) == 0

    @invariant()
    def nobody_is_robbed(self) -> None:
        assert all(minor <= 0 for (account, _), minor in self.books.balances.items() if account.guarded)

    @invariant()
    def no_payout_twice(self) -> None:
        assert all(times <= 1 for times in self.paid_out.values())


TestMoneyMachine = MoneyMachine.TestCase
TestMoneyMachine.settings = settings(max_examples=205, stateful_step_count=50, deadline=None)
"""205 × 50 = 10,250 operations."""
