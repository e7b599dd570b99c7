"""A case page says what covers its requester, as it was looked at; before the look it says that it is looking."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from backoffice.insurance import products
from backoffice.insurance.cover import Fit, Link
from backoffice.insurance.model import PolicyId
from backoffice.insurance.policies import Insured, Policy, PolicyStatus, Source
from backoffice.kernel.ids import CaseId
from backoffice.kernel.money import Money
from backoffice.ports import Operator, OperatorRole
from backoffice.workflows.work import Work
from tests.backoffice.console import policy_world, shop_world
from tests.backoffice.console.conftest import Visitor
from tests.backoffice.console.evening import Evening
from tests.backoffice.console.world import Cast, busy

CASE = "/console/cases/case-7K3F"
SECRET = "E77776666"


@pytest.fixture
async def cast(evening: Evening) -> Cast:
    return await busy(evening)


async def covered(evening: Evening, *fits: Fit) -> None:
    """The requester has a policy, and somebody has looked."""

    async def add(work: Work) -> None:
        for source in products.sample_sources():
            await work.uow.products.put(source)
        person = (await work.uow.cases.get(CaseId("case-7K3F"))).requester
        policy = Policy(
            PolicyId("p-1"), "sample", "WORLD", 1, date(2026, 1, 1), date(2026, 12, 31), Source.IMPORTED,
            work.now, Money(0, "CNY"), person, [Insured("李娜", SECRET, date(1990, 3, 7), person=person)],
            status=PolicyStatus.CONFIRMED, number="PA-778899",
        )  # fmt: skip
        await work.uow.policies.add(policy)
        await work.uow.policies.put_look(
            "case", "case-7K3F", [Link(policy.id, fit, work.now) for fit in fits]
        )

    await evening.act(add)


async def page(cast: Cast, visit: Callable[[Operator], Any]) -> str:
    visitor: Visitor = await visit(cast.lin)
    return str(await (await visitor.get(CASE)).text())


async def test_before_the_look_the_page_promises_nothing(
    cast: Cast, visit: Callable[[Operator], Any]
) -> None:
    assert "正在查求助人的保单" in await page(cast, visit)


async def test_nothing_found_is_said(evening: Evening, cast: Cast, visit: Callable[[Operator], Any]) -> None:
    await covered(evening)
    assert "没有查到求助人的保单" in await page(cast, visit)


@pytest.mark.parametrize(
    ("fit", "words"),
    [(Fit.COVERS, "在保"), (Fit.APPLIED, "未确认，不在保"), (Fit.NOT_THERE, "地点不在保障内")],
)
async def test_a_policy_is_shown_with_number_limits_and_whether_it_covers(
    evening: Evening, cast: Cast, visit: Callable[[Operator], Any], fit: Fit, words: str
) -> None:
    """Number, product, days and main limits; never a document number."""
    await covered(evening, fit)
    shown = await page(cast, visit)
    for each in (words, "PA-778899", "全球旅行险", "示例财产保险", "500,000 CNY", "/terms/WORLD/1"):
        assert each in shown
    assert SECRET not in shown


async def test_an_orders_page_says_what_covers_it_too(
    evening: Evening, visit: Callable[[Operator], Any]
) -> None:
    """Before the look it is looking; then the policy stands there, with a way to it for those who may read policies."""
    shop = await shop_world.opened(evening)
    order = shop.orders["CCCC4"]
    desk = await visit(await evening.operator("文", OperatorRole.OPERATOR))
    boss = await visit(await evening.operator("长", OperatorRole.SUPERVISOR))
    path = f"/console/orders/{order.id}"
    assert "正在查旅客的保单" in await (await desk.get(path)).text()
    await policy_world.applied(evening)

    async def looked(work: Work) -> None:
        await work.uow.policies.put_look(
            "order", order.id, [Link(policy_world.POLICY, Fit.APPLIED, work.now)]
        )

    await evening.act(looked)
    shown = await (await desk.get(path)).text()
    assert "未确认，不在保" in shown
    assert "/console/insuring/" not in shown
    assert "/console/insuring/policies/pol-1" in await (await boss.get(path)).text()
