"""A claim, its lines, papers and decisions as rows: what is plain, what is sealed."""

from datetime import date
from decimal import Decimal
from typing import Any

from backoffice.claims.claim import Claim, Decision, Facts
from backoffice.claims.evidence import Paper, Print
from backoffice.claims.model import Finding, Line, Reason, Step, Verdict
from backoffice.kernel.ids import CaseId
from backoffice.kernel.money import Money, Rate
from storage import case_row
from storage.vault import Sealer, opened, pack

SAME = (
    "ref", "person", "policy", "insured", "insurer", "kind", "status", "case", "order", "zone", "wanted",
    "created_at", "agreed_at", "filed_at", "decided_at", "closed_at", "touched_at", "reminded", "remind",
    "reviewer", "drill",
)  # fmt: skip
PAPER_SAME = (
    "claim", "name", "media", "view", "origin", "state", "fault", "mime", "bytes", "pages", "added_at",
    "agreed_at", "seen_at",
)  # fmt: skip
"""Columns that are the attribute as it is."""


def subject(claim: str) -> str:
    """The vault's subject: the same as of the claim's letters and files."""
    return case_row.subject(CaseId(claim))


def context(table: str, row: str) -> str:
    return f"{table}|private|{row}"


def write(claim: Claim, sealer: Sealer) -> dict[str, Any]:
    """Everything of a claim but its id and version."""
    private = {"facts": write_facts(claim.facts), "notes": claim.notes}
    return {
        **{name: getattr(claim, name) for name in SAME},
        "minor": claim.total.minor if claim.total is not None else None,
        "currency": claim.total.currency if claim.total is not None else "",
        "private": sealer.seal(context("claim", claim.id), pack(private)),
    }


def read(row: Any, sealer: Sealer | None) -> Claim:
    """A claim; without its key what was sealed is absent."""
    private = opened(sealer, context("claim", row.id), row.private) or {}
    return Claim(
        id=row.id,
        facts=read_facts(private.get("facts", {})),
        notes=private.get("notes", {}),
        total=Money(row.minor, row.currency) if row.minor is not None else None,
        version=row.version,
        **{name: getattr(row, name) for name in SAME},
    )


def write_facts(facts: Facts) -> dict[str, Any]:
    """What is not known is left out."""
    found = {
        "event_on": facts.event_on and facts.event_on.isoformat(),
        "country": facts.country,
        "sport": facts.sport,
        "amount": _sum(facts.amount),
        "others": _sum(facts.others),
        "articles": [_sum(article) for article in facts.articles] or None,
        "hours": facts.hours,
        "days": facts.days,
        "told": facts.told,
        "envoy_fee": _sum(facts.envoy_fee),
    }
    return {name: value for name, value in found.items() if value is not None}


def read_facts(found: dict[str, Any]) -> Facts:
    return Facts(
        event_on=_day(found.get("event_on")),
        country=found.get("country"),
        sport=found.get("sport"),
        amount=_money(found.get("amount")),
        others=_money(found.get("others")),
        articles=tuple(Money(*one) for one in found.get("articles", ())),
        hours=found.get("hours"),
        days=found.get("days"),
        told=found.get("told"),
        envoy_fee=_money(found.get("envoy_fee")),
    )


def write_line(line: Line) -> bytes:
    found = {
        "id": line.id,
        "item": line.item,
        "amount": _sum(line.amount),
        "spent_on": line.spent_on.isoformat(),
        "event_on": line.event_on.isoformat(),
        "event": line.event,
        "country": line.country,
        "sport": line.sport,
        "quantity": line.quantity,
        "circumstances": sorted(line.circumstances),
        "doubts": sorted(line.doubts),
        "papers": sorted(line.papers),
        "paid_by_others": _sum(line.paid_by_others),
        "articles": [_sum(article) for article in line.articles],
    }
    return pack(found)


def read_line(found: dict[str, Any]) -> Line:
    same = {name: found[name] for name in ("id", "item", "event", "country", "sport", "quantity")}
    return Line(
        **same,
        amount=Money(*found["amount"]),
        spent_on=date.fromisoformat(found["spent_on"]),
        event_on=date.fromisoformat(found["event_on"]),
        circumstances=frozenset(found["circumstances"]),
        doubts=frozenset(found["doubts"]),
        papers=frozenset(found["papers"]),
        paid_by_others=_money(found["paid_by_others"]),
        articles=tuple(Money(*one) for one in found["articles"]),
    )


def write_paper(paper: Paper, sealer: Sealer) -> dict[str, Any]:
    """Everything of a paper but its id and version."""
    seen = paper.print
    private = {
        "print": [seen.exact, seen.small, seen.large] if seen else None,
        "twins": list(paper.twins),
        "read": paper.read,
    }
    plain = {name: getattr(paper, name) for name in PAPER_SAME}
    return plain | {"private": sealer.seal(context("claim_paper", paper.id), pack(private))}


def read_paper(row: Any, sealer: Sealer | None) -> Paper:
    private = opened(sealer, context("claim_paper", row.id), row.private) or {}
    seen = private.get("print")
    return Paper(
        id=row.id,
        print=Print(*seen) if seen else None,
        twins=tuple(private.get("twins", ())),
        read=private.get("read", ""),
        version=row.version,
        **{name: getattr(row, name) for name in PAPER_SAME},
    )


def write_decision(decision: Decision, sealer: Sealer) -> dict[str, Any]:
    private = {"reason": decision.reason, "findings": [write_finding(one) for one in decision.findings]}
    row = f"{decision.claim}:{decision.number}"
    return {
        **{name: getattr(decision, name) for name in ("claim", "number", "at", "by", "second", "status")},
        "minor": decision.total.minor,
        "currency": decision.total.currency,
        "private": sealer.seal(context("claim_decision", row), pack(private)),
    }


def read_decision(row: Any, sealer: Sealer | None) -> Decision:
    private = opened(sealer, context("claim_decision", f"{row.claim}:{row.number}"), row.private) or {}
    findings = tuple(read_finding(one) for one in private.get("findings", ()))
    total = Money(row.minor, row.currency)
    head = row.claim, row.number, row.at, row.by, row.status, total, findings
    return Decision(*head, reason=private.get("reason", ""), second=row.second)


def write_finding(one: Finding) -> dict[str, Any]:
    """A finding as JSON, with every step of its arithmetic."""
    rate = one.rate
    return {
        "line": one.line,
        "verdict": one.verdict,
        "reason": one.reason,
        "clause": one.clause,
        "pays": _sum(one.pays),
        "excess": _sum(one.excess),
        "limit_left": _sum(one.limit_left),
        "rate": [rate.base, rate.quote, str(rate.value), rate.on.isoformat()] if rate else None,
        "steps": [[step.what, _sum(step.after)] for step in one.steps],
        "missing": list(one.missing),
        "doubts": list(one.doubts),
    }


def read_finding(found: dict[str, Any]) -> Finding:
    rate = found["rate"]
    return Finding(
        line=found["line"],
        verdict=Verdict(found["verdict"]),
        reason=Reason(found["reason"]),
        clause=found["clause"],
        pays=Money(*found["pays"]),
        excess=_money(found["excess"]),
        limit_left=_money(found["limit_left"]),
        rate=Rate(rate[0], rate[1], Decimal(rate[2]), date.fromisoformat(rate[3])) if rate else None,
        steps=tuple(Step(what, Money(*after)) for what, after in found["steps"]),
        missing=tuple(found["missing"]),
        doubts=tuple(found["doubts"]),
    )


def _sum(money: Money | None) -> list[Any] | None:
    return [money.minor, money.currency] if money is not None else None


def _money(value: list[Any] | None) -> Money | None:
    return Money(*value) if value else None


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None
