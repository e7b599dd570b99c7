"""What may happen to money: each operation answers with the balanced entry that books it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from backoffice.kernel import money
from backoffice.kernel.errors import Refusal
from backoffice.kernel.money import Money
from backoffice.money.accounts import Account, AccountKind, Entry, Operation, Posting


class NotEnough(Refusal):
    """More was asked for than is there."""

    key = "money.not_enough"


class KeyReused(Refusal):
    """The same idempotency key with other parameters (reliability: differing parameters are an error)."""

    key = "money.key_reused"


class NotASum(Refusal):
    """Nothing, or less than nothing, cannot be moved."""

    key = "money.not_a_sum"
    status = 422


@dataclass(frozen=True, slots=True)
class Stamp:
    """What every entry carries: its idempotency key, the time, and what it is about."""

    key: str
    at: datetime
    subject: str


@dataclass(frozen=True, slots=True)
class Split:
    """One share of a captured sum and whose it becomes."""

    to: Account
    amount: Money


def to_envoy(person: str, amount: Money) -> Split:
    """The envoy's earnings."""
    return Split(Account(AccountKind.PAYABLE, person), amount)


def to_fees(amount: Money) -> Split:
    """The service's own share."""
    return Split(Account(AccountKind.FEES), amount)


def clearing(provider: str) -> Account:
    return Account(AccountKind.CLEARING, provider)


def escrow(payment: str) -> Account:
    return Account(AccountKind.ESCROW, payment)


def authorised_of(payment: str) -> Account:
    return Account(AccountKind.AUTHORISED, payment)


def refund_due(payment: str) -> Account:
    return Account(AccountKind.REFUND_DUE, payment)


def payout_due(payout: str) -> Account:
    return Account(AccountKind.PAYOUT_DUE, payout)


def payable(person: str) -> Account:
    return Account(AccountKind.PAYABLE, person)


def fund(centre: str = "") -> Account:
    return Account(AccountKind.FUND, centre)


def sponsor(name: str) -> Account:
    """`policy:<id>` or `organisation:<id>`."""
    return Account(AccountKind.SPONSOR, name)


def move(stamp: Stamp, what: Operation, debit: Account, credit: Account, amount: Money) -> Entry:
    """The plainest entry: from one account to another."""
    _positive(amount)
    return Entry(stamp.key, stamp.at, what, stamp.subject, (Posting(debit, amount), Posting(credit, -amount)))


def authorise(stamp: Stamp, provider: str, amount: Money) -> Entry:
    """The provider says that the payer's money is there (subject: the payment)."""
    return move(stamp, Operation.AUTHORISE, clearing(provider), authorised_of(stamp.subject), amount)


def hold(stamp: Stamp, amount: Money) -> Entry:
    """The money is held for what was ordered."""
    return move(stamp, Operation.HOLD, authorised_of(stamp.subject), escrow(stamp.subject), amount)


def release(stamp: Stamp, provider: str, amount: Money) -> Entry:
    """An authorisation lapses before anything was held."""
    return move(stamp, Operation.RELEASE, authorised_of(stamp.subject), clearing(provider), amount)


def capture(stamp: Stamp, splits: Sequence[Split]) -> Entry:
    """Held money becomes the envoy's, the service's … by shares of one currency."""
    if not splits:
        raise NotASum
    for split in splits:
        _positive(split.amount)
    whole = money.total((s.amount for s in splits), splits[0].amount.currency)
    credits_ = tuple(Posting(s.to, -s.amount) for s in splits)
    postings = (Posting(escrow(stamp.subject), whole), *credits_)
    return Entry(stamp.key, stamp.at, Operation.CAPTURE, stamp.subject, postings)


def fee(stamp: Stamp, provider: str, amount: Money) -> Entry:
    """What a provider kept for itself."""
    cost = Account(AccountKind.PROVIDER_FEES, provider)
    return move(stamp, Operation.FEE, cost, clearing(provider), amount)


def owe(stamp: Stamp, payer: Account, payee: str, amount: Money) -> Entry:
    """Earned without a traveller's payment: the policy, the organisation or the centre's fund pays."""
    return move(stamp, Operation.OWE, payer, payable(payee), amount)


def top_up(stamp: Stamp, payer: Account, provider: str, amount: Money) -> Entry:
    """Money comes in from a sponsor or into the fund."""
    return move(stamp, Operation.TOP_UP, clearing(provider), payer, amount)


def refund(stamp: Stamp, amount: Money) -> Entry:
    """Held money is ordered back to the payer."""
    return move(stamp, Operation.REFUND, escrow(stamp.subject), refund_due(stamp.subject), amount)


def make_good(stamp: Stamp, bearer: Account, amount: Money) -> Entry:
    """Money that is no longer held is ordered back to the payer; `bearer`, such as the fund, stands in for it."""
    return move(stamp, Operation.REFUND, bearer, refund_due(stamp.subject), amount)


def refunded(stamp: Stamp, provider: str, amount: Money) -> Entry:
    """The provider has given it back."""
    return move(stamp, Operation.REFUNDED, refund_due(stamp.subject), clearing(provider), amount)


def refund_failed(stamp: Stamp, amount: Money) -> Entry:
    """The provider refused: the money is still held."""
    return move(stamp, Operation.REFUND_FAILED, refund_due(stamp.subject), escrow(stamp.subject), amount)


def payout(stamp: Stamp, payee: str, amount: Money) -> Entry:
    """Earnings are ordered out (subject: the payout)."""
    return move(stamp, Operation.PAYOUT, payable(payee), payout_due(stamp.subject), amount)


def paid_out(stamp: Stamp, provider: str, amount: Money) -> Entry:
    """The envoy has the money."""
    return move(stamp, Operation.PAID_OUT, payout_due(stamp.subject), clearing(provider), amount)


def payout_failed(stamp: Stamp, payee: str, amount: Money) -> Entry:
    """It came back: it is owed again."""
    return move(stamp, Operation.PAYOUT_FAILED, payout_due(stamp.subject), payable(payee), amount)


def exchange(stamp: Stamp, account: Account, given: Money, got: Money) -> Entry:
    """One account's balance changes its currency; the exchange account takes the other side of both."""
    _positive(given)
    _positive(got)
    middle = Account(AccountKind.EXCHANGE)
    postings = (
        Posting(account, given),
        Posting(middle, -given),
        Posting(middle, got),
        Posting(account, -got),
    )
    return Entry(stamp.key, stamp.at, Operation.EXCHANGE, stamp.subject, postings)


@dataclass
class Books:
    """The rules every ledger keeps, over plain dictionaries: what storage must do, it must do like this."""

    balances: dict[tuple[Account, str], int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def balance(self, account: Account, currency: str) -> Money:
        """Debits less credits."""
        return Money(self.balances.get((account, currency), 0), currency)

    def post(self, entry: Entry) -> bool:
        """True when booked now, False when it was booked before. Raises `KeyReused` and `NotEnough`."""
        known = self.keys.get(entry.key)
        if known is not None:
            same_as_before(known, entry)
            return False
        after: dict[tuple[Account, str], int] = {}
        for posting in entry.postings:
            at = (posting.account, posting.amount.currency)
            after[at] = after.get(at, self.balances.get(at, 0)) + posting.amount.minor
        if any(account.guarded and minor > 0 for (account, _), minor in after.items()):
            raise NotEnough
        self.balances |= after
        self.keys[entry.key] = entry.fingerprint
        return True


def same_as_before(known: str, entry: Entry) -> None:
    """Raises `KeyReused` when the key was used for something else."""
    if known != entry.fingerprint:
        raise KeyReused


def _positive(amount: Money) -> None:
    if amount.minor <= 0:
        raise NotASum
