"""What a claim still lacks: facts to be told, papers to be shown; and its lines for the rules."""

from collections.abc import Iterable, Sequence

from backoffice.claims import evidence, kinds
from backoffice.claims.claim import Claim
from backoffice.claims.evidence import Paper
from backoffice.claims.kinds import ClaimKind, Fact
from backoffice.claims.model import Line
from backoffice.insurance.model import Item, Product, Way
from backoffice.kernel.money import Money

ASKED_FOR = "asked_for"
"""In a claim's notes: papers of the policy that a reviewer asked for by name."""


def facts(claim: Claim, product: Product) -> Sequence[Fact]:
    """What has to be told for this claim, in the order it is asked. A product for one country asks for none."""
    wanted = [Fact.EVENT, *([] if len(product.countries) == 1 else [Fact.COUNTRY])]
    mine = [item.id for item in lines_items(claim, product)]
    for fact in kinds.FILINGS[claim.kind].facts:
        if fact is Fact.DAYS and "hospital_cash" not in mine:
            continue
        if fact in (Fact.AMOUNT, Fact.OTHERS) and mine == ["envoy"] and claim.facts.envoy_fee is not None:
            continue
        wanted.append(fact)
    return wanted


def untold(claim: Claim, product: Product) -> Sequence[Fact]:
    """Facts that are still to be asked."""
    told = claim.facts
    known = {
        Fact.EVENT: told.event_on,
        Fact.COUNTRY: told.country,
        Fact.SPORT: told.sport,
        Fact.TOLD: told.told,
        Fact.HOURS: told.hours,
        Fact.DAYS: told.days,
        Fact.AMOUNT: told.amount,
        Fact.OTHERS: told.others,
    }
    return [fact for fact in facts(claim, product) if known[fact] is None]


def lines_items(claim: Claim, product: Product) -> Sequence[Item]:
    """The items this very claim has a line for: no envoy's fee where no envoy came, no cash for no day in hospital."""
    found = kinds.items(claim.kind, product)
    if claim.kind is not ClaimKind.ENVOY and claim.facts.envoy_fee is None:
        found = [item for item in found if item.id != "envoy"]
    if claim.facts.amount is not None and not claim.facts.amount and claim.kind is ClaimKind.RESCUE:
        found = [item for item in found if item.id != "rescue"]
    if claim.facts.days == 0:
        found = [item for item in found if item.id != "hospital_cash"]
    return found


def papers(claim: Claim, product: Product) -> Sequence[str]:
    """The papers the policy asks for, each once, in the order of its clauses; then what a reviewer asked for beside."""
    found: dict[str, None] = {}
    for item in lines_items(claim, product):
        found |= dict.fromkeys(item.papers)
    return list(found | dict.fromkeys(claim.notes.get(ASKED_FOR, ())))


def unshown(claim: Claim, product: Product, have: Sequence[Paper]) -> Sequence[str]:
    """Papers still wanted. One that was sent and not looked at yet is not asked for again."""
    return [name for name in papers(claim, product) if not evidence.counts(have, name)]


def whole(claim: Claim, product: Product, have: Sequence[Paper]) -> bool:
    """Everything was told and every paper shown and looked at."""
    seen = evidence.shown(have)
    return not untold(claim, product) and all(name in seen for name in papers(claim, product))


def lines(claim: Claim, product: Product, have: Iterable[Paper]) -> tuple[Line, ...]:
    """The claim's lines as the rules read them; their numbers are "1", "2", … Needs the day of the event."""
    seen = evidence.shown(have)
    return tuple(
        _line(str(number), claim, product, item, seen)
        for number, item in enumerate(lines_items(claim, product), 1)
    )


def _line(number: str, claim: Claim, product: Product, item: Item, seen: frozenset[str]) -> Line:
    told = claim.facts
    if told.event_on is None:
        raise ValueError("a claim without a day has no lines")
    only = next(iter(product.countries)) if len(product.countries) == 1 else ""
    return Line(
        id=number,
        item=item.id,
        amount=_amount(claim, product, item),
        spent_on=told.event_on,
        event_on=told.event_on,
        event=claim.id,
        country=told.country or only,
        sport=told.sport or "",
        quantity=_quantity(claim, item),
        papers=seen & frozenset(item.papers),
        paid_by_others=_others(claim, item),
        articles=told.articles if item.per_article else (),
    )


def _amount(claim: Claim, product: Product, item: Item) -> Money:
    spent = claim.facts.envoy_fee if item.id == "envoy" and claim.facts.envoy_fee else claim.facts.amount
    return spent if item.way in (Way.EXPENSES, Way.LUMP) and spent else product.money(0)


def _quantity(claim: Claim, item: Item) -> int:
    if item.way is Way.DELAY:
        return claim.facts.hours or 0
    return (claim.facts.days or 0) if item.way is Way.DAILY else 0


def _others(claim: Claim, item: Item) -> Money | None:
    """What others paid belongs to the main cost, never to the envoy's fee."""
    paid = claim.facts.others
    return paid if paid and item.way is Way.EXPENSES and item.id != "envoy" else None
