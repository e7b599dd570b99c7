"""A product of an insurer: cover items with limits, clauses, territory, sports, prices. Never changed once sold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NewType

from backoffice.kernel.money import Money

PolicyId = NewType("PolicyId", str)
RequestId = NewType("RequestId", str)
Texts = Mapping[str, str]
"""Words by locale; `text` finds the reader's."""
MAINLAND = "CN"


def text(words: Texts, locale: str) -> str:
    """The reader's words, else the nearest language's."""
    chinese = locale.startswith("zh")
    for wanted in (locale, "zh_Hans" if chinese else "en", "en", "zh_Hans"):
        if words.get(wanted):
            return words[wanted]
    return ""


class Way(StrEnum):
    """How an item pays.

    `expenses`: what was spent, less the excess, by share, up to the limits. `daily`: a sum for each day.
    `delay`: a sum for each full number of hours. `lump`: a fixed sum by degree; always decided by a person.
    """

    EXPENSES = "expenses"
    DAILY = "daily"
    DELAY = "delay"
    LUMP = "lump"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a product pays for, per insured person and policy. Sums are minor units of the product's currency.

    `excess`: once per event. `share`: percent of what is left after it. `per_article`: most for one thing.
    `sum`, `every`: daily and delay items pay `sum` for each day, or for each full `every` hours.
    `after_days`: the first days that pay nothing; `most_days`: of one policy. `risky_limit`: the limit where the
    event came from a sport of grade 3 (0: the same). `papers`: what a claim of this kind must show.
    `always_person`: never proposed by rules alone.
    """

    id: str
    clause: str
    names: Texts
    way: Way
    limit: int
    excess: int = 0
    share: int = 100
    per_article: int = 0
    sum: int = 0
    every: int = 0
    after_days: int = 0
    most_days: int = 0
    risky_limit: int = 0
    papers: tuple[str, ...] = ()
    always_person: bool = False


@dataclass(frozen=True, slots=True)
class Exclusion:
    """What is not paid: `when` is the circumstance it looks for, `items` those it concerns (empty: all)."""

    when: str
    clause: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A paragraph of the terms, readable in both languages the terms are written in."""

    number: str
    words: Texts


@dataclass(frozen=True, slots=True)
class Band:
    """The price of `days` days and fewer for one adult, in minor units."""

    days: int
    price: int


@dataclass(frozen=True, slots=True)
class AgeBand:
    """Ages from `least` to `most` (completed years at the start), both included; `percent` of the adult's price."""

    least: int
    most: int
    percent: int


@dataclass(frozen=True, slots=True)
class Region:
    """Countries (ISO 3166-1 alpha-2; none: all others) and the percent their price is of the base."""

    id: str
    percent: int
    countries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Prices:
    """Everything a premium is made of; `extra_day` follows the last band, `risky` percents by the sports' grade."""

    bands: tuple[Band, ...]
    extra_day: int
    ages: tuple[AgeBand, ...]
    regions: tuple[Region, ...]
    risky: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Product:
    """One edition of a product. `since` is when it is sold from; `until` the last day it may be bought (None: still).

    `sports` are the ids it can cover; `most_days` the longest cover; `cooling_days` after the insurer's yes all money
    comes back before the cover begins; later, before it begins, `before_start_percent`. `commission` in percent.
    """

    code: str
    edition: int
    insurer: str
    currency: str
    names: Texts
    summary: Texts
    countries: frozenset[str]
    excluded_countries: frozenset[str]
    sports: tuple[str, ...]
    most_days: int
    most_people: int
    cooling_days: int
    before_start_percent: int
    commission: int
    prices: Prices
    items: tuple[Item, ...]
    exclusions: tuple[Exclusion, ...]
    clauses: tuple[Clause, ...]
    since: date
    until: date | None = None
    papers: Mapping[str, Texts] = field(default_factory=dict)
    insurer_names: Texts = field(default_factory=dict)

    def insurer_name(self, locale: str) -> str:
        """As people read it."""
        return text(self.insurer_names, locale) or self.insurer

    def item(self, id_: str) -> Item | None:
        return next((item for item in self.items if item.id == id_), None)

    def clause(self, number: str) -> Clause | None:
        return next((clause for clause in self.clauses if clause.number == number), None)

    def covers_country(self, country: str) -> bool:
        """Inside the territory."""
        inside = not self.countries or country in self.countries
        return inside and country not in self.excluded_countries

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def key(self) -> tuple[str, int]:
        return self.code, self.edition
