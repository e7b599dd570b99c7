"""What claims pay out, as rows: once per decision, payees sealed; who helped whom before."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from backoffice.cases.model import CaseStatus
from backoffice.claims.claim import Claim, ClaimId
from backoffice.claims.kinds import ClaimKind
from backoffice.claims.payment import ClaimPayment, ClaimPaymentId, ClaimPaymentStatus
from backoffice.dispatch.model import AssignmentStatus
from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import Policy, Source
from backoffice.kernel.errors import Stale
from backoffice.kernel.ids import AssignmentId, CaseId, EnvoyId, PersonId
from backoffice.kernel.money import Money
from backoffice.money.payouts import Payee
from storage.claim_payment_table import claim_payment
from storage.engine import Database
from storage.unit_of_work import SqlStore, SqlUnitOfWork
from tests.clocks import START
from tests.storage import samples

WHO = PersonId("who")
DAY = date(2026, 5, 3)
PAYEE = Payee(WHO, "周婷", "+8613800138000", "recorded", "工行 6222020012345678")


async def claimed(uow: SqlUnitOfWork, **more: Any) -> Claim:
    await uow.people.add(samples.person(id=WHO), samples.WECHAT)
    yuan = Money.of(1, "CNY")
    await uow.policies.add(
        Policy(PolicyId("p1"), "sample", "WORLD", 1, DAY, DAY, Source.BOUGHT, START, yuan, WHO)
    )
    made = Claim(
        ClaimId("c1"), "QX7K2A", WHO, PolicyId("p1"), "sample", ClaimKind.DELAY, START, "UTC", **more
    )
    await uow.claims.add(made)
    return made


def payment(id_: str, decision: int = 1, **more: Any) -> ClaimPayment:
    return ClaimPayment(
        ClaimPaymentId(id_),
        ClaimId("c1"),
        decision,
        "sample",
        WHO,
        Money.of(400, "CNY"),
        START,
        "op1",
        **more,
    )


async def test_a_payment_comes_back_as_it_was_and_its_payee_lies_sealed(
    store: SqlStore, database: Database
) -> None:
    async with store.begin(START) as uow:
        await claimed(uow)
        await uow.claim_payments.add(payment("a", payee=PAYEE))
        await uow.commit()
    async with store.begin(START) as uow:
        assert await uow.claim_payments.get(ClaimPaymentId("a")) == payment("a", payee=PAYEE)
    async with database.reading() as conn:
        plain = repr((await conn.execute(sa.select(claim_payment))).all())
    assert [told for told in ("6222", "周婷", "13800") if told in plain] == []


async def test_a_decision_has_one_payment_that_did_not_fail(store: SqlStore) -> None:
    """The second of two who press at once finds the row taken; after a failure there is room for another."""
    async with store.begin(START) as uow:
        await claimed(uow)
        await uow.claim_payments.add(payment("a"))
        await uow.commit()
    with pytest.raises(Stale):
        async with store.begin(START) as uow:
            await uow.claim_payments.add(payment("b"))
    async with store.begin(START) as uow:
        first = await uow.claim_payments.get(ClaimPaymentId("a"))
        first.move(ClaimPaymentStatus.FAILED)
        await uow.claim_payments.save(first)
        await uow.claim_payments.add(payment("b"))
        await uow.claim_payments.add(payment("c", 2))
        await uow.commit()
    async with store.begin(START) as uow:
        assert [p.id for p in await uow.claim_payments.of_claim(ClaimId("c1"))] == ["a", "b", "c"]


async def test_a_month_has_what_was_paid_in_it(store: SqlStore) -> None:
    async with store.begin(START) as uow:
        await claimed(uow)
        for number, days in enumerate((0, 1, 2), 1):
            made = payment(
                f"p{number}", number, status=ClaimPaymentStatus.PAID, paid_at=START + timedelta(days=days)
            )
            await uow.claim_payments.add(made)
        await uow.commit()
    async with store.begin(START) as uow:
        span = (START + timedelta(days=1), START + timedelta(days=2))
        found = await uow.claim_payments.paid_between("sample", *span)
        assert [(ref, p.id) for ref, p in found] == [("QX7K2A", "p2")]
        assert await uow.claim_payments.paid_between("other", *span) == []


async def test_who_helped_and_how_often_these_two_met_before(store: SqlStore) -> None:
    """Only those who came; cases of others, drills and the claim's own case do not count."""
    async with store.begin(START) as uow:
        made = await claimed(uow, case=None)
        await uow.people.add(samples.person(id=PersonId("pe")), samples.TELEGRAM)
        await uow.envoys.add(samples.envoy(PersonId("pe"), id=EnvoyId("e1")))
        came = (AssignmentStatus.DONE, AssignmentStatus.DONE, AssignmentStatus.DECLINED)
        for number, status in enumerate(came):
            case = samples.case(WHO, id=CaseId(f"k{number}"), ref=f"K{number}", status=CaseStatus.CLOSED)
            await uow.cases.add(case)
            offer = samples.assignment(case.id, EnvoyId("e1"))
            await uow.assignments.add(replace(offer, id=AssignmentId(f"a{number}"), status=status))
        made.case = CaseId("k0")
        assert await uow.claim_links.met(made) == [("e1", 1)]
        made.case = CaseId("k2")
        assert await uow.claim_links.met(made) == []
