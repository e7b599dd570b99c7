"""What a claim line says and what the rules answer: amounts, clause, every step of the arithmetic."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from backoffice.kernel.money import Money, Rate


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a claim, as shown by its papers.

    `item` is the product's cover item. `amount` is what was spent (expenses) or zero; `quantity` the days in hospital
    or the full hours of delay. `spent_on` is the day of the cost, `event_on` of what caused it, `event` names that
    (the excess is taken once for each). `country` ISO 3166-1 alpha-2, "" when nobody knows. `sport`: an id of the
    table, "" for none. `circumstances` are established, `doubts` only suspected; both use the exclusions' words.
    `papers`: which of the item's papers were shown. `paid_by_others` in the line's currency. `articles`: single
    prices where the line is several things (empty: it is one thing).
    """

    id: str
    item: str
    amount: Money
    spent_on: date
    event_on: date
    event: str = "1"
    country: str = ""
    sport: str = ""
    quantity: int = 0
    circumstances: frozenset[str] = frozenset()
    doubts: frozenset[str] = frozenset()
    papers: frozenset[str] = frozenset()
    paid_by_others: Money | None = None
    articles: tuple[Money, ...] = ()


class Verdict(StrEnum):
    """What the rules propose; a person may always decide otherwise, with a reason."""

    COVERED = "covered"
    NOT_COVERED = "not_covered"
    PERSON = "needs_person"


class Reason(StrEnum):
    """Why, in one word; the words for readers are in the catalogues."""

    PAID = "paid"
    LIMITED = "limited"
    NO_ITEM = "no_item"
    NOT_THEN = "not_then"
    NOT_THERE = "not_there"
    EXCLUDED = "excluded"
    SPORT = "sport"
    PAPERS = "papers"
    BY_PERSON = "by_person"
    DOUBT = "doubt"
    NO_COUNTRY = "no_country"
    NO_RATE = "no_rate"
    PAID_ELSEWHERE = "paid_elsewhere"
    BELOW_EXCESS = "below_excess"
    TOO_SHORT = "too_short"
    USED_UP = "used_up"


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the arithmetic: `what` is `claimed`, `converted`, `paid_elsewhere`, `article`, `excess`, `share`,
    `days`, `steps` or `limit`; `after` is what is left once it was taken."""

    what: str
    after: Money


@dataclass(frozen=True, slots=True)
class Finding:
    """The proposal for one line. `pays` is in the policy's currency; `clause` the paragraph it rests on.

    `limit_left` is what the item still holds before this line, `excess` what was taken here, `rate` the one used.
    `missing`: papers that are still wanted. `doubts`: what a person has to look into.
    """

    line: str
    verdict: Verdict
    reason: Reason
    clause: str
    pays: Money
    excess: Money | None = None
    limit_left: Money | None = None
    rate: Rate | None = None
    steps: tuple[Step, ...] = ()
    missing: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Used:
    """What earlier lines of one insured person took out of a policy.

    `sums` and `days` by item; `risky` the part of `sums` that events of grade 3 sports took; `excess` by
    (event, item): what of the excess of that event is spent.
    """

    sums: Mapping[str, int] = field(default_factory=dict)
    risky: Mapping[str, int] = field(default_factory=dict)
    days: Mapping[str, int] = field(default_factory=dict)
    excess: Mapping[tuple[str, str], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cover:
    """The part of a policy that the rules look at."""

    starts: date
    ends: date
    sports: frozenset[str] = frozenset()
