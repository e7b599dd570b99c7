"""A policy that was paid and applied for, and the insurer's word that has not come."""

from datetime import date

from backoffice.insurance import products
from backoffice.insurance.model import PolicyId, RequestId
from backoffice.insurance.policies import (
    Insured,
    Policy,
    PolicyStatus,
    Request,
    RequestKind,
    RequestState,
    Source,
)
from backoffice.kernel.exchange import Address
from backoffice.kernel.money import Money
from backoffice.money.model import PaymentStatus, Proof
from backoffice.workflows import payments, premiums
from backoffice.workflows.work import Work
from tests.backoffice.console.evening import Evening

DOCUMENT, NAME = "E77776666", "欧阳若兰"
POLICY, REQUEST = PolicyId("pol-1"), RequestId("req-1")


async def applied(e: Evening) -> None:
    """Paid an hour ago, sent to the insurer; nobody knows what became of it."""
    holder = await e.person(NAME, Address("wechat", "oRuolan"))

    async def add(work: Work) -> None:
        for source in products.sample_sources():
            await work.uow.products.put(source)
        policy = Policy(
            POLICY, "sample", "WORLD", 1, date(2026, 4, 1), date(2026, 4, 10), Source.BOUGHT, work.now,
            Money(300_00, "CNY"), holder.id,
            [Insured(NAME, DOCUMENT, date(1990, 3, 7), Money(300_00, "CNY"), phone="+8613800138777")],
            ("TH",),
        )  # fmt: skip
        await work.uow.policies.add(policy)
        asked = await premiums.ask(work, policy, premiums.POLICY, policy.premium)
        proof = Proof("recorded", "B-1", asked.charged, work.now)
        paid = await payments.authorised(work, asked.id, proof)
        assert paid.status is PaymentStatus.AUTHORISED
        policy.move(PolicyStatus.APPLIED)
        policy.payments = [paid.id]
        await work.uow.policies.save(policy)
        await work.uow.policies.add_request(
            Request(
                REQUEST,
                RequestKind.ISSUE,
                POLICY,
                holder.id,
                "sample",
                work.now,
                work.now,
                state=RequestState.UNKNOWN,
                attempts=7,
                error="timeout",
            )  # fmt: skip
        )

    await e.act(add)
