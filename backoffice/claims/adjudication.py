"""The rules: a claim line against the clauses of a product. Each question is one function, asked in this order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from backoffice.claims import rates as published
from backoffice.claims.model import Cover, Finding, Line, Reason, Step, Used, Verdict
from backoffice.insurance import sports
from backoffice.insurance.model import Item, Product, Way
from backoffice.kernel.money import Money, Rate

PERIOD, TERRITORY, NAMED, PAPERS, RATES, OTHERS = "2.2", "2.3", "2.1", "2.6", "2.4", "2.5"
SPORT = "4.4"
SAME_DAY = 10_000_00
"""Simple claims up to CNY 10,000 with complete papers are paid the same day."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a line is judged by."""

    product: Product
    cover: Cover
    rates: Sequence[Rate]


def adjudicate(
    terms: Terms, lines: Sequence[Line], used: Used | None = None
) -> tuple[tuple[Finding, ...], Used]:
    """A finding for each line in order, and what is used of the policy after them.

    Only what is proposed as covered uses anything up: a line left to a person holds no limit.
    """
    taken, found = used or Used(), []
    for line in lines:
        finding, taken = judge(terms, line, taken)
        found.append(finding)
    return tuple(found), taken


def judge(terms: Terms, line: Line, used: Used) -> tuple[Finding, Used]:
    """One line."""
    item = terms.product.item(line.item)
    if item is None:
        return _no(terms, line, Reason.NO_ITEM, NAMED), used
    for question in _QUESTIONS:
        finding = question(terms, line, item)
        if finding is not None:
            return finding, used
    return _PAYS[item.way](terms, line, item, used)


def _no(terms: Terms, line: Line, reason: Reason, clause: str) -> Finding:
    return Finding(line.id, Verdict.NOT_COVERED, reason, clause, terms.product.money(0))


def _person(terms: Terms, line: Line, reason: Reason, clause: str) -> Finding:
    return Finding(line.id, Verdict.PERSON, reason, clause, terms.product.money(0))


def _then(terms: Terms, line: Line, _item: Item) -> Finding | None:
    if terms.cover.starts <= line.event_on <= terms.cover.ends:
        return None
    return _no(terms, line, Reason.NOT_THEN, PERIOD)


def _there(terms: Terms, line: Line, _item: Item) -> Finding | None:
    if not line.country:
        return _person(terms, line, Reason.NO_COUNTRY, TERRITORY)
    return (
        None if terms.product.covers_country(line.country) else _no(terms, line, Reason.NOT_THERE, TERRITORY)
    )


def _excluded(terms: Terms, line: Line, item: Item) -> Finding | None:
    """What is established excludes; what is only suspected is for a person."""
    mine = [e for e in terms.product.exclusions if not e.items or item.id in e.items]
    for exclusion in mine:
        if exclusion.when in line.circumstances:
            return _no(terms, line, Reason.EXCLUDED, exclusion.clause)
    return None


def _sport(terms: Terms, line: Line, _item: Item) -> Finding | None:
    if not line.sport or line.sport in terms.cover.sports:
        return None
    return _no(terms, line, Reason.SPORT, SPORT)


def _doubted(terms: Terms, line: Line, item: Item) -> Finding | None:
    for exclusion in terms.product.exclusions:
        if exclusion.when in line.doubts and (not exclusion.items or item.id in exclusion.items):
            found = _person(terms, line, Reason.DOUBT, exclusion.clause)
            return replace(found, doubts=(exclusion.when,))
    return None


def _shown(terms: Terms, line: Line, item: Item) -> Finding | None:
    missing = tuple(paper for paper in item.papers if paper not in line.papers)
    if not missing:
        return None
    return replace(_person(terms, line, Reason.PAPERS, PAPERS), missing=missing)


def _for_people(terms: Terms, line: Line, item: Item) -> Finding | None:
    if not (item.always_person or item.way is Way.LUMP):
        return None
    return _person(terms, line, Reason.BY_PERSON, item.clause)


_Question = Callable[[Terms, Line, Item], Finding | None]
_QUESTIONS: tuple[_Question, ...] = (_then, _there, _excluded, _sport, _doubted, _shown, _for_people)
"""A reason that refuses for good comes before one that asks for more."""


def _expenses(terms: Terms, line: Line, item: Item, used: Used) -> tuple[Finding, Used]:
    """Converted, less what others paid, less the excess, by share, at most so much per article, within the limit."""
    rate = _rate(terms, line)
    if rate is None and line.amount.currency != terms.product.currency:
        return _person(terms, line, Reason.NO_RATE, RATES), used
    sums = _Sums(terms.product, rate)
    left = sums.claimed(line)
    if left.minor <= 0:
        return sums.ends(line, Reason.PAID_ELSEWHERE, OTHERS), used
    left, excess = sums.excess(line, item, left, used)
    used_then = _with_excess(used, line, item, excess.minor)
    if left.minor <= 0:
        return replace(sums.ends(line, Reason.BELOW_EXCESS, item.clause), excess=excess), used_then
    left = sums.articles(line, item, sums.share(item, left))
    found, after = _limited(terms, line, item, left, used_then, sums.steps)
    return replace(found, excess=excess if item.excess else None, rate=rate), (
        used if found.verdict is Verdict.NOT_COVERED else after
    )


def _daily(terms: Terms, line: Line, item: Item, used: Used) -> tuple[Finding, Used]:
    """A sum for each day after the first ones, within the days of the policy."""
    counted = max(0, line.quantity - item.after_days)
    open_days = item.most_days - used.days.get(item.id, 0)
    days = min(counted, open_days)
    if counted == 0:
        return _no(terms, line, Reason.TOO_SHORT, item.clause), used
    if days <= 0:
        return _no(terms, line, Reason.USED_UP, item.clause), used
    pays = terms.product.money(days * item.sum)
    found, after = _limited(terms, line, item, pays, used, (Step("days", pays),))
    if found.verdict is Verdict.COVERED and days < counted:
        found = replace(found, reason=Reason.LIMITED)
    return found, replace(after, days={**after.days, item.id: used.days.get(item.id, 0) + days})


def _delay(terms: Terms, line: Line, item: Item, used: Used) -> tuple[Finding, Used]:
    """A sum for each full number of hours."""
    steps = line.quantity // item.every
    if steps == 0:
        return _no(terms, line, Reason.TOO_SHORT, item.clause), used
    pays = terms.product.money(steps * item.sum)
    return _limited(terms, line, item, pays, used, (Step("steps", pays),))


_Pays = Callable[[Terms, Line, Item, Used], tuple[Finding, Used]]
_PAYS: Mapping[Way, _Pays] = {Way.EXPENSES: _expenses, Way.DAILY: _daily, Way.DELAY: _delay}


def _limited(
    terms: Terms, line: Line, item: Item, wanted: Money, used: Used, steps: tuple[Step, ...]
) -> tuple[Finding, Used]:
    """At most what the item still holds; a grade 3 sport may have a lower limit inside it."""
    spent, risky_spent = used.sums.get(item.id, 0), used.risky.get(item.id, 0)
    risky = bool(item.risky_limit) and sports.risk((line.sport,)) >= sports.RISKY
    left = item.limit - spent
    if risky:
        left = min(left, item.risky_limit - risky_spent)
    room = terms.product.money(max(0, left))
    if not room:
        found = replace(_no(terms, line, Reason.USED_UP, item.clause), limit_left=room, steps=steps)
        return found, used
    pays = min(wanted, room)
    reason = Reason.PAID if pays == wanted else Reason.LIMITED
    found = Finding(
        line.id,
        Verdict.COVERED,
        reason,
        item.clause,
        pays,
        limit_left=room,
        steps=(*steps, Step("limit", pays)),
    )
    after = replace(used, sums={**used.sums, item.id: spent + pays.minor})
    if risky:
        after = replace(after, risky={**used.risky, item.id: risky_spent + pays.minor})
    return found, after


def _with_excess(used: Used, line: Line, item: Item, taken: int) -> Used:
    if not taken:
        return used
    at = (line.event, item.id)
    return replace(used, excess={**used.excess, at: used.excess.get(at, 0) + taken})


def _rate(terms: Terms, line: Line) -> Rate | None:
    if line.amount.currency == terms.product.currency:
        return None
    return published.find(terms.rates, line.amount.currency, terms.product.currency, line.spent_on)


class _Sums:
    """The arithmetic of one line with every step kept."""

    def __init__(self, product: Product, rate: Rate | None) -> None:
        self._product, self._rate = product, rate
        self.steps: tuple[Step, ...] = ()

    def claimed(self, line: Line) -> Money:
        """In the policy's currency, less what others paid; each sum is converted once, half to even."""
        self._step("claimed", line.amount)
        left = self._own(line.amount)
        if self._rate is not None:
            self._step("converted", left)
        if line.paid_by_others:
            left = left - self._own(line.paid_by_others)
            self._step("paid_elsewhere", left)
        return left

    def articles(self, line: Line, item: Item, left: Money) -> Money:
        """At most `per_article` for each thing: a limit, so it comes last (clause 2.5)."""
        if not item.per_article:
            return left
        most = self._product.money(item.per_article)
        things = line.articles or (line.amount,)
        ceiling = sum(min(self._own(thing), most).minor for thing in things)
        left = min(left, self._product.money(ceiling))
        self._step("article", left)
        return left

    def excess(self, line: Line, item: Item, left: Money, used: Used) -> tuple[Money, Money]:
        """What is left, and what of the event's excess was taken here."""
        open_ = item.excess - used.excess.get((line.event, item.id), 0)
        taken = min(left, self._product.money(max(0, open_)))
        if item.excess:
            self._step("excess", left - taken)
        return left - taken, taken

    def share(self, item: Item, left: Money) -> Money:
        if item.share == 100:
            return left
        part = left.part(Fraction(item.share, 100))
        self._step("share", part)
        return part

    def ends(self, line: Line, reason: Reason, clause: str) -> Finding:
        """Nothing is left to pay."""
        nothing = self._product.money(0)
        return Finding(
            line.id, Verdict.NOT_COVERED, reason, clause, nothing, rate=self._rate, steps=self.steps
        )

    def _own(self, sum_: Money) -> Money:
        return self._rate.convert(sum_) if self._rate else sum_

    def _step(self, what: str, after: Money) -> None:
        self.steps = (*self.steps, Step(what, after))


@dataclass(frozen=True, slots=True)
class Proposal:
    """What the rules propose for a whole claim. `simple`: may be paid the same day without a reviewer's look."""

    findings: tuple[Finding, ...]
    total: Money
    simple: bool


def propose(terms: Terms, lines: Sequence[Line], used: Used | None = None) -> Proposal:
    """Simple is: nothing is left to a person, something is paid, and no more than CNY 10,000 (in the policy's own
    currency when that is not CNY: then never simple)."""
    findings, _ = adjudicate(terms, lines, used)
    total = terms.product.money(sum(f.pays.minor for f in findings))
    clear = all(f.verdict is not Verdict.PERSON for f in findings)
    simple = clear and total.currency == "CNY" and 0 < total.minor <= SAME_DAY
    return Proposal(findings, total, simple)
