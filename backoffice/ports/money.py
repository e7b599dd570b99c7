"""Money: the ledger, payments and payouts as rows, prices, and the payment providers outside."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Protocol

from backoffice.kernel.exchange import Address
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money, Rate
from backoffice.money.accounts import Account, Entry
from backoffice.money.model import Heard, Payment, PaymentId, ProviderOrder, ProviderOrderId, Purpose, Told
from backoffice.money.payers import Cover
from backoffice.money.payouts import Payee, Payout, PayoutId, PayoutStatus
from backoffice.money.prices import Price, SosPay
from backoffice.money.slips import Slip, SlipId, SlipKind
from backoffice.money.statements import Line
from backoffice.money.tables import PriceTable


class Ledger(Protocol):
    """The double-entry ledger: append only."""

    async def post(self, entry: Entry) -> bool:
        """True when booked now, False when this key was booked before.

        Raises `ledger.KeyReused` for other parameters, `ledger.NotEnough` when other people's money would
        become less than nothing.
        """
        ...

    async def balance(self, account: Account, currency: str, before: datetime | None = None) -> Money:
        """Debits less credits, of all entries or of those before a moment."""
        ...

    async def lines(self, account: Account, since: datetime, until: datetime) -> Sequence[Line]:
        """Bookings on one account in all currencies, oldest first."""
        ...

    async def currencies(self, account: Account) -> frozenset[str]:
        """In which currencies anything was ever booked on it."""
        ...

    async def owed(self) -> Sequence[tuple[PersonId, Money]]:
        """What every envoy has earned and was not paid; positive sums."""
        ...


class Payments(Protocol):
    """Payments and the orders to providers."""

    async def add(self, payment: Payment) -> None:
        """Raises `errors.Stale` when the key is taken."""
        ...

    async def get(self, payment: PaymentId) -> Payment:
        """Raises `errors.NotFound`."""
        ...

    async def by_key(self, key: str) -> Payment | None: ...
    async def of(self, purpose: Purpose) -> Sequence[Payment]: ...
    async def save(self, payment: Payment) -> None:
        """Conditional on `version`; raises `errors.Stale`."""
        ...

    async def add_order(self, order: ProviderOrder) -> None: ...
    async def order(self, order: ProviderOrderId) -> ProviderOrder:
        """Raises `errors.NotFound`."""
        ...

    async def orders_of(self, subject: str) -> Sequence[ProviderOrder]:
        """Oldest first."""
        ...

    async def save_order(self, order: ProviderOrder) -> None:
        """Conditional on `version`; raises `errors.Stale`."""
        ...

    async def hear(self, heard: Heard) -> bool:
        """Keep what a provider told; False when it had told it before."""
        ...

    async def heard_done(self, seq: int) -> bool:
        """Conditional UPDATE: handled now, by us."""
        ...


class Payouts(Protocol):
    """Payouts and where envoys want to be paid."""

    async def add(self, payout: Payout) -> None:
        """Raises `errors.Stale` when this envoy has an open payout in this currency."""
        ...

    async def get(self, payout: PayoutId) -> Payout: ...
    async def save(self, payout: Payout) -> None: ...
    async def with_status(self, status: PayoutStatus) -> Sequence[Payout]: ...
    async def open_of(self, person: PersonId) -> Sequence[Payout]: ...
    async def put_payee(self, payee: Payee) -> None: ...
    async def payee(self, person: PersonId) -> Payee | None: ...


class Slips(Protocol):
    """Bookings by hand, those that wait for a second signature among them."""

    async def add(self, slip: Slip) -> None:
        """Raises `errors.Stale` when the same kind, subject and reference stand already."""
        ...

    async def get(self, slip: SlipId) -> Slip:
        """Raises `errors.NotFound`."""
        ...

    async def known(self, kind: SlipKind, subject: str, reference: str) -> Slip | None:
        """What was written down before, unless it was dropped."""
        ...

    async def save(self, slip: Slip) -> None:
        """Conditional on `version`; raises `errors.Stale`."""
        ...

    async def waiting(self) -> Sequence[Slip]:
        """For the second signature, oldest first."""
        ...

    async def newest(self, most: int) -> Sequence[Slip]: ...
    async def of(self, subject: str) -> Sequence[Slip]: ...


class Payers(Protocol):
    """Who stands behind a person, asked when an SOS is settled."""

    async def cover(self, person: PersonId) -> Cover: ...


class Prices(Protocol):
    """Prices, the SOS pay table and rates, each with the days it holds."""

    async def prices(self, kind: str, country: str, on: date) -> Sequence[Price]:
        """Of the country and of everywhere (country "")."""
        ...

    async def sos_pay(self, country: str, on: date) -> Sequence[SosPay]: ...
    async def rates(self, on: date) -> Sequence[Rate]:
        """The newest of each pair on that day."""
        ...

    async def put(self, table: PriceTable) -> int:
        """A row that holds from a later day ends the older one of its place the day before; returns the number put."""
        ...


@dataclass(frozen=True, slots=True)
class Instruction:
    """Everything a provider needs for one order. Texts are in the payer's language."""

    order: ProviderOrder
    payment: Payment | None = None
    to: Address | None = None
    title: str = ""
    details: str = ""
    payee: Payee | None = None


@dataclass(frozen=True, slots=True)
class ProviderAnswer:
    """What a provider says of an order. `how` is what the payer needs to pay, `amount` what was paid."""

    told: Told
    reference: str = ""
    amount: Money | None = None
    how: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""


class PayFailure(Exception):
    """Anything that kept an order from being answered; `code` is short and safe to show and to log."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PayTemporary(PayFailure):
    """Not now, and certainly not executed: again after `delay_s`."""

    def __init__(self, code: str, delay_s: float) -> None:
        super().__init__(code)
        self.delay_s = delay_s


class PayRefused(PayFailure):
    """The provider says no for good."""


class PayUnknown(PayFailure):
    """Perhaps executed, perhaps not: ask, never send again blindly."""


class PaymentProvider(Protocol):
    """One way of being paid and of paying. Raises only `PayFailure`s.

    An order's id is the provider's idempotency key; for `create` and `close` the payment's id is.
    """

    @property
    def name(self) -> str: ...

    async def create(self, instruction: Instruction) -> ProviderAnswer:
        """Make the payment payable: `ready` with `how`."""
        ...

    async def query(self, instruction: Instruction) -> ProviderAnswer:
        """How an order of any kind stands; `unknown_there` when the provider never got it."""
        ...

    async def close(self, instruction: Instruction) -> ProviderAnswer:
        """No longer payable. `PayRefused("paid")` when it was paid meanwhile."""
        ...

    async def capture(self, instruction: Instruction) -> ProviderAnswer: ...
    async def refund(self, instruction: Instruction) -> ProviderAnswer: ...
    async def payout(self, instruction: Instruction) -> ProviderAnswer: ...
