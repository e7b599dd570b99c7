"""What commands do about claims: plain JSON values in and out."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from backoffice.kernel import cells
from backoffice.kernel.money import Money
from bot.assembly import staff_deeds
from bot.assembly.core import Core
from storage import export_claims as reading

COLUMNS = (
    "ref", "kind", "status", "insurer", "policy", "case", "claimant", "created_at", "filed_at", "decided_at",
    "closed_at", "currency", "decided", "paid", "papers", "drill",
)  # fmt: skip


async def export_claims(core: Core, given: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything about the claims, so it is in the trail as any other view is."""
    await staff_deeds.looked(core, "export.claims", f"ref:{given.get('ref') or 'all'}")
    return await reading.export_claims(core.database, core.vault, given.get("ref"))


async def export_claims_csv(core: Core, given: Mapping[str, Any]) -> str:
    """One line a claim, sums in whole units; no cell starts a formula."""
    found = await export_claims(core, given)
    return cells.written([COLUMNS, *(_line(claim) for claim in found)])


def _line(claim: Mapping[str, Any]) -> Sequence[str]:
    decided = claim["decided"]
    paid = [p["amount"] for p in claim["payments"] if p["status"] == "paid"]
    currency = decided["currency"] if decided else ""
    more = {
        "currency": currency,
        "decided": _whole(decided["minor"], currency) if decided else "",
        "paid": _whole(sum(p["minor"] for p in paid), currency) if decided else "",
        "papers": str(len(claim["papers"])),
        "drill": "yes" if claim["drill"] else "",
    }
    return [str(more.get(name, claim.get(name)) or "") for name in COLUMNS]


def _whole(minor: int, currency: str) -> str:
    return str(Money(minor, currency).amount)


DEEDS: Mapping[str, Callable[[Core, Mapping[str, Any]], Awaitable[Any]]] = {
    "export_claims": export_claims,
    "export_claims_csv": export_claims_csv,
}
