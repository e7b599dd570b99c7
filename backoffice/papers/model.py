"""What a paper tells: the facts of an order's receipt, an envoy's week, a report from the scene."""

from dataclasses import dataclass
from datetime import datetime

from backoffice.kernel.messages import PlaceWords
from backoffice.kernel.money import Money

OURS = "paper-"
"""Ids of files that we drew begin with this."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose language the paper speaks, and the IANA zone its times are said in."""

    locale: str
    zone: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a traveller paid for one order. `kind` is the service's id; times are UTC.

    `parts` are named parts of the sum (may be empty); `in_cny` the sum at the rate that was shown; `paid` whether
    the service holds the money; `advanced`: the service has paid the envoys, and nobody has paid the service yet.
    """

    reader: Reader
    ref: str
    made_at: datetime
    kind: str
    customer: str
    envoy: str
    place: PlaceWords
    began: datetime
    ended: datetime
    minutes: int
    total: Money
    in_cny: Money | None = None
    paid: bool = True
    advanced: bool = False
    drill: bool = False


@dataclass(frozen=True, slots=True)
class Booked:
    """One line of a week: `what` is the ledger's operation; `amount` positive earns; `owed` the balance after it."""

    at: datetime
    what: str
    subject: str
    amount: Money
    owed: Money


@dataclass(frozen=True, slots=True)
class Account:
    """A week in one currency."""

    opening: Money
    lines: tuple[Booked, ...]
    earned: Money
    paid: Money
    closing: Money


@dataclass(frozen=True, slots=True)
class WeekStatement:
    """An envoy's week, `since` inclusive, `until` exclusive; one account per currency."""

    reader: Reader
    name: str
    since: datetime
    until: datetime
    made_at: datetime
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class Observed:
    """What the envoy wrote or showed at a moment; `photo` is JPEG or PNG."""

    at: datetime
    text: str = ""
    photo: bytes | None = None


@dataclass(frozen=True, slots=True)
class SceneReport:
    """An envoy's report from the scene."""

    reader: Reader
    ref: str
    envoy: str
    place: PlaceWords
    made_at: datetime
    arrived: datetime | None
    seen: tuple[Observed, ...]
    drill: bool = False
