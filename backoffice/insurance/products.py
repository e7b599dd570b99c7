"""Products as files: read, checked, refused with every fault named. The two samples the project brings along."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from importlib import resources
from typing import Any

import yaml

from backoffice.insurance import sports
from backoffice.insurance.model import (
    AgeBand,
    Band,
    Clause,
    Exclusion,
    Item,
    Prices,
    Product,
    Region,
    Way,
)
from backoffice.kernel.money import Money

SAMPLES = ("domestic_outdoor", "worldwide")
LOCALES = ("zh_Hans", "zh_Hant", "en", "ja", "ko")
WRITTEN = ("zh_Hans", "en")
"""The languages every clause is written in."""
Raw = Mapping[str, Any]


class BadProduct(ValueError):
    """What is wrong with a product's file, in words."""


def samples() -> tuple[Product, ...]:
    """Domestic travel with outdoor sports, and worldwide."""
    return tuple(read(source) for source in sample_sources())


def read(text: str) -> Product:
    """A product from YAML. Raises `BadProduct` naming every fault."""
    try:
        raw = yaml.safe_load(text)
        if not isinstance(raw, Mapping):
            raise BadProduct("not a product: a mapping is wanted")
        made = parsed(raw)
    except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
        missing = f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)
        raise BadProduct(missing) from error
    if found := faults(made):
        raise BadProduct("; ".join(found))
    return made


def parsed(raw: Raw) -> Product:
    """The product of its file; the words of every part as they stand there."""
    currency = str(raw["currency"])

    def minor(value: object) -> int:
        return Money.of(str(value), currency).minor

    named = raw["sports"]
    return Product(
        code=str(raw["code"]),
        edition=int(raw["edition"]),
        insurer=str(raw["insurer"]),
        currency=currency,
        names=dict(raw["names"]),
        summary=dict(raw["summary"]),
        countries=frozenset(raw["countries"]),
        excluded_countries=frozenset(raw.get("excluded_countries", ())),
        sports=tuple(sports.table()) if named == "all" else tuple(named),
        most_days=int(raw["most_days"]),
        most_people=int(raw["most_people"]),
        cooling_days=int(raw["cooling_days"]),
        before_start_percent=int(raw["before_start_percent"]),
        commission=int(raw["commission"]),
        prices=_prices(raw["prices"], minor),
        items=tuple(_item(each, minor) for each in raw["items"]),
        exclusions=tuple(
            Exclusion(e["when"], str(e["clause"]), tuple(e.get("items", ()))) for e in raw["exclusions"]
        ),
        clauses=tuple(
            Clause(str(c["number"]), {k: v for k, v in c.items() if k != "number"}) for c in raw["clauses"]
        ),
        since=_day(raw["since"]),
        until=_day(raw["until"]) if raw.get("until") else None,
        papers=dict(raw.get("papers", {})),
        insurer_names=dict(raw.get("insurer_names", {})),
    )


def _day(value: object) -> date:
    return value if isinstance(value, date) else date.fromisoformat(str(value))


def _prices(raw: Raw, minor: Callable[[object], int]) -> Prices:
    return Prices(
        bands=tuple(Band(int(b["days"]), minor(b["price"])) for b in raw["bands"]),
        extra_day=minor(raw["extra_day"]),
        ages=tuple(AgeBand(int(a["from"]), int(a["to"]), int(a["percent"])) for a in raw["ages"]),
        regions=tuple(
            Region(r["id"], int(r["percent"]), frozenset(r.get("countries", ()))) for r in raw["regions"]
        ),
        risky={int(k): int(v) for k, v in raw.get("risky", {}).items()},
    )


def _item(raw: Raw, minor: Callable[[object], int]) -> Item:
    sums: dict[str, Any] = {
        name: minor(raw[name])
        for name in ("limit", "excess", "per_article", "sum", "risky_limit")
        if name in raw
    }
    numbers: dict[str, Any] = {
        name: int(raw[name]) for name in ("share", "every", "after_days", "most_days") if name in raw
    }
    made = Item(raw["id"], str(raw["clause"]), dict(raw["names"]), Way(raw["way"]), limit=0)
    return replace(
        made,
        **sums,
        **numbers,
        papers=tuple(raw.get("papers", ())),
        always_person=bool(raw.get("always_person", False)),
    )


def faults(product: Product) -> list[str]:
    """Everything that would surprise a buyer or a claimant later; empty for a sound product."""
    found = [f"name in {tag} is missing" for tag in LOCALES if not product.names.get(tag)]
    found += [f"unknown sport {id_}" for id_ in product.sports if id_ not in sports.table()]
    found += _price_faults(product.prices)
    found += [fault for item in product.items for fault in _item_faults(product, item)]
    for exclusion in product.exclusions:
        found += _has_clause(product, exclusion.clause)
        found += [f"exclusion {exclusion.when}: no item {i}" for i in exclusion.items if not product.item(i)]
    for clause in product.clauses:
        found += [f"clause {clause.number}: not in {tag}" for tag in WRITTEN if not clause.words.get(tag)]
    for number in ("2.1", "2.2", "2.3", "2.4", "2.5", "2.6", "4.4"):
        found += _has_clause(product, number)
    return found


def _has_clause(product: Product, number: str) -> list[str]:
    return [] if product.clause(number) else [f"clause {number} is not written"]


def _price_faults(prices: Prices) -> list[str]:
    found = []
    days = [band.days for band in prices.bands]
    if not days or days != sorted(set(days)) or any(band.price <= 0 for band in prices.bands):
        found.append("price bands must grow by days and cost something")
    ages = sorted(prices.ages, key=lambda a: a.least)
    if any(a.least > a.most for a in ages) or any(
        b.least != a.most + 1 for a, b in zip(ages, ages[1:], strict=False)
    ):
        found.append("ages must follow one another without gaps")
    if not prices.regions or any(region.percent <= 0 for region in prices.regions):
        found.append("every region needs a percent")
    return found


def _item_faults(product: Product, item: Item) -> list[str]:
    found = _has_clause(product, item.clause)
    found += [f"{item.id}: name in {tag} is missing" for tag in LOCALES if not item.names.get(tag)]
    found += [f"{item.id}: paper {p} is not named" for p in item.papers if p not in product.papers]
    if item.limit <= 0 or not 0 < item.share <= 100:
        found.append(f"{item.id}: a limit and a share from 1 to 100 are wanted")
    if item.way is Way.DELAY and not (item.sum and item.every):
        found.append(f"{item.id}: a delay needs its sum and its hours")
    if item.way is Way.DAILY and not (item.sum and item.most_days):
        found.append(f"{item.id}: a daily item needs its sum and its days")
    return found


class EditionTaken(BadProduct):
    """An edition that was put is never changed: new words are a new edition."""


def sample_sources() -> tuple[str, ...]:
    """The files of the samples as they are put."""
    folder = resources.files("backoffice.insurance.data")
    return tuple(folder.joinpath(f"{name}.yaml").read_text("utf-8") for name in SAMPLES)
