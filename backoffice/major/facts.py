"""The facts of a major case, counted from its rows: what a situation report is written from and linked to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backoffice.major.model import Order, Person, PersonState, Place, PlaceKind, Post

LINKS = {"states": "#roster", "places": "#places", "orders": "#orders", "cases": "#cases"}
"""Where each group of facts stands on the page."""


@dataclass(frozen=True, slots=True)
class AtPlace:
    """A place with how many persons of which state and how many envoys are there."""

    place: Place
    persons: int
    states: dict[PersonState, int]
    envoys: int


@dataclass(frozen=True, slots=True)
class Facts:
    """Counted at one moment."""

    at: datetime
    total: int
    states: dict[PersonState, int]
    places: tuple[AtPlace, ...]
    envoys: int
    cases: int
    orders_open: int
    orders_done: int

    @property
    def found(self) -> int:
        """Of whom is known where they are."""
        return self.total - self.states.get(PersonState.MISSING, 0)

    def kept(self) -> dict[str, Any]:
        """What is stored with a report: numbers and names of places, nobody's name."""
        places = [
            {"id": p.place.id, "name": p.place.name, "persons": p.persons, "envoys": p.envoys}
            for p in self.places
        ]
        return {
            "at": self.at.isoformat(),
            "total": self.total,
            "states": {str(state): n for state, n in self.states.items()},
            "places": places,
            "envoys": self.envoys,
            "cases": self.cases,
            "orders_open": self.orders_open,
            "orders_done": self.orders_done,
        }


@dataclass(frozen=True, slots=True)
class Rows:
    """What is counted. `envoys` are at work in the attached cases, `posts` say where."""

    persons: Sequence[Person]
    places: Sequence[Place]
    orders: Sequence[Order]
    posts: Sequence[Post]
    envoys: int
    cases: int


def count(rows: Rows, at: datetime) -> Facts:
    done = sum(not order.running and order.outcome != "" for order in rows.orders)
    return Facts(
        at=at,
        total=len(rows.persons),
        states=states(rows.persons),
        places=tuple(_at(place, rows) for place in rows.places),
        envoys=rows.envoys,
        cases=rows.cases,
        orders_open=sum(order.running for order in rows.orders),
        orders_done=done,
    )


def states(persons: Sequence[Person]) -> dict[PersonState, int]:
    """In the order of worry; a state nobody is in is left out."""
    found = {state: sum(p.state is state for p in persons) for state in PersonState}
    return {state: n for state, n in found.items() if n}


def _at(place: Place, rows: Rows) -> AtPlace:
    here = [p for p in rows.persons if p.place == place.id]
    return AtPlace(place, len(here), states(here), sum(post.place == place.id for post in rows.posts))


def state_at(kind: PlaceKind, now: PersonState) -> PersonState:
    """What being brought somewhere says of a person: a hospital and a shelter say it by themselves."""
    said = {PlaceKind.HOSPITAL: PersonState.HOSPITAL, PlaceKind.SHELTER: PersonState.SAFE}.get(kind)
    return said if said and now in (PersonState.MISSING, PersonState.TRAPPED, PersonState.SAFE) else now


def changed(kept: dict[str, Any], now: Facts) -> list[str]:
    """Names of the facts that are other now than when a report was written."""
    fresh = now.kept()
    return [name for name in fresh if name != "at" and kept.get(name) != fresh[name]]
