"""Buying cover: what is on sale, what a trip costs, and the application that waits for its premium."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from backoffice.insurance import pricing
from backoffice.insurance.model import PolicyId, Product
from backoffice.insurance.policies import Insured, Policy, Source, local_day
from backoffice.insurance.pricing import NotSold, Premium, Trip
from backoffice.kernel.errors import Refusal
from backoffice.kernel.money import Money
from backoffice.people.model import Person
from backoffice.ports.insurance import Proof
from backoffice.workflows import premiums
from backoffice.workflows.work import Work

AHEAD = timedelta(days=365)
"""Cover begins tomorrow at the earliest, and within a year."""


class PriceChanged(Refusal):
    """The premium is another than the one that was shown."""

    key = "cover.price_changed"


@dataclass(frozen=True, slots=True)
class Application:
    """What somebody wants to buy; `shown` is the sum they have said yes to."""

    product: str
    edition: int
    trip: Trip
    people: tuple[Insured, ...]
    shown: Money


async def on_sale(work: Work) -> Sequence[Product]:
    """What may be bought today, of insurers that can confirm it."""
    found = await work.uow.products.on_sale(local_day(work.now))
    return [product for product in found if product.insurer in work.world.insurers]


async def find(work: Work, code: str) -> Product | None:
    return next((product for product in await on_sale(work) if product.code == code), None)


def quote(work: Work, product: Product, trip: Trip) -> Premium:
    """What a trip costs. Raises `NotSold` for what cannot be insured."""
    today = local_day(work.now)
    if trip.starts <= today:
        raise NotSold("cover.starts_too_soon")
    if trip.starts > today + AHEAD:
        raise NotSold("cover.starts_too_far")
    return pricing.premium(product, trip)


def with_ages(trip: Trip, people: Sequence[Insured]) -> Trip:
    """The trip with everybody's true age."""
    return replace(trip, ages=tuple(pricing.age_on(p.born, trip.starts) if p.born else 30 for p in people))


async def apply(work: Work, person: Person, given: Application) -> Policy:
    """The application, waiting for its premium. Raises `NotSold`, `PriceChanged`."""
    product = await find(work, given.product)
    if product is None or product.edition != given.edition:
        raise PriceChanged
    price = quote(work, product, with_ages(given.trip, given.people))
    if price.total != given.shown:
        raise PriceChanged
    policy = Policy(
        id=PolicyId(work.new_id()),
        insurer=product.insurer,
        product=product.code,
        edition=product.edition,
        starts=given.trip.starts,
        ends=given.trip.ends,
        source=Source.BOUGHT,
        created_at=work.now,
        premium=price.total,
        holder=person.id,
        people=[await _known(work, each, sum_) for each, sum_ in zip(given.people, price.each, strict=True)],
        countries=given.trip.countries,
        sports=given.trip.sports,
        drill=person.drill,
    )
    await work.uow.policies.add(policy)
    await _consented(work, person, product.insurer)
    await premiums.ask(work, policy, premiums.POLICY, price.total)
    return policy


async def _known(work: Work, insured: Insured, premium: Money) -> Insured:
    """Somebody who has proven this document sees the policy too, also when another bought it."""
    owner = await work.uow.policies.owner_of(Proof.DOCUMENT, insured.document)
    return replace(insured, premium=premium, person=owner)


async def _consented(work: Work, person: Person, insurer: str) -> None:
    """They agreed that the insurer gets what was typed; when, stands in the profile."""
    person.profile.consents = person.profile.consents | {f"insurer:{insurer}": work.now.isoformat()}
    await work.uow.people.save(person)
