"""What the pages about orders and money read: frozen pictures of the rows, and the questions they may ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from backoffice import queries
from backoffice.cases.model import Event
from backoffice.dispatch.looks import Look
from backoffice.kernel.ids import EnvoyId, MediaId, OrderId, PersonId
from backoffice.kernel.money import Money
from backoffice.money.accounts import Account
from backoffice.money.model import Payment, PaymentId, ProviderOrder
from backoffice.money.payouts import Payee, Payout
from backoffice.money.slips import Slip
from backoffice.money.statements import Line
from backoffice.orders.model import Offer, Order, Rating, Review


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One order as the list shows it. `asked` and `willing` count offers that are open now.

    `answer_by`: when the last open offer lapses; `pay_by`: when an unpaid order is given up.
    """

    order: Order
    traveller: str
    envoy: str
    asked: int
    willing: int
    answer_by: datetime | None
    pay_by: datetime | None


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """A quality review with the order it is about."""

    review: Review
    ref: str
    traveller: str
    envoy: str


@dataclass(frozen=True, slots=True)
class OrderBoard:
    """The orders page: live ones by their start, the newest of those that are over, the reviews."""

    live: tuple[OrderLine, ...]
    over: tuple[OrderLine, ...]
    reviews: tuple[ReviewLine, ...]
    decided: tuple[ReviewLine, ...]


@dataclass(frozen=True, slots=True)
class OfferCard:
    """One envoy who was asked, and what they answered."""

    offer: Offer
    envoy: EnvoyId
    name: str
    phone: str
    rating: float
    ways: tuple[queries.Way, ...]


@dataclass(frozen=True, slots=True)
class OrderView:
    """Everything the page of one order shows. `case_ref` is the SOS it became."""

    line: OrderLine
    person: queries.PersonCard
    said: tuple[queries.Said, ...]
    told: tuple[queries.Told, ...]
    events: tuple[Event, ...]
    offers: tuple[OfferCard, ...]
    looks: tuple[Look, ...]
    payments: tuple[Payment, ...]
    ratings: tuple[Rating, ...]
    reviews: tuple[Review, ...]
    names: Mapping[str, str]
    case_ref: str
    duress: bool
    """Nothing may be written to the traveller's phone."""

    @property
    def order(self) -> Order:
        return self.line.order


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One payment; `ref` is the order it is for, "" where it is for something else."""

    payment: Payment
    ref: str


@dataclass(frozen=True, slots=True)
class Task:
    """An order to a provider that is not settled; `ref` as of its payment."""

    order: ProviderOrder
    ref: str


@dataclass(frozen=True, slots=True)
class MoneyView:
    """The money page: what waits for a person, then what is new."""

    to_record: tuple[PaymentLine, ...]
    tasks: tuple[Task, ...]
    to_sign: tuple[Slip, ...]
    stray: tuple[tuple[PaymentLine, Money], ...]
    """Payments with money that came and is held for nothing."""
    newest: tuple[PaymentLine, ...]
    slips: tuple[Slip, ...]


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One payment: what is held of it, what came for it and fits nothing."""

    line: PaymentLine
    payer: str
    held: Money
    stray: tuple[Money, ...]
    tasks: tuple[ProviderOrder, ...]
    slips: tuple[Slip, ...]


@dataclass(frozen=True, slots=True)
class Owed:
    """What an envoy has earned and was not paid. `why`: `payee_missing`, `payee_differs`, `open`, or "" for ready."""

    person: PersonId
    name: str
    amount: Money
    payee: Payee | None
    why: str


@dataclass(frozen=True, slots=True)
class PayoutLine:
    """One payout with the names of those who signed it."""

    payout: Payout
    proposed: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class PayoutsView:
    """The page of payouts. `to_pay`: by hand, from finance's file."""

    owed: tuple[Owed, ...]
    to_approve: tuple[PayoutLine, ...]
    to_pay: tuple[PayoutLine, ...]
    newest: tuple[PayoutLine, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """One account in one currency, debits less credits; `label` says whose it is."""

    account: Account
    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class LedgerView:
    """Every account that holds anything. `sums` by currency must all be nothing."""

    balances: tuple[Balance, ...]
    sums: Mapping[str, int]
    entries: int


@dataclass(frozen=True, slots=True)
class AccountView:
    """The newest bookings of one account."""

    account: Account
    label: str
    lines: tuple[Line, ...]


class OrderQueries(Protocol):
    """Reads for the pages about orders. None of them takes the writer."""

    async def orders(self) -> OrderBoard: ...

    async def order(self, order: OrderId, now: datetime) -> OrderView:
        """Raises `errors.NotFound`."""
        ...

    async def order_has(self, order: OrderId, media: MediaId) -> bool:
        """Whether a file was said in this order's thread."""
        ...


class MoneyQueries(Protocol):
    """Reads for the pages about money. None of them takes the writer."""

    async def money(self) -> MoneyView: ...

    async def payment(self, payment: PaymentId) -> PaymentView:
        """Raises `errors.NotFound`."""
        ...

    async def payouts(self) -> PayoutsView: ...
    async def ledger(self) -> LedgerView: ...
    async def account(self, account: Account) -> AccountView: ...


class ShopQueries(OrderQueries, MoneyQueries, Protocol):
    """Both."""
