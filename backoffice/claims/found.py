"""What a person established about a claim: the facts that a rule cannot know by itself, beside what was told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from typing import Any

from backoffice.claims.claim import Facts
from backoffice.claims.model import Line
from backoffice.insurance.model import Exclusion, Product
from backoffice.kernel.errors import Refusal


class Standing(StrEnum):
    """How a circumstance of the exclusions stands. `suspected`: a person decides the lines it concerns."""

    NO = "no"
    SUSPECTED = "suspected"
    ESTABLISHED = "established"


class NotAsked(Refusal):
    """No clause of this product asks for that."""

    key = "centre.claim_not_asked"
    status = 422


@dataclass(frozen=True, slots=True)
class Found:
    """`standings` by the exclusions' words; the rest, where not None, stands instead of what was told."""

    standings: Mapping[str, Standing] = field(default_factory=dict)
    event_on: date | None = None
    country: str | None = None
    sport: str | None = None
    hours: int | None = None
    days: int | None = None

    def check(self, product: Product) -> None:
        """Raises `NotAsked`."""
        known = {exclusion.when for exclusion in product.exclusions}
        if set(self.standings) - known or (self.sport and self.sport not in product.sports):
            raise NotAsked

    def over(self, told: Facts) -> Facts:
        """What was told, corrected; the claim keeps it as it was told."""
        mine = ("event_on", "country", "sport", "hours", "days")
        known = {name: value for name in mine if (value := getattr(self, name)) is not None}
        return replace(told, **known)

    def on(self, line: Line) -> Line:
        """The line with what is established and what is suspected."""
        return replace(
            line,
            circumstances=self._standing(Standing.ESTABLISHED),
            doubts=self._standing(Standing.SUSPECTED),
        )

    def _standing(self, wanted: Standing) -> frozenset[str]:
        return frozenset(when for when, standing in self.standings.items() if standing is wanted)


def asked(product: Product, lines: Sequence[Line]) -> Sequence[Exclusion]:
    """The exclusions that could concern these lines, in the terms' order."""
    mine = {line.item for line in lines}
    return [e for e in product.exclusions if not e.items or mine & set(e.items)]


def write(found: Found) -> dict[str, Any]:
    """As JSON; what is not known is left out."""
    standings = {when: str(s) for when, s in found.standings.items() if s is not Standing.NO}
    plain = {name: getattr(found, name) for name in ("country", "sport", "hours", "days")}
    day = {"event_on": found.event_on.isoformat()} if found.event_on else {}
    return {"standings": standings, **day, **{k: v for k, v in plain.items() if v is not None}}


def read(kept: Mapping[str, Any]) -> Found:
    day = kept.get("event_on")
    return Found(
        standings={when: Standing(s) for when, s in kept.get("standings", {}).items()},
        event_on=date.fromisoformat(day) if day else None,
        country=kept.get("country"),
        sport=kept.get("sport"),
        hours=kept.get("hours"),
        days=kept.get("days"),
    )
