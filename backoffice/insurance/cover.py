"""What covers a person at a moment, a place and in a sport; readable, and only from what an insurer has confirmed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from backoffice.insurance.model import PolicyId, Product
from backoffice.insurance.policies import SHOWN, Policy, local_day


class Fit(StrEnum):
    """Whether a policy answers for something: yes; asked for and not yet confirmed; not on that day; not there."""

    COVERS = "covers"
    APPLIED = "applied"
    NOT_THEN = "not_then"
    NOT_THERE = "not_there"


@dataclass(frozen=True, slots=True)
class Link:
    """A policy seen from a case, an order or a claim, as it stood when it was looked at."""

    policy: PolicyId
    fit: Fit
    at: datetime


def fit(policy: Policy, product: Product, at: datetime, country: str) -> Fit:
    """`country` is ISO 3166-1 alpha-2, "" where nobody knows it: then the place is no reason against."""
    day = local_day(at)
    if not policy.starts <= day <= policy.ends:
        return Fit.NOT_THEN
    if country and not product.covers_country(country):
        return Fit.NOT_THERE
    return Fit.COVERS if policy.covered else Fit.APPLIED


def links(found: Iterable[tuple[Policy, Product]], at: datetime, country: str) -> list[Link]:
    """Every policy worth knowing about, those that cover first."""
    order = list(Fit)
    made = [Link(p.id, fit(p, product, at, country), at) for p, product in found if p.status in SHOWN]
    return sorted(made, key=lambda link: order.index(link.fit))
