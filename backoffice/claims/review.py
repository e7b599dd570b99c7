"""Deciding a claim: what a person has to look at first, what they ruled, and what that makes of the proposal."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from backoffice.claims.adjudication import Proposal
from backoffice.claims.claim import Claim, ClaimStatus
from backoffice.claims.model import Finding, Line, Reason, Used, Verdict
from backoffice.insurance.model import Item, Product
from backoffice.kernel import money
from backoffice.kernel.errors import Refusal
from backoffice.kernel.ids import PersonId
from backoffice.kernel.money import Money


class Flag(StrEnum):
    """Why somebody looks twice; none of them refuses anything by itself.

    `same_person`: who helped and who was helped are one. `pair`: the same two met before. `others`: other claims of
    this person. `same_event`: another claim for the same day and kind. `picture`: a photo that is in another claim too.
    `no_cover`: the policy does not stand any more.
    """

    SAME_PERSON = "same_person"
    PAIR = "pair"
    OTHERS = "others"
    SAME_EVENT = "same_event"
    PICTURE = "same_picture"
    POOR = "poor_photo"
    NOT_SEEN = "not_seen"
    NO_COVER = "no_cover"


@dataclass(frozen=True, slots=True)
class Conflict:
    """A flag and what it points at: references of claims, or how often two met."""

    flag: Flag
    about: tuple[str, ...] = ()


SERIOUS = frozenset(Flag) - {Flag.OTHERS}
"""With one of these a claim is not simple: a person has to look at it."""
RECENT = timedelta(days=180)
MET_OFTEN = 2


@dataclass(frozen=True, slots=True)
class Meeting:
    """An envoy of the claim's case or order, and how often this traveller had them before."""

    person: PersonId | None
    name: str
    before: int


def conflicts(
    claim: Claim, meetings: Iterable[Meeting], others: Iterable[Claim], insured: Iterable[PersonId]
) -> tuple[Conflict, ...]:
    """Persons who are both sides, pairs that repeat, other claims; papers are judged apart (`of_papers`)."""
    people = {claim.person, *insured}
    met = list(meetings)
    found = []
    both = tuple(m.name for m in met if m.person in people)
    if both:
        found.append(Conflict(Flag.SAME_PERSON, both))
    often = tuple(f"{m.name} × {m.before + 1}" for m in met if m.before >= MET_OFTEN)
    if often:
        found.append(Conflict(Flag.PAIR, often))
    return (*found, *_of_claims(claim, others))


def _of_claims(claim: Claim, others: Iterable[Claim]) -> list[Conflict]:
    told = [o for o in others if o.id != claim.id and o.status is not ClaimStatus.DRAFT]
    recent = [o for o in told if abs(o.created_at - claim.created_at) <= RECENT]
    day = claim.facts.event_on
    same = [o for o in told if day and (o.kind, o.facts.event_on) == (claim.kind, day)]
    found = [Conflict(Flag.SAME_EVENT, tuple(o.ref for o in same))] if same else []
    rest = tuple(o.ref for o in recent if o not in same)
    return [*found, *([Conflict(Flag.OTHERS, rest)] if rest else [])]


def of_papers(codes: Iterable[str], twins: Iterable[str]) -> tuple[Conflict, ...]:
    """Flags of `evidence.for_a_person`; `twins` are the claims that hold the same picture."""
    about = tuple(dict.fromkeys(twins))
    return tuple(Conflict(Flag(code), about if code == Flag.PICTURE else ()) for code in codes)


def simple(proposal: Proposal, flags: Iterable[Conflict], status: ClaimStatus) -> bool:
    """May be paid by one press of a button: the rules are sure, nothing is odd, and it is no appeal."""
    odd = any(c.flag in SERIOUS for c in flags)
    return proposal.simple and not odd and status is not ClaimStatus.APPEALED


def same_day(filed_at: datetime, zone: str) -> datetime:
    """When the day ends on which it was filed, at the claimant's place."""
    place = ZoneInfo(zone)
    tomorrow = filed_at.astimezone(place).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time(), place).astimezone(filed_at.tzinfo)


WARN = timedelta(hours=3)
"""Before the day ends staff are told of a simple claim nobody has decided; sooner after it was filed late."""


def warn_at(filed_at: datetime, zone: str) -> datetime:
    """Three hours before the day ends, or half of what was left of it when that was less."""
    end = same_day(filed_at, zone)
    return max(end - WARN, filed_at + (end - filed_at) / 2)


class Undecided(Refusal):
    """A line the rules leave to a person was not decided by one."""

    key = "centre.claim_undecided"
    status = 422


class TooMuch(Refusal):
    """More than the clause still holds. `line` names it."""

    key = "centre.claim_over_limit"
    status = 422


class WhyMissing(Refusal):
    """Another decision than the proposed one, or one over a warning, says why."""

    key = "centre.claim_why"
    status = 422


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a person decided. `sums`: by line, where it differs from the proposal or was left open (zero refuses).

    `reason`: their own words, which the claimant reads. `seen`: the claim's version they looked at.
    """

    sums: Mapping[str, Money] = field(default_factory=dict)
    reason: str = ""
    seen: int = 0

    @property
    def words(self) -> str:
        return self.reason.strip()[:LONGEST]


LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """The decision a ruling amounts to."""

    status: ClaimStatus
    total: Money
    findings: tuple[Finding, ...]


def rule(product: Product, lines: Sequence[Line], proposal: Proposal, ruling: Ruling, used: Used) -> Outcome:
    """Raises `Undecided`, `TooMuch`, `WhyMissing`."""
    by_id = {line.id: line for line in lines}
    found, spent = [], dict(used.sums)
    for finding in proposal.findings:
        item = product.item(by_id[finding.line].item)
        ruled = _by_clause(_ruled(finding, ruling, product), finding, item)
        if item is not None and ruled.pays:
            spent[item.id] = spent.get(item.id, 0) + ruled.pays.minor
            if spent[item.id] > item.limit:
                raise TooMuch(line=finding.line)
        elif item is None and ruled.pays:
            raise TooMuch(line=finding.line)
        found.append(ruled)
    _explained(proposal, found, ruling)
    paid = zip(found, proposal.findings, strict=True)
    whole = all(_whole(now, was, by_id[was.line]) for now, was in paid)
    return _outcome(product, tuple(found), whole=whole)


def _ruled(finding: Finding, ruling: Ruling, product: Product) -> Finding:
    mine = ruling.sums.get(finding.line)
    if mine is None:
        if finding.verdict is Verdict.PERSON:
            raise Undecided
        return finding
    if mine.currency != product.currency or mine.minor < 0:
        raise TooMuch(line=finding.line)
    if finding.verdict is not Verdict.PERSON and mine == finding.pays:
        return finding
    verdict = Verdict.COVERED if mine else Verdict.NOT_COVERED
    return replace(finding, verdict=verdict, reason=Reason.BY_PERSON, pays=mine, steps=())


def _by_clause(now: Finding, was: Finding, item: Item | None) -> Finding:
    """What a person pays rests on the item's own clause, and so does what they refuse where only a rate was missing:
    a clause that left the line to them is no reason any more."""
    if item is None or now.reason is not Reason.BY_PERSON:
        return now
    return replace(now, clause=item.clause) if now.pays or was.reason is Reason.NO_RATE else now


def _explained(proposal: Proposal, found: Sequence[Finding], ruling: Ruling) -> None:
    """A sum in full of an open line explains itself; anything else a person made of it does not."""
    by_person = any(
        f.reason is Reason.BY_PERSON and (not f.pays or was.verdict is not Verdict.PERSON)
        for f, was in zip(found, proposal.findings, strict=True)
    )
    if by_person and not ruling.words:
        raise WhyMissing


def _whole(now: Finding, was: Finding, line: Line) -> bool:
    """Nothing was cut: neither by a limit, nor by a person who paid less than was proposed, or than was claimed where
    the rules proposed nothing."""
    if now.verdict is not Verdict.COVERED or now.reason is Reason.LIMITED:
        return False
    if now.reason is not Reason.BY_PERSON:
        return True
    if was.verdict is not Verdict.PERSON:
        return now.pays >= was.pays
    return now.pays.currency != line.amount.currency or now.pays >= line.amount


def _outcome(product: Product, found: tuple[Finding, ...], *, whole: bool) -> Outcome:
    total = money.total((f.pays for f in found), product.currency)
    if not total:
        return Outcome(ClaimStatus.REFUSED, total, found)
    return Outcome(ClaimStatus.APPROVED if whole else ClaimStatus.PARTLY_APPROVED, total, found)


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """Settings of claims. Over `two_over` (compared by rate), and with a serious flag on a paid claim, two persons
    decide. An appeal is taken within `appeal_days` of the decision; then the claim is closed."""

    two_over: Money = Money(50_000_00, "CNY")
    appeal_days: int = 30


def two_needed(outcome: Outcome, flags: Iterable[Conflict], over: bool) -> bool:
    """Money that leaves in spite of a warning that two persons may be one, or of a large sum, needs two."""
    doubtful = any(c.flag in (Flag.SAME_PERSON, Flag.PICTURE, Flag.SAME_EVENT) for c in flags)
    return bool(outcome.total) and (over or doubtful)


def appeal_until(decided_at: datetime, days: int, zone: str) -> date:
    """The last day an appeal is taken on, at the claimant's place."""
    return decided_at.astimezone(ZoneInfo(zone)).date() + timedelta(days=days)
