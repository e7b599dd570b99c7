"""What claims' journeys share: an insured person, a claim that is whole, and the people who decide it."""

from dataclasses import replace
from datetime import date, timedelta

from backoffice.claims.claim import Claim, Facts
from backoffice.claims.evidence import From, Paper, PaperId, PaperState
from backoffice.claims.kinds import ClaimKind
from backoffice.claims.review import Ruling
from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import Insured, Policy, PolicyStatus, Source
from backoffice.kernel.ids import MediaId, OperatorId, PersonId
from backoffice.kernel.money import Money
from backoffice.money import claiming
from backoffice.money.model import ProviderOrder
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows import claim_review, claims
from backoffice.workflows.work import Work
from tests.house import House
from tests.journeys.money_stories import do

FIRST = Operator(OperatorId("cl1"), "审一", OperatorRole.CLAIMS)
SECOND = Operator(OperatorId("cl2"), "审二", OperatorRole.CLAIMS)
THIRD = Operator(OperatorId("sup1"), "主管", OperatorRole.SUPERVISOR)
NAME, ID = "张三", "110101199003074610"


def yuan(whole: int) -> Money:
    return Money.of(whole, "CNY")


async def insured(house: House, person: PersonId, name: str = NAME) -> Policy:
    """A confirmed domestic policy of a week around today."""
    today = house.clock.now().date()

    async def step(work: Work) -> Policy:
        made = Policy(
            PolicyId(work.new_id()), "sample", "CN-OUTDOOR", 1, today - timedelta(days=3), today + timedelta(days=4),
            Source.BOUGHT, work.now, yuan(42), person, [Insured(name, ID, date(1990, 3, 7), None, person)],
            ("CN",), ("hiking",), PolicyStatus.CONFIRMED, number=f"N-{person[:6]}",
        )  # fmt: skip
        await work.uow.policies.add(made)
        return made

    return await do(house, step)


async def filed(
    house: House, policy: Policy, facts: Facts | None = None, kind: ClaimKind = ClaimKind.DELAY
) -> Claim:
    """A claim with every paper readable, as its claimant handed it in."""
    person = policy.holder
    assert person is not None
    told = replace(facts or Facts(hours=9), event_on=house.clock.now().date())

    async def step(work: Work) -> Claim:
        claim = await claims.begin(work, person, policy, kind, "Asia/Shanghai")
        claim.facts = told
        product = await claims.product_of(work, claim)
        names = {name for item in product.items for name in item.papers}
        for name in sorted(names):
            paper = Paper(
                PaperId(work.new_id()), claim.id, name, MediaId(work.new_id()), From.SENT, work.now, work.now,
                state=PaperState.READABLE, mime="image/jpeg", bytes=1000, pages=1,
            )  # fmt: skip
            await work.uow.claims.add_paper(paper)
        assert await claims.file(work, claim)
        return claim

    return await do(house, step)


async def claim_now(house: House, claim: Claim) -> Claim:
    return await do(house, lambda work: work.uow.claims.get(claim.id))


async def decide(house: House, claim: Claim, by: Operator = FIRST, reason: str = "", **sums: Money) -> Claim:
    """On what the reviewer sees now; `line1=…` is another sum for line 1."""
    seen = (await claim_now(house, claim)).version
    ruling = Ruling({name.removeprefix("line"): sum_ for name, sum_ in sums.items()}, reason, seen)
    return await do(house, lambda work: claim_review.decide(work, claim.id, by, ruling))


async def orders(house: House, claim: Claim) -> list[ProviderOrder]:
    """Everything ever ordered from payment platforms for this claim."""

    async def step(work: Work) -> list[ProviderOrder]:
        payments = await work.uow.claim_payments.of_claim(claim.id)
        found = [await work.uow.payments.orders_of(f"{claiming.SUBJECT}{p.id}") for p in payments]
        return [order for each in found for order in each]

    return await do(house, step)
