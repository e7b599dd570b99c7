"""A service order: one envoy, one place, one time, one price; with its table of moves."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from backoffice.kernel import moves
from backoffice.kernel.geo import Fix
from backoffice.kernel.ids import CaseId, EnvoyId, OfferId, OrderId, PersonId
from backoffice.kernel.messages import MapPoint, PlaceWords, Role
from backoffice.kernel.money import Money


class OrderStatus(StrEnum):
    """`offering`: envoys are asked, or will be before the start. `handed_over`: it became an SOS."""

    OFFERING = "offering"
    BOOKED = "booked"
    RUNNING = "running"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    UNTAKEN = "untaken"
    HANDED_OVER = "handed_over"


ORDER_MOVES: moves.Moves[OrderStatus] = {
    OrderStatus.OFFERING: frozenset(
        {OrderStatus.BOOKED, OrderStatus.CANCELLED, OrderStatus.UNTAKEN, OrderStatus.HANDED_OVER}
    ),
    OrderStatus.BOOKED: frozenset(
        {
            OrderStatus.RUNNING,
            OrderStatus.OFFERING,
            OrderStatus.CANCELLED,
            OrderStatus.NO_SHOW,
            OrderStatus.HANDED_OVER,
        }
    ),
    OrderStatus.RUNNING: frozenset({OrderStatus.COMPLETED, OrderStatus.HANDED_OVER}),
}
LIVE = frozenset({OrderStatus.OFFERING, OrderStatus.BOOKED, OrderStatus.RUNNING})
HELD = frozenset({OrderStatus.BOOKED, OrderStatus.RUNNING})
"""An envoy's time is taken."""


class Mode(StrEnum):
    """The traveller chooses among those who said yes, or the first to accept has it."""

    CHOOSE = "choose"
    FIRST = "first"


@dataclass(frozen=True, slots=True)
class Price:
    """What was shown before confirming, in the currency of the place.

    `in_cny` is the whole at the day's rate, None where the currency is CNY or no rate is known.
    `pay` is what the envoy gets of the whole.
    """

    total: Money
    pay: Money
    in_cny: Money | None = None


@dataclass
class Meeting:
    """Where they meet: a name, a point, or both; `proposed` waits for the other side's yes."""

    name: str = ""
    point: MapPoint | None = None
    by: Role | None = None
    agreed: bool = True


@dataclass
class Order:
    """One paid service. Times are UTC; `start_at`–`end_at` is the time the envoy holds free.

    `asap`: the start is as soon as the envoy can be there. `said` are the two code words: each side is shown its
    own and types the other's. `wrong` counts wrong words by side. `ring` is the index of the search radius in use.
    """

    id: OrderId
    ref: str
    customer: PersonId
    kind: str
    language: str
    fix: Fix | None
    place: PlaceWords
    created_at: datetime
    start_at: datetime
    minutes: int
    price: Price
    mode: Mode = Mode.CHOOSE
    asap: bool = False
    details: str = ""
    end_at: datetime | None = None
    status: OrderStatus = OrderStatus.OFFERING
    envoy: EnvoyId | None = None
    offer: OfferId | None = None
    booked_at: datetime | None = None
    choose_by: datetime | None = None
    meeting: Meeting = field(default_factory=Meeting)
    proposal: Meeting | None = None
    said: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, int] = field(default_factory=dict)
    met: dict[str, str] = field(default_factory=dict)
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    charged: Money | None = None
    payment: str = ""
    paid: bool = False
    unmasked: bool = False
    drill: bool = False
    ring: int = 0
    wave: int = 0
    case: CaseId | None = None
    notes: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    def move(self, to: OrderStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(ORDER_MOVES, self.status, to)

    @property
    def live(self) -> bool:
        return self.status in LIVE

    @property
    def until(self) -> datetime:
        """When the time ordered is over."""
        return self.end_at or self.start_at + timedelta(minutes=self.minutes)

    @property
    def blocked(self) -> bool:
        """Wrong code words have alarmed: only the centre lets it start."""
        return any(n >= WRONG_WORDS for n in self.wrong.values())


WRONG_WORDS = 3
"""So many wrong code words alarm (business.md, Envoys)."""


class OfferStatus(StrEnum):
    ASKED = "asked"
    WILLING = "willing"
    DECLINED = "declined"
    LAPSED = "lapsed"
    STOOD_DOWN = "stood_down"
    CHOSEN = "chosen"
    WITHDRAWN = "withdrawn"
    DONE = "done"


OFFER_MOVES: moves.Moves[OfferStatus] = {
    OfferStatus.ASKED: frozenset(
        {
            OfferStatus.WILLING,
            OfferStatus.DECLINED,
            OfferStatus.LAPSED,
            OfferStatus.STOOD_DOWN,
            OfferStatus.CHOSEN,
        }
    ),
    OfferStatus.WILLING: frozenset(
        {OfferStatus.CHOSEN, OfferStatus.DECLINED, OfferStatus.LAPSED, OfferStatus.STOOD_DOWN}
    ),
    OfferStatus.LAPSED: frozenset({OfferStatus.ASKED}),
    OfferStatus.STOOD_DOWN: frozenset({OfferStatus.ASKED}),
    OfferStatus.CHOSEN: frozenset({OfferStatus.WITHDRAWN, OfferStatus.STOOD_DOWN, OfferStatus.DONE}),
}
OPEN_OFFERS = frozenset({OfferStatus.ASKED, OfferStatus.WILLING})


@dataclass
class Offer:
    """The question put to one envoy for one order. `distance_m` is geodesic; `reasons` explain the rank."""

    id: OfferId
    order: OrderId
    envoy: EnvoyId
    asked_at: datetime
    until: datetime
    wave: int
    distance_m: float
    from_base: bool
    status: OfferStatus = OfferStatus.ASKED
    answered_at: datetime | None = None
    reasons: dict[str, Any] = field(default_factory=dict)
    version: int = 0

    def move(self, to: OfferStatus) -> None:
        """The one door to `status`; raises `errors.IllegalMove`."""
        self.status = moves.check(OFFER_MOVES, self.status, to)


@dataclass(frozen=True, slots=True)
class Rating:
    """What one side gave the other: 1 to 5 stars. `by` is traveller or envoy; shown once `shown_at` is set."""

    order: OrderId
    by: Role
    about: EnvoyId | PersonId
    stars: int
    at: datetime
    shown_at: datetime | None = None


class Decision(StrEnum):
    """What the centre decided about an order that went badly."""

    NO_FAULT = "no_fault"
    TALKED = "talked"
    REMINDED = "reminded"
    MONEY_BACK = "money_back"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Review:
    """A look of the centre at an order that went badly.

    `reason` is `bad_rating`, `bad_rating_told`, `no_show`, `withdrawn` or `complaint`; `why` the words of whoever
    decided (`decided_by` their id, `decided_name`).
    """

    id: int
    order: OrderId
    reason: str
    opened_at: datetime
    text: str = ""
    closed_at: datetime | None = None
    decision: Decision | None = None
    why: str = ""
    decided_by: str = ""
    decided_name: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision, its reason, and whose it is (id and name)."""

    decision: Decision
    why: str
    by: str
    name: str
