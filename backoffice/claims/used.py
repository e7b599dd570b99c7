"""What earlier decisions took out of a policy for one insured person: the limits that are left."""

from collections.abc import Iterable

from backoffice.claims.model import Finding, Line, Used, Verdict
from backoffice.insurance import sports
from backoffice.insurance.model import Item, Product, Way


def after(product: Product, decided: Iterable[tuple[Line, Finding]]) -> Used:
    """Folded over what was decided and stands; a person's own sums count like proposed ones."""
    used = Used()
    for line, finding in decided:
        item = product.item(line.item)
        if item is not None and finding.verdict is Verdict.COVERED:
            used = _with(used, line, item, finding)
    return used


def _with(used: Used, line: Line, item: Item, finding: Finding) -> Used:
    sums = {**used.sums, item.id: used.sums.get(item.id, 0) + finding.pays.minor}
    risky, days, excess = dict(used.risky), dict(used.days), dict(used.excess)
    if item.risky_limit and sports.risk((line.sport,)) >= sports.RISKY:
        risky[item.id] = risky.get(item.id, 0) + finding.pays.minor
    if item.way is Way.DAILY:
        days[item.id] = days.get(item.id, 0) + -(-finding.pays.minor // item.sum)
    if finding.excess:
        at = (line.event, item.id)
        excess[at] = excess.get(at, 0) + finding.excess.minor
    return Used(sums, risky, days, excess)
