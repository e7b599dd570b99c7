"""Offline knowledge of places."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from backoffice.kernel.geo import Point, RawPoint
from backoffice.kernel.messages import PlaceWords


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """`service` is `police`, `ambulance`, `fire` … or empty where nobody may guess."""

    number: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class NearCentre:
    """A contracted emergency centre; its place is known to the city only."""

    name: str
    city: str


@dataclass(frozen=True, slots=True)
class FoundPlace:
    """A city named in a text: its centre and its words."""

    point: Point
    words: PlaceWords


class FoundAddress(Protocol):
    """A place an outside service knows: its address, its point, and how exact that is in metres."""

    @property
    def label(self) -> str: ...
    @property
    def point(self) -> Point: ...
    @property
    def accuracy_m(self) -> float: ...


class Geocoder(Protocol):
    """Street addresses, where a service is configured. A failure is an empty answer."""

    async def address(self, point: Point, locale: str) -> str | None: ...
    async def search(self, text: str, locale: str) -> Sequence[FoundAddress]: ...


class Places(Protocol):
    """Offline knowledge of places."""

    def find(self, text: str) -> Sequence[FoundPlace]:
        """Cities named in `text`, in any of the five languages, the likeliest first."""
        ...

    def fix(self, raw: RawPoint) -> tuple[Point, bool, Point | None]:
        """WGS-84 point, whether two readings fit, and the other reading."""
        ...

    def describe(self, point: Point) -> PlaceWords: ...
    def time_zone(self, point: Point) -> str:
        """IANA zone of a point: a small part of what `describe` costs."""
        ...

    def emergency_numbers(self, country: str) -> Sequence[EmergencyNumber]: ...
    def near_centre(self, point: Point) -> NearCentre | None: ...
    def in_mainland_china(self, point: Point) -> bool: ...
    def to_gcj(self, point: Point) -> Point:
        """For maps of mainland China; the same point elsewhere."""
        ...
