"""What leaves the house about claims: everything but papers and accounts as JSON, a line each as CSV, on record."""

import csv
import io

import sqlalchemy as sa

from backoffice.claims.claim import ClaimStatus, Facts
from backoffice.money.model import OrderState
from backoffice.workflows import claim_payment, claim_words, payment_outcomes
from bot.assembly import deeds
from storage.tables import audit
from tests.house import House
from tests.journeys.claim_stories import claim_now, decide, filed, insured, orders
from tests.journeys.money_stories import FINANCE, acquainted, do, later

ACCOUNT = "DE89 3704 0044 0532 0130 00"


async def test_claims_leave_as_json_and_as_csv(either_desk: House) -> None:
    """A name that looks like a formula stays words; no account, no paper, and the trail knows of each export."""
    desk = either_desk
    person = await acquainted(desk, await desk.telegram("=cmd|' /C calc'!A0"))
    claim = await filed(desk, await insured(desk, person, "Anna Smith"))
    await do(desk, lambda work: claim_words.keep(work, claim, "=1+1 is what the board said"))
    await decide(desk, claim)
    await do(desk, lambda w: claim_payment.name_by(w, claim.id, FINANCE, "Anna Smith", ACCOUNT))
    await later(desk, 2, 2)
    (order,) = await orders(desk, claim)
    assert order.state is OrderState.PENDING
    await do(desk, lambda w: payment_outcomes.record_outcome(w, order.id, FINANCE, "B-1", True))
    refused = await filed(
        desk, await insured(desk, await acquainted(desk, await desk.wechat())), Facts(hours=1)
    )
    assert (await claim_now(desk, claim)).status is ClaimStatus.PAID

    (shown,) = await deeds.do(desk.core, "export_claims", {"ref": claim.ref})
    assert (shown["status"], shown["decided"]) == ("paid", {"minor": 400_00, "currency": "CNY"})
    assert [p["account"] for p in shown["payments"]] == ["…3000"]
    assert {"name", "sha256", "state", "origin"} <= set(shown["papers"][0])
    (line,) = shown["decisions"][0]["lines"]
    assert (line["clause"], line["pays"]) == ("3.7", [400_00, "CNY"])
    assert "=1+1 is what the board said" in [m["text"] for m in shown["messages"]]
    assert {"claim.begun", "claim.filed", "claim.approved", "claim.paid"} <= {
        e["what"] for e in shown["timeline"]
    }
    assert ACCOUNT not in str(shown)

    text = await deeds.do(desk.core, "export_claims_csv", {})
    rows = {row["ref"]: row for row in csv.DictReader(io.StringIO(text))}
    assert rows[claim.ref]["claimant"] == "'=cmd|' /C calc'!A0"
    assert (rows[claim.ref]["decided"], rows[claim.ref]["paid"]) == ("400.00", "400.00")
    assert (rows[refused.ref]["status"], rows[refused.ref]["decided"]) == ("filed", "")
    async with desk.core.database.reading() as conn:
        rows_ = (
            await conn.execute(sa.select(audit.c.object).where(audit.c.action == "export.claims"))
        ).scalars()
        assert list(rows_) == [f"ref:{claim.ref}", "ref:all"]
