"""Kinds of claim as people name them: which cover items each stands for, and what must be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backoffice.insurance.model import Item, Product


class ClaimKind(StrEnum):
    HOSPITAL = "hospital"
    OUTPATIENT = "outpatient"
    DENTAL = "dental"
    DELAY = "delay"
    BAGGAGE_DELAY = "baggage_delay"
    BAGGAGE = "baggage"
    THEFT = "theft"
    DOCUMENTS = "documents"
    RESCUE = "rescue"
    ENVOY = "envoy"
    REPATRIATION = "repatriation"
    CANCELLATION = "cancellation"
    DISABILITY = "disability"
    LIABILITY = "liability"


class Fact(StrEnum):
    """What is asked, in this order."""

    EVENT = "event"
    COUNTRY = "country"
    SPORT = "sport"
    TOLD = "told"
    HOURS = "hours"
    DAYS = "days"
    AMOUNT = "amount"
    OTHERS = "others"


@dataclass(frozen=True, slots=True)
class Filing:
    """`items`: each place is one line, made of the first of its names that the product has. `facts`: asked beyond
    the day and the country."""

    items: tuple[tuple[str, ...], ...]
    facts: tuple[Fact, ...]


_BILL = (Fact.AMOUNT,)
_CARE = (Fact.SPORT, Fact.TOLD, Fact.AMOUNT, Fact.OTHERS)
FILINGS: Mapping[ClaimKind, Filing] = {
    ClaimKind.HOSPITAL: Filing(
        (("medical",), ("hospital_cash",)), (Fact.SPORT, Fact.TOLD, Fact.DAYS, Fact.AMOUNT, Fact.OTHERS)
    ),
    ClaimKind.OUTPATIENT: Filing((("medical",),), _CARE),
    ClaimKind.DENTAL: Filing((("dental",),), (Fact.TOLD, Fact.AMOUNT, Fact.OTHERS)),
    ClaimKind.DELAY: Filing((("flight_delay", "travel_delay"),), (Fact.HOURS,)),
    ClaimKind.BAGGAGE_DELAY: Filing((("baggage_delay",),), (Fact.HOURS,)),
    ClaimKind.BAGGAGE: Filing((("baggage",),), (Fact.TOLD, Fact.AMOUNT)),
    ClaimKind.THEFT: Filing((("baggage",),), (Fact.TOLD, Fact.AMOUNT)),
    ClaimKind.DOCUMENTS: Filing((("documents",),), _BILL),
    ClaimKind.RESCUE: Filing((("rescue",), ("envoy",)), _CARE),
    ClaimKind.ENVOY: Filing((("envoy",),), _BILL),
    ClaimKind.REPATRIATION: Filing((("repatriation",),), (Fact.TOLD, Fact.AMOUNT)),
    ClaimKind.CANCELLATION: Filing((("cancellation",),), (Fact.TOLD, Fact.AMOUNT, Fact.OTHERS)),
    ClaimKind.DISABILITY: Filing((("death_disability",),), (Fact.SPORT, Fact.TOLD)),
    ClaimKind.LIABILITY: Filing((("liability",),), (Fact.TOLD, Fact.AMOUNT)),
}


def items(kind: ClaimKind, product: Product) -> Sequence[Item]:
    """The product's items this kind claims under, main one first; none where the product has no such thing."""
    found = []
    for names in FILINGS[kind].items:
        item = next((product.item(name) for name in names if product.item(name)), None)
        if item is not None:
            found.append(item)
    return found


def offered(product: Product) -> Sequence[ClaimKind]:
    """The kinds a policy of this product can be claimed under: its main item must be in the product."""
    return [
        kind
        for kind, filing in FILINGS.items()
        if any(product.item(name) is not None for name in filing.items[0])
    ]
