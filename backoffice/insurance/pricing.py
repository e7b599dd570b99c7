"""What a product costs: by days, age, region and sports; every part shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from backoffice.insurance import sports
from backoffice.insurance.model import Product, Region
from backoffice.kernel import money
from backoffice.kernel.errors import Refusal
from backoffice.kernel.money import Money


class NotSold(Refusal):
    """This trip or person is outside what the product covers; the key says what."""

    key = "cover.not_sold"
    status = 422


@dataclass(frozen=True, slots=True)
class Trip:
    """`starts` and `ends` are days in Beijing, both included; `countries` ISO 3166-1 alpha-2; `ages` at the start."""

    starts: date
    ends: date
    countries: tuple[str, ...]
    ages: tuple[int, ...]
    sports: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        return (self.ends - self.starts).days + 1


@dataclass(frozen=True, slots=True)
class Premium:
    """One sum per person in the order of `Trip.ages`, and what made them: percents of the base."""

    base: Money
    each: tuple[Money, ...]
    region: str
    region_percent: int
    risky_percent: int

    @property
    def total(self) -> Money:
        return money.total(self.each, self.base.currency)


def premium(product: Product, trip: Trip) -> Premium:
    """The price of a trip. Raises `NotSold` for what the product does not cover. Rounded once, half to even."""
    _check(product, trip)
    base = product.money(_base(product, trip.days))
    region = _region(product, trip.countries)
    risky = product.prices.risky.get(sports.risk(trip.sports), 100)
    share = Fraction(region.percent * risky, 100 * 100)
    each = tuple(base.part(share * Fraction(_age_percent(product, age), 100)) for age in trip.ages)
    return Premium(base, each, region.id, region.percent, risky)


def cheapest(product: Product) -> Money:
    """What the shortest cover of one grown-up costs at least."""
    band = min(product.prices.bands, key=lambda b: b.days)
    return product.money(band.price).part(Fraction(min(r.percent for r in product.prices.regions), 100))


def _check(product: Product, trip: Trip) -> None:
    if trip.days < 1:
        raise NotSold("cover.days_backwards")
    if trip.days > product.most_days:
        raise NotSold("cover.too_long", days=product.most_days)
    if not trip.ages or len(trip.ages) > product.most_people:
        raise NotSold("cover.too_many", most=product.most_people)
    if any(not product.covers_country(country) for country in trip.countries):
        raise NotSold("cover.not_there")
    if any(sport not in product.sports for sport in trip.sports):
        raise NotSold("cover.not_that_sport")
    for age in trip.ages:
        _age_percent(product, age)


def _base(product: Product, days: int) -> int:
    for band in product.prices.bands:
        if days <= band.days:
            return band.price
    last = product.prices.bands[-1]
    return last.price + (days - last.days) * product.prices.extra_day


def _age_percent(product: Product, age: int) -> int:
    for band in product.prices.ages:
        if band.least <= age <= band.most:
            return band.percent
    low = min(band.least for band in product.prices.ages)
    raise NotSold("cover.not_that_age", least=low, most=max(band.most for band in product.prices.ages))


def _region(product: Product, countries: Sequence[str]) -> Region:
    """The dearest region of the trip; a country no region names belongs to the one without names."""
    rest = next((r for r in product.prices.regions if not r.countries), None)
    found = []
    for country in countries:
        named = next((r for r in product.prices.regions if country in r.countries), rest)
        if named is None:
            raise NotSold("cover.not_there")
        found.append(named)
    return max(found or product.prices.regions[:1], key=lambda r: r.percent)


def age_on(born: date, day: date) -> int:
    """Completed years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
