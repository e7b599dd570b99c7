"""Service orders: who ordered what, who was asked, what was said, how it was rated."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from backoffice.cases.model import Entry, Event
from backoffice.kernel.ids import EnvoyId, OfferId, OrderId, PersonId
from backoffice.orders.model import Offer, Order, Rating, Review, Verdict


@dataclass(frozen=True, slots=True)
class Booking:
    """What is booked: the envoy who said yes on `offer`, from when to when; `gap` is kept free around it."""

    order: OrderId
    offer: OfferId
    envoy: EnvoyId
    start_at: datetime
    end_at: datetime
    gap: timedelta


class Orders(Protocol):
    """Orders, their conversation and their timeline. Positions and words are sealed under the order's key.

    Entries and events are those of cases; their `case` is the order's id.
    """

    async def add(self, order: Order) -> None: ...
    async def get(self, order: OrderId) -> Order: ...
    async def find(self, order: OrderId) -> Order | None: ...
    async def by_ref(self, ref: str) -> Order | None: ...
    async def ref_free(self, ref: str) -> bool: ...
    async def save(self, order: Order) -> None:
        """Conditional on `version`, which it raises by one on success; raises `errors.Stale`."""
        ...

    async def live_of(self, customer: PersonId) -> Sequence[Order]:
        """A traveller's orders that are not over, the soonest first."""
        ...

    async def held_by(self, envoy: EnvoyId) -> Sequence[Order]:
        """Orders booked with or running at this envoy, the soonest first."""
        ...

    async def lately_of(self, envoy: EnvoyId, since: datetime) -> Sequence[Order]:
        """Orders this envoy had to the end, ended since then, the newest first."""
        ...

    async def last_of(self, customer: PersonId) -> Order | None: ...
    async def book(self, booking: Booking) -> bool:
        """Conditional UPDATE: the envoy has the order while it is still offered, the envoy is on duty, and no
        other order of theirs overlaps; the loaded order is then booked. True for the one winner."""
        ...

    async def hold_until(self, order: OrderId, end_at: datetime, gap: timedelta) -> bool:
        """Conditional UPDATE: the envoy's time is held until `end_at` unless another of their orders overlaps."""
        ...

    async def taken(self, envoys: Sequence[EnvoyId], start: datetime, end: datetime) -> set[EnvoyId]:
        """Who has an order booked or running in that time."""
        ...

    async def add_entry(self, entry: Entry) -> int: ...
    async def entries(self, order: OrderId) -> Sequence[Entry]: ...
    async def add_event(self, event: Event) -> None: ...
    async def events(self, order: OrderId) -> Sequence[Event]: ...
    async def seal(self, order: OrderId) -> None:
        """Move exact positions behind the two-person seal."""
        ...


class OrderOffers(Protocol):
    """Who was asked for which order."""

    async def add(self, offer: Offer) -> None:
        """Raises `errors.Stale` when this envoy was already asked for this order."""
        ...

    async def get(self, offer: OfferId) -> Offer: ...
    async def find(self, offer: OfferId) -> Offer | None: ...
    async def save(self, offer: Offer) -> None: ...
    async def of_order(self, order: OrderId) -> Sequence[Offer]:
        """In the order they answered, then were asked."""
        ...

    async def open_of(self, envoy: EnvoyId) -> Sequence[Offer]:
        """Asked or willing."""
        ...


class OrderRatings(Protocol):
    """Ratings of both sides, and the reviews of what went badly."""

    async def add(self, rating: Rating) -> bool:
        """False when this side has rated before."""
        ...

    async def of_order(self, order: OrderId) -> Sequence[Rating]: ...
    async def show(self, order: OrderId, now: datetime) -> None:
        """What was blind is shown from here on."""
        ...

    async def shown_about(self, envoy: EnvoyId) -> Sequence[int]:
        """The stars travellers gave this envoy, as far as they are shown."""
        ...

    async def open_review(self, review: Review) -> int: ...
    async def open_reviews(self) -> Sequence[Review]: ...
    async def reviews_of(self, order: OrderId) -> Sequence[Review]:
        """Open and decided, oldest first."""
        ...

    async def decided_reviews(self, most: int) -> Sequence[Review]:
        """The newest decisions first."""
        ...

    async def review(self, review: int) -> Review:
        """Raises `errors.NotFound`."""
        ...

    async def decide_review(self, review: int, verdict: Verdict, now: datetime) -> bool:
        """Conditional UPDATE: False when somebody has decided before."""
        ...
